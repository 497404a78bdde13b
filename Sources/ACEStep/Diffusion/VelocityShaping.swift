import MLX

/// What is done to guided velocities before a step follows them: outliers are limited, and each is mixed with the one
/// before.
package struct VelocityShaping: Sendable, Equatable {
    /// Largest L2 norm of a velocity in norms of its latents; 0 is no limit.
    package let normThreshold: Double
    /// Share of the step before, 0 to below 1.
    package let average: Double

    /// - Returns: `nil` where both are 0, which changes nothing.
    package init?(normThreshold: Double, average: Double) {
        guard normThreshold > 0 || average > 0 else { return nil }
        (self.normThreshold, self.average) = (normThreshold, average)
    }

    /// A velocity that is not longer than allowed.
    ///
    /// - Parameters:
    ///   - velocity: guided, `[1, T, channels]`, float32.
    ///   - latents: from which it was predicted, likewise.
    package func limited(_ velocity: MLXArray, latents: MLXArray) -> MLXArray {
        guard normThreshold > 0 else { return velocity }
        func norm(_ x: MLXArray) -> MLXArray { sqrt((x * x).sum(axes: [1, 2], keepDims: true)) }
        let scale = Float(normThreshold) * (norm(latents) + 1e-10) / (norm(velocity) + 1e-10)
        return velocity * minimum(1, scale)
    }

    /// A velocity mixed with that of the step before.
    ///
    /// - Parameter previous: as it was followed; `nil` at the first step.
    package func averaged(_ velocity: MLXArray, previous: MLXArray?) -> MLXArray {
        guard average > 0, let previous else { return velocity }
        return Float(1 - average) * velocity + Float(average) * previous
    }

    /// Both, in this order.
    package func shaped(_ velocity: MLXArray, latents: MLXArray, previous: MLXArray?) -> MLXArray {
        averaged(limited(velocity, latents: latents), previous: previous)
    }
}
