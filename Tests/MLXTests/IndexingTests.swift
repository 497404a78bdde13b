import MLX
import Testing

/// A part of a subscript, for both implementations.
private enum Part: CustomStringConvertible {
    case ellipsis
    case newAxis
    case index(Int)
    case slice(Int?, Int?, Int)
    case array([Int], [Int])

    var mlx: any MLXArrayIndex {
        switch self {
        case .ellipsis: MLXEllipsisIndex.ellipsis
        case .newAxis: MLXNewAxisIndex.newAxis
        case .index(let index): index
        case .slice(let start, let stop, let step): stride(from: start, to: stop, by: step)
        case .array(let values, let shape): MLXArray(values, shape)
        }
    }

    var description: String {
        switch self {
        case .ellipsis: "..."
        case .newAxis: "new"
        case .index(let index): "\(index)"
        case .slice(let start, let stop, let step):
            "\(start.map(String.init) ?? ""):\(stop.map(String.init) ?? ""):\(step)"
        case .array(let values, let shape): "\(values)\(shape)"
        }
    }
}

/// NumPy's indexing, spelled out: the shape of the result, and for each of its elements the index in the source.
private func naiveIndices(_ shape: [Int], _ parts: [Part]) -> (shape: [Int], sources: [[Int]]) {
    var expanded: [Part] = []
    let consumed = parts.filter { if case .ellipsis = $0 { false } else if case .newAxis = $0 { false } else { true } }
    let whole = Array(repeating: Part.slice(nil, nil, 1), count: shape.count - consumed.count)
    var sawEllipsis = false
    for part in parts {
        if case .ellipsis = part {
            expanded += whole
            sawEllipsis = true
        } else {
            expanded.append(part)
        }
    }
    if !sawEllipsis { expanded += whole }

    let hasArrays = expanded.contains { if case .array = $0 { true } else { false } }

    // What each part is: a list of positions on an axis, an index array on an axis, or a new axis.
    enum Dimension { case positions(axis: Int, [Int]), array(axis: Int, Naive), fixed(axis: Int, Int), new }
    var dimensions: [Dimension] = []
    var axis = 0
    for part in expanded {
        switch part {
        case .ellipsis: continue
        case .newAxis: dimensions.append(.new); continue
        case .index(let index):
            let position = index < 0 ? index + shape[axis] : index
            dimensions.append(
                hasArrays ? .array(axis: axis, Naive([], [Float(position)])) : .fixed(axis: axis, position))
        case .slice(let start, let stop, let step):
            let n = shape[axis]
            func clamp(_ i: Int, _ low: Int, _ high: Int) -> Int { Swift.min(Swift.max(i < 0 ? i + n : i, low), high) }
            var position = step > 0 ? start.map { clamp($0, 0, n) } ?? 0 : start.map { clamp($0, -1, n - 1) } ?? n - 1
            let end = step > 0 ? stop.map { clamp($0, 0, n) } ?? n : stop.map { clamp($0, -1, n - 1) } ?? -1
            var positions: [Int] = []
            while step > 0 ? position < end : position > end {
                positions.append(position)
                position += step
            }
            dimensions.append(.positions(axis: axis, positions))
        case .array(let values, let arrayShape):
            let n = shape[axis]
            dimensions.append(.array(axis: axis, Naive(arrayShape, values.map { Float($0 < 0 ? $0 + n : $0) })))
        }
        axis += 1
    }

    // The shape of all index arrays together.
    var indexShape: [Int] = []
    for case .array(_, let array) in dimensions {
        let rank = Swift.max(indexShape.count, array.shape.count)
        let a = Array(repeating: 1, count: rank - indexShape.count) + indexShape
        let b = Array(repeating: 1, count: rank - array.shape.count) + array.shape
        indexShape = zip(a, b).map { $0 == 1 ? $1 : $0 }
    }
    let places = dimensions.indices.filter { if case .array = dimensions[$0] { true } else { false } }
    let isAdjacent = zip(places, places.dropFirst()).allSatisfy { $1 == $0 + 1 }

    var result: [Int] = []
    var positionOfIndices = 0
    if !isAdjacent { result += indexShape }
    var starts: [Int: Int] = [:]
    for (i, dimension) in dimensions.enumerated() {
        switch dimension {
        case .positions(_, let positions):
            starts[i] = result.count
            result.append(positions.count)
        case .new: result.append(1)
        case .fixed: break
        case .array:
            if isAdjacent, i == places.first {
                positionOfIndices = result.count
                result += indexShape
            }
        }
    }

    let sources = Naive.indices(result).map { place in
        var source = Array(repeating: 0, count: shape.count)
        let indexPlace = Array(place[positionOfIndices..<(positionOfIndices + (places.isEmpty ? 0 : indexShape.count))])
        for (i, dimension) in dimensions.enumerated() {
            switch dimension {
            case .positions(let axis, let positions): source[axis] = positions[place[starts[i] ?? 0]]
            case .fixed(let axis, let position): source[axis] = position
            case .array(let axis, let array):
                let own = zip(indexPlace.suffix(array.shape.count), array.shape).map { $1 == 1 ? 0 : $0 }
                source[axis] = Int(array[own])
            case .new: break
            }
        }
        return source
    }
    return (result, sources)
}

extension MLXTests {
    @Suite struct IndexingTests {

        private func randomParts(_ shape: [Int], arrays: Bool, _ random: inout SeededGenerator) -> [Part] {
            var parts: [Part] = []
            let used = Int.random(in: 0...shape.count, using: &random)
            let indexShape = random.shape(ranks: 1...2, lengths: 1...3)
            for n in shape.prefix(used) {
                switch Int.random(in: 0..<(arrays ? 6 : 4), using: &random) {
                case 0: parts.append(.index(Int.random(in: -n..<n, using: &random)))
                case 1: parts.append(.slice(nil, nil, 1))
                case 2, 3:
                    let bound = { (random: inout SeededGenerator) -> Int? in
                        Bool.random(using: &random) ? Int.random(in: (-n - 2)...(n + 2), using: &random) : nil
                    }
                    let step = [1, 1, 2, 3, -1, -2].randomElement(using: &random) ?? 1
                    parts.append(.slice(bound(&random), bound(&random), step))
                default:
                    // Shapes that broadcast with each other.
                    let own = indexShape.dropFirst(Int.random(in: 0..<indexShape.count, using: &random)).map {
                        Bool.random(using: &random) ? 1 : $0
                    }
                    let values = (0..<own.reduce(1, *)).map { _ in Int.random(in: -n..<n, using: &random) }
                    parts.append(.array(values, own))
                }
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                parts.insert(.newAxis, at: Int.random(in: 0...parts.count, using: &random))
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                parts.append(.ellipsis)
            }
            return parts
        }

        @Test(arguments: [false, true]) func readingAgreesWithPlainSwift(arrays: Bool) {
            var random = SeededGenerator(arrays ? 21 : 22)
            for _ in 0..<400 {
                let shape = random.shape(ranks: 1...4, lengths: 1...5)
                let parts = randomParts(shape, arrays: arrays, &random)
                let x = MLXArray(0..<shape.reduce(1, *), shape)
                let naive = Naive(x)
                let (resultShape, sources) = naiveIndices(shape, parts)
                expect(x[parts.map(\.mlx)], Naive(resultShape, sources.map { naive[$0] }), "\(shape) \(parts)")
            }
        }

        @Test(arguments: [false, true]) func writingAgreesWithPlainSwift(arrays: Bool) {
            var random = SeededGenerator(arrays ? 31 : 32)
            for _ in 0..<400 {
                let shape = random.shape(ranks: 1...4, lengths: 1...5)
                let parts = randomParts(shape, arrays: arrays, &random)
                let (resultShape, sources) = naiveIndices(shape, parts)
                // An element that is written twice may end with either value.
                guard Set(sources).count == sources.count else { continue }

                let x = random.array(shape)
                var expected = Naive(x)
                let updateShape = resultShape.map { Int.random(in: 0..<3, using: &random) == 0 ? 1 : $0 }
                let extra = Array(repeating: 1, count: Int.random(in: 0...1, using: &random))
                let update = random.array(extra + updateShape)
                let naiveUpdate = Naive(updateShape, update.asArray(Float.self))
                for (place, source) in zip(Naive.indices(resultShape), sources) {
                    expected[source] = naiveUpdate[zip(place, updateShape).map { $1 == 1 ? 0 : $0 }]
                }
                x[parts.map(\.mlx)] = update
                expect(x, expected, "\(shape) \(parts) = \(update.shape)")
            }
        }

        @Test func combiningAgreesWithPlainSwift() {
            var random = SeededGenerator(41)
            for _ in 0..<200 {
                let shape = random.shape(ranks: 1...3, lengths: 1...4)
                let parts = randomParts(shape, arrays: true, &random)
                let (resultShape, sources) = naiveIndices(shape, parts)
                let x = random.array(shape)
                let values = random.array(resultShape, 0.5...2)
                let flat = values.asArray(Float.self)
                func combined(_ body: (Float, Float) -> Float) -> Naive {
                    var result = Naive(x)
                    for (source, value) in zip(sources, flat) {
                        result[source] = body(result[source], value)
                    }
                    return result
                }
                let at = x.at[parts.map(\.mlx)]
                expect(at.add(values), combined(+), tolerance: 1e-4, "\(shape) \(parts)")
                expect(at.subtract(values), combined(-), tolerance: 1e-4, "\(shape) \(parts)")
                expect(at.multiply(values), combined(*), tolerance: 1e-4, "\(shape) \(parts)")
                expect(at.divide(values), combined(/), tolerance: 1e-3, "\(shape) \(parts)")
                expect(at.minimum(values), combined(Swift.min), "\(shape) \(parts)")
                expect(at.maximum(values), combined(Swift.max), "\(shape) \(parts)")
            }
        }

        @Test func everySpelling() {
            let x = MLXArray(0..<24, [2, 3, 4])
            func flat(_ array: MLXArray) -> [Int32] { array.asArray(Int32.self) }
            #expect(flat(x[1, 2]) == [20, 21, 22, 23])
            #expect(x[1, 2, 3].item(Int.self) == 23)
            #expect(flat(x[-1, -1, (-2)...]) == [22, 23])
            #expect(flat(x[0, 1..<3, 0]) == [4, 8])
            #expect(flat(x[0, 1...2, 0]) == [4, 8])
            #expect(flat(x[0, ..<2, 0]) == [0, 4])
            #expect(flat(x[0, ...1, 0]) == [0, 4])
            #expect(flat(x[0..., 1, 1]) == [5, 17])
            #expect(flat(x[.ellipsis, 1]) == [1, 5, 9, 13, 17, 21])
            #expect(flat(x[0, 0, .stride(by: 2)]) == [0, 2])
            #expect(flat(x[0, 0, .stride(from: 3, to: 0, by: -2)]) == [3, 1])
            #expect(flat(x[0, 0, .stride(by: -1)]) == [3, 2, 1, 0])
            #expect(x[.newAxis].shape == [1, 2, 3, 4])
            #expect(x[0..., .newAxis, 0].shape == [2, 1, 4])
            #expect(flat(x[0, 0, -3 ..< -1]) == [1, 2])
            #expect(flat(x[0, 0, 2..<99]) == [2, 3])
            #expect(x[5...].shape == [0, 3, 4])
            #expect(flat(x[0, 0][MLXArray([3, 0, -1])]) == [3, 0, 3])
            #expect(x[MLXArray([0, 1, 1])].shape == [3, 3, 4])
        }

        @Test func writingConvertsAndBroadcasts() {
            let x = zeros([2, 3])
            x[0] = MLXArray(1)
            x[0..., 2] = MLXArray([5, 6])
            #expect(x.dtype == .float32)
            expect(x, [1, 1, 5, 0, 0, 6], shape: [2, 3])

            let keys = zeros([1, 2, 4])
            keys[.ellipsis, 1..<3] = ones([1, 2, 2])
            expect(keys, [0, 1, 1, 0, 0, 1, 1, 0], shape: [1, 2, 4])

            // Every holder of the object sees the change; arrays computed before do not.
            let alias = x
            let before = x + 0
            x[0, 0] = MLXArray(Float(9))
            #expect(alias[0, 0].item(Float.self) == 9)
            #expect(before[0, 0].item(Float.self) == 1)
        }

        @Test func writingToWhatWasReadLeavesTheArray() {
            let x = MLXArray([1, 2, 3] as [Float])
            let (whole, all, part) = (x[0...], x[.ellipsis], x[..<2])
            for copy in [whole, all, part] { copy[0] = MLXArray(Float(9)) }
            expect(x, [1, 2, 3])
            expect(whole, [9, 2, 3])
            expect(all, [9, 2, 3])
            expect(part, [9, 2])
        }

        @Test func repeatedIndicesAddUp() {
            let x = zeros([3])
            expect(x.at[MLXArray([0, 0, 2])].add(1), [2, 0, 1])
        }

        @Test func slicesKnowTheirBounds() {
            let slice = MLXSlice(start: -3, end: nil, stride: nil)
            #expect(slice.start(10) == -3)
            #expect(slice.absoluteStart(10) == 7)
            #expect(slice.end(10) == 10)
            #expect(!slice.isFull)
            #expect(MLXSlice().isFull)
            #expect(MLXSlice(stride: -1).start(4) == 3)
            #expect(MLXSlice(stride: -1).end(4) == -5)
        }

        @Test func impossibleSubscriptsAreErrors() {
            let x = zeros([2, 3])
            #expect(
                message { try withError { _ = x[2] } }
                    == "MLX Error: index 2 is out of bounds for axis 0 of an array of shape [2, 3]")
            #expect(message { try withError { _ = x[0, -4] } }.contains("out of bounds for axis 1"))
            #expect(message { try withError { _ = x[0, 0, 0] } }.contains("too many"))
            #expect(message { try withError { _ = x[.ellipsis, 0, .ellipsis] } }.contains("one .ellipsis"))
            #expect(message { try withError { _ = x[.stride(by: 0)] } }.contains("can't be 0"))
            #expect(message { try withError { _ = x[MLXArray([Float(1)])] } }.contains("integer type"))
            #expect(message { try withError { x[0] = ones([4]) } }.contains("broadcast"))
            expect(x, Naive([2, 3]) { _ in 0 })
        }
    }
}
