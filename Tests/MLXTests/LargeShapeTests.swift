import Foundation
import MLX
import Testing

/// A matrix or sequence in double precision, to compute with in the plainest way.
private struct Exact {
    var shape: [Int]
    var values: [Double]

    init(_ shape: [Int]) {
        self.shape = shape
        values = Array(repeating: 0, count: shape.reduce(1, *))
    }

    init(_ array: MLXArray) {
        shape = array.shape
        values = array.asType(.float32).asArray(Float.self).map(Double.init)
    }
}

/// Expects an array to be near another in relation to the largest magnitude of that.
private func expect(
    _ array: MLXArray, near expected: Exact, _ tolerance: Double, _ comment: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(array.shape == expected.shape, comment, sourceLocation: sourceLocation)
    guard array.shape == expected.shape, !expected.values.isEmpty else { return }
    let difference = zip(Exact(array).values, expected.values).map { abs($0 - $1) }.reduce(0, max)
    let largest = expected.values.map { abs($0) }.reduce(0, max)
    #expect(difference <= tolerance * max(largest, 1e-6), comment, sourceLocation: sourceLocation)
    #expect(difference.isFinite, comment, sourceLocation: sourceLocation)
}

extension MLXTests {
    /// Products, convolutions and attention at sizes at which they are divided into blocks and among threads.
    @Suite struct LargeShapeTests {
        private static let types: [DType] = [.float32, .bfloat16]

        private func tolerance(_ dtype: DType) -> Double { dtype == .float32 ? 2e-5 : 1e-2 }

        /// An array whose elements lie in order, transposed, or with gaps.
        private func array(_ shape: [Int], _ dtype: DType, _ random: inout SeededGenerator) -> MLXArray {
            let last = shape.count - 1
            switch Int.random(in: 0...3, using: &random) {
            case 0:
                var swapped = shape
                swapped.swapAt(last - 1, last)
                return random.array(swapped, -1...1).asType(dtype).swappedAxes(-1, -2)
            case 1:
                var wide = shape
                wide[last] = 2 * wide[last] + 1
                let start = Int.random(in: 0...1, using: &random)
                return random.array(wide, -1...1).asType(dtype)[
                    .ellipsis, .stride(from: start, to: start + 2 * shape[last], by: 2)]
            default:
                return random.array(shape, -1...1).asType(dtype)
            }
        }

        private func product(_ a: Exact, _ b: Exact) -> Exact {
            let (rows, depth, columns) = (a.shape[0], a.shape[1], b.shape[1])
            var result = Exact([rows, columns])
            for m in 0..<rows {
                for k in 0..<depth {
                    let factor = a.values[m * depth + k]
                    for n in 0..<columns { result.values[m * columns + n] += factor * b.values[k * columns + n] }
                }
            }
            return result
        }

        @Test(arguments: types) func matrixProducts(_ dtype: DType) {
            var random = SeededGenerator(91)
            for round in 0..<40 {
                let rows = Int.random(in: 1...(round % 4 == 0 ? 9 : 120), using: &random)
                let depth = Int.random(in: 1...(round % 5 == 0 ? 1100 : 90), using: &random)
                let columns = Int.random(in: 1...180, using: &random)
                let a = array([rows, depth], dtype, &random)
                let b = array([depth, columns], dtype, &random)
                var expected = product(Exact(a), Exact(b))
                let comment: Comment = "\(rows) x \(depth) x \(columns)"
                expect(matmul(a, b), near: expected, tolerance(dtype), comment)

                let c = random.array([columns]).asType(dtype)
                let offsets = Exact(c).values
                for i in expected.values.indices {
                    expected.values[i] = 0.5 * expected.values[i] - 2 * offsets[i % columns]
                }
                expect(addMM(c, a, b, alpha: 0.5, beta: -2), near: expected, tolerance(dtype), comment)
            }
        }

        /// conv(snake(x)) + bias + residual of channels-last sequences.
        private func convolution(
            _ x: Exact, _ w: Exact, stride: Int, padding: Int, dilation: Int, snake: (Exact, Exact)?, bias: Exact?,
            residual: Exact?
        ) -> Exact {
            let (batch, length, inputs) = (x.shape[0], x.shape[1], x.shape[2])
            let (outputs, kernel) = (w.shape[0], w.shape[1])
            let count = (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
            var values = x.values
            if let (alpha, beta) = snake {
                for i in values.indices {
                    let wave = sin(alpha.values[i % inputs] * values[i])
                    values[i] += wave * wave / (beta.values[i % inputs] + 1e-9)
                }
            }
            var result = Exact([batch, count, outputs])
            for n in 0..<batch {
                for r in 0..<count {
                    for o in 0..<outputs {
                        var sum = bias?.values[o] ?? 0
                        for k in 0..<kernel {
                            let position = r * stride - padding + k * dilation
                            guard (0..<length).contains(position) else { continue }
                            let (from, at) = ((n * length + position) * inputs, (o * kernel + k) * inputs)
                            for c in 0..<inputs { sum += values[from + c] * w.values[at + c] }
                        }
                        let place = (n * count + r) * outputs + o
                        result.values[place] = sum + (residual?.values[place] ?? 0)
                    }
                }
            }
            return result
        }

        @Test(arguments: types) func convolutionsWithWhatStandsAroundThem(_ dtype: DType) {
            var random = SeededGenerator(92)
            for round in 0..<24 {
                let kernel = [7, 1, 7, 3, 7, 4][round % 6]
                let dilation = kernel == 7 ? [1, 3, 9, 2][round % 4] : 1
                let stride = kernel == 4 ? 2 : 1
                let inputs = Int.random(in: kernel == 7 ? 32...70 : 1...90, using: &random)
                let outputs = Int.random(in: kernel == 7 ? 32...70 : 1...90, using: &random)
                // Above 32 times the dilation a kernel of 7 goes another way than below.
                let length = Int.random(in: 60...(round % 3 == 0 ? 100 : 420), using: &random)
                let padding = Int.random(in: 0...(kernel - 1) * dilation / 2 + 1, using: &random)
                let batch = round % 5 == 0 ? 2 : 1
                let x = random.array([batch, length, inputs], -1...1).asType(dtype)
                let w = random.array([outputs, kernel, inputs], -0.3...0.3).asType(dtype)
                let bias = round % 2 == 0 ? random.array([outputs]).asType(dtype) : nil
                let snake =
                    round % 3 == 0
                    ? nil
                    : (
                        alpha: random.array([inputs], 0.3...3).asType(dtype),
                        beta: random.array([inputs], 0.5...2).asType(dtype)
                    )
                let count = (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
                let residual = round % 4 == 1 ? random.array([batch, count, outputs]).asType(dtype) : nil
                let expected = convolution(
                    Exact(x), Exact(w), stride: stride, padding: padding, dilation: dilation,
                    snake: snake.map { (Exact($0.alpha), Exact($0.beta)) }, bias: bias.map(Exact.init),
                    residual: residual.map(Exact.init))
                let made = MLXFast.convolution(
                    x, weight: w, bias: bias, stride: stride, padding: padding, dilation: dilation, snake: snake,
                    residual: residual)
                expect(
                    made, near: expected, tolerance(dtype),
                    "\(x.shape) \(w.shape) stride \(stride) padding \(padding) dilation \(dilation)")
            }
        }

        @Test(arguments: types) func transposedConvolutions(_ dtype: DType) {
            var random = SeededGenerator(93)
            for stride in [2, 3, 4, 6, 10] {
                let (inputs, outputs) = (Int.random(in: 5...70, using: &random), Int.random(in: 5...70, using: &random))
                let (kernel, padding) = (2 * stride, (stride + 1) / 2)
                let length = Int.random(in: 20...120, using: &random)
                let x = random.array([1, length, inputs], -1...1).asType(dtype)
                let w = random.array([outputs, kernel, inputs], -0.3...0.3).asType(dtype)
                let bias = random.array([outputs]).asType(dtype)
                let count = (length - 1) * stride - 2 * padding + kernel
                let (values, weights, offsets) = (Exact(x).values, Exact(w).values, Exact(bias).values)
                var expected = Exact([1, count, outputs])
                for i in expected.values.indices { expected.values[i] = offsets[i % outputs] }
                for t in 0..<length {
                    for k in 0..<kernel where (0..<count).contains(t * stride + k - padding) {
                        for o in 0..<outputs {
                            let at = (o * kernel + k) * inputs
                            expected.values[(t * stride + k - padding) * outputs + o] +=
                                (0..<inputs).reduce(0.0) { $0 + values[t * inputs + $1] * weights[at + $1] }
                        }
                    }
                }
                let made = MLXFast.transposedConvolution(x, weight: w, bias: bias, stride: stride, padding: padding)
                expect(made, near: expected, tolerance(dtype), "\(x.shape) \(w.shape) stride \(stride)")
            }
        }

        @Test(arguments: types) func attention(_ dtype: DType) {
            var random = SeededGenerator(94)
            for window in [nil, 5, 40] as [Int?] {
                let (heads, keyHeads, length, width) = (4, 2, 150, 24)
                func part(_ heads: Int, _ random: inout SeededGenerator) -> MLXArray {
                    // As models make them: heads and positions swapped.
                    random.array([1, length, heads, width]).asType(dtype).transposed(0, 2, 1, 3)
                }
                let (q, k, v) = (part(heads, &random), part(keyHeads, &random), part(keyHeads, &random))
                let (queries, keys, values) = (Exact(q).values, Exact(k).values, Exact(v).values)
                var expected = Exact([1, heads, length, width])
                for h in 0..<heads {
                    let other = h / (heads / keyHeads) * length
                    for i in 0..<length {
                        let seen = (0..<length).filter { abs($0 - i) <= window ?? length }
                        let row = (h * length + i) * width
                        let weights = seen.map { j in
                            exp((0..<width).reduce(0.0) { $0 + queries[row + $1] * keys[(other + j) * width + $1] } / 5)
                        }
                        let total = weights.reduce(0, +)
                        for (weight, j) in zip(weights, seen) {
                            for d in 0..<width {
                                expected.values[row + d] += weight / total * values[(other + j) * width + d]
                            }
                        }
                    }
                }
                let made =
                    window.map {
                        MLXFast.windowedAttention(queries: q, keys: k, values: v, scale: 0.2, window: $0)
                    } ?? MLXFast.scaledDotProductAttention(queries: q, keys: k, values: v, scale: 0.2, mask: .none)
                expect(made, near: expected, tolerance(dtype), "window \(window ?? -1)")
            }
        }

        @Test(arguments: types) func linearLayersInEightBits(_ dtype: DType) {
            var random = SeededGenerator(95)
            for round in 0..<16 {
                let rows = Int.random(in: 1...(round % 2 == 0 ? 8 : 70), using: &random)
                let (depth, columns) = (
                    Int.random(in: 1...300, using: &random), Int.random(in: 1...100, using: &random)
                )
                let x = random.array([rows, depth]).asType(dtype)
                let w = random.array([columns, depth], -0.1...0.1).asType(dtype)
                let scales = MLXFast.int8Scales(w)
                let integers = MLXFast.int8Round(w, scales: scales)
                let exact = Exact(w).values
                for n in 0..<columns {
                    let row = exact[(n * depth)..<((n + 1) * depth)]
                    #expect(abs(Double(scales[n].item(Float.self)) - row.map { abs($0) }.max()! / 127) < 1e-7)
                }
                let rounded = Exact(integers).values
                let factors = Exact(scales).values
                var near = Exact([depth, columns])
                for n in 0..<columns {
                    for k in 0..<depth {
                        let value = rounded[n * depth + k] * factors[n]
                        #expect(abs(value - exact[n * depth + k]) <= 0.5001 * factors[n])
                        near.values[k * columns + n] = value
                    }
                }
                let bias = round % 3 == 0 ? random.array([columns]) : nil
                var expected = product(Exact(x), near)
                if let bias {
                    let offsets = Exact(bias).values
                    for i in expected.values.indices { expected.values[i] += offsets[i % columns] }
                }
                let made = MLXFast.int8Linear(x, packed: MLXFast.int8Pack(integers), scales: scales, bias: bias)
                #expect(made.dtype == dtype)
                // Activations are rounded to 1 / 254 of the largest of their row.
                expect(made, near: expected, 2e-2, "\(rows) x \(depth) x \(columns)")
            }
        }

        @Test func rowsOfZerosAreNoObstacleInEightBits() {
            let w = MLXArray.zeros([3, 5])
            let scales = MLXFast.int8Scales(w)
            let packed = MLXFast.int8Pack(MLXFast.int8Round(w, scales: scales))
            expect(
                MLXFast.int8Linear(MLXArray.ones([2, 5]), packed: packed, scales: scales), Naive([2, 3]) { _ in 0 })
            expect(
                MLXFast.int8Linear(MLXArray.zeros([2, 5]), packed: packed, scales: scales), Naive([2, 3]) { _ in 0 })
        }

        @Test func gradientsOfALargeConvolution() {
            var random = SeededGenerator(96)
            let x = random.array([1, 80, 32], -1...1)
            let w = random.array([32, 7, 32], -0.3...0.3)
            let weights = random.array([1, 80, 32])
            let f = { (arrays: [MLXArray]) in [(conv1d(arrays[0], arrays[1], padding: 3) * weights).sum()] }
            let gradients = grad(f, argumentNumbers: [0, 1])([x, w])
            // The function is linear in either argument, so that a finite difference is exact.
            for (index, direction) in [random.array(x.shape), random.array(w.shape)].enumerated() {
                var (ahead, behind) = ([x, w], [x, w])
                ahead[index] = ahead[index] + direction
                behind[index] = behind[index] - direction
                let slope = (f(ahead)[0].item(Float.self) - f(behind)[0].item(Float.self)) / 2
                let expected = (gradients[index] * direction).sum().item(Float.self)
                #expect(abs(slope - expected) < 2e-3 * max(1, abs(expected)))
            }
        }
    }
}
