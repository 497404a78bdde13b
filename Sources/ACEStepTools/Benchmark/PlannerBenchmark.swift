import ACEStep
import MLX
import ModelSupport
import MusicCore
import Qwen3

/// Runs the stages of a language model one by one on made-up tokens.
@MLXActor
final class PlannerBenchmark {
    private let model: LanguageModel
    /// Ids of the audio codes, whose scores alone are computed for a step.
    private let codes: Range<Int>

    init(_ model: LanguageModel) {
        self.model = model
        codes = model.vocabulary.codeTokens
    }

    /// Codes that a timed run makes, so that the time of one is known well.
    private static let stepsPerRun = 16

    /// Operations per second of a matrix product with the sizes of a large feed-forward layer.
    func matrixRate() throws -> Double {
        try model.target.withDevice { try Stopwatch.matrixRate(model.network.dtype) }
    }

    /// See ``MusicCore/Measurable/measure(_:_:)``.
    func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) throws -> StageMeasurement {
        try model.target.withDevice {
            let prompt = self.prompt(workload.textTokens + workload.lyricTokens)
            let network = model.network
            let configuration = network.configuration
            let rows = workload.batchSize * (stage == .guidedPlannerStep ? 2 : 1)
            guard stage != .plannerPrefill else {
                let seconds = try Stopwatch.timed(repeats: workload.repeats) {
                    eval(try network.prefill([prompt]).hidden)
                }
                return StageMeasurement(
                    stage: stage, seconds: seconds, operations: configuration.operations(length: prompt.count),
                    tokens: prompt.count)
            }
            // The context at which a song of this length is half made.
            let behind = Int(workload.duration * 5 / 2)
            let start = try network.prefill(
                [prompt + self.prompt(behind)], reserving: Self.stepsPerRun * (workload.repeats + 2))
            let cache = start.cache.selecting(Array(repeating: 0, count: rows))
            var logits = try network.logits(start.hidden, ids: codes)
            var token = codes.lowerBound
            let seconds = try Stopwatch.timed(repeats: workload.repeats) {
                for _ in 0..<Self.stepsPerRun {
                    let hidden = try network.step(Array(repeating: [token], count: rows), cache)
                    logits = try network.logits(hidden, ids: codes)
                    token = codes.lowerBound + (token + 1 - codes.lowerBound) % codes.count
                }
            }
            let sample = logits[0, 0].item(Float.self)
            guard sample.isFinite else { throw MusicError(.internal, "The language model's scores are not finite") }
            return StageMeasurement(
                stage: stage, seconds: seconds.map { $0 / Double(Self.stepsPerRun) },
                operations: Double(rows) * configuration.operations(length: 1),
                bytes: Double(network.bytesPerToken(ids: codes)), tokens: workload.batchSize)
        }
    }

    private func prompt(_ count: Int) -> [Int] {
        (0..<count).map { $0 % model.network.configuration.vocabularySize }
    }
}
