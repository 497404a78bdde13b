/// Tells when work makes no progress any more.
///
/// It counts looks at the work, not time: a machine that slept, or a process that was held, has not been looked at.
/// Progress is an event of the work, or that it computes; a process that computes for ever without an event is given up
/// too, after many more looks.
package struct ProgressWatch {
    /// How long is waited.
    package struct Patience: Sendable, Equatable {
        /// Looks without an event and without computing.
        package var still: Int
        /// Looks without an event.
        package var silent: Int
        /// Looks without an end after the work was cancelled.
        package var cancelled: Int

        package init(still: Int, silent: Int, cancelled: Int) {
            self.still = still
            self.silent = silent
            self.cancelled = cancelled
        }
    }

    package enum Verdict: Equatable {
        case goesOn
        /// Nothing has happened for so many looks.
        case stalled(looks: Int)
    }

    private let patience: Patience
    private var still = 0
    private var silent = 0
    private var cancelled = 0
    private var isCancelled = false
    private var computed = 0.0

    /// Seconds of computing between two looks that count as progress: more than it takes to say that one lives.
    private static let leastSeconds = 0.05

    package init(_ patience: Patience) { self.patience = patience }

    /// Takes in an event of the work.
    package mutating func noteEvent() { (still, silent) = (0, 0) }

    /// Takes in how long the process has computed in all.
    package mutating func noteComputing(_ seconds: Double) {
        guard seconds - computed >= Self.leastSeconds else { return }
        computed = seconds
        still = 0
    }

    /// Takes in that the work is to end.
    package mutating func noteCancellation() { isCancelled = true }

    /// Looks at the work.
    package mutating func look() -> Verdict {
        still += 1
        silent += 1
        if isCancelled { cancelled += 1 }
        if still > patience.still { return .stalled(looks: still) }
        if silent > patience.silent { return .stalled(looks: silent) }
        if cancelled > patience.cancelled { return .stalled(looks: cancelled) }
        return .goesOn
    }
}
