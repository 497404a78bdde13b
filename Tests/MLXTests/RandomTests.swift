import MLX
import Testing

extension MLXTests {
    @Suite struct RandomTests {

        @Test func aKeyAlwaysGivesTheSameNumbers() {
            let key = MLXRandom.key(42)
            let functions: [(MLXArray) -> MLXArray] = [
                { MLXRandom.normal([4], key: $0) }, { MLXRandom.uniform(0..<1, [4], key: $0) },
                { MLXRandom.bernoulli([4], key: $0).asType(.float32) }, { MLXRandom.randInt(0..<1000, [4], key: $0) },
                { MLXRandom.gumbel([4], key: $0) }, { MLXRandom.truncatedNormal(-1..<1, [4], key: $0) },
                { MLXRandom.laplace([4], dtype: .float32, key: $0) }, { MLXRandom.permutation(9, key: $0) },
                { MLXRandom.categorical(zeros([5]), count: 4, key: $0) },
            ]
            for function in functions {
                #expect(arrayEqual(function(key), function(MLXRandom.key(42))).item(Bool.self))
            }
            #expect(!arrayEqual(functions[0](key), functions[0](MLXRandom.key(43))).item(Bool.self))
        }

        @Test func aKeyHoldsItsSeed() {
            #expect(MLXRandom.key(1).asArray(UInt32.self) == [0, 1])
            #expect(MLXRandom.key(5 << 32 | 7).asArray(UInt32.self) == [5, 7])
        }

        @Test func splittingMakesDifferentKeys() {
            let (a, b) = MLXRandom.split(key: MLXRandom.key(0))
            #expect(a.asArray(UInt32.self) != b.asArray(UInt32.self))
            let keys = MLXRandom.split(key: MLXRandom.key(0), into: 5)
            #expect(Set(keys.map { $0.asArray(UInt32.self) }).count == 5)
            #expect(split(key: MLXRandom.key(0)).0.asArray(UInt32.self) == a.asArray(UInt32.self))
        }

        @Test func theStateAdvancesAndCanBeReset() async {
            // The state belongs to the process, where other tests draw from it too.
            await #expect(processExitsWith: .success) {
                MLXRandom.seed(3)
                let first = MLXRandom.normal([3])
                let second = MLXRandom.normal([3])
                #expect(!arrayEqual(first, second).item(Bool.self))
                seed(3)
                #expect(arrayEqual(first, normal([3])).item(Bool.self))

                let state = MLXRandom.RandomState(seed: 3)
                withRandomState(state) {
                    #expect(arrayEqual(first, MLXRandom.normal([3])).item(Bool.self))
                }
                #expect(arrayEqual(second, MLXRandom.normal([3], key: state)).item(Bool.self))
                #expect(!arrayEqual(second, MLXRandom.normal([3], key: state)).item(Bool.self))
            }
        }

        @Test func aTaskHasItsOwnState() async {
            let values = await withRandomState(MLXRandom.RandomState(seed: 9)) {
                await Task.yield()
                return MLXRandom.normal([2]).asArray(Float.self)
            }
            let expected = MLXRandom.normal([2], key: MLXRandom.RandomState(seed: 9)).asArray(Float.self)
            #expect(values == expected)
        }

        @Test func distributionsHaveTheirMoments() {
            let key = MLXRandom.key(7)
            let n = 100_000
            func moments(_ x: MLXArray) -> (mean: Float, deviation: Float) {
                #expect(x.size == n)
                return (x.mean().item(Float.self), std(x).item(Float.self))
            }
            let normal = moments(MLXRandom.normal([n], loc: 2, scale: 3, key: key))
            #expect(abs(normal.mean - 2) < 0.05 && abs(normal.deviation - 3) < 0.05)
            let uniform = moments(MLXRandom.uniform(-1..<3, [n], key: key))
            #expect(abs(uniform.mean - 1) < 0.02 && abs(uniform.deviation - 4 / Float(12).squareRoot()) < 0.02)
            let bernoulli = moments(MLXRandom.bernoulli(0.3, [n], key: key).asType(.float32))
            #expect(abs(bernoulli.mean - 0.3) < 0.01)
            let laplace = moments(MLXRandom.laplace([n], dtype: .float32, loc: 1, scale: 2, key: key))
            #expect(abs(laplace.mean - 1) < 0.05 && abs(laplace.deviation - 2 * Float(2).squareRoot()) < 0.1)
            let gumbel = moments(MLXRandom.gumbel([n], key: key))
            #expect(abs(gumbel.mean - 0.5772) < 0.02)
            let truncated = MLXRandom.truncatedNormal(-1..<2, [n], key: key)
            #expect(truncated.min().item(Float.self) >= -1 && truncated.max().item(Float.self) <= 2)
        }

        @Test func integersStayInTheirRange() {
            let x = MLXRandom.randInt(-3..<4, [1000], key: MLXRandom.key(1))
            #expect(x.dtype == .int64)
            #expect(x.min().item(Int.self) == -3 && x.max().item(Int.self) == 3)
            #expect(MLXRandom.randInt(low: MLXArray([0, 1]), high: 100, type: UInt8.self).dtype == .uint8)
            #expect(MLXRandom.randInt(low: 0, high: 9, [2, 2]).shape == [2, 2])
        }

        @Test func categoricalFollowsTheLogits() {
            let logits = log(MLXArray([0.1, 0.2, 0.7] as [Float]))
            let draws = MLXRandom.categorical(logits, count: 20_000, key: MLXRandom.key(5)).asArray(Int.self)
            for (i, p) in [0.1, 0.2, 0.7].enumerated() {
                let share = Double(draws.filter { $0 == i }.count) / 20_000
                #expect(abs(share - p) < 0.015)
            }
            #expect(MLXRandom.categorical(zeros([4, 3])).shape == [4])
            #expect(MLXRandom.categorical(zeros([4, 3]), shape: [2, 4]).shape == [2, 4])
        }

        @Test func permutationsKeepAllElements() {
            #expect(MLXRandom.permutation(20).asArray(Int32.self).sorted() == Array(0..<20))
            let x = MLXArray(0..<12, [4, 3])
            let rows = MLXRandom.permutation(x, key: MLXRandom.key(2)).map { $0.asArray(Int32.self) }
            #expect(Set(rows) == Set(x.map { $0.asArray(Int32.self) }))
        }

        @Test func typesAndShapes() {
            #expect(MLXRandom.normal([2, 3], dtype: .bfloat16).dtype == .bfloat16)
            #expect(MLXRandom.uniform(low: 0, high: 1, [3], dtype: .float16).dtype == .float16)
            #expect(MLXRandom.uniform(low: MLXArray([0, 5] as [Float]), high: 6).shape == [2])
            #expect(MLXRandom.normal([2], type: Float16.self).dtype == .float16)
            let vector = MLXRandom.multivariateNormal(
                mean: zeros([2]), covariance: eye(2), shape: [5], dtype: .float32, key: MLXRandom.key(0))
            #expect(vector.shape == [5, 2])
        }
    }
}
