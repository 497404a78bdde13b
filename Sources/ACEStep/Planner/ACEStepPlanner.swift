import Foundation
import ModelSupport
import MusicCore
import Qwen3

/// The 5 Hz language model of ACE-Step 1.5: plans songs, describes them, and makes requests out of ideas.
public final class ACEStepPlanner: MusicPlanner, Measurable {
    public let info: ModelInfo
    private let model: LanguageModel
    private let benchmark: PlannerBenchmark

    /// The family, as the composition root registers it.
    public static let family = PlannerFamily(
        name: "ace-step-lm", recognizes: { PlannerFolder.find($0) != nil }, load: { try await load($0, options: $1) })

    private init(info: ModelInfo, model: LanguageModel, benchmark: PlannerBenchmark) {
        self.info = info
        self.model = model
        self.benchmark = benchmark
    }

    /// Loads a folder such as `acestep-5Hz-lm-0.6B`.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which file, tensor or field is wrong, or
    ///   `unsupported` if there is no such device.
    @MLXActor
    public static func load(_ location: ModelLocation, options: LoadOptions) async throws -> ACEStepPlanner {
        let codes = 151_669..<(151_669 + 64_000)
        guard let folder = PlannerFolder.find(location) else {
            throw MusicError(
                .invalidCheckpoint, "There is no language model in \(location.directory.path)",
                advice: "give a folder such as acestep-5Hz-lm-1.7B, or one that holds such a folder")
        }
        let model = try LanguageModel(folder, options: options) { _ in codes }
        return ACEStepPlanner(
            info: model.info(hasInt8Layers: model.network.hasInt8Layers), model: model,
            benchmark: PlannerBenchmark(model, codes: codes))
    }

    // MARK: Measurable

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
