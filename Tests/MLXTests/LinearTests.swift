import MLX
import Testing

extension MLXTests {
    @Suite struct LinearTests {

        /// The matrix product of the last two axes of arrays with equal leading axes.
        private func product(_ a: Naive, _ b: Naive) -> Naive {
            Naive(a.shape.dropLast() + [b.shape.last ?? 1]) { place in
                let batch = Array(place.dropLast(2))
                return (0..<(a.shape.last ?? 0)).reduce(0) { sum, k in
                    sum + a[batch + [place[place.count - 2], k]] * b[batch + [k, place[place.count - 1]]]
                }
            }
        }

        @Test func matrixProducts() {
            var random = SeededGenerator(61)
            for _ in 0..<20 {
                let batch = random.shape(ranks: 0...2, lengths: 1...3)
                let size = (0..<3).map { _ in Int.random(in: 1...9, using: &random) }
                let a = random.array(batch + [size[0], size[1]])
                let b = random.array(batch + [size[1], size[2]])
                let c = random.array([size[2]])
                let expected = product(Naive(a), Naive(b))
                expect(matmul(a, b), expected, tolerance: 1e-4)
                expect(a.matmul(b), expected, tolerance: 1e-4)
                // The transposed views of transposed copies are the same matrices in another order of memory.
                let (at, bt) = (contiguous(a.swappedAxes(-1, -2)), contiguous(b.swappedAxes(-1, -2)))
                expect(matmul(at.swappedAxes(-1, -2), bt.swappedAxes(-1, -2)), expected, tolerance: 1e-4)
                let naiveC = Naive(c)
                expect(
                    addMM(c, a, b, alpha: 2, beta: -3),
                    Naive(expected.shape) { 2 * expected[$0] - 3 * naiveC[$0[$0.count - 1]] }, tolerance: 1e-4)
            }
        }

        @Test func vectorsAndBroadcasting() {
            let a = MLXArray([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
            let v = MLXArray([1, 0, -1] as [Float])
            expect(matmul(a, v), [-2, -2])
            expect(matmul(v, a.T), [-2, -2])
            expect(matmul(v, v), [2], shape: [])
            #expect(matmul(zeros([4, 1, 2, 3]), zeros([5, 3, 6])).shape == [4, 5, 2, 6])
            #expect(matmul(zeros([2, 0]), zeros([0, 3])).asArray(Float.self) == [0, 0, 0, 0, 0, 0])
        }

        @Test func otherProducts() {
            let a = MLXArray([1, 2] as [Float])
            let b = MLXArray([3, 4, 5] as [Float])
            expect(outer(a, b), [3, 4, 5, 6, 8, 10], shape: [2, 3])
            expect(inner(a, a), [5], shape: [])
            expect(kron(a, b), [3, 4, 5, 6, 8, 10])
            let m = MLXArray(0..<6, [2, 3]).asType(.float32)
            expect(tensordot(m, m.T), [5, 14, 14, 50], shape: [2, 2])
            expect(tensordot(m, m, axes: ([0, 1], [0, 1])), [55], shape: [])
            expect(tensordot(m, m, axes: ((0, 1), (0, 1))), [55], shape: [])
            expect(einsum("ij,kj->ik", m, m), [5, 14, 14, 50], shape: [2, 2])
            expect(einsum("ij->ji", m), Naive(m.T))
            let stack = stacked([m, m * 2])
            expect(
                gatherMM(m, stack.swappedAxes(1, 2), rhsIndices: MLXArray([1, 0] as [UInt32])),
                Naive(stacked([matmul(m, m.T) * 2, matmul(m, m.T)])))
            expect(MLXLinalg.norm(m, axis: 1), [Float(5).squareRoot(), Float(50).squareRoot()])
            expect(MLXLinalg.norm(m, ord: 1, axis: 0), [3, 5, 7])
            expect(MLXLinalg.norm(m, ord: .infinity, axes: [1], keepDims: true), [2, 5], shape: [2, 1])
            expect(MLXLinalg.norm(m), [Float(55).squareRoot()], shape: [])
            expect(MLXArray([3, 4] as [Float]).l2Normalized(), [0.6, 0.8])
        }

        /// A convolution, channels last.
        private func convolution(
            _ x: Naive, _ w: Naive, stride: Int, padding: Int, dilation: Int, groups: Int
        ) -> Naive {
            let length = (x.shape[1] + 2 * padding - dilation * (w.shape[1] - 1) - 1) / stride + 1
            let (inputs, outputs) = (w.shape[2], w.shape[0] / groups)
            return Naive([x.shape[0], length, w.shape[0]]) { place in
                let group = place[2] / outputs
                var sum: Float = 0
                for k in 0..<w.shape[1] {
                    let position = place[1] * stride - padding + k * dilation
                    guard (0..<x.shape[1]).contains(position) else { continue }
                    for c in 0..<inputs {
                        sum += x[place[0], position, group * inputs + c] * w[place[2], k, c]
                    }
                }
                return sum
            }
        }

        @Test func convolutions() {
            var random = SeededGenerator(62)
            for _ in 0..<30 {
                let groups = Int.random(in: 1...3, using: &random)
                let (inputs, outputs) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...3, using: &random))
                let kernel = Int.random(in: 1...4, using: &random)
                let (stride, dilation) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...3, using: &random))
                let padding = Int.random(in: 0...3, using: &random)
                let length = Int.random(in: (dilation * (kernel - 1) + 1)...16, using: &random)
                let x = random.array([2, length, inputs * groups])
                let w = random.array([outputs * groups, kernel, inputs])
                let expected = convolution(
                    Naive(x), Naive(w), stride: stride, padding: padding, dilation: dilation, groups: groups)
                let comment: Comment = "\(x.shape) \(w.shape) \(stride) \(padding) \(dilation) \(groups)"
                expect(
                    conv1d(x, w, stride: stride, padding: padding, dilation: dilation, groups: groups), expected,
                    tolerance: 1e-4, comment)
                expect(
                    convGeneral(
                        x, w, strides: .int(stride), padding: .int(padding), kernelDilation: .int(dilation),
                        groups: groups), expected, tolerance: 1e-4, comment)
                if groups == 1 {
                    let y = conv2d(
                        x.expandedDimensions(axis: 1), w.expandedDimensions(axis: 1), stride: [1, stride],
                        padding: [0, padding], dilation: [1, dilation])
                    expect(y.squeezed(axis: 1), expected, tolerance: 1e-4, comment)
                }
            }
        }

        @Test func transposedConvolutions() {
            var random = SeededGenerator(63)
            for _ in 0..<30 {
                let (inputs, outputs) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...3, using: &random))
                let kernel = Int.random(in: 1...4, using: &random)
                let (stride, dilation) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...2, using: &random))
                let padding = Int.random(in: 0...min(1, (dilation * (kernel - 1)) / 2), using: &random)
                let extra = Int.random(in: 0..<stride, using: &random)
                let x = random.array([2, Int.random(in: 1...6, using: &random), inputs])
                let w = random.array([outputs, kernel, inputs])
                let (nx, nw) = (Naive(x), Naive(w))
                let length = (x.dim(1) - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
                // Each input element adds its multiple of the kernel to the output.
                var expected = Naive([2, length, outputs]) { _ in 0 }
                for place in Naive.indices(nx.shape) {
                    for k in 0..<kernel {
                        let position = place[1] * stride + k * dilation - padding
                        guard (0..<length).contains(position) else { continue }
                        for o in 0..<outputs {
                            expected[[place[0], position, o]] += nx[place] * nw[o, k, place[2]]
                        }
                    }
                }
                expect(
                    convTransposed1d(
                        x, w, stride: stride, padding: padding, dilation: dilation, outputPadding: extra), expected,
                    tolerance: 1e-4, "\(x.shape) \(w.shape) \(stride) \(padding) \(dilation) \(extra)")
                let y = convTransposed2d(
                    x.expandedDimensions(axis: 1), w.expandedDimensions(axis: 1), stride: [1, stride],
                    padding: [0, padding], dilation: [1, dilation], outputPadding: [0, extra])
                expect(y.squeezed(axis: 1), expected, tolerance: 1e-4)
            }
        }

        @Test func differentPaddingAtBothEnds() {
            let x = MLXArray([1, 2, 3] as [Float], [1, 3, 1])
            let w = MLXArray([1, 10] as [Float], [1, 2, 1])
            expect(convGeneral(x, w, padding: (1, 0)), [10, 21, 32], shape: [1, 3, 1])
            expect(convGeneral(x, w, flip: true), [12, 23], shape: [1, 2, 1])
        }

        @Test(arguments: [(4, 32), (8, 64)]) func quantization(bits: Int, groupSize: Int) {
            var random = SeededGenerator(64)
            let w = random.array([16, 128])
            let x = random.array([3, 128])
            let (wq, scales, biases) = quantized(w, groupSize: groupSize, bits: bits)
            #expect(wq.dtype == .uint32)
            #expect(wq.shape == [16, 128 * bits / 32])
            #expect(scales.shape == [16, 128 / groupSize])
            let restored = dequantized(wq, scales: scales, biases: biases, groupSize: groupSize, bits: bits)
            // Values lie within 4 of each other, and 0 is kept exact, which can cost half a step more.
            let step = 4 / Float((1 << bits) - 1)
            #expect(abs(restored - w).max().item(Float.self) <= 1.01 * step)
            expect(
                quantizedMM(x, wq, scales: scales, biases: biases, groupSize: groupSize, bits: bits),
                Naive(matmul(x, restored.T)), tolerance: 1e-3)
            let (square, squareScales, squareBiases) = quantized(
                w.T.reshaped(16, 128), groupSize: groupSize, bits: bits)
            let untransposed = dequantized(
                square, scales: squareScales, biases: squareBiases, groupSize: groupSize, bits: bits)
            expect(
                quantizedMM(
                    random.array([2, 16]) * 0 + 1, square, scales: squareScales, biases: squareBiases,
                    transpose: false, groupSize: groupSize, bits: bits),
                Naive(matmul(ones([2, 16]), untransposed)), tolerance: 1e-3)
        }
    }
}
