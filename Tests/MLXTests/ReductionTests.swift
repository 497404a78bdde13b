import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct ReductionTests {

        private func forRandomAxes(_ seed: UInt64, _ body: (MLXArray, Naive, [Int]) -> Void) {
            var random = SeededGenerator(seed)
            for _ in 0..<12 {
                let x = random.array(random.shape(ranks: 1...4, lengths: 1...4))
                let axes = (0..<x.ndim).filter { _ in Bool.random(using: &random) }
                let signed = axes.map { Bool.random(using: &random) ? $0 : $0 - x.ndim }
                body(x, Naive(x), signed)
            }
        }

        private func check(
            _ seed: UInt64, _ naive: @escaping ([Float]) -> Float, axes: (MLXArray, [Int], Bool) -> MLXArray,
            axis: (MLXArray, Int, Bool) -> MLXArray, all: (MLXArray, Bool) -> MLXArray
        ) {
            forRandomAxes(seed) { x, expected, axesGiven in
                for keepDims in [false, true] {
                    if !axesGiven.isEmpty {
                        expect(
                            axes(x, axesGiven, keepDims), expected.reduced(axesGiven, keepDims: keepDims, naive))
                    }
                    expect(axis(x, -1, keepDims), expected.reduced([-1], keepDims: keepDims, naive))
                    expect(
                        all(x, keepDims), expected.reduced(Array(0..<x.ndim), keepDims: keepDims, naive))
                }
            }
        }

        @Test func sums() {
            check(
                1, { $0.reduce(0, +) }, axes: { sum($0, axes: $1, keepDims: $2) },
                axis: { $0.sum(axis: $1, keepDims: $2) }, all: { sum($0, keepDims: $1) })
        }

        @Test func products() {
            check(
                2, { $0.reduce(1, *) }, axes: { product($0, axes: $1, keepDims: $2) },
                axis: { $0.product(axis: $1, keepDims: $2) }, all: { product($0, keepDims: $1) })
        }

        @Test func means() {
            check(
                3, { $0.reduce(0, +) / Float($0.count) }, axes: { mean($0, axes: $1, keepDims: $2) },
                axis: { $0.mean(axis: $1, keepDims: $2) }, all: { mean($0, keepDims: $1) })
        }

        @Test func extremes() {
            check(
                4, { $0.max() ?? 0 }, axes: { max($0, axes: $1, keepDims: $2) },
                axis: { $0.max(axis: $1, keepDims: $2) }, all: { max($0, keepDims: $1) })
            check(
                5, { $0.min() ?? 0 }, axes: { min($0, axes: $1, keepDims: $2) },
                axis: { $0.min(axis: $1, keepDims: $2) }, all: { min($0, keepDims: $1) })
        }

        @Test func variances() {
            func variance(_ values: [Float]) -> Float {
                let mean = values.reduce(0, +) / Float(values.count)
                return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
            }
            check(
                6, variance, axes: { MLX.variance($0, axes: $1, keepDims: $2) },
                axis: { $0.variance(axis: $1, keepDims: $2) }, all: { MLX.variance($0, keepDims: $1) })
            check(
                7, { variance($0).squareRoot() }, axes: { std($0, axes: $1, keepDims: $2) },
                axis: { std($0, axis: $1, keepDims: $2) }, all: { std($0, keepDims: $1) })
            expect(MLXArray([1, 2, 3, 6] as [Float]).variance(ddof: 1), [14.0 / 3], shape: [])
            expect(std(MLXArray([1, 2, 3, 6] as [Float]), axis: 0, ddof: 1), [Float(14.0 / 3).squareRoot()], shape: [])
        }

        @Test func logarithmsOfSums() {
            check(
                8, { Foundation.log($0.reduce(0) { $0 + Foundation.exp($1) }) },
                axes: { logSumExp($0, axes: $1, keepDims: $2) }, axis: { $0.logSumExp(axis: $1, keepDims: $2) },
                all: { logSumExp($0, keepDims: $1) })
            expect(logSumExp(MLXArray([1000, 1000] as [Float])), [1000 + Foundation.log(2)], shape: [])
        }

        @Test func truths() {
            let x = MLXArray([true, true, false, false, true, false], [2, 3])
            #expect(all(x).item(Bool.self) == false)
            #expect(any(x).item(Bool.self) == true)
            #expect(x.all(axis: 0).asArray(Bool.self) == [false, true, false])
            #expect(x.any(axis: 1).asArray(Bool.self) == [true, true])
            #expect(any(x, axes: [0, 1], keepDims: true).shape == [1, 1])
        }

        @Test func medians() {
            let x = MLXArray([5, 1, 4, 2, 9, 7] as [Float], [2, 3])
            expect(median(x), [4.5], shape: [])
            expect(median(x, axis: 1), [4, 7])
            expect(median(x, axes: [0], keepDims: true), [3.5, 5, 5.5], shape: [1, 3])
        }

        @Test func softmaxSumsToOne() {
            forRandomAxes(9) { x, naive, _ in
                expect(sum(softmax(x, axis: -1), axis: -1), Naive(Array(x.shape.dropLast())) { _ in 1 })
                let total = naive.values.reduce(0) { $0 + Foundation.exp($1) }
                expect(softmax(x), Naive(x.shape) { Foundation.exp(naive[$0]) / total })
                let lines = naive.reduced([0], keepDims: true) { $0.reduce(0) { $0 + Foundation.exp($1) } }
                expect(
                    softmax(x, axes: [0]),
                    Naive(x.shape) { Foundation.exp(naive[$0]) / lines[[0] + $0.dropFirst()] })
            }
            expect(softmax(MLXArray([1000, 1000] as [Float]), axis: 0, precise: true), [0.5, 0.5])
        }

        @Test func positions() {
            let x = MLXArray([3, 9, 1, 9, 0, 2] as [Float], [2, 3])
            #expect(argMax(x).item(Int.self) == 1)
            #expect(argMin(x).item(Int.self) == 4)
            #expect(x.argMax(axis: 1).asArray(UInt32.self) == [1, 0])
            #expect(argMin(x, axis: 0, keepDims: true).shape == [1, 3])
            #expect(argMax(x, axis: 0).dtype == .uint32)
        }

        @Test func sorting() {
            var random = SeededGenerator(10)
            let values = random.floats(30)
            let x = MLXArray(values, [5, 6])
            expect(sorted(x.flattened(), axis: 0), values.sorted())
            expect(sorted(x), values.sorted())
            expect(sorted(x, axis: 1), (0..<5).flatMap { values[($0 * 6)..<($0 * 6 + 6)].sorted() }, shape: [5, 6])
            expect(x.flattened()[argSort(x.flattened(), axis: 0)], values.sorted())
            expect(takeAlong(x, argSort(x, axis: 0), axis: 0), Naive(sorted(x, axis: 0)))
            expect(sorted(top(x, k: 4)), Array(values.sorted().suffix(4)))
            #expect(top(x, k: 2, axis: 0).shape == [2, 6])

            let partition = partitioned(x, kth: 10).asArray(Float.self)
            #expect(partition[10] == values.sorted()[10])
            #expect(partition[..<10].allSatisfy { $0 <= partition[10] })
            #expect(partition[11...].allSatisfy { $0 >= partition[10] })
            #expect(Set(argPartition(x, kth: 3, axis: 1)[0].asArray(Int32.self)) == Set(0..<6))
        }

        @Test func cumulativeOperations() {
            let x = MLXArray([1, 3, 2, 4, 0, 5] as [Float], [2, 3])
            expect(cumsum(x, axis: 1), [1, 4, 6, 4, 4, 9], shape: [2, 3])
            expect(x.cumsum(axis: 1, reverse: true), [6, 5, 2, 9, 5, 5], shape: [2, 3])
            expect(cumsum(x, axis: 1, inclusive: false), [0, 1, 4, 0, 4, 4], shape: [2, 3])
            expect(cumsum(x), [1, 4, 6, 10, 10, 15])
            expect(cumprod(x, axis: 0), [1, 3, 2, 4, 0, 10], shape: [2, 3])
            expect(cummax(x, axis: 1), [1, 3, 3, 4, 4, 5], shape: [2, 3])
            expect(x.cummin(), [1, 1, 1, 1, 0, 0])
            expect(logCumsumExp(MLXArray([0, 0, 0] as [Float]), axis: 0), [0, Foundation.log(2), Foundation.log(3)])
        }
    }
}
