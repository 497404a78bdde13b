import MLX
import MLXNN

/// Sizes of attention with grouped key and value heads.
public struct AttentionSizes: Sendable, Equatable {
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Number of query heads.
    public var heads: Int
    /// Number of key and value heads; each serves `heads / keyValueHeads` query heads.
    public var keyValueHeads: Int
    /// Width of a head; even.
    public var headDimensions: Int
    /// Added to the mean square before the root in normalisation.
    public var normEpsilon: Float
    /// Base of the rotary frequencies.
    public var ropeTheta: Float
    /// Whether the projections have a bias.
    public var hasBias: Bool

    public init(
        hiddenSize: Int, heads: Int, keyValueHeads: Int, headDimensions: Int, normEpsilon: Float, ropeTheta: Float,
        hasBias: Bool
    ) {
        self.hiddenSize = hiddenSize
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDimensions = headDimensions
        self.normEpsilon = normEpsilon
        self.ropeTheta = ropeTheta
        self.hasBias = hasBias
    }

    /// Requires sizes that a network can have.
    ///
    /// - Parameter prefix: what stands before the names of the fields that differ from part to part.
    /// - Throws: `MusicError` with code `invalidCheckpoint` that names the field of `config.json`.
    public func validate(_ prefix: String = "") throws {
        try ConfigurationCheck.require("\(prefix)hidden_size", hiddenSize, in: 1...65_536)
        try ConfigurationCheck.require("\(prefix)num_attention_heads", heads, in: 1...1024)
        try ConfigurationCheck.require("\(prefix)num_key_value_heads", keyValueHeads, in: 1...heads)
        try ConfigurationCheck.require("head_dim", headDimensions, in: 2...1024)
        try ConfigurationCheck.require(
            headDimensions.isMultiple(of: 2), "Configuration field 'head_dim' is \(headDimensions), which is odd")
        try ConfigurationCheck.require(
            heads.isMultiple(of: keyValueHeads),
            "Configuration field '\(prefix)num_attention_heads' is \(heads), not a multiple of "
                + "'\(prefix)num_key_value_heads' (\(keyValueHeads))")
        try ConfigurationCheck.require(
            normEpsilon >= 0 && normEpsilon.isFinite && ropeTheta > 0 && ropeTheta.isFinite,
            "Configuration fields 'rms_norm_eps' (\(normEpsilon)) and 'rope_theta' (\(ropeTheta)) are out of range")
    }
}

/// What attention with grouped key and value heads has in common, whatever sees what: the projections, normalised
/// queries and keys, and rotary positions.
open class GroupedAttention: Module {
    @ModuleInfo(key: "q_proj") public var queryProjection: any LinearLayer
    @ModuleInfo(key: "k_proj") public var keyProjection: any LinearLayer
    @ModuleInfo(key: "v_proj") public var valueProjection: any LinearLayer
    @ModuleInfo(key: "o_proj") public var outputProjection: any LinearLayer
    @ModuleInfo(key: "q_norm") public var queryNorm: RMSNorm
    @ModuleInfo(key: "k_norm") public var keyNorm: RMSNorm

    public let sizes: AttentionSizes
    /// On products of queries and keys.
    public let scale: Float

    public init(_ sizes: AttentionSizes) {
        self.sizes = sizes
        scale = 1 / Float(sizes.headDimensions).squareRoot()
        super.init()
        let queries = sizes.heads * sizes.headDimensions
        let keys = sizes.keyValueHeads * sizes.headDimensions
        _queryProjection.wrappedValue = Linear(sizes.hiddenSize, queries, bias: sizes.hasBias)
        _keyProjection.wrappedValue = Linear(sizes.hiddenSize, keys, bias: sizes.hasBias)
        _valueProjection.wrappedValue = Linear(sizes.hiddenSize, keys, bias: sizes.hasBias)
        _outputProjection.wrappedValue = Linear(queries, sizes.hiddenSize, bias: sizes.hasBias)
        _queryNorm.wrappedValue = RMSNorm(dimensions: sizes.headDimensions, eps: sizes.normEpsilon)
        _keyNorm.wrappedValue = RMSNorm(dimensions: sizes.headDimensions, eps: sizes.normEpsilon)
    }

    /// Queries of `[B, L, hidden]`, without positions: `[B, heads, L, head]`.
    public func queries(_ x: MLXArray) -> MLXArray { queryNorm(split(queryProjection(x))).transposed(0, 2, 1, 3) }

    /// Keys of `[B, L, hidden]`, without positions: `[B, key heads, L, head]`.
    public func keys(_ x: MLXArray) -> MLXArray { keyNorm(split(keyProjection(x))).transposed(0, 2, 1, 3) }

    /// Values of `[B, L, hidden]`: `[B, key heads, L, head]`.
    public func values(_ x: MLXArray) -> MLXArray { split(valueProjection(x)).transposed(0, 2, 1, 3) }

    /// Turns `[B, heads, L, head]` by the positions from 0 on.
    public func rotated(_ x: MLXArray) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: sizes.headDimensions, traditional: false, base: sizes.ropeTheta, scale: 1, offset: 0)
    }

    /// Turns `[B, heads, L, head]` by the positions from `first` on, int32 `[B]`.
    public func rotated(_ x: MLXArray, from first: MLXArray) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: sizes.headDimensions, traditional: false, base: sizes.ropeTheta, scale: 1, offset: first)
    }

    /// Attends, and projects back.
    ///
    /// - Parameters:
    ///   - queries: `[B, heads, L, head]`.
    ///   - keys: `[B, key heads, S, head]`.
    ///   - values: likewise.
    ///   - mask: which positions see which.
    /// - Returns: `[B, L, hidden]`.
    public func attend(
        queries: MLXArray, keys: MLXArray, values: MLXArray, mask: MLXFast.ScaledDotProductAttentionMaskMode
    ) -> MLXArray {
        merged(
            MLXFast.scaledDotProductAttention(queries: queries, keys: keys, values: values, scale: scale, mask: mask))
    }

    /// `[B, heads, L, head]` to `[B, L, hidden]`.
    public func merged(_ x: MLXArray) -> MLXArray {
        outputProjection(x.transposed(0, 2, 1, 3).reshaped(x.dim(0), x.dim(2), -1))
    }

    /// `[B, L, heads * head]` to `[B, L, heads, head]`.
    private func split(_ x: MLXArray) -> MLXArray { x.reshaped(x.dim(0), x.dim(1), -1, sizes.headDimensions) }
}
