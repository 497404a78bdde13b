import MLX
import MLXNN

/// Operations that are one pass over the data on Linux and a composition of array operations elsewhere.
///
/// The only functions of the project that reach below the API of mlx-swift; everything else is written against it.
public enum FusedOps {
    /// Snake activation: `x + sin²(alpha x) / (beta + 1e-9)`.
    ///
    /// - Parameters:
    ///   - x: `[N, L, C]`.
    ///   - alpha: frequencies, `[C]`, in the number format of `x`.
    ///   - beta: inverse magnitudes, `[C]`, in the number format of `x`.
    /// - Returns: `[N, L, C]`.
    public static func snake(_ x: MLXArray, alpha: MLXArray, beta: MLXArray) -> MLXArray {
        #if os(macOS)
            let wave = sin(x * alpha)
            return x + wave * wave / (beta + 1e-9)
        #else
            return MLXFast.snake(x, alpha: alpha, beta: beta)
        #endif
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
        #if os(macOS)
            let y = convolution(snake.map { self.snake(x, alpha: $0.alpha, beta: $0.beta) } ?? x)
            return residual.map { y + $0 } ?? y
        #else
            return MLXFast.convolution(
                x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride,
                padding: convolution.padding, dilation: convolution.dilation, groups: convolution.groups, snake: snake,
                residual: residual)
        #endif
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
        #if os(macOS)
            return convolution(snake.map { self.snake(x, alpha: $0.alpha, beta: $0.beta) } ?? x)
        #else
            return MLXFast.transposedConvolution(
                x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride,
                padding: convolution.padding, dilation: convolution.dilation,
                outputPadding: convolution.outputPadding, groups: convolution.groups, snake: snake)
        #endif
    }

    /// Weights in 8 bits with one scale per row.
    ///
    /// - Parameter weight: `[N, K]`, any floating-point format.
    /// - Returns: integers from -127 to 127, `[N, K]`, and scales, float32 `[N]`; their product is near the weight.
    public static func int8(_ weight: MLXArray) -> (integers: MLXArray, scales: MLXArray) {
        #if os(macOS)
            let exact = weight.asType(.float32)
            let scales = abs(exact).max(axis: -1) / 127
            let divisors = which(scales .== 0, MLXArray(Float(1)), scales).expandedDimensions(axis: -1)
            return (clip(round(exact / divisors), min: -127, max: 127).asType(.int8), scales)
        #else
            let scales = MLXFast.int8Scales(weight)
            return (MLXFast.int8Round(weight, scales: scales), scales)
        #endif
    }

    /// Integers in the order in which ``int8Linear(_:packed:scales:bias:)`` wants them.
    public static func int8Packed(_ integers: MLXArray) -> MLXArray {
        #if os(macOS)
            return integers
        #else
            return MLXFast.int8Pack(integers)
        #endif
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
        #if os(macOS)
            let product = matmul(x, packed.asType(x.dtype).T) * scales.asType(x.dtype)
            return bias.map { product + $0 } ?? product
        #else
            return MLXFast.int8Linear(x, packed: packed, scales: scales, bias: bias)
        #endif
    }

    /// Gate of a feed-forward layer: `silu(gate) * up`, elementwise.
    public static func swiglu(gate: MLXArray, up: MLXArray) -> MLXArray {
        #if os(macOS)
            return gate * sigmoid(gate) * up
        #else
            return MLXFast.swiGLU(gate: gate, up: up)
        #endif
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
        #if os(macOS)
            return MLXFast.rmsNorm(x, weight: weight, eps: eps) * (1 + scale) + shift
        #else
            return MLXFast.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: eps)
        #endif
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
        let length = queries.dim(2)
        guard length > window + 1 else {
            return MLXFast.scaledDotProductAttention(
                queries: queries, keys: keys, values: values, scale: scale, mask: .none)
        }
        #if os(macOS)
            let positions = MLXArray(Int32(0)..<Int32(length))
            let distance = abs(positions.expandedDimensions(axis: 1) - positions.expandedDimensions(axis: 0))
            return MLXFast.scaledDotProductAttention(
                queries: queries, keys: keys, values: values, scale: scale, mask: .array(distance .<= window))
        #else
            return MLXFast.windowedAttention(
                queries: queries, keys: keys, values: values, scale: scale, window: window)
        #endif
    }

    /// Whether ``decoderLayer(_:keys:values:rotations:begins:weights:length:eps:)`` can run on the default device.
    ///
    /// - Parameter int8: with weights in 8 bits.
    public static func hasDecoderLayer(int8: Bool) -> Bool {
        #if os(macOS)
            return false
        #else
            return MLXFast.hasDecoderLayer(int8: int8)
        #endif
    }

    /// One layer of Qwen3 for one token of each sequence; ask ``hasDecoderLayer(int8:)`` before.
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
        #if os(macOS)
            preconditionFailure("there is no such operation on this system")
        #else
            return MLXFast.decoderLayer(
                x, keys: keys, values: values, rotations: rotations, begins: begins, weights: weights, length: length,
                eps: eps)
        #endif
    }
}
