/// What a queue takes on.
public struct JobLimits: Sendable, Equatable {
    /// Jobs that wait.
    public var waiting: Int
    /// Jobs of one owner that wait; `nil` for no limit of its own.
    public var waitingPerOwner: Int?
    /// Jobs that run at a time.
    public var running: Int
    /// Attempts at a job whose process ends in its midst, before it is given up.
    public var attempts: Int
    /// Seconds for which idempotency keys count.
    public var idempotency: Double

    public init(
        waiting: Int = 200, waitingPerOwner: Int? = nil, running: Int = 1, attempts: Int = 3,
        idempotency: Double = 86_400
    ) {
        self.waiting = max(0, waiting)
        self.waitingPerOwner = waitingPerOwner
        self.running = max(1, running)
        self.attempts = max(1, attempts)
        self.idempotency = idempotency
    }
}

/// A queue at a moment.
public struct QueueStatistics: Sendable, Equatable, Codable {
    /// Jobs by state, those of the past too.
    public var jobs: [String: Int] = [:]
    public var waiting = 0
    public var running = 0
    /// Whether new jobs are taken on.
    public var isAccepting = true
    /// Seconds until a job that came now would begin; `nil` if nothing has been measured yet.
    public var secondsUntilStart: Double?
    /// Mean seconds that the last jobs took; `nil` before the first.
    public var meanSeconds: Double?
}
