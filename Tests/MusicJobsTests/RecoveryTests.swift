import Foundation
import MusicCore
import Testing

import MusicJobs

/// What a process that was killed has left, put right by the next.
@Suite struct RecoveryTests {
    private func job(_ id: String, _ state: JobState, attempts: Int = 0) -> Job {
        var job = Job(
            id: id, request: JobRequest(.generate, document: ["caption": .text(id)]), owner: "", priority: .normal,
            seed: 5, created: Date(timeIntervalSince1970: 0))
        job.state = state
        job.attempts = attempts
        return job
    }

    /// A folder as it was left, with jobs in it.
    private func left(_ jobs: [Job], _ folder: Folder) async throws -> (SQLiteStore, JobsFolder) {
        let place = JobsFolder(folder["service"])
        try place.prepare()
        let store = try SQLiteStore(file: place.database)
        _ = try await store.insert(jobs, mark: nil)
        return (store, place)
    }

    @Test func whatWaitedAndWhatRanIsDone() async throws {
        let folder = try Folder()
        let (_, place) = try await left([job("waits", .queued), job("ran", .running, attempts: 1)], folder)
        let stale = place.attempt("ran", 1)
        try JobsFolder.make(stale)
        try Data("half".utf8).write(to: stale.appendingPathComponent("x.flac"))
        let runner = ScriptedRunner(isAutomatic: true)
        let service = try await service(folder, runner)
        try await service.start()
        for id in ["waits", "ran"] { #expect(try await service.end(of: id).state == .succeeded) }
        #expect(try await service.queue.status(of: "ran").job.attempts == 2)
        #expect(await runner.tasks.map(\.seed) == [5, 5])
        #expect(folder.songs.count == 2)
        #expect(folder.names("service/spool/jobs").isEmpty)
    }

    @Test func aJobThatEndsItsProcessAgainAndAgainIsGivenUp() async throws {
        let folder = try Folder()
        _ = try await left([job("ran", .running, attempts: 3)], folder)
        let runner = ScriptedRunner(isAutomatic: true)
        let service = try await service(folder, runner)
        try await service.start()
        let end = try await service.queue.status(of: "ran").job
        #expect(end.state == .failed && end.error?.message.contains("3 attempts") == true)
        #expect(await service.allEvents(of: "ran").last?.event.name == "failed")
        #expect(await runner.tasks.isEmpty)
    }

    /// Killed between the last sample and the last row: how many of two files had their names already.
    @Test(arguments: [0, 1, 2])
    func finishedSongsComeIntoTheLibrary(arrived: Int) async throws {
        let folder = try Folder()
        let (store, place) = try await left([job("ran", .running, attempts: 1)], folder)
        let announcement = try announced(place)
        #expect(try await store.announce(announcement))
        for (song, name) in zip(announcement.songs, announcement.files).prefix(arrived) {
            rename(
                place.attempt("ran", 1).appendingPathComponent(name).path,
                place.library.appendingPathComponent(song.file).path)
        }
        let runner = ScriptedRunner(isAutomatic: true)
        let service = try await service(folder, runner)
        let report = try await service.start()
        #expect(report.isClean)
        let end = try await service.queue.status(of: "ran").job
        #expect(end.state == .succeeded && end.result?.songs.map(\.handle) == announcement.songs.map(\.id))
        #expect(folder.songs.sorted() == announcement.songs.map(\.file).sorted())
        #expect(await runner.tasks.isEmpty)
        #expect(try await store.announcements().isEmpty)
        #expect(folder.names("service/spool/jobs").isEmpty)
    }

    @Test func songsOfWhichOneIsGoneAreMadeAgain() async throws {
        let folder = try Folder()
        let (store, place) = try await left([job("ran", .running, attempts: 1)], folder)
        let announcement = try announced(place)
        #expect(try await store.announce(announcement))
        unlink(place.attempt("ran", 1).appendingPathComponent("1.flac").path)
        let service = try await service(folder, ScriptedRunner(isAutomatic: true))
        let report = try await service.start()
        #expect(report.isClean)
        let end = try await service.end(of: "ran")
        #expect(end.state == .succeeded && end.attempts == 2)
        #expect(folder.songs.count == 1)
        #expect(try await store.announcements().isEmpty)
    }

    private func announced(_ place: JobsFolder) throws -> Announcement {
        let attempt = place.attempt("ran", 1)
        try JobsFolder.make(attempt)
        var outcome = RunOutcome(document: .null)
        for number in 0...1 {
            try Data("song \(number)".utf8).write(to: attempt.appendingPathComponent("\(number).flac"))
            outcome.files.append(
                .init(
                    name: "\(number).flac", seed: 1, duration: 1, sampleRate: 1, channels: 1, caption: "c", lyrics: "",
                    parameters: [:]))
        }
        return Arrival(
            outcome, of: job("ran", .running), folder: attempt, names: [:], now: Date(timeIntervalSince1970: 0)
        ).announcement
    }

    @Test func aFolderBelongsToOneProcess() async throws {
        let folder = try Folder()
        let first = try await service(folder, ScriptedRunner())
        await #expect { try await service(folder, ScriptedRunner()) } throws: {
            ($0 as? MusicError)?.message.contains("in use") == true
        }
        withExtendedLifetime(first) {}
    }
}
