import MLX

/// What ``Adam`` keeps for one parameter.
public struct AdamState: Updatable {
    /// Running mean of the gradient.
    let mean: MLXArray
    /// Running mean of the squared gradient.
    let square: MLXArray
    /// Number of steps taken.
    let step: MLXArray

    public func innerState() -> [MLXArray] {
        [mean, square, step]
    }
}

/// Steps of each element scaled by running means of its gradient and its squared gradient.
///
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `w ← w − learningRate · m / (√v + eps)`; with bias correction,
/// after step t, `m / (1 − β₁ᵗ)` takes the place of m and `v / (1 − β₂ᵗ)` that of v.
/// Source: Kingma, Ba, "Adam", arXiv:1412.6980.
open class Adam: OptimizerBase<AdamState> {
    /// Length of a step; may change between steps.
    public var learningRate: Float
    /// Weights of the past in the running means: β₁ of the gradient, β₂ of its square.
    public var betas: (Float, Float)
    /// What is added to the denominator.
    public var eps: Float
    /// Whether to make up for the running means' start at 0.
    public var biasCorrection: Bool

    /// Makes an optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: length of a step.
    ///   - betas: weights of the past in the running means.
    ///   - eps: what is added to the denominator.
    ///   - biasCorrection: whether to make up for the running means' start at 0.
    public init(
        learningRate: Float, betas: (Float, Float) = (0.9, 0.999), eps: Float = 1e-8, biasCorrection: Bool = false
    ) {
        self.learningRate = learningRate
        self.betas = betas
        self.eps = eps
        self.biasCorrection = biasCorrection
    }

    open override func newState(parameter: MLXArray) -> AdamState {
        AdamState(mean: MLX.zeros(like: parameter), square: MLX.zeros(like: parameter), step: MLXArray(0))
    }

    open override func applySingle(
        gradient: MLXArray, parameter: MLXArray, state: AdamState
    ) -> (MLXArray, AdamState) {
        let (beta1, beta2) = betas
        let new = AdamState(
            mean: beta1 * state.mean + (1 - beta1) * gradient,
            square: beta2 * state.square + (1 - beta2) * MLX.square(gradient),
            step: state.step + 1)
        let update: MLXArray
        if biasCorrection {
            let rate = learningRate / (1 - pow(beta1, new.step))
            let scale = rsqrt(1 - pow(beta2, new.step))
            update = (rate * new.mean) / (sqrt(new.square) * scale + eps)
        } else {
            update = learningRate * new.mean / (sqrt(new.square) + eps)
        }
        return (parameter - update, new)
    }
}

/// ``Adam`` with a decay of the parameters that the gradient's statistics don't see.
///
/// Before a step, `w ← w · (1 − learningRate · weightDecay)`.
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101.
open class AdamW: Adam {
    /// How strongly parameters are pulled towards 0.
    public var weightDecay: Float

    /// Makes an optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: length of a step.
    ///   - betas: weights of the past in the running means.
    ///   - eps: what is added to the denominator.
    ///   - weightDecay: how strongly parameters are pulled towards 0.
    ///   - biasCorrection: whether to make up for the running means' start at 0.
    public init(
        learningRate: Float, betas: (Float, Float) = (0.9, 0.999), eps: Float = 1e-8, weightDecay: Float = 0.01,
        biasCorrection: Bool = false
    ) {
        self.weightDecay = weightDecay
        super.init(learningRate: learningRate, betas: betas, eps: eps, biasCorrection: biasCorrection)
    }

    open override func applySingle(
        gradient: MLXArray, parameter: MLXArray, state: AdamState
    ) -> (MLXArray, AdamState) {
        super.applySingle(
            gradient: gradient, parameter: parameter * (1 - learningRate * weightDecay), state: state)
    }
}
