import Foundation
import MusicCore
import MusicJobs
import Testing

@Suite struct EventTests {
    private func events(
        _ folder: Folder, generation: Int = 0, _ limits: JobEvents.Limits = .init()
    ) throws -> JobEvents {
        JobEvents(store: try SQLiteStore(file: folder["jobs.sqlite"]), generation: generation, limits: limits)
    }

    private func progress(_ step: Int) -> JobEvent {
        .progress(.diffuse, completed: step, total: 100, fraction: Double(step) / 100, eta: nil)
    }

    private func all(_ stream: JobEventStream) async -> [NumberedEvent] {
        var all: [NumberedEvent] = []
        for await event in stream { all.append(event) }
        return all
    }

    @Test func whatWasIsThereFromAnyNumberOn() async throws {
        let events = try events(try Folder())
        events.append(.started(attempt: 1), to: "a")
        events.append(.started(attempt: 1), to: "b")
        for step in 1...5 { events.append(progress(step), to: "a") }
        events.finish("a", .cancelled)
        events.append(.notice("too late"), to: "a")
        #expect(await all(events.stream(of: "a")).map(\.number) == Array(1...7))
        for number in 0...7 {
            #expect(await all(events.stream(of: "a", after: number)).map(\.number) == Array(number..<7).map { $0 + 1 })
        }
        #expect(await all(events.stream(of: "a", after: 99)).isEmpty)
        #expect(await all(events.stream(of: "unknown")).isEmpty)
    }

    @Test func aReaderGetsWhatComesLater() async throws {
        let events = try events(try Folder())
        let reader = Task { await all(events.stream(of: "a")).map(\.number) }
        let feed = Task {
            var jobs: [String] = []
            for await event in events.feed() {
                jobs.append(event.job)
                if event.event.isFinal { break }
            }
            return jobs
        }
        events.append(.started(attempt: 1), to: "a")
        while events.load.waiters < 1 { await Task.yield() }
        events.append(progress(1), to: "b")
        events.append(progress(1), to: "a")
        events.finish("a", .cancelled)
        _ = await feed.value
        // The reader may have come before the job: then it has nothing to wait for.
        let read = await reader.value
        #expect(read == [1, 2, 3] || read.isEmpty)
        #expect(await feed.value.sorted() == ["a", "a", "a", "b"])
    }

    /// The numbers of a process begin far above those of the one before: who asks for all waits for the first all the same.
    @Test func aReaderOfALaterProcessWaitsForTheFirstEvent() async throws {
        let events = try events(try Folder(), generation: 3)
        let readers = [0, 7].map { number in
            Task { () -> NumberedEvent? in
                for await event in events.feed(after: number) { return event }
                return nil
            }
        }
        while events.load.waiters < 2 { await Task.yield() }
        events.append(.started(attempt: 1), to: "a")
        for reader in readers { #expect(await reader.value?.number == (3 << 32) + 1) }
    }

    @Test func aReaderThatGivesUpIsForgotten() async throws {
        let events = try events(try Folder())
        events.append(.started(attempt: 1), to: "a")
        let readers = (0..<20).map { number in
            Task { await all(number % 2 == 0 ? events.stream(of: "a") : events.feed()).count }
        }
        while events.load.waiters < 20 { await Task.yield() }
        readers.forEach { $0.cancel() }
        for reader in readers { #expect(await reader.value == 1) }
        #expect(events.load.waiters == 0)
    }

    @Test func ofALongPastTheProgressIsForgotten() async throws {
        let events = try events(try Folder(), .init(perJob: 8, finishedJobs: 2, feed: 8))
        events.append(.started(attempt: 1), to: "a")
        events.append(.notice("keep me"), to: "a")
        for step in 1...1000 { events.append(progress(step), to: "a") }
        events.finish("a", .cancelled)
        let read = await all(events.stream(of: "a"))
        #expect(read.count == 8)
        #expect(read.first?.event == .started(attempt: 1) && read.last?.event == .cancelled)
        #expect(read.contains { $0.event == .notice("keep me") })
        #expect(read.map(\.number) == read.map(\.number).sorted())
        #expect(read.last?.number == 1003)
        #expect(events.load.events <= 16)
        // And of many jobs those that were over first.
        for job in ["b", "c"] { events.finish(job, .cancelled) }
        #expect(await all(events.stream(of: "a")).isEmpty)
        #expect(await all(events.stream(of: "c")).count == 1)
    }

    @Test func afterASealNothingElseComes() async throws {
        let events = try events(try Folder())
        events.append(.started(attempt: 1), to: "a")
        #expect(events.seal("a") == 2)
        events.append(progress(1), to: "a")
        events.finish("a", .cancelled)
        #expect(await all(events.stream(of: "a")).map(\.event) == [.started(attempt: 1), .cancelled])
    }

    @Test func numbersRiseBeyondARestart() async throws {
        let folder = try Folder()
        let runner = ScriptedRunner(isAutomatic: true)
        let first = try await service(folder, runner)
        try await first.start()
        let id = try await first.queue.submit(tone()).job.id
        let before = await first.allEvents(of: id)
        await first.drain(within: .seconds(1))
        let last = try #require(before.last?.number)

        let events = try events(folder, generation: 1)
        events.append(.started(attempt: 1), to: "x")
        events.finish("x", .cancelled)
        let number = try #require(await all(events.stream(of: "x")).first?.number)
        #expect(number > last)
        #expect(number < 1 << 53)

        let store = try SQLiteStore(file: folder["service/jobs.sqlite"])
        let after = JobEvents(store: store, generation: 1, limits: .init())
        // Of a job that was over before, the last event is there, once.
        #expect(await all(after.stream(of: id)) == [before.last])
        #expect(await all(after.stream(of: id, after: last - 1)) == [before.last])
        #expect(await all(after.stream(of: id, after: last)).isEmpty)
    }

    @Test func eventsSayWhatTheyAre() throws {
        let cases: [(JobEvent, String)] = [
            (.queued(position: 2, eta: nil), #"{"eta":null,"event":"queued","position":2}"#),
            (
                progress(1),
                #"{"completed":1,"eta":null,"event":"progress","fraction":0.01,"stage":"diffuse","total":100}"#
            ),
            (.audio(index: 0, handle: "au_x"), #"{"event":"audio","handle":"au_x","index":0}"#),
            (.cancelled, #"{"event":"cancelled"}"#),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        for (event, json) in cases { #expect(String(decoding: try encoder.encode(event), as: UTF8.self) == json) }
    }
}
