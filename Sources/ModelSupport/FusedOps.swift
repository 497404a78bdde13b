import MLX
import MLXNN

#if VIVACE_CMLX
    private typealias Forms = FusedForms
#else
    private typealias Forms = ComposedForms
#endif

/// Operations that our own array library computes in one pass over the data, and mlx-swift as compositions.
///
/// The only functions of the project that reach below the API of mlx-swift; everything else is written against it.
/// Which form runs is decided by the manifest (`VIVACE_CMLX`). ``ComposedForms`` is always there: it says what each
/// function means, and tests hold the fused forms to it.
public enum FusedOps {
    /// Snake activation: `x + sin²(alpha x) / (beta + 1e-9)`.
    ///
    /// - Parameters:
    ///   - x: `[N, L, C]`.
    ///   - alpha: frequencies, `[C]`, in the number format of `x`.
    ///   - beta: inverse magnitudes, `[C]`, in the number format of `x`.
    /// - Returns: `[N, L, C]`.
    public static func snake(_ x: MLXArray, alpha: MLXArray, beta: MLXArray) -> MLXArray {
        Forms.snake(x, alpha: alpha, beta: beta)
    }

    /// A convolution with what stands around it in Oobleck: `conv(snake(x)) + bias + residual`.
    ///
    /// - Parameters:
    ///   - convolution: weight `[Cout, K, Cin]` and bias `[Cout]`, stride, padding and dilation.
    ///   - x: `[N, L, Cin]`.
    ///   - snake: frequencies and inverse magnitudes of an activation before it, each `[Cin]`.
    ///   - residual: added to the result, of its shape.
    /// - Returns: `[N, L', Cout]`.
    public static func convolve(
        _ convolution: Conv1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)? = nil,
        residual: MLXArray? = nil
    ) -> MLXArray {
        Forms.convolve(convolution, x, snake: snake, residual: residual)
    }

    /// A transposed convolution with what stands around it in Oobleck: `conv(snake(x)) + bias`.
    ///
    /// - Parameters:
    ///   - convolution: weight `[Cout, K, Cin]` and bias `[Cout]`, stride, padding and dilation.
    ///   - x: `[N, L, Cin]`.
    ///   - snake: frequencies and inverse magnitudes of an activation before it, each `[Cin]`.
    /// - Returns: `[N, L', Cout]`.
    public static func convolve(
        _ convolution: ConvTransposed1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)? = nil
    ) -> MLXArray {
        Forms.convolve(convolution, x, snake: snake)
    }

    /// Weights in 8 bits with one scale per row.
    ///
    /// - Parameter weight: `[N, K]`, any floating-point format.
    /// - Returns: integers from -127 to 127, `[N, K]`, and scales, float32 `[N]`; their product is near the weight.
    public static func int8(_ weight: MLXArray) -> (integers: MLXArray, scales: MLXArray) {
        Forms.int8(weight)
    }

    /// Integers in the order in which ``int8Linear(_:packed:scales:bias:)`` wants them on the default device.
    ///
    /// - Parameter integers: int8 `[N, K]`, from -127 to 127.
    /// - Returns: an array whose shape and format depend on the device.
    public static func int8Packed(_ integers: MLXArray) -> MLXArray {
        Forms.int8Packed(integers)
    }

    /// A linear layer with weights in 8 bits: `x (scales weight)^T + bias`.
    ///
    /// - Parameters:
    ///   - x: `[..., K]`.
    ///   - packed: from ``int8Packed(_:)``.
    ///   - scales: `[N]`.
    ///   - bias: `[N]`.
    /// - Returns: `[..., N]` in the number format of `x`.
    public static func int8Linear(
        _ x: MLXArray, packed: MLXArray, scales: MLXArray, bias: MLXArray?
    ) -> MLXArray {
        Forms.int8Linear(x, packed: packed, scales: scales, bias: bias)
    }

    /// Gate of a feed-forward layer: `silu(gate) * up`, elementwise.
    public static func swiglu(gate: MLXArray, up: MLXArray) -> MLXArray {
        Forms.swiglu(gate: gate, up: up)
    }

    /// Normalisation with a scale and shift that depend on the time step: `rmsNorm(x) * (1 + scale) + shift`.
    ///
    /// - Parameters:
    ///   - x: `[B, L, D]`.
    ///   - weight: `[D]`.
    ///   - scale: `[B, 1, D]`.
    ///   - shift: `[B, 1, D]`.
    ///   - eps: added to the mean square.
    public static func modulatedRMSNorm(
        _ x: MLXArray, weight: MLXArray, scale: MLXArray, shift: MLXArray, eps: Float
    ) -> MLXArray {
        Forms.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: eps)
    }

    /// Attention in which position `i` sees the positions `j` with `|i - j| <= window`.
    ///
    /// - Parameters:
    ///   - queries: `[B, heads, L, D]`.
    ///   - keys: `[B, key heads, L, D]`.
    ///   - values: `[B, key heads, L, D]`.
    ///   - scale: factor of the scores.
    ///   - window: reach on either side.
    public static func windowedAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, window: Int
    ) -> MLXArray {
        guard queries.dim(2) > window + 1 else {
            return MLXFast.scaledDotProductAttention(
                queries: queries, keys: keys, values: values, scale: scale, mask: .none)
        }
        return Forms.windowedAttention(queries: queries, keys: keys, values: values, scale: scale, window: window)
    }

    /// Whether ``decoderLayer(_:keys:values:rotations:begins:weights:length:eps:)`` can run on the default device.
    ///
    /// - Parameter int8: with weights in 8 bits.
    public static func hasDecoderLayer(int8: Bool) -> Bool {
        #if VIVACE_CMLX
            return MLXFast.hasDecoderLayer(int8: int8)
        #else
            return false
        #endif
    }

    /// One layer of Qwen3 for one token of each sequence; ask ``hasDecoderLayer(int8:)`` before.
    ///
    /// Where there is none, the layers of `Qwen3` compute the same from the functions above.
    ///
    /// - Parameters:
    ///   - x: float32 `[B, 1, hidden]`.
    ///   - keys: `[B, key heads, room, head]`, of which `length` columns are in use; it is extended in place if nobody
    ///     else holds it.
    ///   - values: likewise.
    ///   - rotations: float32 `[B, head]`: cosines, then sines, of this token's position for half a head.
    ///   - begins: int32 `[B]`: the first column that each sequence sees.
    ///   - weights: the norms input, q, k and post, then the matrices q, k, v, o, gate, up and down, each
    ///     `[outputs, inputs]`, or packed for 8 bits and followed by its scales.
    ///   - length: columns in use before this token.
    ///   - eps: added to mean squares.
    /// - Returns: the result, as `x`, and the new keys and values.
    public static func decoderLayer(
        _ x: MLXArray, keys: MLXArray, values: MLXArray, rotations: MLXArray, begins: MLXArray, weights: [MLXArray],
        length: Int, eps: Float
    ) -> (MLXArray, keys: MLXArray, values: MLXArray) {
        #if VIVACE_CMLX
            return MLXFast.decoderLayer(
                x, keys: keys, values: values, rotations: rotations, begins: begins, weights: weights, length: length,
                eps: eps)
        #else
            preconditionFailure("hasDecoderLayer says that this array library computes no whole layer")
        #endif
    }
}
