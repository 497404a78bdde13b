import Foundation

/// A fast source of normally distributed bfloat16 values: it draws from a table of 65,536 of them.
///
/// Good enough for weights whose only purpose is to have the right size, and as fast as the disk.
struct NormalTable {
    private let normals: [Float]
    private var state: UInt64

    init(seed: UInt64) {
        var generator = SplitMix(state: seed)
        normals = (0..<32_768).flatMap { _ -> [Float] in
            // Box-Muller; the first number is above 0, so that its logarithm is finite.
            let radius = (-2 * log(generator.unit())).squareRoot()
            let angle = 2 * Double.pi * generator.unit()
            return [Float(radius * cos(angle)), Float(radius * sin(angle))]
        }
        state = generator.next()
    }

    /// Fills a buffer with values of a mean and a standard deviation, as bit patterns of bfloat16.
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt16>, mean: Float, deviation: Float) {
        let table = normals.map { Self.bfloat16(mean + deviation * $0) }
        var generator = SplitMix(state: state)
        table.withUnsafeBufferPointer { table in
            var index = 0
            while index < buffer.count {
                var bits = generator.next()
                for _ in 0..<min(4, buffer.count - index) {
                    buffer[index] = table[Int(bits & 0xFFFF)]
                    bits >>= 16
                    index += 1
                }
            }
        }
        state = generator.state
    }

    /// The nearest bfloat16 to a finite number.
    static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in (0, 1].
    mutating func unit() -> Double {
        (Double(next() >> 11) + 1) * 0x1p-53
    }
}
