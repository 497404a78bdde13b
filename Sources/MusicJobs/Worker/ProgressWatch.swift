/// Tells when work makes no progress any more.
///
/// It counts looks at the work, not time: a machine that slept, or a process that was held, has not been looked at.
/// Progress is an event of the work, or that it computes; a process that computes for ever without an event is given up
/// too, after many more looks.
struct ProgressWatch {
    /// How long is waited.
    struct Patience: Sendable, Equatable {
        /// Looks without an event and without computing.
        var still: Int
        /// Looks without an event.
        var silent: Int
        /// Looks without an end after the work was cancelled.
        var cancelled: Int
    }

    enum Verdict: Equatable {
        case goesOn
        /// Nothing has happened for so many looks.
        case stalled(looks: Int)
    }

    let patience: Patience
    private(set) var still = 0
    private(set) var silent = 0
    private var cancelled = 0
    private var isCancelled = false
    private var computed = 0.0

    /// Seconds of computing between two looks that count as progress: more than it takes to say that one lives.
    private static let leastSeconds = 0.05

    init(_ patience: Patience) { self.patience = patience }

    /// Takes in an event of the work.
    mutating func noteEvent() { (still, silent) = (0, 0) }

    /// Takes in how long the process has computed in all.
    mutating func noteComputing(_ seconds: Double) {
        guard seconds - computed >= Self.leastSeconds else { return }
        computed = seconds
        still = 0
    }

    /// Takes in that the work is to end.
    mutating func noteCancellation() { isCancelled = true }

    /// Looks at the work.
    mutating func look() -> Verdict {
        still += 1
        silent += 1
        if isCancelled { cancelled += 1 }
        if still > patience.still { return .stalled(looks: still) }
        if silent > patience.silent { return .stalled(looks: silent) }
        if cancelled > patience.cancelled { return .stalled(looks: cancelled) }
        return .goesOn
    }
}
