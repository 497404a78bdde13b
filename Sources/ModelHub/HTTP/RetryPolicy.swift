import Foundation

/// When to try again, and after how long.
package struct RetryPolicy: Sendable {
    /// How many attempts in a row may fail without progress.
    package var maximumAttempts = 6
    /// How many of them may fail to get through to the server at all.
    package var maximumConnectionAttempts = 3
    /// Seconds to wait after the first failure; each further one doubles it.
    package var firstDelay = 0.5
    /// The longest wait of our own, in seconds.
    package var maximumDelay = 30.0
    /// The longest wait, in seconds, that a server may ask for with `Retry-After`; beyond it, the user decides.
    package var maximumRetryAfter = 120.0
    /// What the waits are measured by.
    package var clock: any Clock<Duration> = ContinuousClock()

    package init() {}

    /// Seconds to wait before the next attempt, or `nil` to give up.
    ///
    /// - Parameters:
    ///   - error: what ended the last attempt.
    ///   - attempt: how many attempts in a row have failed, at least 1.
    package func delay(after error: any Error, attempt: Int) -> Double? {
        guard attempt < maximumAttempts else { return nil }
        switch error {
        case let error as TransferError:
            guard error.isTransient else { return nil }
            if error.isConnectionFailure, attempt >= maximumConnectionAttempts { return nil }
        case let error as HTTPStatusError:
            guard error.isTransient else { return nil }
            if let asked = error.head.headers["retry-after"].flatMap({ Self.seconds(retryAfter: $0) }) {
                return asked <= maximumRetryAfter ? asked : nil
            }
        default:
            return nil
        }
        // Up to a quarter more at random, so that many clients don't come back in the same moment.
        return min(maximumDelay, firstDelay * pow(2, Double(attempt - 1))) * Double.random(in: 1...1.25)
    }

    /// Runs `body` until it succeeds or the policy gives up.
    package func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        var attempt = 0
        while true {
            do {
                return try await body()
            } catch {
                attempt += 1
                guard let delay = delay(after: error, attempt: attempt) else { throw error }
                try await clock.sleep(for: .seconds(delay))
            }
        }
    }

    /// Seconds from now that a `Retry-After` header means: a number, or an HTTP date (RFC 9110, section 5.6.7).
    package static func seconds(retryAfter text: String, now: Date = Date()) -> Double? {
        if let seconds = Double(text), seconds.isFinite { return max(0, seconds) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(whereSeparator: { " ,:".contains($0) })
        guard words.count == 8, words[7] == "GMT", let month = months.firstIndex(of: String(words[2])),
            let day = Int32(words[1]), let year = Int32(words[3]), let hour = Int32(words[4]),
            let minute = Int32(words[5]), let second = Int32(words[6]), (1...31).contains(day),
            (0...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return max(0, Double(timegm(&parts)) - now.timeIntervalSince1970)
    }
}
