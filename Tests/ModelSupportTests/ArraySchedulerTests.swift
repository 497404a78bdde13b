import ModelSupport
import MusicCore
import Testing

/// Who goes when, by the order of events alone.
@MLXActor
struct ArraySchedulerTests {
    /// What happened, in order.
    @MLXActor
    private final class Log {
        var entries: [String] = []
    }

    private let scheduler = ArrayScheduler()
    private let log = Log()

    /// A job that writes its name at each of its steps.
    private func job(_ name: String, steps: Int, _ priority: TurnPriority = .normal) -> Task<Void, any Error> {
        Task { @MLXActor in
            for _ in 0..<steps {
                try await scheduler.turn(priority)
                log.entries.append(name)
            }
        }
    }

    @Test func jobsTakeTurns() async throws {
        let jobs = ["a", "b", "c"].map { job($0, steps: 4) }
        for job in jobs { try await job.value }
        #expect(log.entries.joined() == "abcabcabcabc")
    }

    @Test func aJobThatComesLaterWaitsForOneStep() async throws {
        let long = Task { @MLXActor in
            var late: Task<Void, any Error>?
            for step in 0..<6 {
                try await scheduler.turn()
                log.entries.append("a")
                if step == 2 { late = job("b", steps: 2) }
            }
            try await late?.value
        }
        try await long.value
        let first = try #require(log.entries.firstIndex(of: "b"))
        #expect(first <= 4)
        #expect(log.entries.filter { $0 == "a" }.count == 6 && log.entries.last == "a")
    }

    @Test func interactiveJobsGoFirstAndLetOthersIn() async throws {
        let jobs = [job("n", steps: 3), job("i", steps: 10, .interactive)]
        for job in jobs { try await job.value }
        #expect(log.entries.joined() == "iiiiniiiiniin")
    }

    @Test func thePriorityOfATaskIsThatOfItsTurns() async throws {
        let jobs = [
            job("n", steps: 8),
            TurnPriority.$current.withValue(.interactive) {
                Task { @MLXActor in
                    for _ in 0..<8 {
                        try await scheduler.turn()
                        log.entries.append("i")
                    }
                }
            },
        ]
        for job in jobs { try await job.value }
        let lastInteractive = log.entries.lastIndex(of: "i") ?? 0
        #expect(log.entries[...lastInteractive].filter { $0 == "n" }.count <= 3)
    }

    @Test func aCancelledJobLeavesBeforeItsTurn() async throws {
        let waiting = job("b", steps: 100)
        let long = Task { @MLXActor in
            for step in 0..<20 {
                try await scheduler.turn()
                log.entries.append("a")
                if step == 4 { waiting.cancel() }
            }
        }
        try await long.value
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let cancelled = try #require(log.entries.indices.filter { log.entries[$0] == "a" }.dropFirst(4).first)
        #expect(!log.entries[cancelled...].contains("b"))
        #expect(log.entries.contains("b") && log.entries.filter { $0 == "a" }.count == 20)
    }

    @Test func aCancelledTaskGetsNoTurn() async {
        let task = Task { @MLXActor in
            withUnsafeCurrentTask { $0?.cancel() }
            try await scheduler.turn()
            log.entries.append("a")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(log.entries.isEmpty)
    }

    @Test func manyJobsEachGoAllTheirSteps() async throws {
        let jobs = (0..<50).map { index in job("\(index)", steps: 20, index % 3 == 0 ? .interactive : .normal) }
        for (index, job) in jobs.enumerated() where index % 7 == 0 { job.cancel() }
        for (index, job) in jobs.enumerated() where index % 7 != 0 { try await job.value }
        for index in 0..<50 where index % 7 != 0 {
            #expect(log.entries.filter { $0 == "\(index)" }.count == 20)
        }
    }

    @Test func stepsRunOnTheDeviceOfTheirModel() async throws {
        let target = try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0)
        let job = ArrayJob(target, scheduler: scheduler)
        #expect(try await job.step { Machine.hasGPU } == false)
        await #expect(throws: MusicError.self) { try await job.step { throw MusicError(.internal, "x") } }
    }
}
