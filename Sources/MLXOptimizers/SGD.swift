import MLX

/// Stochastic gradient descent, with momentum if wanted.
///
/// `g ← g + weightDecay · w`, `v ← momentum · v + (1 − dampening) · g`, `w ← w − learningRate · v`; with Nesterov's
/// momentum `w ← w − learningRate · (g + momentum · v)`.
open class SGD: OptimizerBaseArrayState {
    /// Length of a step; may change between steps.
    public var learningRate: Float
    /// Share of the last step's direction that goes into the next.
    public var momentum: Float
    /// How strongly parameters are pulled towards 0.
    public var weightDecay: Float
    /// Share of the gradient that is kept out of the momentum.
    public var dampening: Float
    /// Whether to look ahead by the momentum.
    public var nesterov: Bool

    /// Makes an optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: length of a step.
    ///   - momentum: share of the last step's direction that goes into the next.
    ///   - weightDecay: how strongly parameters are pulled towards 0.
    ///   - dampening: share of the gradient that is kept out of the momentum.
    ///   - nesterov: whether to look ahead by the momentum.
    public init(
        learningRate: Float, momentum: Float = 0, weightDecay: Float = 0, dampening: Float = 0, nesterov: Bool = false
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.dampening = dampening
        self.nesterov = nesterov
    }

    open override func applySingle(
        gradient: MLXArray, parameter: MLXArray, state: MLXArray
    ) -> (MLXArray, MLXArray) {
        let gradient = weightDecay == 0 ? gradient : gradient + weightDecay * parameter
        if momentum <= 0 {
            return (parameter - learningRate * gradient, state)
        }
        let fresh = dampening > 0 ? (1 - dampening) * gradient : gradient
        let velocity = momentum * state + fresh
        let direction = nesterov ? gradient + momentum * velocity : velocity
        return (parameter - learningRate * direction, velocity)
    }
}
