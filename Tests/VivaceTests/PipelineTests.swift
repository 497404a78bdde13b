import AudioFile
import Foundation
import MusicCore
import MusicManager
import MusicPipeline
import Testing

/// The library as a program uses it; the code of its articles is here word by word.
struct PipelineTests {
    private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private func pipeline(_ checkpoint: String = "turbo-f32") async throws -> ACEStepPipeline {
        try await ACEStepPipeline(
            model: fixtures.appendingPathComponent("checkpoints/\(checkpoint)/diffusers").path,
            options: LoadOptions(precision: .float32, device: .cpu))
    }

    private var clip: URL { fixtures.appendingPathComponent("tasks/source-48000.wav") }

    private func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    @Test func aSongInTenLines() async throws {
        try await withFolder { folder in
            let model = fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers").path

            let pipeline = try await ACEStepPipeline(model: model)
            var params = GenerationParams(caption: "warm lo-fi hip hop", lyrics: "[Verse]\nla la la")
            params.duration = 1.2
            for try await event in pipeline.generate(params) {
                if case .finished(let result) = event { try pipeline.write(result, to: folder) }
            }

            // Two songs, as the reference's configuration has it.
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.count == 2)
            #expect(files.allSatisfy { $0.hasSuffix(".flac") })
        }
    }

    @Test func aRepaintedSong() async throws {
        let pipeline = try await pipeline()
        let song = clip

        var params = GenerationParams(caption: "guitar solo")
        params.taskType = .repaint
        params.srcAudio = song.path
        params.repaintingStart = 0.4
        params.repaintingEnd = 0.8
        var config = GenerationConfig()
        config.batchSize = 1
        let result = try await pipeline.result(of: params, config: config)

        let made = try #require(result.audios.first?.audio)
        let source = try AudioFile.read(song)
        #expect(made.channels[0][..<19_200] == source.channels[0][..<19_200])
        #expect(made.channels[0][38_400...] == source.channels[0][38_400...])
    }

    @Test func codesOfASong() async throws {
        let pipeline = try await pipeline()
        let song = clip

        let codes = try await pipeline.audioCodes(of: song)
        var request = MusicRequest(prompt: "brass band", seeds: [1])
        request.audioCodes = AudioCodeText.text(codes)
        for try await event in pipeline.generate(request, details: [.previews, .audio]) {
            switch event {
            case .preview(let preview): print(preview.step, preview.shape)
            case .audio(let chunk): print(chunk.start, chunk.total)
            default: break
            }
        }

        #expect(codes.count == 7)
    }

    /// A pipeline whose model comes with a tiny language model.
    private func withPlanner<Result>(_ body: (ACEStepPipeline) async throws -> Result) async throws -> Result {
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
                try await ACEStepPipeline(
                    model: model.path, options: LoadOptions(precision: .float32, device: .cpu)))
        }
    }

    @Test func aPlannedSongAndSongsInWords() async throws {
        try await withPlanner { pipeline in
            #expect(pipeline.hasLanguageModel)

            var params = GenerationParams(caption: "slow blues", lyrics: "[Verse]\nla la la")
            params.duration = 1.2
            let song = try await pipeline.result(of: params)
            print(song.extraOutputs?.lmMetadata?["bpm"] ?? "", song.audios[0].params.audioCodes)

            let idea = await pipeline.createSample(query: "a soft love song for a quiet evening", vocalLanguage: "en")
            let draft = await pipeline.formatSample(
                caption: "sad piano", lyrics: "rain again", userMetadata: SongMetadata(bpm: 70))
            let heard = await pipeline.understandMusic(audioCodes: song.audios[0].params.audioCodes)
            print(idea.caption, draft.lyrics, heard.keyscale)

            // Two songs with codes of their own: five a second, rounded down.
            #expect(song.audios.count == 2)
            let codes = song.audios.map { AudioCodeText.codes(in: $0.params.audioCodes) }
            #expect(codes.map(\.count) == [6, 6] && codes[0] != codes[1])
            let params1 = song.audios[0].params
            #expect(params1.cotBpm == params1.bpm && params1.bpm != nil && !params1.cotCaption.isEmpty)
            #expect(song.extraOutputs?.timeCosts["lm_phase2_time"] ?? 0 > 0)
            for result in [idea, draft, heard] {
                #expect(result.success && result.error == nil && !result.caption.isEmpty)
                #expect((30...300).contains(result.bpm ?? 0) && (10...600).contains(result.duration ?? 0))
            }
            #expect(idea.language == "en" && draft.bpm == 70)
        }
    }

    @Test func thinkingMayBeTurnedOff() async throws {
        try await withPlanner { pipeline in
            var params = GenerationParams(caption: "slow blues")
            params.duration = 1.2
            params.thinking = false
            params.useCotMetas = false
            params.useCotCaption = false
            params.useCotLanguage = false
            let result = try await pipeline.result(of: params)
            #expect(result.extraOutputs?.lmMetadata == nil && result.audios.allSatisfy { $0.params.audioCodes.isEmpty })
        }
    }

    @Test func withoutALanguageModelTheResultSaysSo() async throws {
        let pipeline = try await pipeline()
        #expect(!pipeline.hasLanguageModel)
        for result in [
            await pipeline.understandMusic(audioCodes: "1,2"), await pipeline.createSample(query: "x"),
            await pipeline.formatSample(caption: "x", lyrics: ""),
        ] {
            #expect(!result.success && result.error == "LLM not initialized")
            #expect(result.statusMessage == "Error: LLM not initialized")
        }
        var params = GenerationParams(caption: "x")
        params.duration = 1
        params.inferenceSteps = 1
        var notices: [String] = []
        for try await event in pipeline.generate(params) {
            if case .notice(let text) = event { notices.append(text) }
        }
        #expect(notices.contains { $0.contains("no language model") })
    }

    @Test func badDescriptionsAreResultsToo() async throws {
        try await withPlanner { pipeline in
            let words = await pipeline.understandMusic(audioCodes: "hello")
            #expect(!words.success && words.error?.contains("no audio codes") == true)
            let beyond = await pipeline.understandMusic(audioCodes: "1, 200")
            #expect(!beyond.success && beyond.error?.contains("200") == true)
            let hot = await pipeline.createSample(query: "x", sampling: .init(temperature: 5))
            #expect(!hot.success && hot.error?.contains("lm_temperature") == true)
            let fast = await pipeline.formatSample(
                caption: "x", lyrics: "", userMetadata: SongMetadata(bpm: 5000))
            #expect(!fast.success && fast.error?.contains("bpm") == true)

            let seeded = ACEStepPipeline.DescriptionSampling(seed: 4)
            let one = await pipeline.createSample(query: "x", sampling: seeded)
            #expect(await pipeline.createSample(query: "x", sampling: seeded) == one)
            let json = try JSONEncoder().encode(words)
            let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
            #expect(object["bpm"] is NSNull && object["status_message"] is String && object["success"] is Bool)
        }
        await #expect(throws: MusicError.self) {
            try await ACEStepPipeline(
                model: fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers").path,
                languageModel: "/no/such/model")
        }
    }

    /// Every snippet of the articles is a stretch of this file, so that it compiles and runs.
    @Test func articlesHoldTheCodeOfTheseTests() throws {
        func lines(_ text: some StringProtocol) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let own = lines(try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8))
        let articles = fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/MusicPipeline/MusicPipeline.docc")
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: articles.path) where name.hasSuffix(".md") {
            let text = try String(contentsOf: articles.appendingPathComponent(name), encoding: .utf8)
            for (index, part) in text.components(separatedBy: "```").enumerated() where index % 2 == 1 {
                let snippet = lines(part.dropFirst("swift".count))
                #expect(own.indices.contains { own[$0...].starts(with: snippet) }, "\(name): \(snippet.first ?? "")")
                count += 1
            }
        }
        #expect(count == 5)
    }

    @Test func samplesOfAnyKindAreBroughtToTheModels() async throws {
        let pipeline = try await pipeline("turbo-shift-f16")
        let source = try AudioFile.read(clip)
        var request = MusicRequest(prompt: "x", steps: 1, seeds: [1])
        request.task = .cover
        // One channel at another rate.
        request.source = AudioInput(audio: AudioBuffer(sampleRate: source.sampleRate, channels: [source.channels[0]]))
        var song: Song?
        for try await event in pipeline.generate(request) {
            if case .finished(let result) = event { song = result.songs.first }
        }
        #expect(song?.audio.sampleRate == 44_100)
    }

    @Test func chunksAndPreviewsTellTheSong() async throws {
        let pipeline = try await pipeline()
        var request = MusicRequest(prompt: "x", duration: 25, steps: 2, seeds: [1, 2], batchSize: 2)
        request.normalization = .none
        var chunks: [[Float]] = [[], []]
        var previews = 0
        var songs: [Song] = []
        for try await event in pipeline.generate(request, details: [.previews, .audio]) {
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
        let pipeline = try await pipeline()
        let task = Task {
            var steps = 0
            for try await event in pipeline.generate(MusicRequest(prompt: "x", duration: 200, steps: 100)) {
                switch event {
                case .progress(.diffuse, let done, _):
                    steps = done
                    withUnsafeCurrentTask { $0?.cancel() }
                case .finished: Issue.record("a cancelled generation has finished")
                default: break
                }
            }
            return steps
        }
        // What is made until the cancelling arrives may still come; all of it does not.
        let steps = try await task.value
        #expect((1..<100).contains(steps), "\(steps) steps")
    }

    @Test func modelsThatAreNotThereAreNamed() async {
        await #expect(throws: MusicError.self) { try await ACEStepPipeline(model: "/no/such/model") }
    }
}
