import MLX

/// Sets random elements to zero in training and scales the others up, so that the expected value stays.
///
/// Outside training it returns its input.
open class Dropout: Module, UnaryLayer {
    /// The probability that an element stays.
    public let p1: Float

    /// Makes a layer.
    ///
    /// - Parameter p: the probability that an element becomes zero, 0 ..< 1.
    public init(p: Float = 0.5) {
        precondition((0..<1).contains(p), "the probability must be in 0 ..< 1")
        p1 = 1 - p
    }

    /// Drops elements of `x`, of any shape.
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        if p1 == 1 || !training { return x }
        return MLXRandom.bernoulli(p1, x.shape) * x * (1 / p1)
    }
}
