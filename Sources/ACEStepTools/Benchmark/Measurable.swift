import ACEStep
import ModelSupport
import MusicCore

extension ACEStepBackend: Measurable {
    public var engine: String { info.engine }

    public func matrixRate() async throws -> Double { try await StageBenchmark(pipeline).matrixRate() }

    public func memoryRate() async throws -> Double? { await MLXActor.run { Machine.measuredMemoryRate() } }

    public func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) async throws -> StageMeasurement {
        try await StageBenchmark(pipeline).measure(stage, workload)
    }
}

extension ACEStepPlanner: Measurable {
    public var engine: String { info.engine }

    public func matrixRate() async throws -> Double { try await PlannerBenchmark(model).matrixRate() }

    public func memoryRate() async throws -> Double? { await MLXActor.run { Machine.measuredMemoryRate() } }

    public func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) async throws -> StageMeasurement {
        try await PlannerBenchmark(model).measure(stage, workload)
    }
}

extension ModelInfo {
    /// What computes, in words.
    fileprivate var engine: String {
        device == LoadOptions.Device.cpu.rawValue
            ? "\(Machine.instructionSet), \(Machine.threads) threads" : "GPU"
    }
}
