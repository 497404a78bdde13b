import Foundation
import ModelSupport
import Testing

/// Values that PyTorch drew; made by `tools/reference/torch_fixtures.py`.
private struct RandomGoldens: Decodable {
    struct Stream: Decodable {
        var seed: UInt64
        var draws: [Draw]
    }

    struct Draw: Decodable {
        var operation: String
        var count: Int
        var format: TorchFloatFormat
        var stride: Int
        var samples: Data
        var bitSum: UInt32
        var sum: Double
    }

    var streams: [Stream]

    static func load() throws -> RandomGoldens {
        try JSONDecoder().decode(RandomGoldens.self, from: torchFixture("random.json"))
    }
}

/// The bytes of a file in `Fixtures/Torch`.
func torchFixture(_ name: String) throws -> Data {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/Torch")
    return try Data(contentsOf: folder.appending(path: name))
}

@Suite struct TorchRandomTests {
    @Test func everyStreamIsThatOfPyTorch() throws {
        let goldens = try RandomGoldens.load()
        #expect(goldens.streams.count > 60)
        for stream in goldens.streams {
            var generator = TorchGenerator(seed: stream.seed)
            for draw in stream.draws {
                let values =
                    draw.operation == "rand"
                    ? generator.rand(draw.count, as: draw.format) : generator.randn(draw.count, as: draw.format)
                let place: Comment = "\(draw.operation) of \(draw.count) \(draw.format) with seed \(stream.seed)"
                try #require(values.count == draw.count, place)
                let expected = draw.samples.withUnsafeBytes { bytes in
                    (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
                }
                let samples = Swift.stride(from: 0, to: values.count, by: draw.stride).map { values[$0] }
                #expect(samples == expected, place)
                #expect(values.reduce(0) { $0 &+ $1.bitPattern } == draw.bitSum, place)
                #expect(abs(values.reduce(0) { $0 + Double($1) } - draw.sum) < 1e-6, place)
            }
        }
    }

    @Test func publishedFirstValues() {
        var zero = TorchGenerator(seed: 0)
        #expect(zero.randn(3).map { ($0 * 1e4).rounded() } == [15410, -2934, -21788])
        var fortyTwo = TorchGenerator(seed: 42)
        let values = fortyTwo.randn(16)
        let expected: [Float] = [1.926915, 1.487284, 0.900717, -2.105521, 0.678418, -1.234545, -0.043067, -1.604667]
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 2e-6 })
    }

    @Test func aCopyContinuesOnItsOwn() {
        var original = TorchGenerator(seed: 5)
        _ = original.randn(3)
        var copy = original
        let continued = original.randn(700)
        #expect(copy.randn(700) == continued)
        #expect(original.randn(16) != continued.suffix(16))
    }

    @Test(arguments: TorchNoise.allCases)
    func anItemsNoiseDependsOnItsSeedAlone(noise: TorchNoise) {
        let batch = noise.randn(seeds: [1, 2, 3], countPerItem: 640)
        let reversed = noise.randn(seeds: [3, 2, 1], countPerItem: 640)
        #expect(batch.count == 3 * 640)
        #expect(Array(batch[0..<640]) == Array(reversed[1280..<1920]))
        #expect(Array(batch[640..<1280]) == noise.randn(seeds: [2], countPerItem: 640))
        #expect(batch[0..<640] != batch[640..<1280])
    }

    @Test(arguments: TorchNoise.allCases)
    func momentsAreThoseOfTheNormalDistribution(noise: TorchNoise) {
        let values = noise.randn(seeds: [2024], countPerItem: 1_000_000).map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(abs(mean) < 5e-3)
        #expect(abs(variance - 1) < 1e-2)
    }

    @Test func randomSeedsCoverAllOf32Bits() {
        struct Counter: RandomNumberGenerator {
            var state: UInt64 = 0
            mutating func next() -> UInt64 {
                state &+= 0x9E37_79B9_7F4A_7C15
                return (state ^ state >> 31) &* 0xBF58_476D_1CE4_E5B9
            }
        }
        var source = Counter()
        let seeds = (0..<4096).map { _ in TorchGenerator.randomSeed(using: &source) }
        #expect(seeds.allSatisfy { $0 <= UInt64(UInt32.max) })
        for bit in 0..<32 {
            let ones = seeds.count { $0 >> UInt64(bit) & 1 == 1 }
            #expect((1700...2400).contains(ones), "bit \(bit)")
        }
        #expect(Set((0..<8).map { _ in TorchGenerator.randomSeed() }).count > 1)
    }
}

@Suite struct TorchCUDARandomTests {
    @Test func philoxWords() {
        let words = Philox.words(key: [42, 0], subsequence: 0, call: 0)
        #expect(words == [0x9CEA_F053, 0x77F5_493B, 0x12BF_50AD, 0x5742_B3D7])
        let normals = Philox.normals(words)
        let expected: [Float] = [0.1940189, -0.9701898, 1.9239266, -1.2356212]
        #expect((0..<4).allSatisfy { abs(normals[$0] - expected[$0]) < 2e-6 })
    }

    /// The known-answer vectors that the authors of Philox published for ten rounds.
    @Test func philoxKnownAnswers() {
        #expect(
            Philox.words(key: [0, 0], subsequence: 0, call: 0)
                == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        #expect(
            Philox.words(key: [.max, .max], subsequence: .max, call: .max)
                == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
        #expect(
            Philox.words(
                key: [0xA409_3822, 0x299F_31D0], subsequence: 0x0370_7344_1319_8A2E, call: 0x85A3_08D3_243F_6A88)
                == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
    }

    @Test(arguments: [
        (UInt64(42), [Float](arrayLiteral: 0.1940, 2.1614, -0.1721, 0.8491, -1.9244, 0.6530, -0.6494, -0.8175)),
        (UInt64(0), [Float](arrayLiteral: -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797)),
    ])
    func firstValuesOfAGPU(seed: UInt64, expected: [Float]) {
        var generator = TorchCUDAGenerator(seed: seed)
        let values = generator.randn(64)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 6e-5 })
    }

    @Test func allBitsOfASeedCount() {
        var low = TorchCUDAGenerator(seed: 1)
        var high = TorchCUDAGenerator(seed: 1 + 1 << 32)
        #expect(low.randn(8) != high.randn(8))
    }

    /// With a thread per element, an element is the first value of its thread; a second tensor is the next call's.
    @Test func tensorsFollowEachOther() {
        var generator = TorchCUDAGenerator(seed: 9)
        let first = generator.randn(1000)
        let second = generator.randn(1000)
        for element in [0, 1, 255, 256, 999] {
            let thread = UInt64(element)
            #expect(first[element] == Philox.normals(Philox.words(key: [9, 0], subsequence: thread, call: 0))[0])
            #expect(second[element] == Philox.normals(Philox.words(key: [9, 0], subsequence: thread, call: 1))[0])
        }
    }

    /// A GPU with 512 threads: four values a call, then the next call; the second tensor starts after all calls.
    @Test func aSmallGPUWrapsAround() {
        let geometry = TorchCUDAGenerator.Geometry(multiprocessors: 2, threadsPerMultiprocessor: 256)
        var generator = TorchCUDAGenerator(seed: 3, geometry: geometry)
        let values = generator.randn(5000)
        for element in [0, 511, 512, 1023, 1024, 2047, 2048, 4999] {
            let thread = element % 512
            let turn = element / 512
            let words = Philox.words(key: [3, 0], subsequence: UInt64(thread), call: UInt64(turn / 4))
            #expect(values[element] == Philox.normals(words)[turn % 4], "element \(element)")
        }
        let next = Philox.words(key: [3, 0], subsequence: 0, call: 3)
        #expect(generator.randn(1)[0] == Philox.normals(next)[0])

        var large = TorchCUDAGenerator(seed: 3)
        #expect(large.randn(512) == Array(values[0..<512]))
    }

    @Test func halfFormatsAreRounded() {
        var exact = TorchCUDAGenerator(seed: 4)
        var half = TorchCUDAGenerator(seed: 4)
        let pairs = zip(exact.randn(500), half.randn(500, as: .bfloat16))
        #expect(pairs.allSatisfy { abs($0 - $1) <= abs($0) / 256 && $1.bitPattern & 0xFFFF == 0 })
    }
}
