import Foundation
import MLX

/// Angle-based dynamic guidance (ADG): turns the predicted music away from the unconditional prediction, frame by
/// frame, by a limited angle.
///
/// Follows ACE-Step's `adg_forward`, with the cosine limited to [-1, 1] and no division by a vanishing sine.
package enum AngleGuidance {
    /// Largest angle by which a frame is turned; the reference's rounding of 30 degrees.
    private static let largestAngle: Float = 3.14 / 6
    /// Below this sine the two predictions count as parallel.
    private static let smallestSine: Float = 1e-3

    /// Combines the predictions with and without the condition.
    ///
    /// - Parameters:
    ///   - conditional: velocity with the condition, `[B, T, channels]`, float32.
    ///   - unconditional: velocity without it, likewise.
    ///   - latents: the noisy latents, likewise.
    ///   - time: flow time, above 0.
    ///   - scale: strength of guidance.
    /// - Returns: the guided velocity, `[B, T, channels]`.
    package static func guide(
        conditional: MLXArray, unconditional: MLXArray, latents: MLXArray, time: Float, scale: Float
    ) -> MLXArray {
        let weight = max(scale - 1, 0) + 1e-3
        let music = latents - time * conditional
        let plain = latents - time * unconditional
        let plainSquare = (plain * plain).sum(axis: -1, keepDims: true)

        let lengths = sqrt((music * music).sum(axis: -1, keepDims: true)) * sqrt(plainSquare)
        let cosine = (music * plain).sum(axis: -1, keepDims: true) / maximum(lengths, 1e-30)
        let angle = acos(clip(cosine, min: MLXArray(Float(-1)), max: MLXArray(Float(1))))
        let turned = minimum(weight * angle, largestAngle)

        let difference = music - plain
        let along = (difference * plain).sum(axis: -1, keepDims: true) / (plainSquare + 1e-8)
        let across = difference - along * plain

        let sine = sin(angle)
        let isOpen = sine .> Self.smallestSine
        let factor = MLX.where(isOpen, sin(turned) / MLX.where(isOpen, sine, MLXArray(Float(1))), MLXArray(weight))
        return (latents - (cos(turned) * music + across * factor)) / time
    }
}
