import Foundation
public import MusicCore

/// How loud a sound is: peaks, clipping, loudness.
public struct AudioLevels: Sendable, Equatable {
    /// Peaks of one channel.
    public struct Channel: Sendable, Equatable {
        /// The largest magnitude of a sample; 1 is full scale.
        public var peak: Float = 0
        /// Index of the first frame that has it.
        public var peakFrame = 0
        /// Samples at full scale or beyond of which at least three follow one another: the flat tops of a wave that
        /// was cut.
        public var clippedSamples = 0
        /// Where those are, in frames.
        public var clippedRuns: [Range<Int>] = []
    }

    /// One for each channel.
    public var channels: [Channel]
    /// Integrated loudness in LUFS; `nil` if the sound is shorter than 0.4 seconds, or quieter than -70 LUFS all
    /// through.
    public var loudness: Double?

    /// The largest magnitude of a sample in any channel.
    public var peak: Float { channels.map(\.peak).max() ?? 0 }
    /// Clipped samples of all channels.
    public var clippedSamples: Int { channels.reduce(0) { $0 + $1.clippedSamples } }

    /// Measures a sound.
    public init(_ audio: AudioBuffer) {
        channels = audio.channels.map(Self.peaks)
        loudness = Self.loudness(audio)
    }

    /// A level in decibels of full scale, with one digit: `-0.3 dBFS`, or `-∞ dBFS` for digital silence.
    public static func decibels(_ amplitude: Float) -> String {
        amplitude > 0 ? String(format: "%.1f dBFS", 20 * log10(Double(amplitude))) : "-∞ dBFS"
    }

    // MARK: Peaks

    /// What counts as full scale: the largest value of 16 bits.
    private static let fullScale = Float(32_767) / 32_768
    private static let shortestRun = 3

    private static func peaks(_ samples: [Float]) -> Channel {
        var channel = Channel()
        var runStart = 0
        var runSign: Float = 0
        func close(_ end: Int) {
            guard runSign != 0, end - runStart >= shortestRun else { return }
            channel.clippedSamples += end - runStart
            channel.clippedRuns.append(runStart..<end)
        }
        for (index, sample) in samples.enumerated() {
            let magnitude = abs(sample)
            if magnitude > channel.peak { (channel.peak, channel.peakFrame) = (magnitude, index) }
            let sign: Float = magnitude >= fullScale ? (sample > 0 ? 1 : -1) : 0
            if sign != runSign {
                close(index)
                (runStart, runSign) = (index, sign)
            }
        }
        close(samples.count)
        return channel
    }

    // MARK: Loudness

    /// Integrated loudness (ITU-R BS.1770-4): the mean power of K-weighted blocks of 0.4 seconds, three quarters of
    /// which overlap, without blocks below -70 LUFS, and then without those 10 below the mean of the others.
    private static func loudness(_ audio: AudioBuffer) -> Double? {
        let rate = Double(audio.sampleRate)
        let hop = Int((rate / 10).rounded())
        let hops = audio.frameCount / max(1, hop)
        guard hops >= 4 else { return nil }
        var energy = [Double](repeating: 0, count: hops)
        for (channel, weight) in zip(audio.channels, weights(audio.channels.count)) where weight > 0 {
            var filter = KWeighting(sampleRate: rate)
            for index in 0..<hops {
                var sum = 0.0
                for frame in index * hop..<(index + 1) * hop {
                    let value = filter.next(Double(channel[frame]))
                    sum += value * value
                }
                energy[index] += weight * sum / Double(hop)
            }
        }
        let blocks = (0...hops - 4).map { energy[$0..<$0 + 4].reduce(0, +) / 4 }
        func level(_ power: Double) -> Double { -0.691 + 10 * log10(power) }
        func mean(_ blocks: [Double]) -> Double { blocks.reduce(0, +) / Double(blocks.count) }
        let audible = blocks.filter { $0 > 0 && level($0) >= -70 }
        guard !audible.isEmpty else { return nil }
        let gate = level(mean(audible)) - 10
        return level(mean(audible.filter { level($0) >= gate }))
    }

    /// Weights of channels: those behind the listener count more, and the one for low-frequency effects not at all.
    private static func weights(_ count: Int) -> [Double] {
        switch count {
        case 5: [1, 1, 1, 1.41, 1.41]
        case 6: [1, 1, 1, 0, 1.41, 1.41]
        default: Array(repeating: 1, count: count)
        }
    }
}

/// The K weighting of ITU-R BS.1770: a high shelf for the head, and a high pass.
///
/// The standard gives coefficients for 48 kHz; these are the analogue filters behind them (De Man, "Evaluation of
/// implementations of the EBU R128 loudness measurement", 2018), which give the same at 48 kHz.
private struct KWeighting {
    /// A filter of second order, in the transposed direct form II.
    private struct Biquad {
        var b: (Double, Double, Double)
        var a: (Double, Double)
        var state = (0.0, 0.0)

        mutating func next(_ x: Double) -> Double {
            let y = b.0 * x + state.0
            state.0 = b.1 * x - a.0 * y + state.1
            state.1 = b.2 * x - a.1 * y
            return y
        }
    }

    private var shelf: Biquad
    private var highPass: Biquad

    init(sampleRate: Double) {
        // Frequencies beyond the half of low sample rates would turn around.
        let k = tan(.pi * min(1681.974450955533, sampleRate * 0.45) / sampleRate)
        let q = 0.7071752369554196
        let high = pow(10, 3.999843853973347 / 20)
        let middle = pow(high, 0.4996667741545416)
        let norm = 1 + k / q + k * k
        shelf = Biquad(
            b: (
                (high + middle * k / q + k * k) / norm, 2 * (k * k - high) / norm,
                (high - middle * k / q + k * k) / norm
            ), a: (2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm))
        let k2 = tan(.pi * 38.13547087602444 / sampleRate)
        let q2 = 0.5003270373238773
        let norm2 = 1 + k2 / q2 + k2 * k2
        highPass = Biquad(b: (1, -2, 1), a: (2 * (k2 * k2 - 1) / norm2, (1 - k2 / q2 + k2 * k2) / norm2))
    }

    mutating func next(_ sample: Double) -> Double { highPass.next(shelf.next(sample)) }
}
