import Foundation
import MusicCore
import Testing

import MusicJobs

@Suite struct StoreTests {
    private func job(_ id: String = "1", owner: String = "o", batch: String? = nil) -> Job {
        Job(
            id: id,
            request: JobRequest(.generate, document: ["caption": "x", "seed": JSONValue(UInt64.max)]),
            owner: owner, priority: .normal, batch: batch, seed: .max, created: Date(timeIntervalSince1970: 1.25),
            inputs: ["up_x"])
    }

    private func mark(_ key: String, _ digest: String, at time: Double = 0) -> IdempotencyMark {
        IdempotencyMark(
            owner: "o", key: key, digest: digest, created: Date(timeIntervalSince1970: time),
            validFrom: Date(timeIntervalSince1970: time - 100))
    }

    @Test func jobsAreThereWhenItIsOpenedAgain() async throws {
        let folder = try Folder()
        let first = try SQLiteStore(file: folder["jobs.sqlite"])
        #expect(try await first.insert([job()], mark: nil) == nil)
        let started = try await first.change("1", in: [.queued]) {
            $0.state = .running; $0.attempts = 1
        }
        let second = try SQLiteStore(file: folder["jobs.sqlite"])
        #expect(try await second.job("1") == started)
        #expect(try await second.job("1")?.seed == .max)
        #expect(try await second.unfinishedJobs().map(\.id) == ["1"])
        #expect(try await second.counts() == [.running: 1])
    }

    @Test func aJobChangesOnlyFromTheStatesThatAreNamed() async throws {
        let folder = try Folder()
        let store = try SQLiteStore(file: folder["jobs.sqlite"])
        _ = try await store.insert([job()], mark: nil)
        #expect(try await store.change("1", in: [.running]) { $0.state = .failed } == nil)
        #expect(try await store.change("2", in: [.queued]) { $0.state = .running } == nil)
        await #expect(throws: MusicError.self) {
            _ = try await store.change("1", in: [.queued]) { $0.state = .succeeded }
        }
        #expect(try await store.job("1")?.state == .queued)
    }

    /// Every pair of states, and whether a job may go from one to the other.
    @Test func noJobComesBackFromItsEnd() {
        for state in JobState.allCases {
            #expect(state.next.isEmpty == state.isFinal)
            #expect(!state.next.contains(state))
        }
        #expect(JobState.queued.next == [.running, .failed, .cancelled])
        #expect(JobState.running.next == [.queued, .succeeded, .failed, .cancelled])
    }

    @Test func aKeyStandsForOneSubmission() async throws {
        let folder = try Folder()
        let store = try SQLiteStore(file: folder["jobs.sqlite"])
        #expect(try await store.insert([job("1"), job("2")], mark: mark("k", "d")) == nil)
        #expect(try await store.insert([job("3")], mark: mark("k", "d")) == ["1", "2"])
        #expect(try await store.job("3") == nil)
        await #expect { try await store.insert([job("4")], mark: mark("k", "other")) } throws: {
            ($0 as? JobRefusal)?.reason == .keyReused
        }
        // Another owner's key is another key, and one whose time is over counts no more.
        var other = mark("k", "other")
        other.owner = "p"
        #expect(try await store.insert([job("5")], mark: other) == nil)
        #expect(try await store.insert([job("6")], mark: mark("k", "other", at: 200)) == nil)
        #expect(try await store.targets(of: mark("k", "other", at: 200)) == ["6"])
    }

    @Test func jobsAreListedNewestFirst() async throws {
        let folder = try Folder()
        let store = try SQLiteStore(file: folder["jobs.sqlite"])
        for id in 1...5 {
            _ = try await store.insert(
                [job("\(id)", owner: id % 2 == 0 ? "even" : "odd", batch: id > 3 ? "b" : nil)], mark: nil)
        }
        #expect(try await store.jobs(JobQuery()).map(\.id) == ["5", "4", "3", "2", "1"])
        #expect(try await store.jobs(JobQuery(owner: "odd", limit: 2)).map(\.id) == ["5", "3"])
        #expect(try await store.jobs(JobQuery(owner: "odd", after: "3")).map(\.id) == ["1"])
        #expect(try await store.jobs(JobQuery(batch: "b")).map(\.id) == ["5", "4"])
        #expect(try await store.jobs(JobQuery(states: [.failed])).isEmpty)
        #expect(try await store.delete("1") == false)
        _ = try await store.change("1", in: [.queued]) { $0.state = .cancelled }
        #expect(try await store.delete("1"))
        #expect(try await store.job("1") == nil)
    }

    @Test func aFolderThatCantBeUsedIsSaid() async throws {
        let folder = try Folder()
        #expect { try SQLiteStore(file: folder["none/jobs.sqlite"]) } throws: {
            ($0 as? MusicError)?.code == .unwritableOutput
        }
        try Data("no database, but long enough to be taken for the head of one".utf8).write(to: folder["jobs.sqlite"])
        #expect { try SQLiteStore(file: folder["jobs.sqlite"]) } throws: {
            ($0 as? MusicError)?.code == .unreadableInput
        }
    }
}
