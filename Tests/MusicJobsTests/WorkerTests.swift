import Foundation
import MusicCore
import MusicEngine
import Testing

import MusicJobs

/// The program whose model can be told to fail, beside the test bundle.
enum Probe {
    static var file: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("JobsProbe")
    }

    static func settings(_ folder: Folder, still: Int = 1_000_000, cancelled: Int = 1_000_000) -> WorkerRunner.Settings
    {
        WorkerRunner.Settings(
            executable: file, arguments: ["worker", folder.url.path], interval: .seconds(1), stillLooks: still,
            silentLooks: 1_000_000, cancelledLooks: cancelled)
    }
}

@Suite struct WorkerTests {
    /// A service over a worker, and a clock that nobody advances but the test.
    private func started(
        _ folder: Folder, _ settings: WorkerRunner.Settings? = nil
    ) async throws -> (JobService, WorkerRunner, TestClock) {
        let clock = TestClock()
        let runner = WorkerRunner(settings ?? Probe.settings(folder), clock: clock)
        let service = try await service(folder, runner)
        try await service.start()
        return (service, runner, clock)
    }

    /// Waits until a job has told of a step.
    private func waitForStep(_ service: JobService, _ id: String) async {
        for await event in service.events.stream(of: id) where event.event.name == "progress" { break }
    }

    private func expectNextSucceeds(_ service: JobService) async throws {
        let id = try await service.queue.submit(tone("fine")).job.id
        let end = try await service.end(of: id)
        #expect(end.state == .succeeded, "\(String(describing: end.error))")
    }

    @Test func aWorkerMakesSongs() async throws {
        let folder = try Folder()
        let (service, runner, _) = try await started(folder)
        for caption in ["fine", "print"] {
            let id = try await service.queue.submit(tone(caption)).job.id
            let end = try await service.end(of: id)
            #expect(end.state == .succeeded && end.result?.songs.count == 1, "\(String(describing: end.error))")
            let events = await service.allEvents(of: id)
            #expect(events.contains { $0.event.name == "progress" })
            #expect(end.result?.info?.family == "tone")
        }
        #expect(await runner.starts == 1)
        #expect(folder.songs.count == 2)
        await service.drain(within: .seconds(1))
        #expect(await runner.processIdentifier == nil)
    }

    @Test(arguments: [("crash", "signal 11"), ("exit", "status 3")])
    func aWorkerThatDiesEndsOneJob(caption: String, reason: String) async throws {
        let folder = try Folder()
        let (service, runner, _) = try await started(folder)
        let id = try await service.queue.submit(tone(caption)).job.id
        let end = try await service.end(of: id)
        #expect(end.state == .failed && end.attempts == 1)
        #expect(end.error?.message.contains("worker process ended") == true)
        #expect(end.error?.message.contains(reason) == true, "\(end.error?.message ?? "")")
        try await expectNextSucceeds(service)
        #expect(await runner.starts == 2)
        #expect(folder.songs.count == 1)
    }

    @Test func aWorkerThatIsKilledEndsOneJobInItsStage() async throws {
        let folder = try Folder()
        let (service, runner, _) = try await started(folder)
        let id = try await service.queue.submit(tone("wait")).job.id
        await waitForStep(service, id)
        kill(try #require(await runner.processIdentifier), SIGKILL)
        let end = try await service.end(of: id)
        #expect(end.state == .failed && end.stage == .diffuse && end.error?.code == .outOfMemory)
        #expect(end.error?.message.contains("in the stage diffuse") == true)
        try await expectNextSucceeds(service)
    }

    /// What neither reports nor computes is given up: work that waits for ever, and a process that is held.
    @Test(arguments: [false, true])
    func aWorkerThatStandsStillEndsOneJobInItsStage(isHeld: Bool) async throws {
        let folder = try Folder()
        let (service, runner, clock) = try await started(folder, Probe.settings(folder, still: 3))
        let id = try await service.queue.submit(tone(isHeld ? "wait" : "stall")).job.id
        await waitForStep(service, id)
        if isHeld { kill(try #require(await runner.processIdentifier), SIGSTOP) }
        let looking = Task {
            while !Task.isCancelled {
                await clock.waitForSleeper()
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        let end = try await service.end(of: id)
        looking.cancel()
        #expect(end.state == .failed && end.stage == .diffuse)
        #expect(end.error?.message.contains("stood still in the stage diffuse") == true, "\(end.error?.message ?? "")")
        clock.advance(by: .zero)
        try await expectNextSucceeds(service)
        #expect(await runner.starts == 2)
    }

    @Test func timeAloneEndsNothing() async throws {
        let folder = try Folder()
        let (service, runner, clock) = try await started(folder, Probe.settings(folder, still: 3))
        let id = try await service.queue.submit(tone("wait")).job.id
        await waitForStep(service, id)
        // Asleep for a month: one look at the work.
        await clock.waitForSleeper()
        clock.advance(by: .seconds(30 * 86_400))
        await clock.waitForSleeper()
        #expect(try await service.queue.status(of: id).job.state == .running)
        _ = try await service.queue.cancel(id)
        #expect(try await service.end(of: id).state == .cancelled)
        #expect(await runner.starts == 1)
    }

    @Test func aCancelledJobLeavesItsWorkerAtWork() async throws {
        let folder = try Folder()
        let (service, runner, _) = try await started(folder)
        let id = try await service.queue.submit(tone("wait")).job.id
        await waitForStep(service, id)
        _ = try await service.queue.cancel(id)
        #expect(try await service.end(of: id).state == .cancelled)
        try await expectNextSucceeds(service)
        #expect(await runner.starts == 1)
        #expect(folder.songs.count == 1)
    }

    @Test func aJobThatDoesntHearIsEndedWithItsWorker() async throws {
        let folder = try Folder()
        let (service, runner, clock) = try await started(folder, Probe.settings(folder, cancelled: 2))
        let id = try await service.queue.submit(tone("stall")).job.id
        await waitForStep(service, id)
        _ = try await service.queue.cancel(id)
        let looking = Task {
            while !Task.isCancelled {
                await clock.waitForSleeper()
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        #expect(try await service.end(of: id).state == .cancelled)
        looking.cancel()
        try await expectNextSucceeds(service)
        #expect(await runner.starts == 2)
    }

    @Test func errorsComeAcrossAsTheyAre() async throws {
        let folder = try Folder()
        let (service, runner, _) = try await started(folder)
        let id = try await service.queue.submit(tone("fail")).job.id
        #expect(try await service.end(of: id).error == MusicError(.numericalFailure, "the sound is not a number"))
        await #expect { try await runner.inspect(folder["none.wav"]) } throws: {
            ($0 as? MusicError)?.code == .unreadableInput
        }
        let models = try await runner.load(LoadOrder())
        #expect(models.map(\.name) == ["tone"])
        #expect(await runner.loadedModels() == models)
    }

    @Test func aProgramThatIsNotThereIsSaid() async throws {
        let folder = try Folder()
        let runner = WorkerRunner(.init(executable: folder["none"], arguments: []))
        await #expect { try await runner.inspect(folder.url) } throws: {
            ($0 as? MusicError)?.message.contains("can't be started") == true
        }
        await runner.shutDown()
    }

    @Test func anotherProtocolIsRefused() async throws {
        let folder = try Folder()
        // Says something that is no frame, and goes on.
        let shell = WorkerRunner(
            .init(executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "echo hello there; cat >/dev/null"]))
        await #expect { try await shell.inspect(folder.url) } throws: {
            ($0 as? MusicError)?.message.contains("protocol") == true
        }
        await shell.shutDown()
    }
}

@Suite struct WorkerFrameTests {
    @Test func framesComeTogetherFromPieces() throws {
        let calls = (1...20).map { number in
            WorkerCall(number: number, action: .inspect(path: String(repeating: "x", count: number * 100)))
        }
        let bytes = try calls.reduce(into: Data()) { $0.append(try WorkerFrame.encode($1)) }
        for size in [1, 3, 7, 1000, bytes.count] {
            var reader = WorkerFrameReader()
            var numbers: [Int] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                reader.append(bytes[start..<min(bytes.count, start + size)])
                while let json = try reader.next() {
                    numbers.append(try WorkerFrame.decode(WorkerCall.self, json).number)
                }
            }
            #expect(numbers == Array(1...20))
        }
    }

    @Test func whatIsNoFrameIsRefused() throws {
        var reader = WorkerFrameReader()
        reader.append(Data([0xFF, 0xFF, 0xFF, 0xFF, 0]))
        #expect(throws: MusicError.self) { try reader.next() }
        for json in ["", "{}", "[]", "{\"version\": 1}", "{\"version\": 1, \"number\": 1, \"action\": {\"fly\": {}}}"] {
            #expect(throws: MusicError.self) { try WorkerFrame.decode(WorkerCall.self, Data(json.utf8)) }
        }
        #expect {
            try WorkerFrame.decode(
                WorkerCall.self, Data(#"{"version": 2, "number": 1, "action": {"loadedModels": {}}}"#.utf8))
        } throws: { ($0 as? MusicError)?.message.contains("version 2") == true }
    }
}

@Suite struct ProgressWatchTests {
    private let patience = ProgressWatch.Patience(still: 2, silent: 5, cancelled: 3)

    @Test func stillnessIsCountedFromTheLastSignOfWork() {
        var watch = ProgressWatch(patience)
        for _ in 0..<10 {
            #expect(watch.look() == .goesOn)
            #expect(watch.look() == .goesOn)
            watch.noteEvent()
        }
        #expect(watch.look() == .goesOn)
        #expect(watch.look() == .goesOn)
        #expect(watch.look() == .stalled(looks: 3))
    }

    @Test func computingIsAliveAndNotForEver() {
        var watch = ProgressWatch(patience)
        var looks = 0
        repeat {
            looks += 1
            watch.noteComputing(Double(looks))
        } while watch.look() == .goesOn
        #expect(looks == 6)
    }

    @Test func beatsAloneAreNoWork() {
        var watch = ProgressWatch(patience)
        var looks = 0
        repeat {
            looks += 1
            watch.noteComputing(1 + Double(looks) * 0.001)
        } while watch.look() == .goesOn
        // The first beat tells of the start of the process.
        #expect(looks == 3)
    }

    @Test func whatWasCancelledHasLessTime() {
        var watch = ProgressWatch(patience)
        watch.noteCancellation()
        for _ in 0..<3 {
            #expect(watch.look() == .goesOn)
            watch.noteEvent()
        }
        #expect(watch.look() == .stalled(looks: 4))
    }
}
