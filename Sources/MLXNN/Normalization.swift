import Foundation
import MLX

/// Layer normalization of the last axis: `y = (x − mean) / √(variance + eps) · γ + β`.
///
/// Source: Ba, Kiros, Hinton, "Layer Normalization", arXiv:1607.06450.
open class LayerNorm: Module, UnaryLayer {
    /// Size of the last axis.
    public let dimensions: Int
    /// What is added to the variance.
    public let eps: Float
    /// γ, (dimensions); nil for none.
    public let weight: MLXArray?
    /// β, (dimensions); nil for none.
    public let bias: MLXArray?

    /// Makes a layer with γ = 1 and β = 0.
    ///
    /// - Parameters:
    ///   - dimensions: size of the last axis.
    ///   - eps: what is added to the variance.
    ///   - affine: whether there is a γ (and, with `bias`, a β).
    ///   - bias: whether there is a β.
    public init(dimensions: Int, eps: Float = 1e-5, affine: Bool = true, bias: Bool = true) {
        self.dimensions = dimensions
        self.eps = eps
        weight = affine ? MLX.ones([dimensions]) : nil
        self.bias = affine && bias ? MLX.zeros([dimensions]) : nil
    }

    /// Normalizes (..., dimensions).
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        MLXFast.layerNorm(x, weight: weight, bias: bias, eps: eps)
    }
}

/// Root-mean-square normalization of the last axis: `y = x / √(mean(x²) + eps) · γ`.
///
/// Source: Zhang, Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467.
open class RMSNorm: Module, UnaryLayer {
    /// γ, (dimensions).
    public let weight: MLXArray
    /// What is added to the mean square.
    public let eps: Float

    /// Makes a layer with γ = 1.
    ///
    /// - Parameters:
    ///   - dimensions: size of the last axis.
    ///   - eps: what is added to the mean square.
    public init(dimensions: Int, eps: Float = 1e-5) {
        weight = MLX.ones([dimensions])
        self.eps = eps
    }

    open override func describeExtra(_ indent: Int) -> String {
        "(dimensions=\(weight.dim(0)), eps=\(eps))"
    }

    /// Normalizes (..., dimensions).
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        MLXFast.rmsNorm(x, weight: weight, eps: eps)
    }
}
