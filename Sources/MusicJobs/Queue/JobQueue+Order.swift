import MusicCore

/// The jobs of an owner that wait.
public struct QueueLine: Sendable, Equatable {
    /// Whether no song of the owner's begins until it goes on.
    public var isPaused: Bool
    /// Ids of the jobs, in the order in which they will begin.
    public var jobs: [String]
}

extension JobQueue {
    /// What of an owner waits.
    public func line(of owner: String) -> QueueLine {
        let (free, held) = waitingOrder
        return QueueLine(
            isPaused: pausedOwners.contains(owner), jobs: (free + held).filter { live[$0]?.owner == owner })
    }

    /// Moves a job that waits before another of the same owner, or behind all of the owner's.
    ///
    /// It takes the priority of the other one. The order is kept beyond the end of the process.
    ///
    /// - Parameters:
    ///   - id: of the job.
    ///   - other: the job before which it goes; `nil` for the end.
    ///   - owner: whose both must be; `nil` for anybody's.
    /// - Returns: the job, with its new place.
    /// - Throws: ``JobRefusal`` `notFound`, or `wrongState` for a job that doesn't wait any more.
    public func move(_ id: String, before other: String?, owner: String? = nil) async throws -> JobStatus {
        let job = try await status(of: id, owner: owner).job
        if let other { _ = try await status(of: other, owner: job.owner) }
        var plan = turns
        guard let priority = plan.move(id, of: job.owner, before: other) else { throw Self.notWaiting(id, other) }
        if priority != job.priority {
            guard try await store.change(id, in: [.queued], { $0.priority = priority }) != nil else {
                throw Self.notWaiting(id, other)
            }
            live[id]?.priority = priority
        }
        try await store.setNote(Self.orderNote, to: try Column.data(plan.order))
        // One of them may have begun while that was written.
        guard turns.move(id, of: job.owner, before: other) != nil else { throw Self.notWaiting(id, other) }
        announcePositions()
        return try await status(of: id)
    }

    /// Lets no song of an owner begin from now on, or lets them begin again.
    ///
    /// What runs goes on, and so do descriptions, for which somebody waits. It holds beyond the end of the process.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput` if it can't be kept.
    public func setPaused(_ isPaused: Bool, owner: String) async throws {
        var owners = pausedOwners
        if isPaused { owners.insert(owner) } else { owners.remove(owner) }
        guard owners != pausedOwners else { return }
        try await store.setNote(Self.pausesNote, to: try Column.data(owners.sorted()))
        if isPaused { pausedOwners.insert(owner) } else { pausedOwners.remove(owner) }
        begin()
        announcePositions()
    }

    private static func notWaiting(_ id: String, _ other: String?) -> JobRefusal {
        let names = [id, other].compactMap { $0 }.joined(separator: " or ")
        return JobRefusal(
            .wrongState,
            MusicError(
                .invalidRequest, "The job \(names) does not wait any more",
                advice: "move jobs that wait before others that wait"))
    }

    // MARK: For the rest of the queue

    /// Whether a job may begin when its turn comes.
    func isFree(_ id: String) -> Bool {
        guard let job = live[id] else { return true }
        return job.request.kind != .generate || !pausedOwners.contains(job.owner)
    }

    /// Those that wait, in the order in which they will begin, and those of owners who have paused.
    var waitingOrder: (free: [String], held: [String]) {
        (turns.order { isFree($0) }, pausedOwners.isEmpty ? [] : turns.order { !isFree($0) })
    }

    /// Jobs as a process before has left them: those that had begun, those that were moved, and what came later.
    func inOrder(_ jobs: [Job]) async throws -> [Job] {
        let ids = try await store.note(Self.orderNote).map { try Column.value([String].self, $0) } ?? []
        let places = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        func place(_ job: Job) -> Int { job.attempts > 0 ? -1 : places[job.id] ?? .max }
        return jobs.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
            .map(\.element)
    }

    func readPauses() async throws {
        let owners = try await store.note(Self.pausesNote).map { try Column.value([String].self, $0) } ?? []
        pausedOwners.formUnion(owners)
    }

    private static var orderNote: String { "order" }
    private static var pausesNote: String { "pauses" }
}
