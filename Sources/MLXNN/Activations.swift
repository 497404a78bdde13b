import Foundation
import MLX

/// `1 / (1 + exp(−x))`, by element.
public func sigmoid(_ x: MLXArray) -> MLXArray {
    MLX.sigmoid(x)
}

/// `max(x, 0)`, by element.
public func relu(_ x: MLXArray) -> MLXArray {
    maximum(x, 0)
}

/// `max(x, negativeSlope · x)`, by element.
public func leakyRelu(_ x: MLXArray, negativeSlope: Float = 0.01) -> MLXArray {
    maximum(x * negativeSlope, x)
}

/// `x` where it is positive, `alpha · (exp(x) − 1)` elsewhere.
public func elu(_ x: MLXArray, alpha: Float = 1.0) -> MLXArray {
    which(x .> 0, x, alpha * (exp(x) - 1))
}

/// `log(1 + exp(x))`, by element.
public func softplus(_ x: MLXArray) -> MLXArray {
    logAddExp(x, 0)
}

/// `x · sigmoid(x)`, by element; also called swish.
public func silu(_ x: MLXArray) -> MLXArray {
    compiledSilu(x)
}

/// `log(sigmoid(x))`, by element.
public func logSigmoid(_ x: MLXArray) -> MLXArray {
    -softplus(-x)
}

/// `log(softmax(x))` along an axis.
public func logSoftmax(_ x: MLXArray, axis: Int = -1) -> MLXArray {
    x - logSumExp(x, axis: axis, keepDims: true)
}

/// `x · Φ(x)`, by element, with the distribution function Φ of the standard normal distribution.
///
/// Source: Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
public func gelu(_ x: MLXArray) -> MLXArray {
    compiledGelu(x)
}

/// ``gelu(_:)`` with Φ(x) ≈ `(1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2`, off by at most 0.0005.
public func geluApproximate(_ x: MLXArray) -> MLXArray {
    compiledGeluApproximate(x)
}

/// ``gelu(_:)`` with Φ(x) ≈ `sigmoid(1.702 x)`, off by at most 0.02.
public func geluFastApproximate(_ x: MLXArray) -> MLXArray {
    compiledGeluFastApproximate(x)
}

/// The first half of an axis times the sigmoid of its second half.
///
/// - Parameters:
///   - x: any array.
///   - axis: an axis of even size.
public func glu(_ x: MLXArray, axis: Int = -1) -> MLXArray {
    let halves = split(x, parts: 2, axis: axis)
    return halves[0] * MLX.sigmoid(halves[1])
}

/// `x · tanh(softplus(x))`, by element.
///
/// Source: Misra, "Mish", arXiv:1908.08681.
public func mish(_ x: MLXArray) -> MLXArray {
    compiledMish(x)
}

// One kernel each where the device has a compiler for it.

private let compiledSilu = compile(shapeless: true) { (x: MLXArray) in
    x * MLX.sigmoid(x)
}

private let compiledGelu = compile(shapeless: true) { (x: MLXArray) in
    x * (1 + erf(x * Float(0.5).squareRoot())) * 0.5
}

private let compiledGeluApproximate = compile(shapeless: true) { (x: MLXArray) in
    0.5 * x * (1 + tanh((x + 0.044715 * x * x * x) * (2 / Float.pi).squareRoot()))
}

private let compiledGeluFastApproximate = compile(shapeless: true) { (x: MLXArray) in
    x * MLX.sigmoid(1.702 * x)
}

private let compiledMish = compile(shapeless: true) { (x: MLXArray) in
    x * tanh(softplus(x))
}

/// The layer of ``sigmoid(_:)``.
open class Sigmoid: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { sigmoid(x) }
}

/// The layer of `tanh`.
open class Tanh: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { tanh(x) }
}

/// The layer of ``relu(_:)``.
open class ReLU: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { relu(x) }
}

/// The layer of ``leakyRelu(_:negativeSlope:)``.
open class LeakyReLU: Module, UnaryLayer {
    /// Factor of negative values.
    public var negativeSlope: Float

    /// Makes a layer with a factor for negative values.
    public init(negativeSlope: Float = 0.01) {
        self.negativeSlope = negativeSlope
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray { leakyRelu(x, negativeSlope: negativeSlope) }
}

/// The layer of ``elu(_:alpha:)``.
open class ELU: Module, UnaryLayer {
    /// Minus the limit for very negative values.
    public var alpha: Float

    /// Makes a layer that tends to −`alpha` for very negative values.
    public init(alpha: Float = 1.0) {
        self.alpha = alpha
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray { elu(x, alpha: alpha) }
}

/// The layer of ``softplus(_:)``.
open class Softplus: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { softplus(x) }
}

/// The layer of ``silu(_:)``.
open class SiLU: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { silu(x) }
}

/// The layer of ``logSigmoid(_:)``.
open class LogSigmoid: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { logSigmoid(x) }
}

/// The layer of ``mish(_:)``.
open class Mish: Module, UnaryLayer {
    open func callAsFunction(_ x: MLXArray) -> MLXArray { mish(x) }
}

/// The layer of `softmax` along an axis.
open class Softmax: Module, UnaryLayer {
    /// The axis along which the values add up to 1.
    public var axis: Int

    /// Makes a layer for an axis.
    public init(axis: Int = -1) {
        self.axis = axis
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray { softmax(x, axis: axis) }
}

/// The layer of ``logSoftmax(_:axis:)``.
open class LogSoftmax: Module, UnaryLayer {
    /// The axis along which the exponentials add up to 1.
    public var axis: Int

    /// Makes a layer for an axis.
    public init(axis: Int = -1) {
        self.axis = axis
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray { logSoftmax(x, axis: axis) }
}

/// The layer of ``glu(_:axis:)``.
open class GLU: Module, UnaryLayer {
    /// The axis that is halved.
    public var axis: Int

    /// Makes a layer for an axis.
    public init(axis: Int = -1) {
        self.axis = axis
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray { glu(x, axis: axis) }
}

/// The layer of ``gelu(_:)`` and its approximations.
open class GELU: Module, UnaryLayer {
    /// How Φ is computed.
    public enum Approximation: Sendable {
        /// Exactly: ``gelu(_:)``.
        case none
        /// ``geluApproximate(_:)``.
        case precise
        /// Another name of ``precise``.
        case tanh
        /// ``geluFastApproximate(_:)``.
        case fast
    }

    /// How Φ is computed.
    public let approximation: Approximation

    /// Makes a layer that computes Φ in the given way.
    public init(approximation: Approximation = .none) {
        self.approximation = approximation
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        switch approximation {
        case .none: gelu(x)
        case .precise, .tanh: geluApproximate(x)
        case .fast: geluFastApproximate(x)
        }
    }
}
