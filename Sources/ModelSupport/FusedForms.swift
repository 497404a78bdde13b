#if VIVACE_CMLX
    import MLX
    import MLXNN

    /// The functions of ``FusedOps`` by those of our own array library that mlx-swift does not have.
    enum FusedForms {
        static func snake(_ x: MLXArray, alpha: MLXArray, beta: MLXArray) -> MLXArray {
            MLXFast.snake(x, alpha: alpha, beta: beta)
        }

        static func convolve(
            _ convolution: Conv1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)?, residual: MLXArray?
        ) -> MLXArray {
            MLXFast.convolution(
                x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride,
                padding: convolution.padding, dilation: convolution.dilation, groups: convolution.groups, snake: snake,
                residual: residual)
        }

        static func convolve(
            _ convolution: ConvTransposed1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)?
        ) -> MLXArray {
            MLXFast.transposedConvolution(
                x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride,
                padding: convolution.padding, dilation: convolution.dilation,
                outputPadding: convolution.outputPadding, groups: convolution.groups, snake: snake)
        }

        static func int8(_ weight: MLXArray) -> (integers: MLXArray, scales: MLXArray) {
            let scales = MLXFast.int8Scales(weight)
            return (MLXFast.int8Round(weight, scales: scales), scales)
        }

        static func int8Packed(_ integers: MLXArray) -> MLXArray { MLXFast.int8Pack(integers) }

        static func int8Linear(_ x: MLXArray, packed: MLXArray, scales: MLXArray, bias: MLXArray?) -> MLXArray {
            MLXFast.int8Linear(x, packed: packed, scales: scales, bias: bias)
        }

        static func swiglu(gate: MLXArray, up: MLXArray) -> MLXArray { MLXFast.swiGLU(gate: gate, up: up) }

        static func modulatedRMSNorm(
            _ x: MLXArray, weight: MLXArray, scale: MLXArray, shift: MLXArray, eps: Float
        ) -> MLXArray {
            MLXFast.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: eps)
        }

        static func windowedAttention(
            queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, window: Int
        ) -> MLXArray {
            MLXFast.windowedAttention(queries: queries, keys: keys, values: values, scale: scale, window: window)
        }
    }
#endif
