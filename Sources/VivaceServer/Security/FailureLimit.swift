import Foundation
import Synchronization

/// Keeps those who show wrong keys from trying many: after some failures from one address the next ones are refused for
/// a while, without a look at the key.
final class FailureLimit: Sendable {
    /// Failures that come back as time passes.
    private struct Account {
        var failures: Double
        var time: Double
    }

    private struct State {
        var accounts: [String: Account] = [:]
    }

    /// Failures of one address that are answered at once.
    private let most: Double
    /// Seconds in which one failure is forgotten.
    private let recovery: Double
    private static let addresses = 10_000

    private let state = Mutex(State())
    private let stopwatch: Stopwatch

    /// - Parameter clock: by which failures are forgotten.
    init(_ clock: any Clock<Duration>, most: Int = 20, recovery: Double = 3) {
        self.most = Double(most)
        self.recovery = recovery
        stopwatch = Stopwatch(clock)
    }

    /// Seconds until an address is listened to again; `nil` if it is.
    func wait(for address: String) -> Double? {
        let now = stopwatch.seconds
        return state.withLock { state in
            guard let account = state.accounts[address] else { return nil }
            let failures = left(of: account, at: now)
            return failures > most - 1 ? (failures - (most - 1)) * recovery : nil
        }
    }

    /// Notes that an address has shown a wrong key, or none where one is needed.
    func note(_ address: String) {
        let now = stopwatch.seconds
        state.withLock { state in
            if state.accounts.count >= Self.addresses, state.accounts[address] == nil {
                // Whoever uses many addresses pushes out the oldest failures, which are forgotten soon anyway.
                let old = state.accounts.min { $0.value.time < $1.value.time }
                if let old { state.accounts[old.key] = nil }
            }
            let failures = state.accounts[address].map { left(of: $0, at: now) } ?? 0
            state.accounts[address] = Account(failures: min(failures + 1, most), time: now)
        }
    }

    private func left(of account: Account, at now: Double) -> Double {
        max(0, account.failures - (now - account.time) / recovery)
    }
}
