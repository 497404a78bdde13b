import Foundation
import MusicCore

extension JobQueue {
    /// Puts right what a crash has left, and begins the work that waits; once.
    ///
    /// - Returns: what was not as it should be in the library.
    /// - Throws: ``MusicError`` if folder or store can't be read or written.
    @discardableResult
    public func start() async throws -> LibraryReport {
        guard !isStarted else { return LibraryReport() }
        if let data = try await store.note(Self.ratesNote) {
            rates = (try? Column.value(WorkRates.self, data)) ?? rates
        }
        for announcement in try await store.announcements() { try await complete(announcement) }
        try await readPauses()
        for job in try await inOrder(store.unfinishedJobs()) { try await resume(job) }
        try removeLeftovers()
        let report = try await library.repair()
        try await uploads.repair()
        isStarted = true
        announcePositions()
        begin()
        return report
    }

    /// Handles that jobs need which wait or run.
    func neededInputs() -> Set<String> { Set(live.values.flatMap(\.inputs)) }

    /// Songs that were complete come into the library; if one of them is gone, the job is done again.
    private func complete(_ announcement: Announcement) async throws {
        if try library.receive(announcement) {
            await settle(announcement)
        } else {
            library.dismiss(announcement)
            try await store.withdraw(announcement.job)
        }
    }

    /// What waited waits, and what ran is run again, unless it has ended its process too often.
    private func resume(_ job: Job) async throws {
        // What was taken on by now is there already.
        guard live[job.id] == nil else { return }
        if job.isCancelling {
            live[job.id] = job
            return await end(job.id, nil)
        }
        guard job.state == .running else { return enter(job) }
        live[job.id] = job
        guard job.attempts < limits.attempts else {
            return await end(
                job.id,
                MusicError(
                    .internal, "The process ended in each of \(job.attempts) attempts at this job",
                    advice: "ask for a shorter song, or for fewer at once"))
        }
        if let waiting = try await store.change(job.id, in: [.running], { $0.state = .queued }) { enter(waiting) }
    }

    /// Removes the folders of attempts that have ended with their process.
    private func removeLeftovers() throws {
        for name in try SystemFile.names(in: folder.work) {
            try? FileManager.default.removeItem(at: folder.work.appendingPathComponent(name))
        }
    }
}
