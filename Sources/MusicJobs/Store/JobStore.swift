public import Foundation

/// Where jobs are kept.
///
/// Each function is one transaction: it happens as a whole or not at all, also if the process is killed in its midst.
public protocol JobStore: Sendable {
    /// Takes new jobs in, with the mark of their idempotency key.
    ///
    /// - Parameters:
    ///   - jobs: of one submission.
    ///   - mark: `nil` without a key.
    /// - Returns: the ids of the jobs that have the key already, and nothing was taken in; `nil` if they are taken in.
    /// - Throws: ``JobRefusal`` `keyReused` if the key belongs to something else.
    func insert(_ jobs: [Job], mark: IdempotencyMark?) async throws -> [String]?

    /// What was taken in under an idempotency key.
    ///
    /// - Throws: ``JobRefusal`` `keyReused` if the key belongs to something else.
    func targets(of mark: IdempotencyMark) async throws -> [String]?

    /// A job.
    func job(_ id: String) async throws -> Job?

    /// Some jobs, the newest first.
    func jobs(_ query: JobQuery) async throws -> [Job]

    /// Those that wait or run, the oldest first.
    func unfinishedJobs() async throws -> [Job]

    /// Changes a job.
    ///
    /// - Parameters:
    ///   - id: of the job.
    ///   - states: in which it has to be.
    ///   - change: what is changed.
    /// - Returns: the job as it is then; `nil` if it is not in one of the states, or not there.
    func change(
        _ id: String, in states: Set<JobState>, _ change: @escaping @Sendable (inout Job) -> Void
    ) async throws -> Job?

    /// Notes what a running job has made, before its files are given their names in the library.
    ///
    /// - Returns: whether the job was running; otherwise nothing is noted.
    func announce(_ announcement: Announcement) async throws -> Bool

    /// What running jobs have announced.
    func announcements() async throws -> [Announcement]

    /// Ends a job whose files are in the library: its songs are there from now on.
    ///
    /// - Returns: the job; `nil` if it is not running.
    func settle(_ id: String, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Job?

    /// Forgets what a job has announced.
    func withdraw(_ id: String) async throws

    /// Forgets a job that is over.
    ///
    /// - Returns: whether it was there and over.
    func delete(_ id: String) async throws -> Bool

    /// Counts the jobs by state.
    func counts() async throws -> [JobState: Int]

    /// What a process before has noted under a name, such as measured rates.
    func note(_ name: String) async throws -> Data?

    /// Notes something under a name.
    func setNote(_ name: String, to data: Data) async throws
}

/// Songs that a running job has made and that are on their way into the library.
public struct Announcement: Sendable, Codable, Equatable {
    public var job: String
    public var songs: [SongRecord]
    public var result: JobResult
    /// Name of the folder in the spool.
    public var folder: String
    /// Names of the songs' files there, in their order.
    public var files: [String]
}

/// What stands for a submission that may come again.
public struct IdempotencyMark: Sendable, Equatable {
    public var owner: String
    public var key: String
    /// A digest of what was submitted.
    public var digest: String
    public var created: Date
    /// Marks before this time count no more.
    public var validFrom: Date

    public init(owner: String, key: String, digest: String, created: Date, validFrom: Date) {
        self.owner = owner
        self.key = key
        self.digest = digest
        self.created = created
        self.validFrom = validFrom
    }
}

/// Where the library keeps its records.
public protocol SongIndex: Sendable {
    func song(_ id: String) async throws -> SongRecord?
    func songs(_ query: SongQuery) async throws -> SongPage
    /// All records, in the trash too.
    func allSongs() async throws -> [SongRecord]
    /// Adds records, or puts them in the place of those with the same handle.
    func put(_ songs: [SongRecord]) async throws
    /// Changes a record, and returns it; `nil` if there is none.
    func changeSong(_ id: String, _ change: @escaping @Sendable (inout SongRecord) -> Void) async throws -> SongRecord?
    func removeSongs(_ ids: [String]) async throws
    /// Names of folders with the number of songs in each.
    func folders(owner: String?) async throws -> [String: Int]
}

/// Where uploads are kept account of.
public protocol UploadIndex: Sendable {
    func upload(_ id: String) async throws -> UploadRecord?
    func uploads(owner: String?) async throws -> [UploadRecord]
    func put(_ upload: UploadRecord) async throws
    func removeUpload(_ id: String) async throws
}
