import MLX

/// A layer that also takes the position at which its input starts.
public protocol OffsetLayer: Module {
    /// Applies the layer to a sequence that starts at position `offset`.
    func callAsFunction(_ x: MLXArray, offset: Int) -> MLXArray
}

/// A layer that also takes the positions at which the sequences of its input start.
public protocol ArrayOffsetLayer: Module {
    /// Applies the layer to sequences that start at the positions `offset`: one for all, or (batch).
    func callAsFunction(_ x: MLXArray, offset: MLXArray) -> MLXArray
}

/// Rotary position embedding of the first `dimensions` features of the last axis.
///
/// Features are rotated in pairs; pair i of position p by the angle `scale · p · base^(−2i/dimensions)`.
/// Source: Su et al., "RoFormer", arXiv:2104.09864.
public final class RoPE: Module, UnaryLayer, OffsetLayer, ArrayOffsetLayer {
    let dimensions: Int
    let traditional: Bool
    let base: Float
    let scale: Float

    /// Makes a layer.
    ///
    /// - Parameters:
    ///   - dimensions: how many features to rotate, even.
    ///   - traditional: whether a pair is two neighbouring features, rather than feature i and i + dimensions/2.
    ///   - base: base of the angles' geometric sequence.
    ///   - scale: factor of the positions.
    public init(dimensions: Int, traditional: Bool = false, base: Float = 10_000, scale: Float = 1) {
        self.dimensions = dimensions
        self.traditional = traditional
        self.base = base
        self.scale = scale
    }

    /// Rotates (..., length, features) of a sequence that starts at position `offset`.
    public func callAsFunction(_ x: MLXArray, offset: Int) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: dimensions, traditional: traditional, base: base, scale: scale, offset: offset)
    }

    /// Rotates (batch, ..., length, features) of sequences that start at the positions `offset`.
    public func callAsFunction(_ x: MLXArray, offset: MLXArray) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: dimensions, traditional: traditional, base: base, scale: scale, offset: offset)
    }

    /// Rotates (..., length, features) of a sequence that starts at position 0.
    public func callAsFunction(_ x: MLXArray) -> MLXArray {
        callAsFunction(x, offset: 0)
    }
}
