import MLX
import MLXNN

/// The functions of ``FusedOps`` in terms of mlx-swift's API alone: what runs on Apple's systems, and what the fused
/// forms are tested against elsewhere.
package enum ComposedForms {
    package static func snake(_ x: MLXArray, alpha: MLXArray, beta: MLXArray) -> MLXArray {
        let wave = sin(x * alpha)
        return x + wave * wave / (beta + 1e-9)
    }

    package static func convolve(
        _ convolution: Conv1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)? = nil,
        residual: MLXArray? = nil
    ) -> MLXArray {
        let y = convolution(snake.map { self.snake(x, alpha: $0.alpha, beta: $0.beta) } ?? x)
        return residual.map { y + $0 } ?? y
    }

    package static func convolve(
        _ convolution: ConvTransposed1d, _ x: MLXArray, snake: (alpha: MLXArray, beta: MLXArray)? = nil
    ) -> MLXArray {
        convolution(snake.map { self.snake(x, alpha: $0.alpha, beta: $0.beta) } ?? x)
    }

    package static func int8(_ weight: MLXArray) -> (integers: MLXArray, scales: MLXArray) {
        let exact = weight.asType(.float32)
        let scales = abs(exact).max(axis: -1) / 127
        let divisors = which(scales .== 0, MLXArray(Float(1)), scales).expandedDimensions(axis: -1)
        return (clip(round(exact / divisors), min: -127, max: 127).asType(.int8), scales)
    }

    /// MLX's affine format, if it can hold the integers: groups of `g` columns with unsigned bytes `u` and the weight
    /// `scale * u + bias`, here with the scale 1 and the bias -128, which is exact.
    ///
    /// - Parameter integers: int8 `[N, K]`.
    /// - Returns: uint32 `[N, K / 4]`; the integers as they are if no group size divides `K`.
    package static func int8Packed(_ integers: MLXArray) -> MLXArray {
        guard groupSize(inputs: integers.dim(1)) != nil else { return integers }
        return (integers.asType(.int32) + 128).asType(.uint8).view(dtype: .uint32)
    }

    /// The product by MLX's own kernels, which widen the weight a piece at a time.
    ///
    /// The row scales are put onto the result, so that no weight is rounded a second time in bfloat16.
    /// Integers that ``int8Packed(_:)`` left as they are (no published model has such layers) are widened whole.
    package static func int8Linear(
        _ x: MLXArray, packed: MLXArray, scales: MLXArray, bias: MLXArray?
    ) -> MLXArray {
        let product: MLXArray
        if packed.dtype == .uint32, let size = groupSize(inputs: x.dim(-1)) {
            let groups = [packed.dim(0), x.dim(-1) / size]
            product = quantizedMM(
                x, packed, scales: MLXArray.ones(groups, dtype: x.dtype),
                biases: MLXArray.full(groups, values: MLXArray(Float(-128)).asType(x.dtype)), transpose: true,
                groupSize: size, bits: 8, mode: .affine)
        } else {
            product = matmul(x, packed.asType(x.dtype).T)
        }
        let scaled = product.asType(.float32) * scales
        return (bias.map { scaled + $0.asType(.float32) } ?? scaled).asType(x.dtype)
    }

    /// The largest of MLX's group sizes that divides the columns of a weight.
    private static func groupSize(inputs: Int) -> Int? {
        [128, 64, 32].first { inputs % $0 == 0 }
    }

    package static func swiglu(gate: MLXArray, up: MLXArray) -> MLXArray {
        gate * sigmoid(gate) * up
    }

    package static func modulatedRMSNorm(
        _ x: MLXArray, weight: MLXArray, scale: MLXArray, shift: MLXArray, eps: Float
    ) -> MLXArray {
        MLXFast.rmsNorm(x, weight: weight, eps: eps) * (1 + scale) + shift
    }

    package static func windowedAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, window: Int
    ) -> MLXArray {
        let positions = MLXArray(Int32(0)..<Int32(queries.dim(2)))
        let distance = abs(positions.expandedDimensions(axis: 1) - positions.expandedDimensions(axis: 0))
        return MLXFast.scaledDotProductAttention(
            queries: queries, keys: keys, values: values, scale: scale, mask: .array(distance .<= window))
    }
}
