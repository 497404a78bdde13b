import MLX

/// Classifier-free guidance whose push is smoothed over steps, limited in size, and stripped of the part that only
/// makes the prediction louder (Sadat et al., 2024).
package struct AdaptiveProjectedGuidance {
    /// Strength; 1 is no guidance.
    package let scale: Float

    /// Weight of the earlier steps' push; negative, so that it counteracts them.
    private static let momentum: Float = -0.75
    /// Largest L2 norm over time of a channel's push.
    private static let largestNorm: Float = 2.5

    private var average: MLXArray?

    package init(scale: Float) {
        self.scale = scale
    }

    /// Combines the predictions with and without the condition.
    ///
    /// The smoothed push is kept for the next step, so one value of this type guides one song.
    ///
    /// - Parameters:
    ///   - conditional: `[B, T, channels]`, float32.
    ///   - unconditional: `[B, T, channels]`, float32.
    /// - Returns: the guided velocity, `[B, T, channels]`.
    package mutating func guide(conditional: MLXArray, unconditional: MLXArray) -> MLXArray {
        let push = remember(conditional - unconditional)

        let norm = sqrt((push * push).sum(axis: 1, keepDims: true))
        let limited = push * minimum(1, Self.largestNorm / norm)

        let length = sqrt((conditional * conditional).sum(axis: 1, keepDims: true))
        let direction = conditional / maximum(length, 1e-12)
        let parallel = (limited * direction).sum(axis: 1, keepDims: true) * direction
        return conditional + (scale - 1) * (limited - parallel)
    }

    /// Takes the difference of two predictions into the smoothed push.
    ///
    /// - Parameter difference: `[B, T, channels]`, float32.
    /// - Returns: the smoothed push, likewise.
    @discardableResult
    package mutating func remember(_ difference: MLXArray) -> MLXArray {
        let push = average.map { difference + Self.momentum * $0 } ?? difference
        average = push
        return push
    }
}
