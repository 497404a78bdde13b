import MLX
import MLXNN
import ModelSupport
import TestSupport
import Testing

/// The fused forms against their compositions: random shapes, fixed seeds, float32 and bfloat16.
///
/// Where mlx-swift computes both are the same functions, and the compositions are tested by this alone.
@Suite(.serialized) struct FusedOpsTests {
    /// Random shapes and values that are the same in every run.
    private struct Draw {
        var generator: Generator

        struct Generator: RandomNumberGenerator {
            var state: UInt64

            mutating func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (state >> 33) ^ (state << 31)
            }
        }

        init(_ seed: Int) { generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

        mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

        mutating func array(_ shape: [Int], _ dtype: DType) -> MLXArray { array(shape, -1...1, dtype) }

        mutating func array(_ shape: [Int], _ range: ClosedRange<Float>, _ dtype: DType) -> MLXArray {
            let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }
            return MLXArray(values, shape).asType(dtype)
        }
    }

    /// Each seed in each number format.
    private static let cases = (0..<12).flatMap { seed in [(seed, DType.float32), (seed, .bfloat16)] }

    /// Expects two results to be near each other: to rounding in float32, to two steps of bfloat16 of the largest value.
    private func expectSame(
        _ fused: MLXArray, _ composed: MLXArray, _ dtype: DType, bfloat16 most: Float = 1.0 / 64,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(fused.dtype == dtype && composed.dtype == dtype, sourceLocation: sourceLocation)
        #expect(fused.shape == composed.shape, sourceLocation: sourceLocation)
        #expect(
            relativeDifference(fused, composed) <= (dtype == .float32 ? 1e-5 : most), sourceLocation: sourceLocation)
    }

    @Test(arguments: cases) func snake(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let channels = draw.number(1...70)
        let x = draw.array([draw.number(1...3), draw.number(1...50), channels], -3...3, dtype)
        let alpha = draw.array([channels], 0.2...3, dtype), beta = draw.array([channels], 0.3...2, dtype)
        // The composition rounds the phase to bfloat16 before the sine.
        expectSame(
            FusedOps.snake(x, alpha: alpha, beta: beta), ComposedForms.snake(x, alpha: alpha, beta: beta), dtype,
            bfloat16: 1.0 / 32)
    }

    @Test(arguments: cases) func convolution(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let inputs = draw.number(1...40), outputs = draw.number(1...40), kernel = draw.number(1...7)
        let dilation = draw.number(1...3), stride = draw.number(1...3)
        let length = draw.number(1...60) + dilation * kernel
        let layer = Conv1d(
            inputChannels: inputs, outputChannels: outputs, kernelSize: kernel, stride: stride,
            padding: draw.number(0...3), dilation: dilation, bias: seed % 3 > 0)
        layer.update(parameters: layer.mapParameters { draw.array($0.shape, dtype) })
        let x = draw.array([draw.number(1...2), length, inputs], -2...2, dtype)
        let snake = (alpha: draw.array([inputs], 0.2...3, dtype), beta: draw.array([inputs], 0.5...2, dtype))
        let residual = draw.array(layer(x).shape, dtype)
        for (hasSnake, hasResidual) in [(true, true), (true, false), (false, true), (false, false)] {
            let (before, added) = (hasSnake ? snake : nil, hasResidual ? residual : nil)
            expectSame(
                FusedOps.convolve(layer, x, snake: before, residual: added),
                ComposedForms.convolve(layer, x, snake: before, residual: added), dtype)
        }
    }

    @Test(arguments: cases) func transposedConvolution(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let inputs = draw.number(1...40), outputs = draw.number(1...40), stride = draw.number(1...5)
        let layer = ConvTransposed1d(
            inputChannels: inputs, outputChannels: outputs, kernelSize: 2 * stride, stride: stride,
            padding: stride / 2, bias: seed % 3 > 0)
        layer.update(parameters: layer.mapParameters { draw.array($0.shape, dtype) })
        let x = draw.array([draw.number(1...2), draw.number(2...40), inputs], -2...2, dtype)
        let snake = (alpha: draw.array([inputs], 0.2...3, dtype), beta: draw.array([inputs], 0.5...2, dtype))
        expectSame(
            FusedOps.convolve(layer, x, snake: snake), ComposedForms.convolve(layer, x, snake: snake), dtype)
        expectSame(FusedOps.convolve(layer, x), ComposedForms.convolve(layer, x), dtype)
    }

    @Test(arguments: cases) func feedForwardGate(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let shape = [draw.number(1...3), draw.number(1...40), draw.number(1...90)]
        let gate = draw.array(shape, -8...8, dtype), up = draw.array(shape, -2...2, dtype)
        expectSame(FusedOps.swiglu(gate: gate, up: up), ComposedForms.swiglu(gate: gate, up: up), dtype)
    }

    @Test(arguments: cases) func modulatedNormalisation(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let batch = draw.number(1...3), width = draw.number(1...200)
        let x = draw.array([batch, draw.number(1...30), width], -3...3, dtype)
        let weight = draw.array([width], 0.5...1.5, dtype)
        let scale = draw.array([batch, 1, width], dtype), shift = draw.array([batch, 1, width], dtype)
        expectSame(
            FusedOps.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: 1e-6),
            ComposedForms.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: 1e-6), dtype)
    }

    /// The window is a mask: from one position on either side to one that reaches beyond both ends.
    @Test(arguments: cases) func windowedAttention(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let batch = draw.number(1...2), keyHeads = draw.number(1...3), heads = keyHeads * draw.number(1...3)
        let length = draw.number(2...150), width = 2 * draw.number(2...32)
        let queries = draw.array([batch, heads, length, width], dtype)
        let keys = draw.array([batch, keyHeads, length, width], dtype)
        let values = draw.array([batch, keyHeads, length, width], dtype)
        for window in [0, 1, draw.number(0...length), length] {
            expectSame(
                FusedOps.windowedAttention(
                    queries: queries, keys: keys, values: values, scale: 0.3, window: window),
                ComposedForms.windowedAttention(
                    queries: queries, keys: keys, values: values, scale: 0.3, window: window), dtype)
        }
    }

    @Test(arguments: cases) func roundingToInt8(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let weight = draw.array([draw.number(1...60), draw.number(1...100)], -3...3, dtype)
        let fused = FusedOps.int8(weight), composed = ComposedForms.int8(weight)
        #expect(fused.integers.dtype == .int8 && composed.integers.dtype == .int8)
        #expect(largestDifference(fused.scales, composed.scales) == 0)
        #expect(largestDifference(fused.integers, composed.integers) == 0)
        #expect(largestDifference(fused.integers * fused.scales.expandedDimensions(axis: 1), weight) <= 3 / 127)
    }

    /// The composed product is exact in MLX's affine format, and for widths that this format can't hold.
    @Test(arguments: cases) func int8Product(_ seed: Int, _ dtype: DType) {
        var draw = Draw(seed)
        let outputs = draw.number(1...70)
        let width = seed % 2 == 0 ? [32, 64, 96, 128, 256][draw.number(0...4)] : draw.number(1...100)
        let (integers, scales) = ComposedForms.int8(draw.array([outputs, width], -2...2, .float32))
        let bias = draw.array([outputs], .float32)
        let x = draw.array([draw.number(1...2), draw.number(1...20), width], dtype)
        let packed = ComposedForms.int8Packed(integers)
        #expect(packed.dtype == (width % 32 == 0 ? .uint32 : .int8))
        let weight = integers.asType(.float32) * scales.expandedDimensions(axis: 1)
        let exact = (matmul(x.asType(.float32), weight.T) + bias).asType(dtype)
        expectSame(ComposedForms.int8Linear(x, packed: packed, scales: scales, bias: bias), exact, dtype)
        // The fused form may round activations to 8 bits as well: within a hundredth of the largest result.
        let fused = FusedOps.int8Linear(x, packed: FusedOps.int8Packed(integers), scales: scales, bias: bias)
        #expect(fused.dtype == dtype && relativeDifference(fused, exact) <= 0.02)
        expectSame(
            ComposedForms.int8Linear(x, packed: packed, scales: scales, bias: nil),
            (exact.asType(.float32) - bias).asType(dtype), dtype)
    }
}
