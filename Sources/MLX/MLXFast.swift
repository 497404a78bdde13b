import CMLX

/// Functions that are faster in one piece than composed of smaller ones.
public enum MLXFast {

    /// What positions attention may look at.
    public enum ScaledDotProductAttentionMaskMode {
        /// All.
        case none
        /// Those that an array allows: true or false, or a number added to the scores.
        case array(MLXArray)
        /// Those that the only array of a list allows.
        @available(*, deprecated, message: "use .array")
        case arrays([MLXArray])
        /// A query's own position and those before it.
        case causal

        /// The array, if the mode has one.
        public var mask: MLXArray? {
            switch self {
            case .array(let array): array
            case .arrays(let arrays): arrays.first
            case .none, .causal: nil
            }
        }

        /// The mode's name in libmlx.
        public var mode: String {
            switch self {
            case .causal: "causal"
            case .none, .array, .arrays: ""
            }
        }
    }

    /// softmax(scale · queries @ keysᵀ + mask) @ values, for each head.
    ///
    /// Keys and values may have fewer heads than queries, if these are a multiple: each then serves several heads of
    /// queries.
    ///
    /// - Parameters:
    ///   - queries: (B, H, L, D)
    ///   - keys: (B, Hkv, S, D)
    ///   - values: (B, Hkv, S, D)
    ///   - scale: The factor, usually 1 / √D.
    ///   - mask: What positions may be looked at; an array must broadcast to (B, H, L, S).
    ///   - sinks: A score for each head that takes part in the softmax and has no value, of shape (H).
    ///   - stream: Where to compute.
    /// - Returns: (B, H, L, D)
    public static func scaledDotProductAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, mask: ScaledDotProductAttentionMaskMode,
        sinks: MLXArray? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        attention(queries, keys, values, scale, mask.mode, mask.mask, sinks, stream)
    }

    /// softmax(scale · queries @ keysᵀ + mask) @ values, for each head.
    ///
    /// `memoryEfficientThreshold` has no effect.
    public static func scaledDotProductAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, mask: MLXArray?, sinks: MLXArray? = nil,
        memoryEfficientThreshold: Int? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        attention(queries, keys, values, scale, "", mask, sinks, stream)
    }

    private static func attention(
        _ queries: MLXArray, _ keys: MLXArray, _ values: MLXArray, _ scale: Float, _ mode: String, _ mask: MLXArray?,
        _ sinks: MLXArray?, _ stream: StreamOrDevice
    ) -> MLXArray {
        with(queries, keys) { queries, keys in
            with(values) { values in
                with(optional: mask) { mask in
                    with(optional: sinks) {
                        wrap(cmlx_fast_attention(queries, keys, values, scale, mode, mask, $0, stream.ctx))
                    }
                }
            }
        }
    }

    /// x / √(mean(x²) + eps) · weight, over the last axis.
    public static func rmsNorm(
        _ x: MLXArray, weight: MLXArray, eps: Float, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(x, weight) { wrap(cmlx_fast_rms_norm($0, $1, eps, stream.ctx)) }
    }

    /// (x - mean(x)) / √(variance(x) + eps) · weight + bias, over the last axis.
    public static func layerNorm(
        _ x: MLXArray, weight: MLXArray? = nil, bias: MLXArray? = nil, eps: Float, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(x) { x in
            with(optional: weight) { weight in
                with(optional: bias) { wrap(cmlx_fast_layer_norm(x, weight, $0, eps, stream.ctx)) }
            }
        }
    }

    /// Rotary position embedding: turns pairs of features by an angle that grows with the position.
    ///
    /// - Parameters:
    ///   - array: (..., T, D)
    ///   - dimensions: How many of the features are turned.
    ///   - traditional: Whether pairs are neighbours; otherwise a feature pairs with that half of `dimensions` on.
    ///   - base: Pair i of n turns by position · base^(-i / n). `nil` if `freqs` is given.
    ///   - scale: A factor for the position.
    ///   - offset: The position of the first row.
    ///   - freqs: The wavelength / 2π of each pair, in place of `base`.
    ///   - stream: Where to compute.
    public static func RoPE(
        _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float, offset: Int,
        freqs: MLXArray? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(array) { array in
            with(optional: freqs) {
                wrap(
                    cmlx_fast_rope(
                        array, dimensions.int32, traditional, .init(base), scale, offset.int32, $0, stream.ctx))
            }
        }
    }

    /// Rotary position embedding, with an array of first positions: one for all, or one for each batch element.
    public static func RoPE(
        _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float, offset: MLXArray,
        freqs: MLXArray? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(array, offset) { array, offset in
            with(optional: freqs) {
                wrap(
                    cmlx_fast_rope_dynamic(
                        array, dimensions.int32, traditional, .init(base), scale, offset, $0, stream.ctx))
            }
        }
    }
}

/// Rotary position embedding; see ``MLXFast/RoPE(_:dimensions:traditional:base:scale:offset:freqs:stream:)-(_,_,_,_,_,Int,_,_)``.
public func RoPE(
    _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float, offset: Int,
    freqs: MLXArray? = nil, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXFast.RoPE(
        array, dimensions: dimensions, traditional: traditional, base: base, scale: scale, offset: offset,
        freqs: freqs, stream: stream)
}

/// Rotary position embedding; see ``MLXFast/RoPE(_:dimensions:traditional:base:scale:offset:freqs:stream:)-(_,_,_,_,_,MLXArray,_,_)``.
public func RoPE(
    _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float, offset: MLXArray,
    freqs: MLXArray? = nil, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXFast.RoPE(
        array, dimensions: dimensions, traditional: traditional, base: base, scale: scale, offset: offset,
        freqs: freqs, stream: stream)
}

/// Attention with an optional mask; see ``MLXFast``.
public func scaledDotProductAttention(
    queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, mask: MLXArray?,
    memoryEfficientThreshold: Int? = nil, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXFast.scaledDotProductAttention(
        queries: queries, keys: keys, values: values, scale: scale, mask: mask,
        memoryEfficientThreshold: memoryEfficientThreshold, stream: stream)
}

/// x / √(mean(x²) + eps) · weight, over the last axis.
public func rmsNorm(_ x: MLXArray, weight: MLXArray, eps: Float, stream: StreamOrDevice = .default) -> MLXArray {
    MLXFast.rmsNorm(x, weight: weight, eps: eps, stream: stream)
}

/// (x - mean(x)) / √(variance(x) + eps) · weight + bias, over the last axis.
public func layerNorm(
    _ x: MLXArray, weight: MLXArray? = nil, bias: MLXArray? = nil, eps: Float, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXFast.layerNorm(x, weight: weight, bias: bias, eps: eps, stream: stream)
}
