import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck

/// ACE-Step 1.5: text to music by a diffusion transformer.
///
/// All work runs on the array thread, so that several generations wait for each other.
public final class ACEStepBackend: MeasurableBackend {
    /// What was loaded.
    public let info: ModelInfo
    private let pipeline: Pipeline
    private let benchmark: StageBenchmark
    private let resolver: RequestResolver

    private init(info: ModelInfo, pipeline: Pipeline, benchmark: StageBenchmark, resolver: RequestResolver) {
        self.info = info
        self.pipeline = pipeline
        self.benchmark = benchmark
        self.resolver = resolver
    }

    /// Loads a checkpoint.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which file, tensor or field is wrong, or
    ///   `unsupported` if there is no such device.
    public static func load(_ location: ModelLocation, options: LoadOptions) async throws -> ACEStepBackend {
        try await loadOnArrayThread(location, options: options)
    }

    @MLXActor
    private static func loadOnArrayThread(
        _ location: ModelLocation, options: LoadOptions
    ) throws -> ACEStepBackend {
        if let threads = options.threads { Machine.threads = threads }
        let layout = try CheckpointLayout(location)
        let parts = try CheckpointParts(layout)
        let target = try ComputeTarget(options, parameterCount: parts.parameterCount)
        try ComputeTarget.requireMemory(
            for: parts.footprint(
                dtype: target.dtype, quantization: options.quantization, isFrugal: options.lowMemory),
            of: location.name)
        let model = try target.withDevice {
            try evaluating("loading") {
                try ACEStepModel(
                    parts, dtype: target.dtype, quantization: options.quantization, isFrugal: options.lowMemory)
            }
        }
        let remarks = try CheckpointRemarks.read([layout.model, layout.model.deletingLastPathComponent()])
        let info = ModelInfo(
            family: ACEStepFamily.name, variant: model.configuration.variant.rawValue,
            precision: target.precisionName + (model.hasInt8Layers ? " q8" : ""),
            device: target.device.rawValue, parameterCount: model.parameterCount,
            sampleRate: model.autoencoderConfiguration.samplingRate,
            channelCount: model.autoencoderConfiguration.audioChannels,
            byteCount: parameterCount * (options.quantization == .q8 ? 1 : target.dtype.size),
            notice: remarks.notice)
        let pipeline = Pipeline(model: model, target: target, isFrugal: options.lowMemory)
        return ACEStepBackend(
            info: info, pipeline: pipeline,
            benchmark: StageBenchmark(model: model, pipeline: pipeline, target: target),
            resolver: RequestResolver(model, trackTasks: remarks.trackTasks))
    }

    /// Checks a request and fills in what it leaves open, by what the variant was trained for.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
        let (resolved, notices) = try resolver.resolve(try ACEStepRequest(request))
        return (resolved.neutral, notices)
    }

    /// What the variant was trained for.
    public var capabilities: Capabilities { resolver.capabilities }

    public func reasonAgainstPlan(of request: MusicRequest) -> String? {
        PlannedGeneration.reasonAgainst(request)
    }

    public func generate(
        _ request: MusicRequest, planner: any MusicPlanner, options: PlanningOptions, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        PlannedGeneration(planner: planner, backend: self, options: options).generate(request, details: details)
    }

    /// Makes the songs of a request, which is resolved first.
    ///
    /// Ending the iteration or cancelling its task stops the work at the next step or tile.
    public func generate(
        _ request: MusicRequest, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let (resolved, notices) = try resolver.resolve(try ACEStepRequest(request))
                    continuation.yield(.resolved(resolved.neutral))
                    notices.forEach { continuation.yield(.notice($0)) }
                    try Task.checkCancellation()
                    let result = try await pipeline.generate(resolved, details: details) { continuation.yield($0) }
                    continuation.yield(.finished(result))
                    continuation.finish()
                } catch is CancellationError {
                    continuation.finish(throwing: MusicError(.cancelled, "The generation was cancelled"))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// The 5 Hz codes of a song; those of its melody and structure.
    public func audioCodes(of audio: AudioInput) async throws -> [Int] {
        try await pipeline.codes(audio)
    }

    // MARK: MeasurableBackend

    public var engine: String {
        info.device == LoadOptions.Device.cpu.rawValue
            ? "\(Machine.instructionSet), \(Machine.threads) threads" : "GPU"
    }

    public func matrixRate() async throws -> Double { try await benchmark.matrixRate() }

    public func memoryRate() async throws -> Double? { await MLXActor.run { Machine.measuredMemoryRate() } }

    public func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) async throws -> StageMeasurement {
        try await benchmark.measure(stage, workload)
    }
}
