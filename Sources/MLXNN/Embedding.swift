import Foundation
import MLX

/// A table of vectors, looked up by index.
open class Embedding: Module, UnaryLayer, Quantizable {
    /// Table, (embedding count, dimensions).
    public let weight: MLXArray

    /// (embedding count, dimensions), also where ``weight`` is packed.
    open var shape: (Int, Int) {
        weight.shape2
    }

    /// Makes a table of normal values with variance 1/dimensions.
    ///
    /// - Parameters:
    ///   - embeddingCount: the number of vectors.
    ///   - dimensions: their size.
    public init(embeddingCount: Int, dimensions: Int) {
        weight = MLXRandom.normal([embeddingCount, dimensions], scale: (1 / Float(dimensions)).squareRoot())
    }

    /// Makes a layer of a given table, (embedding count, dimensions).
    public init(weight: MLXArray) {
        self.weight = weight
    }

    open override func describeExtra(_ indent: Int) -> String {
        let (embeddingCount, dimensions) = shape
        return "(embeddingCount=\(embeddingCount), dimensions=\(dimensions))"
    }

    /// The vectors of the integers `x`: shape (...) becomes (..., dimensions).
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        weight[x]
    }

    /// Scores of `x` against every vector of the table, `x W^T`: the output layer of a model with tied embeddings.
    ///
    /// - Parameter x: (..., dimensions).
    /// - Returns: (..., embedding count).
    open func asLinear(_ x: MLXArray) -> MLXArray {
        matmul(x, weight.T)
    }

    /// This layer with a packed table of `bits` bits.
    public func toQuantized(groupSize: Int, bits: Int, mode: QuantizationMode) -> Module {
        QuantizedEmbedding(self, groupSize: groupSize, bits: bits, mode: mode)
    }
}
