import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Several jobs at once: who goes when is told by the order of events, and what comes out by its bits.
@MLXActor
struct TurnTests {
    /// What happened, in order.
    private final class Log: @unchecked Sendable {
        private let lock = NSLock()
        private var list: [String] = []

        var entries: [String] { lock.withLock { list } }

        func add(_ entry: String) { lock.withLock { list.append(entry) } }
        func first(_ entry: String) throws -> Int { try #require(entries.firstIndex(of: entry), "\(entry)") }
        func last(_ entry: String) throws -> Int { try #require(entries.lastIndex(of: entry), "\(entry)") }
    }

    /// A loaded checkpoint, which keeps its networks or lets go of them after each stage.
    @MLXActor
    private struct Loaded {
        let model: ACEStepModel
        let pipeline: Pipeline

        init(isFrugal: Bool) throws {
            model = try ACEStepModel(
                try CheckpointLayout(try TestCheckpoint("turbo-f32", .official).location), dtype: .float32,
                isFrugal: isFrugal)
            pipeline = Pipeline(
                model: model,
                target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0),
                isFrugal: isFrugal)
        }

        /// Makes the songs of a request in a task of its own.
        func songs(
            of request: ACEStepRequest, _ name: String, _ log: Log,
            at: @escaping @MLXActor (MusicStage, Int) -> Void = { _, _ in }
        ) throws -> Task<[Song], any Error> {
            let resolved = try RequestResolver(model).resolve(request)
            return Task { @MLXActor in
                let result = try await pipeline.generate(resolved) { event in
                    guard case .progress(let stage, let done, _, _) = event else { return }
                    log.add("\(name) \(stage.rawValue)")
                    at(stage, done)
                }
                log.add("\(name) finished")
                return result.songs
            }
        }
    }

    private nonisolated static func request(_ seed: UInt64, steps: Int = 8, duration: Double = 1.5) -> ACEStepRequest {
        ACEStepRequest(prompt: "song \(seed)", duration: duration, steps: steps, seeds: [seed])
    }

    private nonisolated static func cover(_ seed: UInt64) throws -> ACEStepRequest {
        var request = ACEStepRequest(prompt: "cover", steps: 5, seeds: [seed, seed + 1], batchSize: 2)
        request.task = .cover
        request.solver = .stochastic
        request.coverStrength = 0.5
        request.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
        request.reference = request.source
        return request
    }

    @Test(arguments: [false, true]) func songsAtOnceTakeTurnsAndAreThoseMadeAlone(_ isFrugal: Bool) async throws {
        let requests = [
            Self.request(1, steps: 40), Self.request(2, steps: 25, duration: 6), try Self.cover(3),
        ]
        var alone: [[Song]] = []
        for request in requests {
            alone.append(try await Loaded(isFrugal: isFrugal).songs(of: request, "alone", Log()).value)
        }
        let loaded = try Loaded(isFrugal: isFrugal)
        let log = Log()
        let tasks = try zip(requests, ["a", "b", "c"]).map { try loaded.songs(of: $0, $1, log) }
        for (task, expected) in zip(tasks, alone) {
            let songs = try await task.value
            #expect(try songs.map { try $0.latentValues } == expected.map { try $0.latentValues })
            #expect(songs.map(\.audio) == expected.map(\.audio))
        }
        for one in ["a", "b", "c"] {
            for other in ["a", "b", "c"] {
                #expect(try log.first("\(one) diffuse") < log.last("\(other) diffuse"), "\(one), \(other)")
            }
        }
        // The shorter song is done while the longer one is made.
        #expect(try log.last("b diffuse") < log.last("a diffuse"))
    }

    @Test func stepsAlternate() async throws {
        let loaded = try Loaded(isFrugal: false)
        let log = Log()
        let tasks = [
            try loaded.songs(of: Self.request(1), "a", log), try loaded.songs(of: Self.request(2), "b", log),
        ]
        for task in tasks { _ = try await task.value }
        let steps = log.entries.filter { $0.hasSuffix("diffuse") }
        #expect(steps.count == 16)
        for (one, next) in zip(steps, steps.dropFirst()) { #expect(one != next) }
    }

    @Test(arguments: ["a", "b"], [false, true])
    func eitherCanBeCancelledWithinAStep(_ cancelled: String, _ isFrugal: Bool) async throws {
        let loaded = try Loaded(isFrugal: isFrugal)
        let expected = try await loaded.songs(of: Self.request(2, steps: 9), "alone", Log()).value
        let log = Log()
        let victim = try loaded.songs(of: Self.request(1, steps: 50), cancelled, log)
        let other = cancelled == "a" ? "b" : "a"
        let survivor = try loaded.songs(of: Self.request(2, steps: 9), other, log) { stage, done in
            guard stage == .diffuse, done == 4 else { return }
            victim.cancel()
            log.add("cancelled")
        }
        #expect(try await survivor.value.map(\.audio) == expected.map(\.audio))
        await #expect(throws: CancellationError.self) { try await victim.value }
        let end = try log.first("cancelled")
        #expect(log.entries[..<end].contains("\(cancelled) diffuse"))
        #expect(!log.entries[end...].contains { $0.hasPrefix(cancelled + " ") })
    }

    /// Takes the steps of a song, over and over, until another job is done that begins after the first step.
    ///
    /// - Parameter end: what the other job writes to the log at its end.
    private static func step(until end: String, _ log: Log, beside begin: @MLXActor () -> Void) async throws {
        let loaded = try Loaded(isFrugal: false)
        let resolved = try RequestResolver(loaded.model).resolve(request(1))
        let fresh = try await loaded.pipeline.denoiser(resolved)
        let job = ArrayJob(try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
        var expected = fresh
        try expected.finish()
        while !log.entries.contains(end) {
            var denoiser = fresh
            while try await job.step({ try denoiser.next() }) != nil {
                if log.entries.isEmpty { begin() }
                log.add("step")
            }
            #expect(denoiser.latents.asArray(Float.self) == expected.latents.asArray(Float.self))
        }
    }

    @Test func aModelIsLoadedBetweenTheStepsOfASong() async throws {
        let log = Log()
        var load: Task<String, any Error>?
        try await Self.step(until: "loaded", log) {
            load = Task { @MLXActor in
                defer { log.add("loaded") }
                log.add("loading")
                return try await ACEStepBackend.load(
                    try TestCheckpoint("base-xl-bf16", .diffusers).location,
                    options: LoadOptions(precision: .float32, device: .cpu)
                ).info.variant
            }
        }
        #expect(try await load?.value == "base")
        // A step at least between two networks, of which there are four after the checkpoint was opened.
        let steps = log.entries[try log.first("loading")..<log.first("loaded")].filter { $0 == "step" }
        #expect(steps.count >= 4, "\(log.entries)")
    }

    @Test func aLoadCanBeCancelledBetweenTwoNetworks() async throws {
        let location = try TestCheckpoint("turbo-f32", .official).location
        let load = Task {
            try await ACEStepBackend.load(location, options: LoadOptions(precision: .float32, device: .cpu))
        }
        load.cancel()
        await #expect(throws: CancellationError.self) { try await load.value }
    }

    @Test nonisolated func aPlanIsWrittenBetweenTheStepsOfASong() async throws {
        try await PlannerTests.withFolder { folder in
            let planner = try await ACEStepPlanner.load(
                ModelLocation(name: folder.path, directory: folder),
                options: LoadOptions(precision: .float32, device: .cpu))
            let request = PlanRequest(caption: "calm piano", lyrics: "la la", duration: 12.5, seeds: [4, 5])
            let expected = try await planner.plan(request) { _, _ in }
            let log = Log()
            let plan = try await Self.plan(request, planner, log)
            #expect(plan.codes == expected.codes && plan.metadata == expected.metadata)
            let tokens = log.entries.filter { $0 == "token" }.count
            let steps = log.entries[try log.first("token")..<log.last("token")].filter { $0 == "step" }
            #expect(tokens > 10 && steps.count > tokens / 2, "\(steps.count) steps, \(tokens) tokens")
        }
    }

    /// Plans beside the steps of a song.
    private static func plan(_ request: PlanRequest, _ planner: ACEStepPlanner, _ log: Log) async throws -> Plan {
        var task: Task<Plan, any Error>?
        try await step(until: "planned", log) {
            task = Task {
                defer { log.add("planned") }
                return try await planner.plan(request) { _, _ in log.add("token") }
            }
        }
        return try await #require(task).value
    }

    // MARK: By hand

    @Test func aDenoiserSteppedByHandIsTheStream() async throws {
        let loaded = try Loaded(isFrugal: false)
        for solver in Solver.allCases {
            var request = Self.request(6, steps: 5)
            request.solver = solver
            request.seeds = [6, 7]
            request.batchSize = 2
            let resolved = try RequestResolver(loaded.model).resolve(request)
            var previews: [[Float]] = []
            let result = try await loaded.pipeline.generate(resolved, details: .previews) { event in
                if case .preview(let preview) = event, preview.song == 1 { previews.append(preview.latents) }
            }
            var denoiser = try await loaded.pipeline.denoiser(resolved, song: 1)
            #expect(denoiser.count == 5 && denoiser.completed == 0)
            var made: [[Float]] = []
            while let step = try denoiser.next() {
                made.append(try step.preview())
                #expect(step.completed == made.count)
            }
            #expect(made == previews && denoiser.isFinished, "\(solver)")
            #expect(denoiser.latents.asArray(Float.self) == (try result.songs[1].latentValues), "\(solver)")
        }
        await #expect(throws: MusicError.self) {
            try await loaded.pipeline.denoiser(try RequestResolver(loaded.model).resolve(Self.request(1)), song: 1)
        }
    }

    @Test func aDenoiserCanBeHeldAndGoTwoWays() async throws {
        let loaded = try Loaded(isFrugal: true)
        var request = Self.request(6, steps: 5)
        request.solver = .multistep
        var held = try await loaded.pipeline.denoiser(try RequestResolver(loaded.model).resolve(request))
        var whole = held
        let expected = try whole.finish().asArray(Float.self)
        _ = try held.next()
        _ = try held.next()
        // Other work, and the networks let go of, change nothing for a song that is held.
        _ = try await loaded.songs(of: Self.request(9), "other", Log()).value
        loaded.model.release(.transformer)
        var copy = held
        #expect(try copy.finish().asArray(Float.self) == expected)
        #expect(held.completed == 2)
        #expect(try held.finish().asArray(Float.self) == expected)
    }

    @Test func aStepThatFailsCanBeTakenAgain() async throws {
        let loaded = try Loaded(isFrugal: false)
        var request = Self.request(6, steps: 4)
        request.solver = .stochastic
        let resolved = try RequestResolver(loaded.model).resolve(request)
        let fresh = try await loaded.pipeline.denoiser(resolved)
        let expected = try await Task { @MLXActor in
            var denoiser = fresh
            return try denoiser.finish().asArray(Float.self)
        }.value
        let made = try await Task { @MLXActor in
            var denoiser = fresh
            _ = try denoiser.next()
            let standing = denoiser
            // A cancelled task takes no step.
            let stopped = await Task { @MLXActor in
                withUnsafeCurrentTask { $0?.cancel() }
                var denoiser = standing
                do {
                    _ = try denoiser.next()
                    return -1
                } catch {
                    return denoiser.completed
                }
            }.value
            #expect(stopped == 1)
            return try denoiser.finish().asArray(Float.self)
        }.value
        #expect(made == expected)
    }

    // MARK: Networks

    @Test func aNetworkInUseIsNotLoadedAgain() throws {
        let model = try Loaded(isFrugal: true).model
        weak var gone: DiffusionTransformer?
        do {
            let held = try model.transformer
            model.release(.transformer)
            #expect(try model.transformer === held)
            model.release(.transformer)
            gone = held
            withExtendedLifetime(held) { #expect(gone != nil) }
        }
        #expect(gone == nil)
        _ = try model.transformer
    }
}
