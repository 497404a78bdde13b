import ModelSupport
import MusicCore

/// Announces the stages of a run and measures them, with the turns of other jobs that came between.
@MLXActor
struct StageClock {
    private(set) var seconds: [MusicStage: Double] = [:]
    private let report: (MusicEvent) -> Void
    private let clock = ContinuousClock()

    init(report: @escaping (MusicEvent) -> Void) {
        self.report = report
    }

    /// Runs a stage.
    mutating func run<Result>(_ stage: MusicStage, _ body: () async throws -> Result) async throws -> Result {
        report(.started(stage))
        let start = clock.now
        defer {
            let passed = start.duration(to: clock.now).components
            seconds[stage, default: 0] += Double(passed.seconds) + Double(passed.attoseconds) / 1e18
        }
        return try await body()
    }
}
