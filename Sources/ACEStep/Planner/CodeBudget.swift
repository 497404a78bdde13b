import MusicCore

/// How many tokens the planner may write.
package enum CodeBudget {
    /// Audio codes per second of music.
    package static let codesPerSecond = 5

    /// Tokens of the context that stay free.
    private static let reserve = 64

    /// The number of audio codes for a duration: five per second, rounded down.
    ///
    /// - Parameter duration: seconds, over 0.
    package static func codes(for duration: Double) -> Int { Int(max(0, min(duration, 1e6)) * Double(codesPerSecond)) }

    /// The most tokens that a sequence may get.
    ///
    /// With a known duration: its codes, the duration being held within 10 seconds and the maximum, and room for the
    /// end or for the chain of thought. Without one: what the context has left.
    ///
    /// - Parameters:
    ///   - duration: of the music in seconds; `nil` or 0 and less if it isn't known.
    ///   - mode: what is written.
    ///   - maxDuration: the longest duration in seconds that the machine allows.
    ///   - contextLength: the most tokens of a prompt and what follows it.
    package static func maxTokens(
        duration: Double?, mode: PlanAutomaton.Mode, maxDuration: Int = PlanValues.duration.upperBound,
        contextLength: Int = 4096
    ) -> Int {
        let limit = max(1, contextLength - reserve)
        guard let duration, duration > 0 else { return limit }
        let longest = Double(min(maxDuration, PlanValues.duration.upperBound))
        let held = max(Double(PlanValues.duration.lowerBound), min(longest, duration))
        return min(codes(for: held) + (mode == .codes ? 10 : 500), limit)
    }
}
