import Foundation

/// Random numbers of a PyTorch CPU generator: `torch.Generator("cpu").manual_seed(seed)`.
///
/// One value of this type is one generator. Successive calls continue its stream as they do in PyTorch, and a copy
/// goes its own way from the point where it was taken. The engine is MT19937 (Matsumoto and Nishimura, 1998). Of a
/// seed's 64 bits the engine takes the lower 32.
///
/// Normal values come out bit for bit as on an x86 processor with AVX2, where PyTorch evaluates logarithm, sine and
/// cosine in single precision. Other processors differ from it in the last bits, by 2e-6 at most. Neither MLX's nor the
/// C++ library's generators fill tensors in this order, so it is written out here.
public struct TorchGenerator: Sendable {
    private var engine: MersenneTwister

    /// The second value of the last pair that ``randn(_:as:)`` drew for a tensor with fewer than 16 elements.
    private var cachedNormal: Double?

    /// Below this many elements a tensor's normal values are drawn one by one in double precision.
    static let blockSize = 16

    /// Starts the stream of `seed`.
    public init(seed: UInt64) {
        engine = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
    }

    /// Standard normal values, as `torch.randn(count, generator: self, dtype: format)` gives them.
    ///
    /// How the values follow from the stream depends on the size of the tensor and on its element type, so a tensor
    /// must be drawn by one call.
    ///
    /// - Parameters:
    ///   - count: number of elements in the tensor; 0 or more.
    ///   - format: element type of the tensor; the values returned are representable in it.
    public mutating func randn(_ count: Int, as format: TorchFloatFormat = .float32) -> [Float] {
        precondition(count >= 0, "a tensor has 0 or more elements")
        if count < Self.blockSize {
            return (0..<count).map { _ in format.rounded(nextNormal()) }
        }
        return [Float](unsafeUninitializedCapacity: count) { values, initializedCount in
            fillNormal(values, format: format)
            initializedCount = count
        }
    }

    /// Values distributed evenly over [0, 1), as `torch.rand(count, generator: self, dtype: format)` gives them.
    ///
    /// With these, tests see where in its stream a generator stands after normal values.
    ///
    /// - Parameters:
    ///   - count: number of elements in the tensor; 0 or more.
    ///   - format: element type of the tensor; the values returned are representable in it.
    package mutating func rand(_ count: Int, as format: TorchFloatFormat = .float32) -> [Float] {
        precondition(count >= 0, "a tensor has 0 or more elements")
        return (0..<count).map { _ in
            let value = format.rounded(engine.nextUniform())
            return value == 1 ? 0 : value  // rounding may reach the excluded upper bound
        }
    }

    /// A seed for a song that was given none: any value of 32 bits with equal probability.
    public static func randomSeed() -> UInt64 {
        var source = SystemRandomNumberGenerator()
        return randomSeed(using: &source)
    }

    /// A seed drawn from `source`: any value of 32 bits with equal probability.
    public static func randomSeed(using source: inout some RandomNumberGenerator) -> UInt64 {
        UInt64(UInt32.random(in: .min ... .max, using: &source))
    }

    /// The next normal value by the Box-Muller transform in double precision; values come in pairs.
    private mutating func nextNormal() -> Double {
        if let value = cachedNormal {
            cachedNormal = nil
            return value
        }
        let angle = 2 * Double.pi * engine.nextUniformDouble()
        let radius = (-2 * log1p(-engine.nextUniformDouble())).squareRoot()
        cachedNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// Fills 16 or more values in blocks of 16.
    ///
    /// When the count is no multiple of 16, the last 16 values are drawn again as one more block that overlaps the one
    /// before. A float32 tensor first receives all its uniform values and is then transformed in place; the half
    /// formats are drawn block by block, which leaves no uniform values over for an incomplete block.
    private mutating func fillNormal(_ values: UnsafeMutableBufferPointer<Float>, format: TorchFloatFormat) {
        let whole = values.count / Self.blockSize * Self.blockSize
        let drawn = format == .float32 ? values.count : whole
        for index in 0..<drawn { values[index] = engine.nextUniform() }
        for start in stride(from: 0, to: whole, by: Self.blockSize) {
            BoxMuller.transformBlock(values, at: start)
        }
        if whole < values.count {
            let start = values.count - Self.blockSize
            for index in start..<values.count { values[index] = engine.nextUniform() }
            BoxMuller.transformBlock(values, at: start)
        }
        if format != .float32 {
            for index in values.indices { values[index] = format.rounded(values[index]) }
        }
    }
}

/// Element types of a PyTorch tensor that random numbers are drawn for.
public enum TorchFloatFormat: String, Sendable, Codable, CaseIterable {
    /// IEEE 754 single precision.
    case float32
    /// The upper 16 bits of a single-precision value.
    case bfloat16
    /// IEEE 754 half precision.
    case float16

    /// The representable value that is nearest to `value`, ties to even.
    func rounded(_ value: Float) -> Float {
        switch self {
        case .float32: return value
        case .float16: return Float(Float16(value))
        case .bfloat16:
            let bits = value.bitPattern
            let roundingBias = 0x7FFF + (bits >> 16 & 1)
            return Float(bitPattern: (bits &+ roundingBias) & 0xFFFF_0000)
        }
    }

    /// The representable value for `value`, by way of single precision for bfloat16 as PyTorch converts it.
    func rounded(_ value: Double) -> Float {
        rounded(Float(value))
    }
}

/// The MT19937 engine: 624 words of state, words of 32 bits out.
struct MersenneTwister: Sendable {
    private static let size = 624
    private static let middle = 397

    private var state: [UInt32]
    private var position = MersenneTwister.size

    init(seed: UInt32) {
        state = [UInt32](repeating: seed, count: Self.size)
        for index in 1..<Self.size {
            let previous = state[index - 1]
            state[index] = 1_812_433_253 &* (previous ^ previous >> 30) &+ UInt32(index)
        }
    }

    /// The next 32 bits.
    mutating func next() -> UInt32 {
        if position == Self.size {
            advance()
            position = 0
        }
        var word = state[position]
        position += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9D2C_5680
        word ^= word << 15 & 0xEFC6_0000
        word ^= word >> 18
        return word
    }

    /// A multiple of 2⁻²⁴ in [0, 1), from the lower 24 bits of one word.
    mutating func nextUniform() -> Float {
        Float(next() & 0xFF_FFFF) * 0x1p-24
    }

    /// A multiple of 2⁻⁵³ in [0, 1), from the lower 53 bits of two words, the first of which is the upper one.
    mutating func nextUniformDouble() -> Double {
        let upper = UInt64(next())
        let lower = UInt64(next())
        return Double((upper << 32 | lower) & (1 << 53 - 1)) * 0x1p-53
    }

    /// Replaces the whole state by the next 624 words of the recurrence.
    private mutating func advance() {
        state.withUnsafeMutableBufferPointer { state in
            for index in 0..<Self.size {
                let following = index + 1 == Self.size ? 0 : index + 1
                let distant = index < Self.size - Self.middle ? index + Self.middle : index + Self.middle - Self.size
                let joined = state[index] & 0x8000_0000 | state[following] & 0x7FFF_FFFF
                state[index] = state[distant] ^ joined >> 1 ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
            }
        }
    }
}
