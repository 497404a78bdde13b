import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct FastTests {

        /// Attention, with the score of a masked pair left out.
        private func attention(
            _ q: Naive, _ k: Naive, _ v: Naive, _ scale: Float, _ bias: ([Int], Int) -> Float?
        ) -> Naive {
            let ratio = q.shape[1] / k.shape[1]
            return Naive(Array(q.shape.dropLast()) + [v.shape[3]]) { place in
                let (b, h, i) = (place[0], place[1], place[2])
                var weights: [(Int, Float)] = []
                for j in 0..<k.shape[2] {
                    guard let bias = bias([b, h, i], j) else { continue }
                    let dot = (0..<q.shape[3]).reduce(Float(0)) { $0 + q[b, h, i, $1] * k[b, h / ratio, j, $1] }
                    weights.append((j, Foundation.exp(dot * scale + bias)))
                }
                let total = weights.reduce(0) { $0 + $1.1 }
                return weights.reduce(0) { $0 + $1.1 * v[b, h / ratio, $1.0, place[3]] } / total
            }
        }

        @Test(arguments: [(4, 4), (4, 2), (4, 1)]) func attentionAgreesWithPlainSwift(heads: Int, keyHeads: Int) {
            var random = SeededGenerator(71)
            let (length, keys) = (5, 7)
            let q = random.array([2, heads, length, 8])
            let k = random.array([2, keyHeads, keys, 8])
            let v = random.array([2, keyHeads, keys, 8])
            let (nq, nk, nv) = (Naive(q), Naive(k), Naive(v))
            func run(_ mask: MLXFast.ScaledDotProductAttentionMaskMode) -> MLXArray {
                MLXFast.scaledDotProductAttention(queries: q, keys: k, values: v, scale: 0.3, mask: mask)
            }

            expect(run(.none), attention(nq, nk, nv, 0.3) { _, _ in 0 }, tolerance: 1e-4)
            expect(run(.causal), attention(nq, nk, nv, 0.3) { $1 <= $0[2] + keys - length ? 0 : nil }, tolerance: 1e-4)

            let additive = random.array([2, 1, length, keys])
            let naiveMask = Naive(additive)
            expect(
                run(.array(additive)), attention(nq, nk, nv, 0.3) { naiveMask[$0[0], 0, $0[2], $1] }, tolerance: 1e-4)

            let allowed = MLXArray((0..<(length * keys)).map { $0 % 3 != 0 }, [length, keys])
            expect(
                run(.array(allowed)),
                attention(nq, nk, nv, 0.3) { ($0[2] * keys + $1) % 3 != 0 ? 0 : nil }, tolerance: 1e-4)

            expect(
                MLXFast.scaledDotProductAttention(queries: q, keys: k, values: v, scale: 0.3, mask: nil),
                Naive(run(.none)))
        }

        @Test func windowedAttentionSeesTheWindowOnly() {
            var random = SeededGenerator(72)
            let (q, k, v) = (random.array([1, 2, 9, 4]), random.array([1, 1, 9, 4]), random.array([1, 1, 9, 4]))
            for window in [0, 2, 20] {
                expect(
                    MLXFast.windowedAttention(queries: q, keys: k, values: v, scale: 0.5, window: window),
                    attention(Naive(q), Naive(k), Naive(v), 0.5) { Swift.abs($0[2] - $1) <= window ? 0 : nil },
                    tolerance: 1e-4)
            }
        }

        @Test func norms() {
            var random = SeededGenerator(73)
            let x = random.array([3, 4, 16])
            let weight = random.array([16])
            let bias = random.array([16])
            let (nx, nw, nb) = (Naive(x), Naive(weight), Naive(bias))
            let meanSquares = nx.reduced([2], keepDims: true) { $0.reduce(0) { $0 + $1 * $1 } / 16 }
            expect(
                MLXFast.rmsNorm(x, weight: weight, eps: 1e-3),
                Naive(x.shape) { nx[$0] / (meanSquares[$0[0], $0[1], 0] + 1e-3).squareRoot() * nw[$0[2]] },
                tolerance: 1e-4)
            let means = nx.reduced([2], keepDims: true) { $0.reduce(0, +) / 16 }
            func normalized(_ place: [Int]) -> Float {
                let mean = means[place[0], place[1], 0]
                return (nx[place] - mean) / (meanSquares[place[0], place[1], 0] - mean * mean + 1e-3).squareRoot()
            }
            expect(
                MLXFast.layerNorm(x, weight: weight, bias: bias, eps: 1e-3),
                Naive(x.shape) { normalized($0) * nw[$0[2]] + nb[$0[2]] }, tolerance: 1e-4)
            expect(layerNorm(x, eps: 1e-3), Naive(x.shape, normalized), tolerance: 1e-4)

            let scale = random.array([3, 1, 16])
            let shift = random.array([3, 1, 16])
            let (ns, nt) = (Naive(scale), Naive(shift))
            let normed = Naive(MLXFast.rmsNorm(x, weight: weight, eps: 1e-3))
            expect(
                MLXFast.modulatedRMSNorm(x, weight: weight, scale: scale, shift: shift, eps: 1e-3),
                Naive(x.shape) { normed[$0] * (1 + ns[$0[0], 0, $0[2]]) + nt[$0[0], 0, $0[2]] }, tolerance: 1e-4)
        }

        @Test(arguments: [false, true]) func rotaryEmbedding(traditional: Bool) {
            var random = SeededGenerator(74)
            let x = random.array([2, 3, 5, 8])
            let nx = Naive(x)
            let dimensions = 6
            func rotated(_ offset: @escaping (Int) -> Int, _ wavelength: @escaping (Int) -> Float) -> Naive {
                Naive(x.shape) { place in
                    let d = place[3]
                    guard d < dimensions else { return nx[place] }
                    let pair = traditional ? d / 2 : d % (dimensions / 2)
                    let isSecond = traditional ? d % 2 == 1 : d >= dimensions / 2
                    let first = traditional ? 2 * pair : pair
                    let second = traditional ? 2 * pair + 1 : pair + dimensions / 2
                    let angle = Float(place[2] + offset(place[0])) * 0.5 / wavelength(pair)
                    let (a, b) = (nx[place[0], place[1], place[2], first], nx[place[0], place[1], place[2], second])
                    return isSecond
                        ? a * Foundation.sin(angle) + b * Foundation.cos(angle)
                        : a * Foundation.cos(angle) - b * Foundation.sin(angle)
                }
            }
            let base = { (pair: Int) in Foundation.pow(Float(100), 2 * Float(pair) / Float(dimensions)) }
            expect(
                MLXFast.RoPE(x, dimensions: dimensions, traditional: traditional, base: 100, scale: 0.5, offset: 3),
                rotated({ _ in 3 }, base), tolerance: 1e-4)
            expect(
                RoPE(
                    x, dimensions: dimensions, traditional: traditional, base: 100, scale: 0.5,
                    offset: MLXArray([1, 4] as [Int32])),
                rotated({ [1, 4][$0] }, base), tolerance: 1e-4)
            let frequencies = MLXArray([1, 3, 7] as [Float])
            expect(
                RoPE(
                    x, dimensions: dimensions, traditional: traditional, base: nil, scale: 0.5, offset: 0,
                    freqs: frequencies),
                rotated({ _ in 0 }, { [1, 3, 7][$0] }), tolerance: 1e-4)
        }

        @Test func activations() {
            var random = SeededGenerator(75)
            let x = random.array([2, 5, 3])
            let alpha = random.array([3], 0.5...2)
            let beta = random.array([3], 0.5...2)
            let (nx, na, nb) = (Naive(x), Naive(alpha), Naive(beta))
            expect(
                MLXFast.snake(x, alpha: alpha, beta: beta),
                Naive(x.shape) { place in
                    let sine = Foundation.sin(na[place[2]] * nx[place])
                    return nx[place] + sine * sine / (nb[place[2]] + 1e-9)
                })
            let up = random.array([2, 5, 3])
            let nu = Naive(up)
            expect(
                MLXFast.swiGLU(gate: x, up: up),
                Naive(x.shape) { nx[$0] / (1 + Foundation.exp(-nx[$0])) * nu[$0] })
        }

        @Test(arguments: [DType.bfloat16, .float16]) func lowPrecisionStaysLow(_ dtype: DType) {
            var random = SeededGenerator(76)
            let x = random.array([1, 2, 4, 8]).asType(dtype)
            let weight = ones([8], dtype: dtype)
            #expect(MLXFast.rmsNorm(x, weight: weight, eps: 1e-5).dtype == dtype)
            #expect(MLXFast.RoPE(x, dimensions: 8, traditional: false, base: 100, scale: 1, offset: 0).dtype == dtype)
            #expect(
                MLXFast.scaledDotProductAttention(queries: x, keys: x, values: x, scale: 1, mask: .causal).dtype
                    == dtype)
            #expect(MLXFast.swiGLU(gate: x, up: x).dtype == dtype)
            #expect(MLXFast.snake(x, alpha: weight, beta: weight).dtype == dtype)
            #expect(
                MLXFast.modulatedRMSNorm(x, weight: weight, scale: x, shift: x, eps: 1e-5).dtype == dtype)
        }
    }
}
