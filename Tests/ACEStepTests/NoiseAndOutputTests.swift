import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Noise that is given, latents that are not decoded, and what is done to the texts and the waveform.
@MLXActor
struct NoiseAndOutputTests {
    private func noise(_ seeds: [UInt64], frames: Int = 15, channels: Int = 5) -> Latents {
        let values = seeds.flatMap { seed -> [Float] in
            var generator = TorchGenerator(seed: seed)
            return generator.randn(frames * channels)
        }
        return Latents(
            values: values, shape: seeds.count == 1 ? [frames, channels] : [seeds.count, frames, channels])
    }

    // MARK: Noise

    @Test(arguments: Solver.allCases) func theNoiseOfASeedIsThatSeed(_ solver: Solver) async throws {
        let run = try TestRun("turbo-f32", .official)
        let plain = try await run.result {
            $0.solver = solver
            $0.seeds = [4, 5]
            $0.batchSize = 2
        }
        let given = try await run.result {
            $0.solver = solver
            $0.seeds = [4, 5]
            $0.batchSize = 2
            $0.noise = LatentsInput(latents: noise([4, 5]))
        }
        #expect(given.songs.map(\.audio) == plain.songs.map(\.audio))
        let other = try await run.song {
            $0.solver = solver
            $0.seeds = [4]
            $0.noise = LatentsInput(latents: noise([9]))
        }
        #expect(other.audio != plain.songs[0].audio)
    }

    @Test func theLengthIsThatOfTheNoise() async throws {
        let run = try TestRun("turbo-f32", .official)
        for frames in [15, 56, 57] {
            let song = try await run.song {
                $0.duration = nil
                $0.noise = LatentsInput(latents: noise([1], frames: frames))
            }
            #expect(song.latents?.shape == [frames, 5])
        }
    }

    @Test func aSongOfABatchIsStoredWithItsOwnNoise() async throws {
        let run = try TestRun("turbo-f32", .official)
        let batch = try await run.result {
            $0.seeds = [1, 2]
            $0.batchSize = 2
            $0.noise = LatentsInput(path: "noise.npy", latents: noise([8, 9]))
        }
        let stored = batch.request(ofSong: 1)
        #expect(stored.object["latents"] == "noise.npy#2" && stored.noise?.latents == noise([9]))
        let again = try await run.song { $0 = try ACEStepRequest(stored) }
        #expect(again.audio == batch.songs[1].audio)
        #expect(LatentsInput(named: "noise.npy#2") == LatentsInput(path: "noise.npy", song: 2))
        #expect(LatentsInput(named: "a#b.npy")?.song == nil)
    }

    @Test func noiseOfAnotherSizeIsRefusedBeforeAnyWork() async throws {
        let run = try TestRun("turbo-f32", .official)
        let wrong: [Latents] = [
            noise([1], frames: 16), noise([1], channels: 4), noise([1, 2]), Latents(values: [1], shape: [1]),
            Latents(values: [1, 2], shape: [15, 5]),
            Latents(values: [Float](repeating: .nan, count: 75), shape: [15, 5]),
        ]
        for latents in wrong {
            var events = 0
            var request = ACEStepRequest(prompt: "x", duration: 0.6, steps: 2, seeds: [1])
            request.noise = LatentsInput(latents: latents)
            let error = await #expect(throws: MusicError.self) {
                try await run.pipeline.generate(try run.resolver.resolve(request)) { _ in events += 1 }
            }
            #expect(error?.code == .invalidRequest && error?.field == "latents" && events == 0, "\(latents.shape)")
        }
        let unread = await #expect(throws: MusicError.self) {
            try await run.song { $0.noise = LatentsInput(path: "x.npy") }
        }
        #expect(unread?.message == "The noise of x.npy was not read")
    }

    @Test func coversMixTheNoiseWithTheirSource() async throws {
        let run = try TestRun("turbo-f32", .official)
        func cover(_ latents: Latents?) async throws -> Song {
            try await run.song {
                $0.task = .cover
                $0.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
                $0.duration = nil
                $0.coverNoiseStrength = 0.5
                $0.noise = latents.map { LatentsInput(latents: $0) }
            }
        }
        let plain = try await cover(nil)
        let frames = try #require(plain.latents?.shape[0])
        #expect(try await cover(noise([1], frames: frames)).audio == plain.audio)
    }

    // MARK: Latents alone

    @Test func latentsAloneAreThoseOfTheSong() async throws {
        let run = try TestRun("turbo-f32", .official)
        let whole = try await run.song()
        var request = ACEStepRequest(prompt: "slow jazz", duration: 0.6, steps: 4, seeds: [1])
        request.output = .latents
        let resolved = try run.resolver.resolve(request)
        var stages: [MusicStage] = []
        let result = try await run.pipeline.generate(resolved) { event in
            if case .started(let stage) = event { stages.append(stage) }
        }
        #expect(result.songs[0].latents == whole.latents && result.songs[0].audio.frameCount == 0)
        #expect(stages == [.encode, .condition, .diffuse])
        #expect(run.pipeline.stages(of: resolved).map(\.stage) == stages)
        #expect(result.seconds[.decode] == nil)
    }

    // MARK: Texts

    @Test func theCaptionCanBeTheWholeText() async throws {
        var request = ACEStepRequest(prompt: "slow jazz", lyrics: "la", bpm: 90)
        let usual = PromptText(request, instruction: "Do it:")
        request.usesTemplate = false
        let plain = PromptText(request, instruction: "Do it:")
        #expect(plain.text == "slow jazz" && plain.lyrics == usual.lyrics && usual.text.contains("- bpm: 90"))
        request.instruction = "Do it:"
        #expect(try RequestResolver(variant: .turbo).resolve(request).notices.contains { $0.hasPrefix("instruction") })
    }

    @Test func textsAreCutWhereTheRequestSays() async throws {
        let run = try TestRun("turbo-f32", .official)
        var request = ACEStepRequest(prompt: "slow jazz", lyrics: "la la la la la", duration: 0.6, steps: 1, seeds: [1])
        request.maxTextLength = 30
        request.maxLyricLength = 9
        var notices: [String] = []
        _ = try await run.pipeline.generate(try run.resolver.resolve(request)) { event in
            if case .notice(let text) = event { notices.append(text) }
        }
        #expect(notices.contains { $0.contains("beyond 30 is cut off") })
        #expect(notices.contains { $0.contains("beyond 9 is cut off") })
        for limit in [0, 8193] {
            request.maxTextLength = limit
            #expect(throws: MusicError.self) { try request.validate() }
        }
    }

    @Test func noLyricsAreWhatAMaskOfZerosLeaves() throws {
        let golden = try Fixtures.tensors("modules/turbo-f32/condition_encoder")
        let encoder = try TestCheckpoint("turbo-f32", .diffusers).load(dtype: .float32).conditionEncoder
        let (text, lyrics) = (try golden("input.text_states")[0..<1], try golden("input.lyric_states")[0..<1])
        let references = try golden("input.references")[0..<1]
        let none = encoder(text: text, lyrics: nil, references: references, owners: [0]).states
        let masked = encoder(
            text: text, lyrics: lyrics, lyricLengths: [0], references: references, owners: [0]
        ).states
        #expect(none.dim(1) == text.dim(1) + 1 && masked.dim(1) == none.dim(1) + lyrics.dim(1))
        #expect(largestDifference(none, masked[0..., 0..<none.dim(1)]) < 1e-6)
    }

    @Test func onlySongsWithoutWordsHaveNoLyrics() async throws {
        let run = try TestRun("turbo-f32", .official)
        for (lyrics, isInstrumental) in [("", false), ("la la", true), (" [instrumental] ", false)] {
            let plain = try await run.song {
                $0.lyrics = lyrics
                $0.instrumental = isInstrumental
            }
            let null = try await run.song {
                $0.lyrics = lyrics
                $0.instrumental = isInstrumental
                $0.usesNullLyrics = true
            }
            #expect(null.audio != plain.audio, "'\(lyrics)'")
        }
        let sung = try await run.song { $0.lyrics = "la la" }
        let same = try await run.song {
            $0.lyrics = "la la"
            $0.usesNullLyrics = true
        }
        #expect(sung.audio == same.audio)
    }

    // MARK: Offset

    @Test func theOffsetIsTakenAwayBeforeTheLevelIsSet() async throws {
        let audio = AudioBuffer(sampleRate: 8, channels: [[1, 3, 2, 2], [-1, -1, -1, -5], []].filter { !$0.isEmpty })
        #expect(audio.withoutDCOffset().channels == [[-1, 1, 0, 0], [1, 1, 1, -3]])
        let run = try TestRun("turbo-f32", .official)
        func means(_ song: Song) -> [Double] {
            song.audio.channels.map { $0.reduce(0.0) { $0 + Double($1) } / Double($0.count) }
        }
        let plain = try await run.song()
        let centred = try await run.song { $0.removesDCOffset = true }
        #expect(means(plain).contains { abs($0) > 1e-5 })
        #expect(means(centred).allSatisfy { abs($0) < 1e-6 })
        #expect(abs(centred.audio.peak - 0.891_250_9) < 1e-6)
    }
}
