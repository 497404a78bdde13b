import Foundation
import MLX

/// Returns its input.
public class Identity: Module, UnaryLayer {
    /// Returns `x`.
    public func callAsFunction(_ x: MLXArray) -> MLXArray {
        x
    }
}

/// An affine map of the last axis: `y = x W^T + b`.
///
/// Keep it in a ``ModuleInfo`` property, so that it can be quantized.
open class Linear: Module, UnaryLayer, Quantizable {
    /// Matrix, (output dimensions, input dimensions).
    public let weight: MLXArray
    /// Offset, (output dimensions); nil for none.
    public let bias: MLXArray?

    /// (output dimensions, input dimensions), also where ``weight`` is packed.
    open var shape: (Int, Int) {
        weight.shape2
    }

    /// Makes a layer with weights and offsets uniform in ±1/√(input dimensions).
    ///
    /// - Parameters:
    ///   - inputDimensions: the size of the input's last axis.
    ///   - outputDimensions: the size of the output's last axis.
    ///   - bias: whether to add an offset.
    public init(_ inputDimensions: Int, _ outputDimensions: Int, bias: Bool = true) {
        let bound = (1 / Float(inputDimensions)).squareRoot()
        weight = MLXRandom.uniform(low: -bound, high: bound, [outputDimensions, inputDimensions])
        self.bias = bias ? MLXRandom.uniform(low: -bound, high: bound, [outputDimensions]) : nil
    }

    /// Makes a layer as ``init(_:_:bias:)`` does.
    public convenience init(inputDimensions: Int, outputDimensions: Int, bias: Bool = true) {
        self.init(inputDimensions, outputDimensions, bias: bias)
    }

    /// Makes a layer of given arrays.
    ///
    /// - Parameters:
    ///   - weight: matrix, (output dimensions, input dimensions).
    ///   - bias: offset, (output dimensions), or nil.
    public init(weight: MLXArray, bias: MLXArray? = nil) {
        self.weight = weight
        self.bias = bias
    }

    open override func describeExtra(_ indent: Int) -> String {
        let (output, input) = shape
        return "(inputDimensions=\(input), outputDimensions=\(output), bias=\(bias != nil))"
    }

    /// Maps (..., input dimensions) to (..., output dimensions).
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        if let bias {
            addMM(bias, x, weight.T)
        } else {
            matmul(x, weight.T)
        }
    }

    /// This layer with packed weights of `bits` bits.
    public func toQuantized(groupSize: Int, bits: Int, mode: QuantizationMode) -> Module {
        QuantizedLinear(self, groupSize: groupSize, bits: bits, mode: mode)
    }
}
