import Foundation
import Testing
import ToneFamily
import Vivace

/// The library as a program uses it; the code of its articles is here word by word.
struct LibraryTests {
    private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private func manager(_ checkpoint: String = "turbo-f32") -> MusicManager {
        MusicManager(
            backend: fixtures.appendingPathComponent("checkpoints/\(checkpoint)/diffusers").path,
            options: LoadOptions(precision: .float32, device: .cpu))
    }

    private var clip: URL { fixtures.appendingPathComponent("tasks/source-48000.wav") }

    private func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    @Test func aSongInTwoLines() async throws {
        let manager = MusicManager(backend: "builtin")
        let wav = try await manager.t2m("calm piano", duration: 2)

        #expect(wav.prefix(4) == Data("RIFF".utf8))
        try await withFolder { folder in
            let file = folder.appendingPathComponent("a.wav")
            try wav.write(to: file)
            let audio = try AudioFile.read(file)
            #expect(audio.sampleRate == 48_000 && audio.channels.count == 2 && audio.frameCount == 96_000)
            #expect(try Recipe(file: file).request.prompt == "calm piano")
        }
    }

    @Test func songsInTenLines() async throws {
        try await withFolder { folder in
            let model = fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers").path

            let manager = MusicManager(backend: model)
            let params = GenerationParams(caption: "warm lo-fi hip hop", lyrics: "[Verse]\nla la la", duration: 1.2)
            let result = await manager.generateMusic(
                params, GenerationConfig(audioFormat: "wav"), saveDir: folder.appendingPathComponent("songs"))
            print(result.success, result.audios.map(\.path), result.error ?? "")

            // Two songs, as the reference's configuration has it, each under its key, with its recipe.
            let songs = folder.appendingPathComponent("songs")
            let files = try FileManager.default.contentsOfDirectory(atPath: songs.path)
            #expect(Set(files) == Set(result.audios.map { "\($0.key).wav" }) && files.count == 2)
            for audio in result.audios {
                let recipe = try Recipe(file: URL(fileURLWithPath: audio.path))
                #expect(recipe.request.prompt == "warm lo-fi hip hop")
                #expect(audio.parameters["seed"] == .integer(Int64(recipe.request.seeds[0])))
            }
        }
    }

    @Test func generateMusicNeverThrows() async throws {
        try await withFolder { folder in
            func error(_ params: GenerationParams, _ config: GenerationConfig = GenerationConfig()) async -> String {
                let result = await manager().generateMusic(params, config, saveDir: folder)
                #expect(!result.success && result.audios.isEmpty)
                return result.error ?? ""
            }
            #expect(await error(GenerationParams(caption: "x", bpm: 5000)).contains("bpm"))
            #expect(await error(GenerationParams(caption: "x"), GenerationConfig(audioFormat: "aiff")).contains("aiff"))
            #expect(await error(GenerationParams(taskType: .cover)).contains("source audio"))
            let missing = MusicManager(backend: "/no/such/model")
            #expect(await missing.generateMusic(GenerationParams(caption: "x")).success == false)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func anotherFamilyThroughTheLibrary() async throws {
        try await withFolder { folder in
            try Data("{}".utf8).write(to: folder.appendingPathComponent("tone.json"))
            let engine = Engine.standard(families: [ToneFamily()])
            let manager = MusicManager(engine: engine, backend: folder.path)
            let wav = try await manager.t2m("a", duration: 0.5)
            #expect(wav.count > 44_100)
            #expect(try await manager.load().sampleRate == 44_100)
            #expect(try await manager.capabilities().tasks == [.text2music])
            await #expect(throws: MusicError.self) { _ = try await manager.t2m("a", lyrics: "la") }
            await manager.unload()
            while await engine.pool.statistics.loaded > 0 { await manager.unload() }
        }
    }

    @Test func aRepaintedSong() async throws {
        let manager = manager()
        let song = clip

        let params = GenerationParams(
            caption: "guitar solo", taskType: .repaint, srcAudio: song.path, repaintingStart: 0.4, repaintingEnd: 0.8)
        let result = await manager.generateMusic(params, GenerationConfig(batchSize: 1))

        let made = try #require(result.audios.first?.audio, "\(result.error ?? "")")
        let source = try AudioFile.read(song)
        #expect(made.channels[0][..<19_200] == source.channels[0][..<19_200])
        #expect(made.channels[0][38_400...] == source.channels[0][38_400...])
    }

    @Test func codesOfASong() async throws {
        let manager = manager()
        let song = clip

        let codes = try await manager.audioCodes(of: song)
        var request = MusicRequest(prompt: "brass band", seeds: [1])
        try request.setACEStep { $0.audioCodes = AudioCodeText.text(codes) }
        for try await event in manager.generate(request, details: [.previews, .audio]) {
            switch event {
            case .preview(let preview): print(preview.step, preview.shape)
            case .audio(let chunk): print(chunk.start, chunk.total)
            case .progress(_, _, _, let fraction): print(fraction)
            default: break
            }
        }

        #expect(codes.count == 7)
    }

    /// A manager whose model comes with a tiny language model.
    private func withPlanner<Result>(_ body: (MusicManager) async throws -> Result) async throws -> Result {
        try await withFolder { folder in
            let model = folder.appendingPathComponent("model")
            try FileManager.default.copyItem(
                at: fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers"), to: model)
            let language = model.appendingPathComponent("lm")
            try FileManager.default.copyItem(at: fixtures.appendingPathComponent("language/planner"), to: language)
            try FileManager.default.copyItem(
                at: fixtures.appendingPathComponent("planner/tokenizer.json"),
                to: language.appendingPathComponent("tokenizer.json"))
            return try await body(
                MusicManager(backend: model.path, options: LoadOptions(precision: .float32, device: .cpu)))
        }
    }

    @Test func aPlannedSongAndSongsInWords() async throws {
        try await withPlanner { manager in
            let params = GenerationParams(caption: "slow blues", lyrics: "[Verse]\nla la la", duration: 1.2)
            let song = await manager.generateMusic(params)
            let codes = song.audios.first?.parameters["audio_codes"]?.plainText ?? ""
            print(song.extraOutputs?.lmMetadata?["bpm"] ?? .null, codes)

            let idea = await manager.createSample(query: "a soft love song for a quiet evening", vocalLanguage: "en")
            let draft = await manager.formatSample(
                caption: "sad piano", lyrics: "rain again", userMetadata: SongMetadata(bpm: 70))
            let heard = await manager.understandMusic(audioCodes: codes)
            print(idea.caption, draft.lyrics, heard.keyscale)

            // Two songs with codes of their own: five a second, rounded down.
            #expect(song.audios.count == 2)
            let all = song.audios.map { AudioCodeText.codes(in: $0.parameters["audio_codes"]?.plainText ?? "") }
            #expect(all.map(\.count) == [6, 6])
            // Which codes a tiny model draws is its seed's matter; four seeds don't draw the same ones.
            let fixed = GenerationConfig(batchSize: 4, useRandomSeed: false, seeds: [1, 2, 3, 4])
            let four = await manager.generateMusic(params, fixed)
            #expect(Set(four.audios.map { $0.parameters["audio_codes"]?.plainText ?? "" }).count > 1)
            let first = song.audios[0].parameters
            #expect(first["cot_bpm"] == first["bpm"] && first["bpm"] != nil && first["cot_caption"] != "")
            #expect(song.extraOutputs?.timeCosts["lm_phase2_time"] ?? 0 > 0)
            for result in [idea, draft, heard] {
                #expect(result.success && result.error == nil && !result.caption.isEmpty)
                #expect((30...300).contains(result.bpm ?? 0) && (1...600).contains(result.duration ?? 0))
            }
            #expect(idea.language == "en" && draft.bpm == 70)
        }
    }

    @Test func thinkingMayBeTurnedOff() async throws {
        try await withPlanner { manager in
            let params = GenerationParams(
                caption: "slow blues", duration: 1.2, thinking: false, useCotMetas: false, useCotCaption: false,
                useCotLanguage: false)
            let result = await manager.generateMusic(params)
            #expect(result.success && result.extraOutputs?.lmMetadata == nil)
            #expect(result.audios.allSatisfy { $0.parameters["audio_codes"] == "" })
        }
    }

    @Test func withoutALanguageModelTheResultSaysSo() async throws {
        let manager = manager()
        for result in [
            await manager.understandMusic(audioCodes: "1,2"), await manager.createSample(query: "x"),
            await manager.formatSample(caption: "x", lyrics: ""),
        ] {
            #expect(!result.success && result.error == "LLM not initialized")
            #expect(result.statusMessage == "Error: LLM not initialized")
        }
        let params = GenerationParams(caption: "x", duration: 1, inferenceSteps: 1)
        var notices: [String] = []
        for try await event in manager.generate(params) {
            if case .notice(let text) = event { notices.append(text) }
        }
        // That a plan would be made by default is no wish for one.
        #expect(!notices.contains { $0.contains("language model") })
    }

    @Test func badDescriptionsAreResultsToo() async throws {
        try await withPlanner { manager in
            let words = await manager.understandMusic(audioCodes: "hello")
            #expect(!words.success && words.error?.contains("no audio codes") == true)
            let beyond = await manager.understandMusic(audioCodes: "1, 200")
            // As when a song is made of them.
            #expect(beyond.success && beyond.notices.first?.contains("1 of 2 audio codes is beyond") == true)
            let negative = await manager.understandMusic(audioCodes: "1, -2")
            #expect(negative.success && negative.notices.first?.contains("passed over, such as '-2'") == true)
            let hot = await manager.createSample(query: "x", sampling: .init(temperature: 5))
            #expect(!hot.success && hot.error?.contains("lm_temperature") == true)
            let fast = await manager.formatSample(
                caption: "x", lyrics: "", userMetadata: SongMetadata(bpm: 5000))
            #expect(!fast.success && fast.error?.contains("bpm") == true)

            let seeded = DescriptionSampling(seed: 4)
            let one = await manager.createSample(query: "x", sampling: seeded)
            #expect(await manager.createSample(query: "x", sampling: seeded) == one)
            let json = try JSONEncoder().encode(words)
            let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
            #expect(object["bpm"] is NSNull && object["status_message"] is String && object["success"] is Bool)
        }
        let none = MusicManager(
            backend: fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers").path,
            languageModel: "/no/such/model")
        #expect(await none.generateMusic(GenerationParams(caption: "x")).error?.contains("/no/such/model") == true)
    }

    /// Every snippet of the articles is a stretch of this file, so that it compiles and runs.
    @Test func articlesHoldTheCodeOfTheseTests() throws {
        func lines(_ text: some StringProtocol) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let own = lines(try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8))
        let articles = fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Vivace/Vivace.docc")
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: articles.path) where name.hasSuffix(".md") {
            let text = try String(contentsOf: articles.appendingPathComponent(name), encoding: .utf8)
            for (index, part) in text.components(separatedBy: "```").enumerated() where index % 2 == 1 {
                let snippet = lines(part.dropFirst("swift".count))
                #expect(own.indices.contains { own[$0...].starts(with: snippet) }, "\(name): \(snippet.first ?? "")")
                count += 1
            }
        }
        #expect(count == 6)
    }

    @Test func samplesOfAnyKindAreBroughtToTheModels() async throws {
        let manager = manager("turbo-shift-f16")
        let source = try AudioFile.read(clip)
        var request = MusicRequest(prompt: "x", seeds: [1], steps: 1)
        request.task = .cover
        // One channel at another rate.
        request.source = AudioInput(audio: AudioBuffer(sampleRate: source.sampleRate, channels: [source.channels[0]]))
        var song: Song?
        for try await event in manager.generate(request) {
            if case .finished(let result) = event { song = result.songs.first }
        }
        #expect(song?.audio.sampleRate == 44_100)
    }

    @Test func chunksAndPreviewsTellTheSong() async throws {
        let manager = manager()
        var request = MusicRequest(prompt: "x", duration: 25, seeds: [1, 2], batchSize: 2, steps: 2)
        request.normalization = .none
        var chunks: [[Float]] = [[], []]
        var previews = 0
        var songs: [Song] = []
        for try await event in manager.generate(request, details: [.previews, .audio]) {
            switch event {
            case .audio(let chunk):
                #expect(chunk.start == chunks[chunk.song].count)
                chunks[chunk.song] += chunk.audio.channels[0]
            case .preview: previews += 1
            case .finished(let result): songs = result.songs
            default: break
            }
        }
        #expect(previews == 4)
        #expect(songs.map { $0.audio.channels[0] } == chunks)
    }

    @Test func cancellingEndsTheStream() async throws {
        let manager = manager()
        let task = Task {
            var steps = 0
            do {
                for try await event in manager.generate(MusicRequest(prompt: "x", duration: 200, steps: 100)) {
                    switch event {
                    case .progress(.diffuse, let done, _, _):
                        steps = done
                        withUnsafeCurrentTask { $0?.cancel() }
                    case .finished: Issue.record("a cancelled generation has finished")
                    default: break
                    }
                }
            } catch let error as MusicError where error.code == .cancelled {
                // The generation may say that it was cancelled before the stream has ended.
            }
            return steps
        }
        // What is made until the cancelling arrives may still come; all of it does not.
        let steps = try await task.value
        #expect((1..<100).contains(steps), "\(steps) steps")
    }

    @Test func modelsThatAreNotThereAreNamed() async {
        await #expect(throws: MusicError.self) { try await MusicManager(backend: "/no/such/model").load() }
    }
}
