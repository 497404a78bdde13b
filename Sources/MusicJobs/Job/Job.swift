public import Foundation
public import MusicCore

/// Where a job is.
public enum JobState: String, Sendable, Codable, CaseIterable {
    case queued, running, succeeded, failed, cancelled

    /// Whether nothing more will happen.
    public var isFinal: Bool {
        switch self {
        case .queued, .running: false
        case .succeeded, .failed, .cancelled: true
        }
    }

    /// The states that a job may go to from this one.
    ///
    /// From `running` it goes back to `queued` when its process ended.
    public var next: Set<JobState> {
        switch self {
        case .queued: [.running, .failed, .cancelled]
        case .running: [.queued, .succeeded, .failed, .cancelled]
        case .succeeded, .failed, .cancelled: []
        }
    }
}

/// A piece of work and what became of it.
public struct Job: Sendable, Codable, Equatable, Identifiable {
    /// A UUID in lower case.
    public var id: String
    public var request: JobRequest
    public var owner: String
    public var priority: JobPriority
    /// What the jobs that were submitted together have in common; `nil` for one by itself.
    public var batch: String?
    public var state: JobState = .queued
    /// How often it was begun.
    public var attempts = 0
    /// The part of it that runs, or ran last.
    public var stage: MusicStage?
    /// How much of it is done, 0 to 1; it never falls within an attempt.
    public var fraction = 0.0
    /// Seconds of work that are left, as far as they can be told.
    public var secondsLeft: Double?
    /// Why it failed.
    public var error: MusicError?
    /// What it made.
    public var result: JobResult?
    /// Where the seeds come from that the request leaves open, so that another attempt makes the same songs.
    public var seed: UInt64
    public var created: Date
    public var started: Date?
    public var finished: Date?
    /// Handles of the audio that it works on.
    public var inputs: [String] = []
    /// Whether somebody has cancelled it while it ran.
    public var isCancelling = false
    /// Number of its last event once it is over.
    public var lastEvent: Int?
    /// Whether the news of its end has been sent where the request wanted it, or was given up.
    public var isCallbackDone: Bool?

    public init(
        id: String, request: JobRequest, owner: String, priority: JobPriority, batch: String? = nil, seed: UInt64,
        created: Date, inputs: [String] = []
    ) {
        self.id = id
        self.request = request
        self.owner = owner
        self.priority = priority
        self.batch = batch
        self.seed = seed
        self.created = created
        self.inputs = inputs
    }
}

/// A job as it is at a moment, with its place among those that wait.
public struct JobStatus: Sendable, Equatable {
    public var job: Job
    /// Its place in the queue, from 1; `nil` if it doesn't wait.
    public var position: Int?
    /// Seconds until it is likely to begin; `nil` if it doesn't wait, or nothing has been measured yet.
    public var secondsUntilStart: Double?

    public init(_ job: Job, position: Int? = nil, secondsUntilStart: Double? = nil) {
        self.job = job
        self.position = position
        self.secondsUntilStart = secondsUntilStart
    }
}

/// What became of a submission.
public struct JobAdmission: Sendable, Equatable {
    public var status: JobStatus
    /// Whether the job was there already, under the same idempotency key.
    public var isReplay: Bool

    public var job: Job { status.job }
}

/// Which jobs are looked for; the newest come first.
public struct JobQuery: Sendable, Equatable {
    /// `nil` takes all owners'.
    public var owner: String?
    /// Empty for all.
    public var states: Set<JobState>
    public var batch: String?
    /// The last job of the page before.
    public var after: String?
    /// At most 1,000.
    public var limit: Int

    public init(
        owner: String? = nil, states: Set<JobState> = [], batch: String? = nil, after: String? = nil, limit: Int = 50
    ) {
        self.owner = owner
        self.states = states
        self.batch = batch
        self.after = after
        self.limit = limit
    }
}
