import CMLX

// The only functions of this module that mlx-swift does not have: pieces of music networks in which a composition of
// smaller functions spends most of its time moving memory. Where mlx-swift is used, equal functions composed of its
// own stand in for them.

extension MLXFast {

    /// The snake activation of Oobleck: x + sin²(alpha · x) / (beta + 1e-9).
    ///
    /// - Parameters:
    ///   - x: (N, L, C)
    ///   - alpha: The frequency of each channel, of shape (C).
    ///   - beta: The inverse amplitude of each channel, of shape (C).
    ///   - stream: Where to compute.
    public static func snake(
        _ x: MLXArray, alpha: MLXArray, beta: MLXArray, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(x) { x in with(alpha, beta) { wrap(cmlx_fast_snake(x, $0, $1, stream.ctx)) } }
    }

    /// A convolution with what stands around it in Oobleck, in one pass over memory:
    /// conv1d(snake(x), weight) + bias + residual.
    ///
    /// - Parameters:
    ///   - x: (N, L, Cin)
    ///   - weight: (Cout, K, Cin / groups)
    ///   - bias: (Cout)
    ///   - stride: Distance of neighbouring windows.
    ///   - padding: Zeros on either side.
    ///   - dilation: Distance of neighbouring taps.
    ///   - groups: Number of parts that channels are divided into.
    ///   - snake: Frequencies and inverse amplitudes of a snake activation before the convolution, each (Cin).
    ///   - residual: Added to the result, of its shape.
    ///   - stream: Where to compute.
    public static func convolution(
        _ x: MLXArray, weight: MLXArray, bias: MLXArray? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
        groups: Int = 1, snake: (alpha: MLXArray, beta: MLXArray)? = nil, residual: MLXArray? = nil,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        convolved(x, weight, snake, bias, residual) { x, weight, alpha, beta, bias, residual in
            cmlx_fast_conv1d(
                x, weight, stride.int32, padding.int32, dilation.int32, groups.int32, alpha, beta, bias, residual,
                stream.ctx)
        }
    }

    /// The transposed convolution with what stands around it in Oobleck, in one pass over memory.
    ///
    /// - Parameters:
    ///   - x: (N, L, Cin)
    ///   - weight: (Cout, K, Cin / groups)
    ///   - bias: (Cout)
    ///   - stride: Distance of neighbouring inputs in the output.
    ///   - padding: What is cut off on either side.
    ///   - dilation: Distance of neighbouring taps.
    ///   - outputPadding: Length added at the end.
    ///   - groups: Number of parts that channels are divided into.
    ///   - snake: Frequencies and inverse amplitudes of a snake activation before the convolution, each (Cin).
    ///   - residual: Added to the result, of its shape.
    ///   - stream: Where to compute.
    public static func transposedConvolution(
        _ x: MLXArray, weight: MLXArray, bias: MLXArray? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
        outputPadding: Int = 0, groups: Int = 1, snake: (alpha: MLXArray, beta: MLXArray)? = nil,
        residual: MLXArray? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        convolved(x, weight, snake, bias, residual) { x, weight, alpha, beta, bias, residual in
            cmlx_fast_conv_transpose1d(
                x, weight, stride.int32, padding.int32, dilation.int32, outputPadding.int32, groups.int32, alpha, beta,
                bias, residual, stream.ctx)
        }
    }

    /// Calls a C function with the handles of a convolution's inputs.
    private static func convolved(
        _ x: MLXArray, _ weight: MLXArray, _ snake: (alpha: MLXArray, beta: MLXArray)?, _ bias: MLXArray?,
        _ residual: MLXArray?,
        _ function: (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?
        ) -> OpaquePointer?
    ) -> MLXArray {
        withExtendedLifetime((x, weight, snake, bias, residual)) {
            wrap(
                function(
                    x.handle, weight.handle, snake?.alpha.handle, snake?.beta.handle, bias?.handle, residual?.handle))
        }
    }

    /// The scale of each row of a matrix for weights of 8 bits: its largest magnitude / 127.
    ///
    /// - Parameters:
    ///   - weight: (N, K)
    ///   - stream: Where to compute.
    /// - Returns: (N), float32.
    public static func int8Scales(_ weight: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
        unary(cmlx_fast_int8_scales, weight, stream)
    }

    /// A matrix divided by the scale of each row and rounded to the nearest integers.
    ///
    /// - Parameters:
    ///   - weight: (N, K)
    ///   - scales: (N)
    ///   - stream: Where to compute.
    /// - Returns: (N, K), int8, from -127 to 127.
    public static func int8Round(
        _ weight: MLXArray, scales: MLXArray, stream: StreamOrDevice = .default
    ) -> MLXArray {
        binary(cmlx_fast_int8_round, weight, scales, stream)
    }

    /// A matrix of integers in the order in which ``int8Linear(_:packed:scales:bias:stream:)`` reads it.
    ///
    /// - Parameters:
    ///   - weight: (N, K), int8.
    ///   - stream: Where to compute.
    /// - Returns: uint8; what is where is not defined.
    public static func int8Pack(_ weight: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
        unary(cmlx_fast_int8_pack, weight, stream)
    }

    /// The linear layer x @ weight.T · scales + bias with a weight of integers.
    ///
    /// Each row of `x` is rounded to integers of 8 bits with a scale of its own, if the processor multiplies these;
    /// elsewhere the weight is widened.
    ///
    /// - Parameters:
    ///   - x: (..., K)
    ///   - packed: What ``int8Pack(_:stream:)`` made of the weight (N, K).
    ///   - scales: (N)
    ///   - bias: (N)
    ///   - stream: Where to compute.
    /// - Returns: (..., N), in the type of `x`.
    public static func int8Linear(
        _ x: MLXArray, packed: MLXArray, scales: MLXArray, bias: MLXArray? = nil, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(x, packed) { x, packed in
            with(scales) { scales in
                with(optional: bias) { wrap(cmlx_fast_int8_linear(x, packed, scales, $0, stream.ctx)) }
            }
        }
    }

    /// gate / (1 + exp(-gate)) · up, elementwise for arrays of one shape.
    public static func swiGLU(gate: MLXArray, up: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
        binary(cmlx_fast_swiglu, gate, up, stream)
    }

    /// rmsNorm(x, weight, eps) · (1 + scale) + shift, the modulated norm of a diffusion transformer.
    ///
    /// - Parameters:
    ///   - x: (B, L, D)
    ///   - weight: (D)
    ///   - scale: Broadcasts to the shape of `x`, for instance (B, 1, D).
    ///   - shift: Broadcasts to the shape of `x`, for instance (B, 1, D).
    ///   - eps: What is added to the mean square.
    ///   - stream: Where to compute.
    public static func modulatedRMSNorm(
        _ x: MLXArray, weight: MLXArray, scale: MLXArray, shift: MLXArray, eps: Float,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(x, weight) { x, weight in
            with(scale, shift) { wrap(cmlx_fast_modulated_rms_norm(x, weight, $0, $1, eps, stream.ctx)) }
        }
    }

    /// Attention of a sequence to itself in which position i sees the positions j with |i - j| ≤ window.
    ///
    /// - Parameters:
    ///   - queries: (B, H, L, D)
    ///   - keys: (B, Hkv, L, D)
    ///   - values: (B, Hkv, L, D)
    ///   - scale: The factor, usually 1 / √D.
    ///   - window: How far a position sees to either side.
    ///   - stream: Where to compute.
    public static func windowedAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, window: Int,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(queries, keys) { queries, keys in
            with(values) {
                wrap(cmlx_fast_windowed_attention(queries, keys, $0, scale, window.int32, stream.ctx))
            }
        }
    }

    /// Whether ``decoderLayer(_:keys:values:rotations:begins:weights:length:eps:stream:)`` can run there.
    ///
    /// - Parameter int8: With weights in 8 bits.
    public static func hasDecoderLayer(int8: Bool, stream: StreamOrDevice = .default) -> Bool {
        cmlx_fast_has_decoder_layer(int8, stream.ctx)
    }

    /// One layer of a causal transformer (Qwen3's) for one token of each sequence, every weight read once.
    ///
    /// - Parameters:
    ///   - x: float32 (B, 1, D)
    ///   - keys: (B, Hkv, room, d), of which `length` columns are in use; this token's are written into the next one, in
    ///     place if nobody else holds the array.
    ///   - values: Likewise.
    ///   - rotations: float32 (B, d): cosines, then sines, of this token's position for half a head.
    ///   - begins: int32 (B): the first column that each sequence sees.
    ///   - weights: The norms input, q, k and post, then the matrices q, k, v, o, gate, up and down, each (outputs,
    ///     inputs), or packed for 8 bits and followed by its scales.
    ///   - length: Columns in use before this token.
    ///   - eps: What is added to mean squares.
    ///   - stream: Where to compute; a CPU.
    /// - Returns: The result, as `x`, and the new keys and values.
    public static func decoderLayer(
        _ x: MLXArray, keys: MLXArray, values: MLXArray, rotations: MLXArray, begins: MLXArray, weights: [MLXArray],
        length: Int, eps: Float, stream: StreamOrDevice = .default
    ) -> (MLXArray, keys: MLXArray, values: MLXArray) {
        let results = with(x, keys) { x, keys in
            with(values, rotations) { values, rotations in
                with(begins) { begins in
                    with(weights) {
                        wrap(
                            list: cmlx_fast_decoder_layer(
                                x, keys, values, rotations, begins, $0, $1, length.int32, eps, stream.ctx))
                    }
                }
            }
        }
        // After an error there are none, and the error has been reported.
        return results.count == 3 ? (results[0], results[1], results[2]) : (x, keys, values)
    }
}
