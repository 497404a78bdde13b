import Foundation

/// Holds threads back until a number of others have come: order without a pause that may be too short.
final class Gate: @unchecked Sendable {
    // Unchecked: the condition guards what follows it.
    private let condition = NSCondition()
    private let count: Int
    private var arrived = 0
    private var waiting = 0
    private var most = 0

    init(opensAt count: Int) {
        self.count = count
    }

    /// The largest number of threads that have been between the two ends of ``pass()`` at a time.
    var mostWaiting: Int { condition.withLock { most } }

    /// Counts the caller.
    func arrive() {
        condition.withLock {
            arrived += 1
            condition.broadcast()
        }
    }

    /// Waits until enough have arrived.
    func wait() {
        condition.withLock {
            while arrived < count { condition.wait() }
        }
    }

    /// Counts the caller, and waits until enough have arrived.
    func pass() {
        condition.withLock {
            waiting += 1
            most = max(most, waiting)
        }
        arrive()
        wait()
        condition.withLock { waiting -= 1 }
    }
}
