import Foundation
import MusicCore
import MusicEngine
import Testing

import MusicJobs

/// A process that takes jobs on and does them, killed again and again.
@Suite struct KillTests {
    /// What a process had told when it was killed.
    private struct Told {
        var taken: Set<String> = []
        var cancelled: Set<String> = []
    }

    /// Runs a process on the folder and kills it after some lines.
    private func runUntilKilled(_ folder: Folder, lines: Int, _ told: inout Told) throws {
        let process = Process()
        process.executableURL = Probe.file
        process.arguments = ["make", folder["service"].path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = Data(), count = 0
        while count < lines {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { break }
            text.append(piece)
            count = text.count { $0 == UInt8(ascii: "\n") }
        }
        kill(process.processIdentifier, SIGKILL)
        text.append(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal, "the process ended by itself")
        // A line that was cut has told nothing.
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2 else { continue }
            if words[0] == "taken" { told.taken.insert(words[1]) } else { told.cancelled.insert(words[1]) }
        }
    }

    @Test func nothingThatWasToldIsLost() async throws {
        let folder = try Folder()
        var told = Told()
        for round in 0..<12 { try runUntilKilled(folder, lines: 1 + (round * 7) % 23, &told) }

        let store = try SQLiteStore(file: folder["service/jobs.sqlite"])
        for id in told.taken { #expect(try await store.job(id) != nil) }
        let engine = try toneEngine(folder)
        let service = try await JobService.open(at: folder["service"], runner: EngineRunner(engine))
        try await service.start()
        for job in try await store.unfinishedJobs() { _ = try await service.end(of: job.id) }

        let jobs = try await service.queue.jobs(JobQuery(limit: 1000))
        #expect(!jobs.contains { !$0.state.isFinal })
        #expect(Set(jobs.map(\.id)).isSuperset(of: told.taken))
        for job in jobs where told.cancelled.contains(job.id) {
            #expect([.cancelled, .succeeded].contains(job.state))
        }
        let succeeded = jobs.filter { $0.state == .succeeded }
        #expect(!succeeded.isEmpty)
        for job in jobs where job.state == .failed { Issue.record("\(String(describing: job.error))") }
        // Each song has its record and its file, and there is nothing else.
        let handles = succeeded.flatMap { $0.result?.songs.map(\.handle) ?? [] }
        #expect(handles.count == succeeded.count * 2)
        let records = try await store.allSongs()
        #expect(Set(records.map(\.id)) == Set(handles))
        #expect(Set(folder.songs) == Set(records.filter { $0.trashed == nil }.map(\.file)))
        #expect(Set(folder.trash) == Set(records.filter { $0.trashed != nil }.map(\.file)))
        for record in records { _ = try Recipe(file: service.library.place(of: record)) }
        #expect(folder.names("service/spool/jobs").isEmpty)
        #expect(try await store.announcements().isEmpty)
        #expect(try await service.library.repair().isClean)
    }
}
