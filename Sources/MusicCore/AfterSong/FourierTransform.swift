import Foundation

/// The discrete Fourier transform of a fixed power-of-two length, by radix-2 decimation in time (Cooley and Tukey,
/// 1965).
///
/// Of our own because libmlx's transforms are not part of what `MLX` wraps, and because what measures and
/// draws audio does without an array library. Forty lines of it are fast enough for that.
package struct FourierTransform: Sendable {
    package let length: Int
    private let cosines: [Float]
    private let sines: [Float]
    private let reversed: [Int]

    /// - Parameter length: a power of two, at least 2.
    package init(length: Int) {
        precondition(length >= 2 && length & (length - 1) == 0, "the length is a power of two")
        self.length = length
        let angles = (0..<length / 2).map { -2 * Double.pi * Double($0) / Double(length) }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
        let bits = length.trailingZeroBitCount
        reversed = (0..<length).map { index in
            (0..<bits).reduce(0) { $0 | (index >> $1 & 1) << (bits - 1 - $1) }
        }
    }

    /// The mean power of two signals at the frequencies from zero up to half the sample rate, `length / 2 + 1` values.
    ///
    /// They are the real and the imaginary part of one signal, whose powers at a frequency and at its negative add up
    /// to twice theirs.
    ///
    /// - Parameters:
    ///   - first: `length` values.
    ///   - second: likewise; the same ones for the power of one signal alone.
    package func power(of first: [Float], and second: [Float]) -> [Float] {
        precondition(first.count == length && second.count == length, "as many samples as the transform is long")
        var real = reversed.map { first[$0] }
        var imaginary = reversed.map { second[$0] }
        var half = 1
        while half < length {
            let stride = length / (2 * half)
            for start in Swift.stride(from: 0, to: length, by: 2 * half) {
                for k in 0..<half {
                    let (low, high) = (start + k, start + k + half)
                    let (c, s) = (cosines[k * stride], sines[k * stride])
                    let x = c * real[high] - s * imaginary[high]
                    let y = c * imaginary[high] + s * real[high]
                    real[high] = real[low] - x
                    imaginary[high] = imaginary[low] - y
                    real[low] += x
                    imaginary[low] += y
                }
            }
            half *= 2
        }
        return (0...length / 2).map { k in
            let mirrored = (length - k) % length
            return
                (real[k] * real[k] + imaginary[k] * imaginary[k] + real[mirrored] * real[mirrored]
                + imaginary[mirrored] * imaginary[mirrored]) / 4
        }
    }
}
