import Foundation
import ModelSupport
import MusicCore
import Oobleck
import Synchronization

/// ACE-Step 1.5: text to music by a diffusion transformer.
///
/// All work runs on the array thread, where generations, plans and loads take turns by step (`ArrayScheduler`): several
/// go on side by side, each can be stopped within a step, and each song is what it would be alone.
public final class ACEStepBackend: SongCodesBackend {
    /// What was loaded.
    public let info: ModelInfo
    /// The way from its requests to songs.
    package let pipeline: Pipeline
    private let resolver: RequestResolver
    private let onStepEnd: StepCallback?

    /// A model with fewer weights is one for tests: it isn't expected to play music.
    private static let leastMusical = 1_000_000

    private init(
        info: ModelInfo, pipeline: Pipeline, resolver: RequestResolver, onStepEnd: StepCallback? = nil
    ) {
        self.info = info
        self.pipeline = pipeline
        self.resolver = resolver
        self.onStepEnd = onStepEnd
    }

    public func calling(_ onStepEnd: @escaping StepCallback) throws -> any MusicBackend {
        ACEStepBackend(info: info, pipeline: pipeline, resolver: resolver, onStepEnd: onStepEnd)
    }

    /// Loads a checkpoint.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which file, tensor or field is wrong, or
    ///   `unsupported` if there is no such device, or `outOfMemory`.
    public static func load(_ location: ModelLocation, options: LoadOptions) async throws -> ACEStepBackend {
        try MLXExecutor.shared.start()
        return try await loadOnArrayThread(location, options: options)
    }

    @MLXActor
    private static func loadOnArrayThread(
        _ location: ModelLocation, options: LoadOptions
    ) async throws -> ACEStepBackend {
        if let threads = options.threads { Machine.threads = threads }
        let layout = try CheckpointLayout(location)
        let parts = try CheckpointParts(layout)
        let limit = MemoryLimit(options)
        let target = try ComputeTarget(options, parameterCount: parts.parameterCount, memory: limit.bytes)
        let plan = try parts.memoryPlan(options, dtype: target.dtype, limit: limit, name: location.name)
        let budget = parts.budget(options, dtype: target.dtype, limit: limit)
        budget?.limitAllocator()
        let job = ArrayJob(target)
        let model = try await job.step {
            try evaluating("loading") {
                try ACEStepModel(parts, dtype: target.dtype, quantization: options.quantization, isFrugal: true)
            }
        }
        if !plan.isFrugal { try await model.loadNetworks(job) }
        let remarks = try CheckpointRemarks.read(layout)
        let info = ModelInfo(
            family: ACEStepFamily.name, variant: model.configuration.variant.rawValue,
            precision: target.precisionName + (model.hasInt8Layers ? " q8" : ""),
            device: target.device.rawValue, parameterCount: model.parameterCount,
            sampleRate: model.autoencoderConfiguration.samplingRate,
            channelCount: model.autoencoderConfiguration.audioChannels,
            byteCount: plan.footprint.bytes,
            notice: remarks.notice, measures: plan.measures)
        let pipeline = Pipeline(
            model: model, target: target, isFrugal: plan.isFrugal, tile: plan.tile, budget: budget,
            expectsMusic: remarks.expectsMusic && model.parameterCount >= leastMusical)
        return ACEStepBackend(
            info: info, pipeline: pipeline, resolver: RequestResolver(model, trackTasks: remarks.trackTasks))
    }

    /// Checks a request and fills in what it leaves open, by what the variant was trained for.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
        let resolved = try resolver.resolve(try ACEStepRequest(request))
        return (resolved.request.neutral, resolved.notices)
    }

    /// What the variant was trained for.
    public var capabilities: Capabilities { resolver.capabilities }

    public func reasonAgainstPlan(of request: MusicRequest, isAskedFor: Bool) -> String? {
        if request.hasValuesOfSongs(ACEStepOptions.fields.descriptions) {
            return "each song has texts or audio codes of its own"
        }
        return isAskedFor ? nil : PlannedGeneration.reasonAgainst(request)
    }

    public func generate(
        _ request: MusicRequest, planner: any MusicPlanner, options: PlanningOptions, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        PlannedGeneration(planner: planner, backend: self, options: options).generate(request, details: details)
    }

    /// The stages of a request's generation, weighted by the operations that they take, for a `JobProgress`.
    ///
    /// Their units are those that the events count: denoising steps and tiles of all songs.
    ///
    /// - Parameters:
    ///   - request: its audio is read already.
    ///   - codes: audio codes of each song; `nil` if they don't have their own.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unsupported`.
    public func stages(of request: MusicRequest, codes: [[Int]]? = nil) throws -> [JobProgress.Stage] {
        pipeline.stages(of: try resolved(request, codes))
    }

    private func resolved(_ request: MusicRequest, _ codes: [[Int]]?) throws -> ResolvedRequest {
        let own = try ACEStepRequest(request)
        return try resolver.resolve(own, codes: codes)
    }

    /// Makes the songs of a request, which is resolved first.
    ///
    /// Ending the iteration or cancelling its task stops the work at the next step or tile.
    public func generate(
        _ request: MusicRequest, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        generate(request, codes: nil, details: details)
    }

    /// See ``SongCodesBackend``.
    public func generate(
        _ request: MusicRequest, codes: [[Int]]?, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { [self] report in
            let resolved = try resolved(request, codes)
            report(.resolved(resolved.request.neutral))
            resolved.notices.forEach { report(.notice($0)) }
            try Task.checkCancellation()
            report(
                .finished(
                    try await pipeline.generate(resolved, details: details, onStepEnd: onStepEnd, report: report)))
        }
    }

    /// When the lyrics of a song are sung, by what the cross-attention looks at.
    public func lyricTimes(
        of audio: AudioInput, request: MusicRequest
    ) async throws -> (TimedLyrics, notices: [String]) {
        var own = try ACEStepRequest(request)
        own.findsLyricTimes = true
        own.findsScores = false
        own.batchSize = 1
        own.seeds = Array(own.seeds.prefix(1))
        own.retakeSeeds = Array(own.retakeSeeds.prefix(1))
        let resolved = try resolver.resolve(own)
        let notices = NoticeBox()
        let times = try await pipeline.lyricTimes(of: audio, resolved) { event in
            if case .notice(let text) = event { notices.add(text) }
        }
        return (times, notices.all)
    }

    /// The 5 Hz codes of a song; those of its melody and structure.
    public func audioCodes(of audio: AudioInput) async throws -> [Int] {
        try await pipeline.codes(audio)
    }
}

/// Notices that are gathered while something else runs.
private final class NoticeBox: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
