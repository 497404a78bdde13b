import Foundation
import MLX
import ModelSupport
import Qwen3
import TestSupport
import Testing

/// One layer as one operation against the same layer made of array operations.
@MLXActor
@Suite(.enabled(if: FusedOps.hasDecoderLayer(int8: false), "only CPUs have this operation"))
struct DecoderLayerTests {
    enum Format: Sendable {
        case float32, bfloat16, int8, mixed
    }

    /// Sizes of a layer, its weights and a step of it.
    private struct Case {
        var batch: Int, width: Int, inner: Int, shared: Int, repeats: Int, head: Int, length: Int, room: Int
        var format: Format
        var cacheType: DType
        var norms: [MLXArray] = []
        var matrices: [MLXArray] = []
        var x = MLXArray(0)
        var keys = MLXArray(0)
        var values = MLXArray(0)
        var rotations = MLXArray(0)
        var begins: [Int] = []

        init(_ format: Format, _ index: Int, _ random: inout Random) {
            self.format = format
            // More than eight rows take the weights in several goes, and so do more than eight heads that share.
            batch = index % 3 == 0 ? random.int(9...11) : random.int(1...8)
            repeats = index % 4 == 0 ? random.int(9...11) : random.int(1...4)
            shared = random.int(1...3)
            head = 2 * random.int(1...19)
            width = random.int(1...101)
            inner = random.int(1...131)
            length = index % 5 == 0 ? 0 : random.int(1...37)
            room = length + random.int(1...9)
            cacheType = format == .float32 || index % 2 == 0 ? .float32 : .bfloat16
            let queries = shared * repeats * head
            let keyWidth = shared * head
            norms = [width, head, head, width].map { random.array([$0]) + 1 }
            matrices = [
                [queries, width], [keyWidth, width], [keyWidth, width], [width, queries], [inner, width],
                [inner, width], [width, inner],
            ].map { random.array($0) * (1 / Float($0[1]).squareRoot()) }
            if format == .bfloat16 || format == .mixed {
                matrices = matrices.map { $0.asType(.bfloat16) }
                norms = norms.map { $0.asType(.bfloat16) }
            }
            x = random.array([batch, 1, width])
            keys = random.array([batch, shared, room, head]).asType(cacheType)
            values = random.array([batch, shared, room, head]).asType(cacheType)
            rotations = random.array([batch, head])
            begins = (0..<batch).map { _ in random.int(0...length) }
            eval(norms + matrices + [x, keys, values, rotations])
        }

        private func isInt8(_ matrix: Int) -> Bool { format == .int8 || (format == .mixed && matrix % 2 == 0) }

        var shape: String {
            "batch \(batch), width \(width), inner \(inner), heads \(shared) x \(repeats) of \(head), length \(length)"
        }

        /// Runs the one operation, without holding on to the cache.
        func fused() -> (MLXArray, keys: MLXArray, values: MLXArray) {
            let weights = matrices.enumerated().flatMap { index, matrix in
                guard isInt8(index) else { return [matrix] }
                let (integers, scales) = FusedOps.int8(matrix)
                return [FusedOps.int8Packed(integers), scales]
            }
            return FusedOps.decoderLayer(
                x, keys: keys, values: values, rotations: rotations, begins: MLXArray(begins.map(Int32.init)),
                weights: norms + weights, length: length, eps: 1e-5)
        }

        private func product(_ x: MLXArray, _ matrix: Int) -> MLXArray {
            guard isInt8(matrix) else { return matmul(x, matrices[matrix].asType(.float32).T) }
            let (integers, scales) = FusedOps.int8(matrices[matrix])
            return FusedOps.int8Linear(x, packed: FusedOps.int8Packed(integers), scales: scales, bias: nil)
        }

        private func normalized(_ x: MLXArray, _ norm: Int) -> MLXArray {
            let mean = (x * x).mean(axis: -1, keepDims: true)
            return x * rsqrt(mean + 1e-5) * norms[norm].asType(.float32)
        }

        private func rotated(_ x: MLXArray) -> MLXArray {
            let half = head / 2
            let cosines = rotations[0..., 0..<half].reshaped(batch, 1, 1, half)
            let sines = rotations[0..., half...].reshaped(batch, 1, 1, half)
            let (a, b) = (x[.ellipsis, 0..<half], x[.ellipsis, half...])
            return concatenated([a * cosines - b * sines, b * cosines + a * sines], axis: -1)
        }

        /// The same, one array operation after the other.
        func composed() -> (MLXArray, keys: MLXArray, values: MLXArray) {
            func heads(_ x: MLXArray, _ count: Int) -> MLXArray {
                x.reshaped(batch, 1, count, head).transposed(0, 2, 1, 3)
            }
            let normed = normalized(x, 0)
            let queries = rotated(normalized(heads(product(normed, 0), shared * repeats), 1))
            let newKeys = rotated(normalized(heads(product(normed, 1), shared), 2)).asType(cacheType)
            let newValues = heads(product(normed, 2), shared).asType(cacheType)
            let allKeys = concatenated(
                [keys[0..., 0..., 0..<length, 0...], newKeys, keys[0..., 0..., (length + 1)..., 0...]], axis: 2)
            let allValues = concatenated(
                [values[0..., 0..., 0..<length, 0...], newValues, values[0..., 0..., (length + 1)..., 0...]], axis: 2)
            func seen(_ x: MLXArray) -> MLXArray {
                repeated(x[0..., 0..., 0...length, 0...].asType(.float32), count: repeats, axis: 1)
            }
            let scores = matmul(queries, seen(allKeys).transposed(0, 1, 3, 2)) * (1 / Float(head).squareRoot())
            let columns = MLXArray(Int32(0)..<Int32(length + 1)).reshaped(1, 1, 1, -1)
            let hidden = columns .< MLXArray(begins.map(Int32.init)).reshaped(-1, 1, 1, 1)
            let shares = softmax(which(hidden, MLXArray(-Float.infinity), scores), axis: -1)
            let attended = matmul(shares, seen(allValues)).transposed(0, 2, 1, 3).reshaped(batch, 1, -1)
            let h = x + product(attended, 3)
            let normedAgain = normalized(h, 3)
            let gate = product(normedAgain, 4)
            return (h + product(gate * sigmoid(gate) * product(normedAgain, 5), 6), allKeys, allValues)
        }
    }

    private struct Random {
        var generator: MLXRandom.RandomState
        var state: UInt64

        init(_ seed: UInt64) {
            generator = MLXRandom.RandomState(seed: seed)
            state = seed
        }

        mutating func int(_ range: ClosedRange<Int>) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int((state >> 33) % UInt64(range.count))
        }

        func array(_ shape: [Int]) -> MLXArray { MLXRandom.normal(shape, key: generator) }
    }

    @Test(arguments: [Format.float32, .bfloat16])
    func oneOperationIsTheLayer(_ format: Format) {
        compare(format)
    }

    @Test(
        .enabled(if: FusedOps.hasDecoderLayer(int8: true), "only processors with VNNI have this operation"),
        arguments: [Format.int8, .mixed])
    func oneOperationIsTheLayerInInt8(_ format: Format) {
        compare(format)
    }

    private func compare(_ format: Format) {
        let usesInt8 = format == .int8 || format == .mixed
        var random = Random(17)
        for index in 0..<24 {
            let sizes = Case(format, index, &random)
            let made = sizes.fused()
            let expected = sizes.composed()
            // Roundings to 8 and 16 bits may fall to the other side.
            let tolerance: Float = usesInt8 ? 0.02 : sizes.cacheType == .bfloat16 ? 4e-3 : 2e-5
            #expect(relativeDifference(made.0, expected.0) <= tolerance, "\(index): \(sizes.shape)")
            let cacheTolerance: Float = usesInt8 ? 0.02 : sizes.cacheType == .bfloat16 ? 8e-3 : 2e-5
            #expect(relativeDifference(made.keys, expected.keys) <= cacheTolerance, "\(index): \(sizes.shape)")
            #expect(relativeDifference(made.values, expected.values) <= cacheTolerance, "\(index): \(sizes.shape)")
            #expect(made.keys.dtype == sizes.cacheType && made.0.dtype == .float32)
        }
    }

    /// Each sequence gets what it gets alone, bit by bit.
    @Test func sequencesDoNotTouchEachOther() {
        var random = Random(5)
        for format in [Format.float32, .bfloat16] {
            let sizes = Case(format, 3, &random)
            let together = sizes.fused().0
            for row in 0..<sizes.batch {
                var alone = sizes
                alone.batch = 1
                alone.x = sizes.x[row..<(row + 1)]
                alone.keys = sizes.keys[row..<(row + 1)]
                alone.values = sizes.values[row..<(row + 1)]
                alone.rotations = sizes.rotations[row..<(row + 1)]
                alone.begins = [sizes.begins[row]]
                #expect(largestDifference(alone.fused().0[0], together[row]) == 0)
            }
        }
    }

    // MARK: The cache

    // These watch the memory of the whole process, so each has a process of its own.

    @Test func theCacheIsWrittenInPlaceWhereNobodyElseHoldsIt() async {
        await #expect(processExitsWith: .success) {
            await MLXActor.run {
                #expect(Self.growth(holding: false) < Self.cacheBytes / 4)
                #expect(Self.growth(holding: true) >= Self.cacheBytes * 2)
            }
        }
    }

    private static let cacheBytes = sizesOfACache().reduce(4, *)

    private static func sizesOfACache() -> [Int] {
        var random = Random(3)
        let sizes = Case(.float32, 1, &random)
        return [sizes.batch, sizes.shared, 200_000, sizes.head]
    }

    /// Bytes that one step takes beside its cache; with `holding`, the test holds the cache too.
    private static func growth(holding: Bool) -> Int {
        var random = Random(3)
        var step = Case(.float32, 1, &random)
        step.keys = MLXArray.zeros(sizesOfACache())
        step.values = MLXArray.zeros(sizesOfACache())
        eval(step.keys, step.values)
        let held = holding ? [step.keys, step.values] : []
        Memory.peakMemory = 0
        let before = Memory.activeMemory
        let (result, keys, values) = step.fused()
        step.keys = keys
        step.values = values
        eval(result, keys, values)
        // What is held keeps what it was.
        #expect(held.allSatisfy { abs($0).max().item(Float.self) == 0 })
        return Memory.peakMemory - before
    }

    @Test func aStepOfAModelTakesNoMemoryThatGrows() async {
        await #expect(processExitsWith: .success) {
            try await MLXActor.run {
                let model = try Qwen3CausalLM(
                    folder: Fixtures.url("language/planner"), dtype: .float32)
                let (_, cache) = try model.prefill(Array(repeating: [1, 2, 3], count: 8), reserving: 4000)
                try Self.run(model, cache, steps: 3)
                #expect(cache.byteCount >= 8 << 20)
                let before = Memory.activeMemory
                Memory.peakMemory = 0
                try Self.run(model, cache, steps: 200)
                #expect(Memory.peakMemory - before < 1 << 20)
                #expect(Memory.activeMemory == before)
            }
        }
    }

    private static func run(_ model: Qwen3CausalLM, _ cache: KVCache, steps: Int) throws {
        for _ in 0..<steps {
            let hidden = try model.step(Array(repeating: [7], count: cache.batchSize), cache)
            _ = try model.logits(hidden)
        }
    }
}
