import MusicCore

/// Which jobs go first where several want the array thread.
public enum TurnPriority: String, Sendable, Codable, CaseIterable {
    /// Work that somebody has asked for and waits for, such as a song.
    case normal
    /// Work that somebody watches, such as a description that is typed at, or a preview.
    ///
    /// It goes before other work, which still gets a turn after each ``ArrayScheduler/interactiveTurns``.
    case interactive

    /// The priority of the current task and of those that it starts, where none is given.
    @TaskLocal public static var current = TurnPriority.normal
}

/// Shares the array thread between jobs, a step at a time.
///
/// Everything on ``MLXActor`` runs on one thread, and what runs there isn't interrupted. A job that computes for long
/// therefore divides its work into steps (a denoising step, a token of each sequence, a tile, a network that is
/// loaded), and waits for its turn before each. Between two of its steps every other waiting job goes one step, in the
/// order in which they came, and whatever else is sent to the array thread is done.
///
/// A job that ends, fails or is cancelled asks for no more turns, and thereby leaves.
@MLXActor
public final class ArrayScheduler {
    /// The scheduler of the process, as there is one array thread.
    public nonisolated static let shared = ArrayScheduler()

    /// How many turns interactive jobs take in a row while another job waits.
    public nonisolated static let interactiveTurns = 4

    private struct Waiter {
        let id: Int
        let priority: TurnPriority
        let continuation: CheckedContinuation<Void, Never>
    }

    /// In the order in which they came.
    private var waiters: [Waiter] = []
    private var lastID = 0
    /// The job that was chosen and is on its way to the array thread.
    private var chosen: Int?
    /// Whether the choice of the next job is queued on the array thread.
    private var isChoosing = false
    /// Turns in a row that interactive jobs have taken while another waited.
    private var interactiveStreak = 0

    package nonisolated init() {}

    /// Waits for the job's next turn, which lasts until the job waits for something.
    ///
    /// Where nobody else wants the array thread, there is nothing to wait for.
    ///
    /// - Parameter priority: of the job.
    /// - Throws: `CancellationError` if the task is or becomes cancelled; a step that is under way ends first.
    public func turn(_ priority: TurnPriority = .current) async throws {
        try Task.checkCancellation()
        if waiters.isEmpty, chosen == nil, !MLXExecutor.shared.hasJobs { return }
        lastID += 1
        let id = lastID
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.append(Waiter(id: id, priority: priority, continuation: continuation))
                queueChoice()
            }
        } onCancel: {
            Task { @MLXActor in dismiss(id) }
        }
        if chosen == id { chosen = nil }
        // It comes to the choice when this job waits again.
        queueChoice()
        try Task.checkCancellation()
    }

    /// Lets a cancelled job find out without waiting for its turn.
    private func dismiss(_ id: Int) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume()
    }

    /// Queues the choice of the next job behind all that is on the array thread's queue, unless one is chosen already.
    private func queueChoice() {
        guard !isChoosing, chosen == nil, !waiters.isEmpty else { return }
        isChoosing = true
        Task { @MLXActor in choose() }
    }

    private func choose() {
        isChoosing = false
        guard chosen == nil else { return }
        let interactive = waiters.firstIndex { $0.priority == .interactive }
        let other = waiters.firstIndex { $0.priority != .interactive }
        let isInteractive = interactive != nil && (other == nil || interactiveStreak < Self.interactiveTurns)
        guard let index = isInteractive ? interactive : other else { return }
        interactiveStreak = isInteractive && other != nil ? interactiveStreak + 1 : 0
        let waiter = waiters.remove(at: index)
        chosen = waiter.id
        waiter.continuation.resume()
    }
}

/// A job on the array thread: its steps take turns with those of others, each on the device of the job's model.
@MLXActor
public struct ArrayJob {
    /// Number format and device of the model that the job runs.
    public nonisolated let target: ComputeTarget
    private let scheduler: ArrayScheduler

    /// - Parameters:
    ///   - target: where to compute.
    ///   - scheduler: whose turns are taken.
    public nonisolated init(_ target: ComputeTarget, scheduler: ArrayScheduler = .shared) {
        self.target = target
        self.scheduler = scheduler
    }

    /// Waits for a turn and runs a step.
    ///
    /// What the step makes and the job goes on with should be evaluated in it: what is left to a later evaluation
    /// belongs to somebody else's turn.
    ///
    /// - Throws: what `body` throws, or `CancellationError`.
    public func step<Result>(_ body: () throws -> Result) async throws -> Result {
        try await scheduler.turn()
        return try target.withDevice(body)
    }
}
