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
}
