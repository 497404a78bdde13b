public import Foundation
public import MusicCore

/// A queue, a library and uploads over one folder, which belongs to one process at a time.
///
/// ```swift
/// let service = try await JobService.open(at: folder, runner: EngineRunner(engine))
/// try await service.start()
/// let job = try await service.queue.submit(JobSubmission(JobRequest(.generate, document: ["caption": "calm piano"])))
/// for await event in service.events.stream(of: job.job.id) { print(event.event.name) }
/// ```
public struct JobService: Sendable {
    public let queue: JobQueue
    public let library: SongLibrary
    public let uploads: Uploads
    public let events: JobEvents
    public let runner: any JobRunner
    /// What jobs may name as adapters.
    public let adapters: AdapterFolder
    private let lock: FolderLock

    /// Opens a folder, and makes what isn't there.
    ///
    /// - Parameters:
    ///   - folder: for everything: database, songs, uploads, work under way.
    ///   - runner: does the work.
    ///   - check: looks at requests before they are taken on, such as ``RequestCheck``; it throws what is wrong and
    ///     returns notices.
    ///   - adapters: what jobs may name as adapters.
    ///   - seeds: draws the seeds that nobody gave.
    ///   - clock: measures work and waits.
    ///   - now: the time of day.
    /// - Throws: ``MusicError`` `unwritableOutput`, also if another process has the folder.
    public static func open(
        at folder: URL, runner: any JobRunner, limits: JobLimits = JobLimits(),
        uploadLimits: Uploads.Limits = Uploads.Limits(), eventLimits: JobEvents.Limits = JobEvents.Limits(),
        adapters: AdapterFolder = AdapterFolder(nil), seeds: SeedSource = .system,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        check: @escaping @Sendable (JobRequest) async throws -> [String] = { _ in [] }
    ) async throws -> JobService {
        let folder = JobsFolder(folder)
        try JobsFolder.make(folder.root)
        let lock = try FolderLock(folder.root)
        try folder.prepare()
        let store = try SQLiteStore(file: folder.database)
        let generation = try await store.note(generationNote).map { try Column.value(Int.self, $0) } ?? 0
        try await store.setNote(generationNote, to: try Column.data(generation + 1))
        let library = SongLibrary(index: store, folder: folder, now: now)
        let uploads = Uploads(index: store, folder: folder, runner: runner, limits: uploadLimits, now: now)
        let events = JobEvents(store: store, generation: generation, limits: eventLimits)
        let queue = JobQueue(
            store: store, runner: runner, library: library, uploads: uploads, events: events, folder: folder,
            adapters: adapters, limits: limits, seeds: seeds, clock: clock, now: now, check: check)
        return JobService(
            queue: queue, library: library, uploads: uploads, events: events, runner: runner,
            adapters: adapters, lock: lock)
    }

    private static let generationNote = "generation"

    /// Puts right what a crash has left, and begins the work that waits.
    ///
    /// - Returns: what was not as it should be in the library.
    /// - Throws: ``MusicError`` if the folder can't be read or written.
    @discardableResult
    public func start() async throws -> LibraryReport { try await queue.start() }

    /// Ends the work; see ``JobQueue/drain(within:)``.
    public func drain(within limit: Duration) async { await queue.drain(within: limit) }

    /// Removes uploads whose time is over and that no job needs; to be called now and then.
    ///
    /// - Returns: the handles of what was removed.
    @discardableResult
    public func sweep() async throws -> [String] { try await uploads.sweep(needed: await queue.neededInputs()) }
}
