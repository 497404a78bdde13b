/// Turns samples into the numbers of a file: interleaved, limited to full scale, rounded.
///
/// Full scale ±1 is ±2^(bits-1), and reading divides by the same number, so that what was read from a file of the same
/// depth is written back bit by bit. +1 itself has no such number and becomes the largest there is.
struct Quantizer {
    private let dither: Dither
    private var noise = NoiseGenerator()

    init(dither: Dither) { self.dither = dither }

    /// Interleaved integers of `bits` bits, left-justified in 32; halves go to the even neighbour.
    mutating func integers(_ channels: [[Float]], bits: Int, into output: UnsafeMutableBufferPointer<Int32>) {
        let scale = Float(1 << (bits - 1))
        let shift = Int32(32 - bits)
        for (channel, samples) in channels.enumerated() {
            var index = channel
            for sample in samples {
                var value = sample * scale
                if dither == .triangular { value += noise.next() }
                // The upper end is exact in a float up to 24 bits.
                let limited = min(scale - 1, max(-scale, value.rounded(.toNearestOrEven)))
                output[index] = Int32(limited) << shift
                index += channels.count
            }
        }
    }

    /// Interleaved samples, limited to ±1 if `clips`.
    func floats(_ channels: [[Float]], clips: Bool, into output: UnsafeMutableBufferPointer<Float>) {
        for (channel, samples) in channels.enumerated() {
            var index = channel
            for sample in samples {
                output[index] = clips ? min(1, max(-1, sample)) : sample
                index += channels.count
            }
        }
    }
}

/// Triangular noise between -1 and 1, the same for every instance (SplitMix64).
struct NoiseGenerator {
    private var state: UInt64 = 0

    /// The sum of two independent even distributions, each of width 1.
    mutating func next() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        let unit = Float(1) / Float(1 << 24)
        return (Float(bits >> 40) - Float(bits & 0xFF_FFFF)) * unit
    }
}
