import Foundation
import Synchronization

/// Keeps those who show wrong keys from trying many: after some failures from one address the next ones are refused for
/// a while, without a look at the key.
package final class FailureLimit: Sendable {
    /// Failures that come back as time passes.
    private struct Account {
        var failures: Double
        var time: Double
    }

    /// Failures of one address that are answered at once.
    private let most: Double
    /// Seconds in which one failure is forgotten.
    private let recovery: Double
    private static let addresses = 10_000

    private let accounts = Mutex<[String: Account]>([:])
    private let stopwatch: Stopwatch

    /// - Parameter clock: by which failures are forgotten.
    package init(_ clock: any Clock<Duration>, most: Int = 20, recovery: Double = 3) {
        self.most = Double(most)
        self.recovery = recovery
        stopwatch = Stopwatch(clock)
    }

    /// Seconds until an address is listened to again; `nil` if it is.
    package func wait(for address: String) -> Double? {
        let now = stopwatch.seconds
        return accounts.withLock { accounts in
            guard let account = accounts[address] else { return nil }
            let failures = left(of: account, at: now)
            return failures > most - 1 ? (failures - (most - 1)) * recovery : nil
        }
    }

    /// Notes that an address has shown a wrong key, or none where one is needed.
    package func note(_ address: String) {
        let now = stopwatch.seconds
        accounts.withLock { accounts in
            if accounts.count >= Self.addresses, accounts[address] == nil {
                // Whoever uses many addresses pushes out the oldest failures, which are forgotten soon anyway.
                let old = accounts.min { $0.value.time < $1.value.time }
                if let old { accounts[old.key] = nil }
            }
            let failures = accounts[address].map { left(of: $0, at: now) } ?? 0
            accounts[address] = Account(failures: min(failures + 1, most), time: now)
        }
    }

    private func left(of account: Account, at now: Double) -> Double {
        max(0, account.failures - (now - account.time) / recovery)
    }
}
