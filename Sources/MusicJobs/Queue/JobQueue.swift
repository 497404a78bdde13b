import Foundation
import MusicCore
import MusicEngine

/// Takes jobs on, has them done in fair turns, and tells what becomes of them.
///
/// A job is in the store before its submission returns, and each change of its state is there before anybody is told.
/// After a crash ``start()`` goes on where the process ended: what waited waits, what ran is run again with the same
/// seeds, and songs that were complete come into the library.
public actor JobQueue {
    /// A job at work.
    struct Running {
        /// What is cancelled to stop it.
        var work: Task<RunOutcome, any Error>?
        /// When it began, on the queue's clock.
        var elapsed: @Sendable () -> Double
        /// Whether somebody has cancelled it.
        var isCancelled = false
        /// Whether it goes back to those that wait, since the process ends.
        var isReturned = false
        /// Ends with the job.
        var end: Task<Void, Never>?
    }

    let store: any JobStore
    let runner: any JobRunner
    let library: SongLibrary
    let uploads: Uploads
    public nonisolated let events: JobEvents
    let folder: JobsFolder
    public nonisolated let limits: JobLimits
    let adapters: AdapterFolder
    let seeds: SeedSource
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date
    /// Looks at a request before it is taken on.
    let check: @Sendable (JobRequest) async throws -> [String]

    var turns = TurnOrder()
    /// Owners whose songs wait until they go on.
    var pausedOwners: Set<String> = []
    /// Jobs that wait or run, as they are now.
    var live: [String: Job] = [:]
    var running: [String: Running] = [:]
    var rates = WorkRates()
    var meanSeconds: Double?
    var isStarted = false
    var isDraining = false
    /// Places that submissions on their way into the store will take.
    private var reserved: [String: Int] = [:]

    init(
        store: any JobStore, runner: any JobRunner, library: SongLibrary, uploads: Uploads, events: JobEvents,
        folder: JobsFolder, adapters: AdapterFolder, limits: JobLimits, seeds: SeedSource, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Date, check: @escaping @Sendable (JobRequest) async throws -> [String]
    ) {
        self.store = store
        self.runner = runner
        self.library = library
        self.uploads = uploads
        self.events = events
        self.folder = folder
        self.limits = limits
        self.adapters = adapters
        self.seeds = seeds
        self.clock = clock
        self.now = now
        self.check = check
    }

    // MARK: Taking on

    /// Takes a job on.
    ///
    /// - Returns: the job, which is in the store; with a known idempotency key the one that was made with it.
    /// - Throws: ``JobRefusal`` `queueFull`, `ownerLimit`, `draining` or `keyReused`; ``MusicError`` for a request that
    ///   can't be made.
    public func submit(_ submission: JobSubmission) async throws -> JobAdmission {
        guard let admission = try await submit([submission]).first else {
            throw MusicError(.internal, "a submission of one job gave none")
        }
        return admission
    }

    /// Takes several jobs of one owner on, all or none; the first one's idempotency key is that of all.
    ///
    /// - Throws: as ``submit(_:)-(JobSubmission)``; `invalidRequest` for no job or jobs of several owners.
    public func submit(_ submissions: [JobSubmission]) async throws -> [JobAdmission] {
        guard let first = submissions.first, submissions.allSatisfy({ $0.owner == first.owner }) else {
            throw MusicError(
                .invalidRequest, "A batch has jobs of several owners, or none",
                advice: "give 1 or more jobs of one owner")
        }
        let mark = try mark(of: submissions)
        if let mark, let known = try await store.targets(of: mark) { return try await replay(known) }
        try admit(submissions.count, owner: first.owner, limit: first.waitingLimit ?? limits.waitingPerOwner)
        reserved[first.owner, default: 0] += submissions.count
        defer { reserved[first.owner, default: 0] -= submissions.count }
        let batch = submissions.count > 1 ? Self.newID() : nil
        var jobs: [Job] = []
        for submission in submissions {
            var request = submission.request
            let inputs = try await checkedInputs(of: request, owner: first.owner)
            request.notices += try await check(request)
            jobs.append(
                Job(
                    id: Self.newID(), request: request, owner: submission.owner, priority: submission.priority,
                    batch: batch, seed: seeds.draw(), created: now(), inputs: inputs))
        }
        if let known = try await store.insert(jobs, mark: mark) { return try await replay(known) }
        for job in jobs { enter(job) }
        let admissions = jobs.map { JobAdmission(status: status(of: $0), isReplay: false) }
        announcePositions()
        begin()
        return admissions
    }

    /// Refuses what is too much.
    private func admit(_ count: Int, owner: String, limit: Int?) throws {
        guard !isDraining else {
            throw JobRefusal(
                .draining, MusicError(.unsupported, "The server is about to end", advice: "try again in a moment"),
                retryAfter: 10)
        }
        let waiting = turns.count + reserved.values.reduce(0, +)
        guard waiting + count <= limits.waiting else {
            throw JobRefusal(
                .queueFull,
                MusicError(
                    .unsupported, "The queue is full: \(waiting) of at most \(limits.waiting) jobs wait",
                    advice: "try again later"), retryAfter: secondsUntilRoom)
        }
        guard let limit else { return }
        let own = turns.count(of: owner) + reserved[owner, default: 0]
        guard own + count <= limit else {
            throw JobRefusal(
                .ownerLimit,
                MusicError(
                    .unsupported, "\(own) jobs of yours wait, of at most \(limit)", advice: "wait until some are done"),
                retryAfter: secondsUntilRoom)
        }
    }

    private func mark(of submissions: [JobSubmission]) throws -> IdempotencyMark? {
        guard let first = submissions.first, let key = first.idempotencyKey else { return nil }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw MusicError(
                .invalidRequest, "The idempotency key has \(key.utf8.count) bytes",
                advice: "give 1 to 128 printable ASCII characters", field: "idempotency_key",
                expected: "1 to 128 printable ASCII characters")
        }
        let time = now()
        let content = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(submissions.map(\.request)))
        return IdempotencyMark(
            owner: first.owner, key: key, digest: GenerationResult.key(of: ["jobs": content]), created: time,
            validFrom: time.addingTimeInterval(-limits.idempotency))
    }

    private func replay(_ ids: [String]) async throws -> [JobAdmission] {
        var admissions: [JobAdmission] = []
        for id in ids { admissions.append(JobAdmission(status: try await status(of: id), isReplay: true)) }
        return admissions
    }

    /// The handles of a request, of which there are files that its owner may use.
    private func checkedInputs(of request: JobRequest, owner: String) async throws -> [String] {
        let handles = try JobInputs.handles(of: request)
        try JobAdapters.check(request, adapters)
        for handle in handles { _ = try await input(handle, owner: owner) }
        return handles
    }

    /// The file of a handle.
    func input(_ handle: String, owner: String) async throws -> URL {
        Handle.kind(of: handle) == .upload
            ? try await uploads.file(of: handle, owner: owner) : try await library.file(of: handle, owner: owner)
    }

    /// Notes a job that waits.
    func enter(_ job: Job) {
        live[job.id] = job
        turns.add(job.id, owner: job.owner, priority: job.priority)
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }

    // MARK: Asking

    /// A job as it is now.
    ///
    /// - Parameter owner: whose it must be; `nil` for anybody's.
    /// - Throws: ``JobRefusal`` `notFound`, also if it is somebody else's.
    public func status(of id: String, owner: String? = nil) async throws -> JobStatus {
        if let job = live[id] {
            guard owner == nil || job.owner == owner else { throw JobRefusal.notFound("job", id) }
            return status(of: job)
        }
        guard let job = try await store.job(id), owner == nil || job.owner == owner else {
            throw JobRefusal.notFound("job", id)
        }
        return JobStatus(job)
    }

    /// Some jobs as they are now, the newest first.
    public func jobs(_ query: JobQuery) async throws -> [Job] {
        try await store.jobs(query).map { live[$0.id] ?? $0 }
    }

    /// The events of a job after a number; see ``JobEvents/stream(of:after:)``.
    ///
    /// - Throws: ``JobRefusal`` `notFound`.
    public func events(of id: String, after number: Int = 0, owner: String? = nil) async throws -> JobEventStream {
        _ = try await status(of: id, owner: owner)
        return events.stream(of: id, after: number)
    }

    /// Mean seconds that the last jobs took; `nil` before the first.
    public var mean: Double? { meanSeconds }

    public func statistics() async throws -> QueueStatistics {
        let counts = try await store.counts()
        return QueueStatistics(
            jobs: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }), waiting: turns.count,
            running: running.count, isAccepting: !isDraining, secondsUntilStart: startEstimates().end,
            meanSeconds: meanSeconds)
    }

    // MARK: News

    /// Jobs that are over, and of which the news has not come to where it was wanted.
    public func pendingCallbacks() async throws -> [Job] {
        let over = Set(JobState.allCases.filter(\.isFinal))
        return try await store.jobs(JobQuery(states: over, limit: 1000))
            .filter { $0.request.callback != nil && $0.isCallbackDone != true }
    }

    /// Notes that the news of a job's end has been sent, or given up.
    public func finishCallback(of id: String) async throws {
        _ = try await store.change(id, in: Set(JobState.allCases.filter(\.isFinal))) { $0.isCallbackDone = true }
    }

    // MARK: Ending

    /// Cancels a job: one that waits at once, one that runs within a step; one that is over stays as it is.
    ///
    /// - Returns: the job, which may run still for a moment.
    /// - Throws: ``JobRefusal`` `notFound`.
    public func cancel(_ id: String, owner: String? = nil) async throws -> JobStatus {
        let known = try await status(of: id, owner: owner)
        if running[id] != nil {
            try await stop(id)
            return try await status(of: id)
        }
        guard known.job.state == .queued else { return known }
        turns.remove(id)
        let number = events.seal(id)
        let time = now()
        let job: Job?
        do {
            job = try await store.change(id, in: [.queued]) { job in
                job.state = .cancelled
                job.finished = time
                job.lastEvent = number
            }
        } catch {
            events.unseal(id)
            if running[id] == nil, let job = live[id] { enter(job) }
            throw error
        }
        guard let job else {
            // It began, or ended, in this moment.
            events.unseal(id)
            try await stop(id)
            return try await status(of: id)
        }
        live[id] = nil
        events.finish(id, .cancelled)
        announcePositions()
        return JobStatus(job)
    }

    private func stop(_ id: String) async throws {
        running[id]?.isCancelled = true
        running[id]?.work?.cancel()
        // A process that is killed before the work has ended must not do it again.
        _ = try await store.change(id, in: [.queued, .running]) { $0.isCancelling = true }
        live[id]?.isCancelling = true
    }

    /// Forgets a job that is over; its songs stay in the library.
    ///
    /// - Throws: ``JobRefusal`` `notFound`, or `wrongState` for one that is not over.
    public func delete(_ id: String, owner: String? = nil) async throws {
        _ = try await status(of: id, owner: owner)
        guard try await store.delete(id) else {
            throw JobRefusal(
                .wrongState,
                MusicError(.invalidRequest, "The job \(id) is not over", advice: "cancel it first"))
        }
    }

    /// Takes on nothing more, and ends what runs: it has some time to come to its end, and goes back to those that wait
    /// otherwise.
    ///
    /// What waits stays in the store for the next process.
    ///
    /// - Parameter limit: the time that running jobs have.
    public func drain(within limit: Duration) async {
        isDraining = true
        let ends = running.values.compactMap(\.end)
        let deadline = Task { [clock] in
            guard (try? await clock.sleep(for: limit)) != nil else { return }
            self.returnRunning()
        }
        for end in ends { await end.value }
        deadline.cancel()
        await runner.shutDown()
    }

    private func returnRunning() {
        for id in running.keys {
            running[id]?.isReturned = true
            running[id]?.work?.cancel()
        }
    }
}
