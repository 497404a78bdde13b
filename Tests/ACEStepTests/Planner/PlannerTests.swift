import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing
import Tokenizers

/// The whole planner on a tiny language model with random weights.
struct PlannerTests {
    /// A folder with such a model, which the closure's end removes.
    static func withFolder<Result>(
        _ change: (URL) throws -> Void = { _ in }, _ body: (URL) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vivace-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (source, name) in [
            ("language/planner", "config.json"), ("language/planner", "model.safetensors"),
            ("planner", "tokenizer.json"),
        ] {
            let file = Fixtures.url(source).appending(path: name)
            try FileManager.default.copyItem(at: file, to: folder.appending(path: name))
        }
        try change(folder)
        return try await body(folder)
    }

    private static func load(_ folder: URL, _ options: LoadOptions = cpu) async throws -> ACEStepPlanner {
        try await ACEStepPlanner.load(ModelLocation(name: folder.path, directory: folder), options: options)
    }

    private static let cpu = LoadOptions(precision: .float32, device: .cpu)

    private func withPlanner<Result>(
        _ options: LoadOptions = cpu, _ body: (ACEStepPlanner) async throws -> Result
    ) async throws -> Result {
        try await Self.withFolder { try await body(try await Self.load($0, options)) }
    }

    /// A request whose songs differ by their seeds alone: nothing is left to find out first.
    private static func codesOnly(
        _ seeds: [UInt64], duration: Double = 12.5, guidance: Double = 2, chunk: Int = 8
    ) -> PlanRequest {
        var options = PlanningOptions()
        options.fillsMetadata = false
        options.sampling.guidanceScale = guidance
        options.chunkSize = chunk
        return PlanRequest(
            caption: "calm piano", lyrics: "[Verse]\nla la la", duration: duration, seeds: seeds, options: options)
    }

    private static func expectInRange(_ metadata: SongMetadata, sourceLocation: SourceLocation = #_sourceLocation) {
        let isInRange =
            metadata.bpm.map(PlanValues.bpm.contains) == true
            && metadata.duration.map(PlanValues.duration.contains) == true
            && metadata.keyScale.map(PlanValues.keyscales.contains) == true
            && metadata.language.map(PlanValues.languages.contains) == true
            && metadata.timeSignature.map(PlanValues.timesignatures.contains) == true
        #expect(isInRange, "\(metadata)", sourceLocation: sourceLocation)
    }

    // MARK: Audio codes

    /// A random network writes anything: with no grammar it has as many codes as the duration needs, or the plan is
    /// refused. Some of these seeds do the former.
    @Test func withoutAGrammarTooASongIsAsLongAsAsked() async throws {
        try await withPlanner { planner in
            var lengths: [Int] = []
            var refusals: [MusicError] = []
            for seed in 1...12 as ClosedRange<UInt64> {
                var request = Self.codesOnly([seed], duration: 0.4, guidance: 1)
                request.options.sampling.isConstrained = false
                do {
                    lengths.append(try await planner.plan(request) { _, _ in }.codes[0].count)
                } catch let error as MusicError {
                    refusals.append(error)
                }
            }
            #expect(!lengths.isEmpty && lengths.allSatisfy { $0 == 2 }, "\(lengths)")
            #expect(refusals.allSatisfy { $0.code == .numericalFailure && $0.message.contains("codes") })
        }
    }

    @Test(arguments: [(37.4, 187), (10, 50), (12.39, 61), (2.0, 10)], [1.0, 2.0])
    func durationsGiveTheirNumberOfCodes(_ duration: (seconds: Double, codes: Int), _ guidance: Double) async throws {
        try await withPlanner { planner in
            let request = Self.codesOnly([3, 4], duration: duration.seconds, guidance: guidance)
            let plan = try await planner.plan(request) { _, _ in }
            #expect(plan.codes.map(\.count) == [duration.codes, duration.codes])
            #expect(planner.codeCount == 150)
            #expect(plan.codes.joined().allSatisfy { (0..<150).contains($0) })
            #expect(plan.codesSeconds > 0)
        }
    }

    @Test func seedsDecide() async throws {
        try await withPlanner { planner in
            func codes(_ seed: UInt64) async throws -> [Int] {
                try await planner.plan(Self.codesOnly([seed])) { _, _ in }.codes[0]
            }
            let first = try await codes(5)
            #expect(try await codes(5) == first)
            #expect(try await codes(6) != first)
        }
    }

    @Test(arguments: [1.0, 2.5])
    func aSongIsTheSameAloneInABatchAndInChunks(_ guidance: Double) async throws {
        try await withPlanner { planner in
            let seeds: [UInt64] = [11, 12, 13, 14, 15]
            let together = try await planner.plan(Self.codesOnly(seeds, guidance: guidance)) { _, _ in }.codes
            #expect(Set(together).count == seeds.count)
            let inChunks = try await planner.plan(Self.codesOnly(seeds, guidance: guidance, chunk: 2)) { _, _ in }.codes
            #expect(inChunks == together)
            for (seed, codes) in zip(seeds, together) {
                let alone = try await planner.plan(Self.codesOnly([seed], guidance: guidance)) { _, _ in }.codes
                #expect(alone == [codes])
            }
        }
    }

    @Test func guidanceAndItsPromptChangeTheSong() async throws {
        try await withPlanner { planner in
            var request = Self.codesOnly([1], guidance: 1)
            let free = try await planner.plan(request) { _, _ in }.codes
            request.options.sampling.guidanceScale = 3
            let guided = try await planner.plan(request) { _, _ in }.codes
            request.options.sampling.negativePrompt = "driving drums"
            let away = try await planner.plan(request) { _, _ in }.codes
            #expect(free != guided && guided != away)
            // Words for nothing are nothing.
            request.options.sampling.negativePrompt = "  "
            #expect(try await planner.plan(request) { _, _ in }.codes == guided)
        }
    }

    @Test func progressGrowsToTheEnd() async throws {
        try await withPlanner { planner in
            let steps = Steps()
            _ = try await planner.plan(Self.codesOnly([1, 2, 3], duration: 10, chunk: 2)) { completed, total in
                steps.add(completed, total)
            }
            let all = steps.all
            #expect(!all.isEmpty && all.allSatisfy { $0.total == 3 * 51 && (0...$0.total).contains($0.completed) })
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.completed <= $1.completed })
            #expect((all.last?.completed ?? 0) >= 3 * 49)
        }
    }

    // MARK: Chains of thought

    @Test(arguments: [UInt64(1), 2, 3]) func whatIsOpenIsFoundInRange(_ seed: UInt64) async throws {
        try await withPlanner { planner in
            let request = PlanRequest(caption: "calm piano", lyrics: "la", seeds: [seed])
            let plan = try await planner.plan(request) { _, _ in }
            Self.expectInRange(plan.metadata)
            #expect(plan.found == plan.metadata && plan.metadata.caption != nil && plan.metadata.genres == nil)
            #expect(plan.codes.map(\.count) == [(plan.metadata.duration ?? 0) * 5])
            #expect(plan.reasoningSeconds > 0)
        }
    }

    @Test func theUsersValuesAreKept() async throws {
        try await withPlanner { planner in
            let known = SongMetadata(bpm: 77, duration: 11, keyScale: "C# minor", language: "yue")
            var request = PlanRequest(caption: "x", lyrics: "la", known: known, duration: 11.9, seeds: [4])
            let plan = try await planner.plan(request) { _, _ in }
            #expect(plan.metadata.bpm == 77 && plan.metadata.duration == 11)
            #expect(plan.metadata.keyScale == "C# minor" && plan.metadata.language == "yue")
            #expect(plan.found.bpm == nil && plan.found.duration == nil && plan.found.keyScale == nil)
            #expect(plan.found.language == nil && plan.found.timeSignature == plan.metadata.timeSignature)
            Self.expectInRange(plan.metadata)
            // The user's own duration counts, with its fraction.
            #expect(plan.codes.map(\.count) == [59])

            // All is said: there is nothing to think about.
            request.known.timeSignature = "4"
            let complete = try await planner.plan(request) { _, _ in }
            #expect(complete.metadata == request.known && complete.found == SongMetadata())
        }
    }

    @Test func partsThatAreTurnedOffAreNotWritten() async throws {
        try await withPlanner { planner in
            var options = PlanningOptions()
            options.writesCodes = false
            options.rewritesCaption = false
            options.detectsLanguage = false
            let request = PlanRequest(caption: "x", lyrics: "", seeds: [9], options: options)
            let plan = try await planner.plan(request) { _, _ in }
            #expect(plan.codes.isEmpty && plan.metadata.caption == nil && plan.metadata.language == nil)
            #expect(plan.metadata.bpm != nil && plan.metadata.duration != nil)
        }
    }

    // MARK: Descriptions

    @Test func codesBecomeWords() async throws {
        try await withPlanner { planner in
            let sampling = PlannerSampling()
            let song = try await planner.understand(codes: [1, 2, 149, 0], sampling: sampling, seed: 1)
            // Four codes are less than a second, whatever the model says.
            var metadata = song.metadata
            #expect(metadata.duration == 1)
            metadata.duration = 10
            Self.expectInRange(metadata)
            #expect(try await planner.understand(codes: [1, 2, 149, 0], sampling: sampling, seed: 1) == song)
            // Without codes it makes an example up.
            Self.expectInRange(try await planner.understand(codes: [], sampling: sampling, seed: 1).metadata)
            for code in [150, -1] {
                let error = await #expect(throws: MusicError.self) {
                    try await planner.understand(codes: [1, code], sampling: sampling, seed: 1)
                }
                #expect(error?.code == .invalidRequest && error?.message.contains("\(code)") == true)
            }
        }
    }

    @Test func aFewWordsBecomeASong() async throws {
        try await withPlanner { planner in
            for (query, instrumental) in [("a soft love song", false), ("", false), ("techno", true)] {
                let song = try await planner.createSample(
                    query: query, instrumental: instrumental, language: "bn", sampling: PlannerSampling(), seed: 3)
                Self.expectInRange(song.metadata)
                #expect(song.metadata.language == "bn")
                if instrumental { #expect(song.instrumental && !song.lyrics.isEmpty) }
            }
            let free = try await planner.createSample(
                query: "x", instrumental: false, language: "unknown", sampling: PlannerSampling(), seed: 3)
            Self.expectInRange(free.metadata)
        }
    }

    @Test func draftsBecomeSongs() async throws {
        try await withPlanner { planner in
            let known = SongMetadata(bpm: 100, duration: 33, keyScale: "G major", language: "de", timeSignature: "6")
            let song = try await planner.formatSample(
                caption: "sad piano", lyrics: "la la", known: known, sampling: PlannerSampling(), seed: 8)
            let metadata = song.metadata
            #expect(metadata.bpm == 100 && metadata.duration == 33 && metadata.keyScale == "G major")
            #expect(metadata.language == "de" && metadata.timeSignature == "6")
            #expect(metadata.caption != nil && !song.lyrics.isEmpty)
        }
    }

    @Test func greedyWritingNeedsNoSeed() async throws {
        try await withPlanner { planner in
            var sampling = PlannerSampling()
            sampling.temperature = 0
            let one = try await planner.createSample(
                query: "x", instrumental: false, language: nil, sampling: sampling, seed: 1)
            let other = try await planner.createSample(
                query: "x", instrumental: false, language: nil, sampling: sampling, seed: 2)
            #expect(one == other)
        }
    }

    // MARK: Number formats

    @Test(arguments: [LoadOptions.Precision.bfloat16, .float32], [LoadOptions.Quantization.none, .q8])
    func otherNumberFormatsPlanToo(
        _ precision: LoadOptions.Precision, _ quantization: LoadOptions.Quantization
    ) async throws {
        let options = LoadOptions(precision: precision, quantization: quantization, device: .cpu)
        try await withPlanner(options) { planner in
            #expect(planner.info.precision == precision.rawValue + (quantization == .q8 ? " q8" : ""))
            let plan = try await planner.plan(Self.codesOnly([1, 2], duration: 10)) { _, _ in }
            #expect(plan.codes.map(\.count) == [50, 50])
            let alone = try await planner.plan(Self.codesOnly([2], duration: 10)) { _, _ in }
            #expect(alone.codes == [plan.codes[1]])
        }
    }

    // MARK: What can't be done

    @Test func promptsThatAreTooLongAreRefused() async throws {
        try await withPlanner { planner in
            let lyrics = String(repeating: "la dum ", count: 3000)
            let asking: [() async throws -> Void] = [
                { _ = try await planner.plan(PlanRequest(caption: "x", lyrics: lyrics, seeds: [1])) { _, _ in } },
                {
                    var request = Self.codesOnly([1])
                    request.lyrics = lyrics
                    _ = try await planner.plan(request) { _, _ in }
                },
                {
                    _ = try await planner.formatSample(
                        caption: "x", lyrics: lyrics, known: SongMetadata(), sampling: PlannerSampling(), seed: 1)
                },
                {
                    let codes = Array(repeating: 1, count: 4090)
                    _ = try await planner.understand(codes: codes, sampling: PlannerSampling(), seed: 1)
                },
            ]
            for ask in asking {
                let error = await #expect(throws: MusicError.self) { try await ask() }
                #expect(error?.code == .invalidRequest && error?.message.contains("4096") == true)
                #expect(error?.advice.contains("shorten") == true)
            }
        }
    }

    @Test func samplingThatMakesNoSenseIsRefused() async throws {
        try await withPlanner { planner in
            let changes: [(String, (inout PlannerSampling) -> Void)] = [
                ("lm_temperature", { $0.temperature = 2.1 }), ("lm_temperature", { $0.temperature = .nan }),
                ("lm_top_p", { $0.topP = -0.1 }), ("lm_top_k", { $0.topK = -1 }),
                ("lm_cfg_scale", { $0.guidanceScale = .infinity }),
                ("lm_repetition_penalty", { $0.repetitionPenalty = 0 }),
            ]
            for (name, change) in changes {
                var request = Self.codesOnly([1])
                change(&request.options.sampling)
                let error = await #expect(throws: MusicError.self) { try await planner.plan(request) { _, _ in } }
                #expect(error?.code == .invalidRequest && error?.message.contains(name) == true)
                var sampling = PlannerSampling()
                change(&sampling)
                await #expect(throws: MusicError.self) {
                    try await planner.understand(codes: [1], sampling: sampling, seed: 1)
                }
            }
        }
    }

    @Test func cancellingStopsWithinAToken() async throws {
        try await withPlanner { planner in
            let steps = Steps()
            let task = Task {
                try await planner.plan(Self.codesOnly([1], duration: 600)) { completed, total in
                    steps.add(completed, total)
                    if completed == 20 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(steps.all.last?.completed == 20)
        }
    }

    // MARK: Folders that are no planners

    private func loadError(_ change: @escaping (URL) throws -> Void) async throws -> MusicError? {
        try await Self.withFolder(change) { folder in
            do {
                _ = try await Self.load(folder)
                return nil
            } catch {
                return error as? MusicError
            }
        }
    }

    @Test func missingFilesAreNamed() async throws {
        for name in ["tokenizer.json", "model.safetensors", "config.json"] {
            let error = try await loadError { try FileManager.default.removeItem(at: $0.appending(path: name)) }
            #expect(error?.code == .invalidCheckpoint, "\(name)")
            let expected = name == "config.json" ? "no language model" : name == "tokenizer.json" ? name : "safetensors"
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        }
    }

    @Test func tokenizersBeyondTheWeightsAreRefused() async throws {
        let error = try await loadError { folder in
            let file = folder.appending(path: "model.safetensors")
            var weights = try loadArrays(url: file)
            eval(Array(weights.values))
            for name in weights.keys where name.contains("embed_tokens") { weights[name] = weights[name]?[0..<600] }
            eval(Array(weights.values))
            try FileManager.default.removeItem(at: file)
            try save(arrays: weights, url: file)
            try Self.edit(folder.appending(path: "config.json")) { $0["vocab_size"] = 600 }
        }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.contains("tokenizer") == true && error?.message.contains("600") == true)
    }

    @Test func tokenizersWithoutCodesAreRefused() async throws {
        let error = try await loadError { folder in
            try Self.edit(folder.appending(path: "tokenizer.json")) { fields in
                let added = fields["added_tokens"] as? [[String: Any]] ?? []
                fields["added_tokens"] = added.filter { ($0["content"] as? String)?.contains("audio_code") == false }
            }
        }
        #expect(error?.code == .invalidCheckpoint && error?.message.contains("audio code") == true)
    }

    @Test func aModelIsFoundInItsFolderAndBesideOthers() async throws {
        try await Self.withFolder { folder in
            func location(_ url: URL) -> ModelLocation { ModelLocation(name: url.path, directory: url) }
            let recognizes = ACEStepFamily().recognizesPlanner
            #expect(recognizes(location(folder)))
            #expect(!recognizes(location(Fixtures.url("checkpoints/turbo-f32/diffusers"))))
            #expect(!recognizes(location(URL(filePath: "/no/such/folder"))))
            for name in ["lm", "acestep-5Hz-lm-0.6B"] {
                let parent = FileManager.default.temporaryDirectory.appending(path: "vivace-test-\(UUID().uuidString)")
                defer { try? FileManager.default.removeItem(at: parent) }
                try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
                try FileManager.default.copyItem(at: folder, to: parent.appending(path: name))
                #expect(recognizes(location(parent)))
                #expect(try await Self.load(parent).info.variant == name)
            }
        }
    }

    private static func edit(_ file: URL, _ change: (inout [String: Any]) -> Void) throws {
        guard var fields = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        change(&fields)
        try JSONSerialization.data(withJSONObject: fields).write(to: file)
    }
}

/// Progress as it comes.
private final class Steps: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [(completed: Int, total: Int)] = []

    var all: [(completed: Int, total: Int)] { lock.withLock { list } }

    func add(_ completed: Int, _ total: Int) { lock.withLock { list.append((completed, total)) } }
}
