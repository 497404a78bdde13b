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

    @Test func momentsAreThoseOfTheNormalDistribution() {
        var generator = TorchGenerator(seed: 2024)
        let values = generator.randn(1_000_000).map(Double.init)
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
