import Foundation
import MusicCore
import MusicJobs
import Testing

/// The order of jobs that wait, and pauses.
@Suite struct OrderTests {
    /// A service with a job that runs, and some of an owner's that wait.
    private func waiting(
        _ count: Int, _ folder: Folder, _ runner: ScriptedRunner, owner: String = "a"
    ) async throws -> (JobService, [String]) {
        let service = try await service(folder, runner)
        try await service.start()
        var ids: [String] = []
        for number in 0...count {
            ids.append(try await service.queue.submit(tone("song \(number)", owner: owner)).job.id)
        }
        await runner.waitForTasks(1)
        return (service, ids)
    }

    @Test func aJobThatIsMovedBeginsAtItsNewPlace() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let (service, ids) = try await waiting(3, folder, runner)
        let queue = service.queue
        #expect(await queue.line(of: "a").jobs == Array(ids[1...]))
        #expect(try await queue.move(ids[3], before: ids[1], owner: "a").position == 1)
        #expect(await queue.line(of: "a").jobs == [ids[3], ids[1], ids[2]])
        #expect(try await queue.move(ids[3], before: nil, owner: "a").position == 3)
        #expect(try await queue.move(ids[2], before: ids[1], owner: "a").position == 1)
        for id in [ids[0], ids[2], ids[1], ids[3]] {
            await runner.tell(id, .succeed)
            _ = try await service.end(of: id)
        }
        #expect(await runner.tasks.map(\.id) == [ids[0], ids[2], ids[1], ids[3]])
    }

    @Test func nobodyMovesWhatIsNotTheirsOrDoesNotWait() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let (service, ids) = try await waiting(2, folder, runner)
        let other = try await service.queue.submit(tone(owner: "b")).job.id
        func reason(_ id: String, _ before: String?, _ owner: String) async -> JobRefusal.Reason? {
            do {
                _ = try await service.queue.move(id, before: before, owner: owner)
                return nil
            } catch {
                return (error as? JobRefusal)?.reason
            }
        }
        #expect(await reason(ids[1], nil, "b") == .notFound)
        #expect(await reason(ids[1], other, "a") == .notFound)
        #expect(await reason(ids[0], nil, "a") == .wrongState)
        #expect(await reason(ids[1], ids[0], "a") == .wrongState)
        #expect(await service.queue.line(of: "a").jobs == [ids[1], ids[2]])
    }

    @Test func theOrderAndPausesOutliveTheProcess() async throws {
        let folder = try Folder()
        var ids: [String] = []
        do {
            let runner = ScriptedRunner()
            let (service, all) = try await waiting(3, folder, runner)
            ids = all
            _ = try await service.queue.move(ids[3], before: ids[1], owner: "a")
            try await service.queue.setPaused(true, owner: "a")
            await service.drain(within: .zero)
        }
        let runner = ScriptedRunner()
        let again = try await service(folder, runner)
        try await again.start()
        let line = await again.queue.line(of: "a")
        #expect(line.isPaused)
        // What ran when the process ended goes first.
        #expect(line.jobs == [ids[0], ids[3], ids[1], ids[2]])
        let late = try await again.queue.submit(tone("late", owner: "a")).job.id
        #expect(await again.queue.line(of: "a").jobs.last == late)
        try await again.queue.setPaused(false, owner: "a")
        await runner.waitForTasks(1)
        #expect(await runner.tasks.first?.id == ids[0])
    }

    @Test func whoPausesHoldsBackTheirOwnSongsAlone() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let (service, ids) = try await waiting(1, folder, runner)
        try await service.queue.setPaused(true, owner: "a")
        let other = try await service.queue.submit(tone(owner: "b")).job.id
        let words = try await service.queue.submit(
            JobSubmission(JobRequest(.create, document: ["query": "x"]), owner: "a", priority: .normal)
        ).job.id
        let status = try await service.queue.status(of: ids[1])
        #expect(status.position == 3 && status.secondsUntilStart == nil)
        for id in [ids[0], other, words] { await runner.tell(id, .succeed) }
        for id in [ids[0], other, words] { _ = try await service.end(of: id) }
        #expect(try await service.queue.status(of: ids[1]).job.state == .queued)
        #expect(try await service.queue.statistics().running == 0)
        try await service.queue.setPaused(false, owner: "a")
        await runner.tell(ids[1], .succeed)
        let end = try await service.end(of: ids[1])
        #expect(end.state == .succeeded, "\(String(describing: end.error))")
    }
}
