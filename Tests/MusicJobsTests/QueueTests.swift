import Foundation
import MusicCore
import Testing

import MusicJobs

@Suite struct QueueTests {
    @Test func aJobGoesThroughItsStates() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let service = try await service(folder, runner)
        try await service.start()
        let admission = try await service.queue.submit(tone("warm rain"))
        #expect(!admission.isReplay)
        let id = admission.job.id
        #expect(UUID(uuidString: id) != nil && id == id.lowercased())
        await runner.waitForTasks(1)
        #expect(try await service.queue.status(of: id).job.state == .running)
        await runner.tell(id, .event(.stage(.diffuse)))
        await runner.tell(id, .event(.progress(.diffuse, completed: 1, total: 4, fraction: 0.25)))
        await runner.tell(id, .event(.progress(.diffuse, completed: 2, total: 4, fraction: 0.2)))
        await runner.tell(id, .event(.notice("mind the gap")))
        await runner.tell(id, .succeed)
        let events = await service.allEvents(of: id)
        #expect(
            events.map(\.event.name) == [
                "queued", "started", "stage", "progress", "progress", "notice", "audio", "finished",
            ])
        #expect(events.map(\.number) == Array(1...8))
        let fractions = events.compactMap { event -> Double? in
            if case .progress(_, _, _, let fraction, _) = event.event { fraction } else { nil }
        }
        #expect(fractions == [0.25, 0.25])

        let job = try await service.queue.status(of: id).job
        #expect(job.state == .succeeded && job.fraction == 1 && job.stage == .diffuse && job.attempts == 1)
        #expect(job.lastEvent == 8)
        let handle = try #require(job.result?.songs.first?.handle)
        #expect(job.result?.document == ["audios": [["path": .text(handle)]]].json)
        let song = try await service.library.song(handle)
        #expect(song.title == "warm rain" && song.job == id && song.lyrics == "la la")
        #expect(folder.songs == ["warm-rain-\(handle)"])
        #expect(try await service.library.file(of: handle).lastPathComponent == folder.songs.first)
        #expect(folder.names("service/spool/jobs").isEmpty)
    }

    @Test func aJobThatWaitsIsCancelledAtOnce() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let service = try await service(folder, runner)
        try await service.start()
        let first = try await service.queue.submit(tone()).job.id
        await runner.waitForTasks(1)
        let second = try await service.queue.submit(tone())
        #expect(second.status.position == 1)
        let third = try await service.queue.submit(tone())
        #expect(third.status.position == 2)
        #expect(try await service.queue.cancel(second.job.id).job.state == .cancelled)
        #expect(try await service.queue.cancel(second.job.id).job.state == .cancelled)
        #expect(await service.allEvents(of: second.job.id).last?.event == .cancelled)
        #expect(try await service.queue.status(of: third.job.id).position == 1)
        await runner.tell(first, .succeed)
        await runner.tell(third.job.id, .succeed)
        #expect(try await service.end(of: third.job.id).state == .succeeded)
        #expect(await runner.tasks.map(\.id) == [first, third.job.id])
    }

    @Test func aJobThatRunsIsCancelledAndLeavesNoFile() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let service = try await service(folder, runner)
        try await service.start()
        let id = try await service.queue.submit(tone()).job.id
        await runner.waitForTasks(1)
        _ = try await service.queue.cancel(id)
        let job = try await service.end(of: id)
        #expect(job.state == .cancelled && job.error == nil && job.result == nil)
        #expect(folder.songs.isEmpty)
        #expect(folder.names("service/spool/jobs").isEmpty)
        #expect(try await service.queue.cancel(id).job.state == .cancelled)
        // The queue goes on.
        let next = try await service.queue.submit(tone()).job.id
        await runner.tell(next, .succeed)
        #expect(try await service.end(of: next).state == .succeeded)
    }

    @Test func aFailureNamesItsStageAndNoPath() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let service = try await service(folder, runner)
        try await service.start()
        let id = try await service.queue.submit(tone()).job.id
        await runner.waitForTasks(1)
        let path = try #require(await runner.tasks.first?.folder)
        await runner.tell(id, .event(.stage(.decode)))
        await runner.tell(id, .fail(MusicError(.numericalFailure, "silence in \(path)/x.flac", advice: "see \(path)")))
        let job = try await service.end(of: id)
        #expect(job.state == .failed && job.stage == .decode && job.error?.code == .numericalFailure)
        #expect(job.error?.description.contains(folder.url.path) == false)
        guard case .failed(_, .decode)? = await service.allEvents(of: id).last?.event else {
            Issue.record("the last event is not the failure")
            return
        }
    }

    @Test func aFullQueueRefusesAndSaysWhenToComeBack() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let service = try await service(folder, runner, limits: JobLimits(waiting: 2, waitingPerOwner: 1))
        try await service.start()
        _ = try await service.queue.submit(tone(owner: "a"))
        await runner.waitForTasks(1)
        _ = try await service.queue.submit(tone(owner: "a"))
        await #expect { try await service.queue.submit(tone(owner: "a")) } throws: {
            ($0 as? JobRefusal)?.reason == .ownerLimit
        }
        _ = try await service.queue.submit(tone(owner: "b"))
        await #expect { try await service.queue.submit(tone(owner: "c")) } throws: {
            ($0 as? JobRefusal)?.reason == .queueFull && ($0 as? JobRefusal)?.retryAfter ?? 0 >= 1
        }
        // Nothing of those that were refused is left.
        #expect(try await service.queue.jobs(JobQuery()).count == 3)
    }

    @Test func aKeyBringsTheSameJobAgain() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner(isAutomatic: true)
        let service = try await service(folder, runner)
        try await service.start()
        let first = try await service.queue.submit(tone("one", key: "key"))
        let again = try await service.queue.submit(tone("one", key: "key"))
        #expect(again.isReplay && again.job.id == first.job.id)
        await #expect { try await service.queue.submit(tone("two", key: "key")) } throws: {
            ($0 as? JobRefusal)?.reason == .keyReused
        }
        // Without a key, the same request is another job.
        let other = try await service.queue.submit(tone("one"))
        #expect(other.job.id != first.job.id)
        for key in ["", String(repeating: "k", count: 129), "a\nb", "é"] {
            await #expect { try await service.queue.submit(tone(key: key)) } throws: {
                ($0 as? MusicError)?.field == "idempotency_key"
            }
        }
        _ = try await service.end(of: first.job.id)
        #expect(try await service.queue.submit(tone("one", key: "key")).job.state == .succeeded)
    }

    @Test func othersJobsAreNotThere() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner())
        let id = try await service.queue.submit(tone(owner: "a")).job.id
        for owner in ["b", ""] {
            await #expect { try await service.queue.status(of: id, owner: owner) } throws: {
                ($0 as? JobRefusal)?.reason == .notFound
            }
            await #expect { try await service.queue.cancel(id, owner: owner) } throws: {
                ($0 as? JobRefusal)?.reason == .notFound
            }
        }
        #expect(try await service.queue.status(of: id, owner: "a").position == 1)
        await #expect { try await service.queue.delete(id, owner: "a") } throws: {
            ($0 as? JobRefusal)?.reason == .wrongState
        }
    }

    @Test func aBatchIsTakenOnAsAWhole() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner(), limits: JobLimits(waiting: 3))
        let batch = try await service.queue.submit([tone("1"), tone("2")])
        #expect(Set(batch.compactMap(\.job.batch)).count == 1)
        #expect(try await service.queue.jobs(JobQuery(batch: batch.first?.job.batch)).count == 2)
        await #expect(throws: JobRefusal.self) { try await service.queue.submit([tone("3"), tone("4")]) }
        #expect(try await service.queue.jobs(JobQuery()).count == 2)
        await #expect(throws: MusicError.self) {
            try await service.queue.submit([tone(owner: "a"), tone(owner: "b")])
        }
    }

    @Test func waitingTimesFollowFromWhatWasMeasured() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let clock = TestClock()
        let service = try await service(folder, runner, clock: clock)
        try await service.start()
        let first = try await service.queue.submit(tone())
        await runner.waitForTasks(1)
        #expect(try await service.queue.submit(tone()).status.secondsUntilStart == nil)
        clock.advance(by: .seconds(20))
        await runner.tell(first.job.id, .succeed)
        _ = try await service.end(of: first.job.id)
        await runner.waitForTasks(2)
        // Two seconds of sound took 20 seconds: the least amount, one second, takes 10.
        let third = try await service.queue.submit(tone())
        let fourth = try await service.queue.submit(tone())
        #expect(third.status.secondsUntilStart == 10)
        #expect(fourth.status.secondsUntilStart == 20)
        clock.advance(by: .seconds(4))
        #expect(try await service.queue.status(of: fourth.job.id).secondsUntilStart == 16)
        #expect(try await service.queue.statistics().meanSeconds == 20)
    }

    @Test func whatRunsGoesBackWhenTheProcessEnds() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner()
        let clock = TestClock()
        let first = try await service(folder, runner, clock: clock)
        try await first.start()
        let running = try await first.queue.submit(tone("runs")).job
        await runner.waitForTasks(1)
        let waiting = try await first.queue.submit(tone("waits")).job
        async let drained: Void = first.drain(within: .seconds(30))
        await clock.waitForSleeper()
        await #expect { try await first.queue.submit(tone()) } throws: {
            ($0 as? JobRefusal)?.reason == .draining
        }
        clock.advance(by: .seconds(30))
        await drained
        #expect(await runner.isShutDown)
        #expect(try await first.queue.jobs(JobQuery()).map(\.state) == [.queued, .queued])
        #expect(try await first.queue.status(of: running.id).job.seed == running.seed)
        #expect(try await first.queue.status(of: waiting.id).job.attempts == 0)
    }

    @Test func pathsDontComeIn() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner())
        let documents: [[String: JSONValue]] = [
            ["src_audio": "/etc/passwd"], ["reference_audio_path": "../x.wav"],
            ["params": ["src_audio_path": "x.wav"].json],
            ["source": "up_short"], ["src_audio": "file:///etc/passwd"],
        ]
        for document in documents {
            await #expect("\(document)") {
                try await service.queue.submit(JobSubmission(JobRequest(.generate, document: document)))
            } throws: { ($0 as? MusicError)?.expected == "a handle, up_... or au_..." }
        }
        for name in ["/models/x", "../x", "~/x", "a/../../b", "./x"] {
            await #expect("\(name)") {
                try await service.queue.submit(JobSubmission(JobRequest(.generate, document: ["model": .text(name)])))
            } throws: { ($0 as? MusicError)?.field == "model" }
        }
        await #expect {
            try await service.queue.submit(
                JobSubmission(JobRequest(.generate, document: ["src_audio": .text(Handle.make(.upload))])))
        } throws: { ($0 as? JobRefusal)?.reason == .notFound }
    }
}

extension [String: [[String: JSONValue]]] {
    fileprivate var json: JSONValue { .object(mapValues { .list($0.map { .object($0) }) }) }
}

extension [String: JSONValue] {
    fileprivate var json: JSONValue { .object(self) }
}
