import MLX
import MusicCore

/// Classifier-free guidance of one song: which method, how strong, and when.
package struct Guidance {
    /// Strength; 1 is no guidance.
    package let scale: Float
    package let method: GuidanceMethod
    /// Flow times, from low to high, at which guidance applies.
    package let interval: ClosedRange<Double>
    private var projected: AdaptiveProjectedGuidance

    package init(scale: Float, method: GuidanceMethod = .apg, interval: ClosedRange<Double> = 0...1) {
        self.scale = scale
        self.method = method
        self.interval = interval
        projected = AdaptiveProjectedGuidance(scale: scale)
    }

    /// Whether there is any guidance.
    package var isActive: Bool { scale > 1 }

    /// Whether guidance applies at a flow time.
    package func applies(at time: Float) -> Bool {
        isActive && interval.contains(Double(time))
    }

    /// Combines the predictions with and without the condition; what the method remembers is kept for the next step.
    ///
    /// - Parameters:
    ///   - conditional: `[1, T, channels]`, float32.
    ///   - unconditional: likewise.
    ///   - latents: the noisy latents, likewise.
    ///   - time: flow time, above 0.
    package mutating func guide(
        conditional: MLXArray, unconditional: MLXArray, latents: MLXArray, time: Float
    ) -> MLXArray {
        switch method {
        case .apg:
            projected.guide(conditional: conditional, unconditional: unconditional)
        case .adg:
            AngleGuidance.guide(
                conditional: conditional, unconditional: unconditional, latents: latents, time: time, scale: scale)
        }
    }

    /// Takes a difference of predictions into what the method remembers, where it remembers any.
    ///
    /// - Parameter difference: with the condition less without it, `[1, T, channels]`, float32.
    mutating func remember(_ difference: MLXArray) {
        if method == .apg { projected.remember(difference) }
    }
}
