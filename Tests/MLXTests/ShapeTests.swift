import MLX
import Testing

extension MLXTests {
    @Suite struct ShapeTests {

        private let x = MLXArray(0..<24, [2, 3, 4])

        private func flat(_ array: MLXArray) -> [Int32] { array.asArray(Int32.self) }

        @Test func reshaping() {
            #expect(x.reshaped(4, 6).shape == [4, 6])
            #expect(x.reshaped([-1, 8]).shape == [3, 8])
            #expect(x.flattened().shape == [24])
            #expect(x.flattened(start: 1).shape == [2, 12])
            #expect(flatten(x, startAxis: 0, endAxis: 1).shape == [6, 4])
            #expect(unflatten(x, axis: 2, shape: [2, -1]).shape == [2, 3, 2, 2])
            #expect(flat(x.T.reshaped(-1)) == flat(x.T))
        }

        @Test func axesMove() {
            var random = SeededGenerator(51)
            for _ in 0..<10 {
                let order = (0..<3).shuffled(using: &random)
                let naive = Naive(x)
                let shape = order.map { x.dim($0) }
                expect(
                    x.transposed(axes: order),
                    Naive(shape) { place in
                        var source = [0, 0, 0]
                        for (to, from) in order.enumerated() { source[from] = place[to] }
                        return naive[source]
                    })
            }
            #expect(x.transposed(0, 2, 1).shape == [2, 4, 3])
            #expect(x.T.shape == [4, 3, 2])
            #expect(T(x).shape == [4, 3, 2])
            #expect(x.swappedAxes(0, -1).shape == [4, 3, 2])
            #expect(x.movedAxis(source: 0, destination: 2).shape == [3, 4, 2])
            #expect(MLXArray([1, 2]).transposed(axis: 0).shape == [2])
        }

        @Test func axesComeAndGo() {
            #expect(x.expandedDimensions(axis: 0).shape == [1, 2, 3, 4])
            #expect(x.expandedDimensions(axis: -1).shape == [2, 3, 4, 1])
            #expect(x.expandedDimensions(axes: [0, 2]).shape == [1, 2, 1, 3, 4])
            let y = x.reshaped(1, 2, 1, 12)
            #expect(y.squeezed().shape == [2, 12])
            #expect(y.squeezed(axis: 0).shape == [2, 1, 12])
            #expect(y.squeezed(axes: [0, 2]).shape == [2, 12])
            #expect(atLeast1D(MLXArray(1)).shape == [1])
            #expect(atLeast2D(MLXArray([1, 2])).shape == [1, 2])
            #expect(atLeast3D(MLXArray([1, 2])).shape == [1, 2, 1])
        }

        @Test func joiningAndSplitting() {
            let a = MLXArray([1, 2, 3, 4], [2, 2])
            let b = MLXArray([5, 6], [1, 2])
            #expect(flat(concatenated([a, b])) == [1, 2, 3, 4, 5, 6])
            #expect(flat(concatenated([a, b.T], axis: 1)) == [1, 2, 5, 3, 4, 6])
            #expect(stacked([a, a], axis: 1).shape == [2, 2, 2])
            #expect(split(x, parts: 3, axis: 1).map(\.shape) == Array(repeating: [2, 1, 4], count: 3))
            #expect(x.split(indices: [1, 3], axis: -1).map { $0.dim(-1) } == [1, 2, 1])
            let (first, second) = x.split(axis: 2)
            #expect(flat(concatenated([first, second], axis: 2)) == flat(x))
            // A lazy collection makes its arrays on the fly.
            #expect(flat(concatenated((0..<3).lazy.map { MLXArray([$0]) }.map { $0 + 1 })) == [1, 2, 3])
        }

        @Test func repetition() {
            let a = MLXArray([1, 2, 3, 4], [2, 2])
            #expect(flat(repeated(a, count: 2, axis: 1)) == [1, 1, 2, 2, 3, 3, 4, 4])
            #expect(flat(repeated(a, count: 2)) == [1, 1, 2, 2, 3, 3, 4, 4])
            #expect(flat(MLXArray.repeated(a, count: 2, axis: 0)) == [1, 2, 1, 2, 3, 4, 3, 4])
            #expect(flat(tiled(a, repetitions: [1, 2])) == [1, 2, 1, 2, 3, 4, 3, 4])
            #expect(tiled(a, repetitions: 3).shape == [2, 6])
            #expect(flat(roll(MLXArray([1, 2, 3]), shift: 1)) == [3, 1, 2])
            #expect(flat(roll(a, shift: 1, axis: 0)) == [3, 4, 1, 2])
            #expect(flat(roll(a, shift: 1, axes: [0, 1])) == [4, 3, 2, 1])
        }

        @Test func padding() {
            let a = MLXArray([1, 2, 3, 4], [2, 2])
            #expect(flat(padded(a, widths: [0, [1, 2]])) == [0, 1, 2, 0, 0, 0, 3, 4, 0, 0])
            #expect(padded(a, width: 1).shape == [4, 4])
            #expect(padded(a, width: 1).dtype == .int32)
            #expect(flat(padded(MLXArray([1, 2]), width: [1, 1], value: MLXArray(7))) == [7, 1, 2, 7])
            #expect(flat(padded(MLXArray([1, 2]), width: [2, 1], mode: .edge)) == [1, 1, 1, 2, 2])
        }

        @Test func partsByIndex() {
            let a = MLXArray([10, 11, 12, 13, 14, 15], [2, 3])
            #expect(flat(take(a, MLXArray([2, 0]), axis: 1)) == [12, 10, 15, 13])
            #expect(flat(a.take(MLXArray([5, 0]))) == [15, 10])
            #expect(take(a, MLXArray([0, 1, 1, 0], [2, 2]), axis: 0).shape == [2, 2, 3])
            #expect(flat(takeAlong(a, MLXArray([2, 0], [2, 1]), axis: 1)) == [12, 13])
            #expect(flat(takeAlong(a, MLXArray([4]))) == [14])
            #expect(
                flat(putAlong(a, MLXArray([2, 0], [2, 1]), values: MLXArray(0), axis: 1)) == [10, 11, 0, 0, 14, 15])
            let written = putAlong(a, MLXArray([4]), values: MLXArray([1]))
            #expect(flat(written) == [10, 11, 12, 13, 1, 15])
            #expect(written.shape == [2, 3])
        }

        @Test func matrices() {
            #expect(flat(eye(2, m: 3, k: 1, dtype: .int32)) == [0, 1, 0, 0, 0, 1])
            #expect(flat(identity(2, dtype: .int32)) == [1, 0, 0, 1])
            #expect(flat(tri(2, m: 3, dtype: .int32)) == [1, 0, 0, 1, 1, 0])
            let a = MLXArray([1, 2, 3, 4], [2, 2])
            #expect(flat(tril(a)) == [1, 0, 3, 4])
            #expect(flat(triu(a, k: 1)) == [0, 2, 0, 0])
            #expect(flat(diag(a)) == [1, 4])
            #expect(flat(diag(MLXArray([1, 2]), k: -1)) == [0, 0, 0, 1, 0, 0, 0, 2, 0])
            #expect(flat(diagonal(a, offset: 1)) == [2])
            #expect(trace(a).item(Int.self) == 5)
        }

        @Test func constantsAndSequences() {
            expect(zeros([2]), [0, 0])
            #expect(zeros([2], type: Int32.self).dtype == .int32)
            #expect(ones(like: MLXArray([1, 2])).dtype == .int32)
            expect(full([2, 2], values: 3.5), Naive([2, 2]) { _ in 3.5 })
            #expect(full([2], values: 3, type: Float16.self).dtype == .float16)
            #expect(flat(full([2, 2], values: MLXArray([1, 2]))) == [1, 2, 1, 2])
            #expect(flat(arange(3)) == [0, 1, 2])
            #expect(flat(arange(1, 8, step: 3)) == [1, 4, 7])
            expect(arange(0.0, 1, step: 0.25), [0, 0.25, 0.5, 0.75])
            #expect(arange(3, dtype: .float16).dtype == .float16)
            expect(linspace(Float(0), 1, count: 5), [0, 0.25, 0.5, 0.75, 1])
            #expect(flat(linspace(0, 10, count: 3).asType(.int32)) == [0, 5, 10])
            expect(hanning(5), [0, 0.5, 1, 0.5, 0])
            expect(bartlett(5), [0, 0.5, 1, 0.5, 0])
            expect(hamming(3), [0.08, 1, 0.08])
            expect(blackman(3), [0, 1, 0])
            let grid = meshGrid([MLXArray([1, 2]), MLXArray([3, 4, 5])], indexing: .ij)
            #expect(grid.map(\.shape) == [[2, 3], [2, 3]])
            #expect(flat(grid[0]) == [1, 1, 1, 2, 2, 2])
            #expect(
                meshGrid([MLXArray([1, 2]), MLXArray([3, 4, 5])], sparse: true).map(\.shape) == [[1, 2], [3, 1]])
        }

        @Test func otherViewsOfMemory() {
            let bits = MLXArray([Float(1), -2]).view(dtype: .uint32)
            #expect(bits.asArray(UInt32.self) == [0x3F80_0000, 0xC000_0000])
            #expect(view(bits, dtype: .uint8).shape == [8])
            #expect(flat(asStrided(x, [2, 2], strides: [4, 1], offset: 1)) == [1, 2, 5, 6])
            #expect(flat(contiguous(x.T)) == flat(x.T))
            #expect(contiguous(x.T).asData(access: .noCopy).strides == [6, 2, 1])
            #expect(message { try withError { _ = asStrided(x, [25]) } }.contains("beyond"))
            #expect(message { try withError { _ = asStrided(x, [2], strides: [-1], offset: 0) } }.contains("beyond"))
        }

        @Test func dependenciesKeepValues() {
            let y = depends(input: x, dependencies: [x * 2])
            #expect(flat(y) == flat(x))
            #expect(depends(inputs: [x, y], dependencies: [x]).count == 2)
        }

        @Test func parameterTypesTakeOneOrSeveral() {
            let pair: IntOrPair = 3
            #expect(pair.values == (3, 3))
            let two: IntOrPair = [1, 2]
            #expect((two.first, two.second) == (1, 2))
            let triple = IntOrTriple((1, 2, 3))
            #expect(triple.third == 3)
            let several: IntOrArray = [4, 5]
            #expect(several.asInt32Array == [4, 5])
            #expect(IntOrArray(7).asArray == [7])
            let scale: FloatOrArray = 0.5
            #expect(scale.asArray(dimensions: 2) == [0.5, 0.5])
        }
    }
}
