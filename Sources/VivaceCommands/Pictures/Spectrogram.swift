import Foundation
import MusicCore

/// How loud each pitch range of a sound is at each time.
struct Spectrogram {
    let axis: FrequencyAxis
    /// Decibels of full scale: one array of bands, low to high, for each column of time.
    ///
    /// A sine at full scale in all channels is 0 dB in the band of its frequency, up to 1.4 dB less where it falls
    /// between two frequencies of the transform; digital silence is ``silence``.
    let columns: [[Float]]
    /// The loudest of them.
    let loudest: Float

    /// The level of a cell without any sound.
    static let silence: Float = -150

    /// Analyses the mean power of all channels with Hann windows of about 85 ms, or less in sounds below two seconds.
    ///
    /// - Parameters:
    ///   - audio: at least one sample.
    ///   - axis: the frequencies.
    ///   - columns: how many stretches of equal length the time is divided into; each shows its loudest moment.
    ///   - bands: how many bands of equal height the frequencies are divided into.
    init(_ audio: AudioBuffer, _ axis: FrequencyAxis, columns count: Int, bands: Int) {
        self.axis = axis
        let rate = Double(audio.sampleRate)
        let seconds = max(0.02, min(0.085, audio.duration / 24))
        let window = 1 << max(8, Int(log2(seconds * rate).rounded()))
        let transform = FourierTransform(length: window)
        let shape = (0..<window).map { Float(0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(window))) }
        // The power that a sine of amplitude 1 has in its bin.
        let gain = shape.reduce(0, +) / 2
        let scale = 1 / (gain * gain)
        let edges = (0...2 * bands).map { axis.frequency(at: Double($0) / Double(2 * bands)) / rate * Double(window) }
        let span = Double(audio.frameCount) / Double(count)
        let moments = max(1, min(8, Int(span / Double(window / 2))))
        var loudest = Self.silence
        columns = (0..<count).map { column in
            var power = [Float](repeating: 0, count: window / 2 + 1)
            for moment in 0..<moments {
                let center = (Double(column) + (Double(moment) + 0.5) / Double(moments)) * span
                let found = Self.power(audio, from: Int(center) - window / 2, shape, transform)
                for bin in power.indices { power[bin] = max(power[bin], found[bin]) }
            }
            return (0..<bands).map { band in
                let level = Self.level(power, from: edges[2 * band], at: edges[2 * band + 1], to: edges[2 * band + 2])
                let decibels = max(Self.silence, 10 * log10(level * scale))
                loudest = max(loudest, decibels)
                return decibels
            }
        }
        self.loudest = loudest
    }

    /// The mean power of all channels in a window.
    private static func power(
        _ audio: AudioBuffer, from first: Int, _ shape: [Float], _ transform: FourierTransform
    ) -> [Float] {
        var sum = [Float](repeating: 0, count: shape.count / 2 + 1)
        let channels = audio.channels
        // One transform takes two channels; a last one without a second goes in twice.
        for left in stride(from: 0, to: channels.count, by: 2) {
            let right = min(left + 1, channels.count - 1)
            let weight = Float(right - left + 1) / Float(channels.count)
            let power = transform.power(
                of: windowed(channels[left], from: first, shape), and: windowed(channels[right], from: first, shape))
            for bin in sum.indices { sum[bin] += weight * power[bin] }
        }
        return sum
    }

    private static func windowed(_ samples: [Float], from first: Int, _ shape: [Float]) -> [Float] {
        shape.indices.map { index in
            let at = first + index
            return samples.indices.contains(at) ? samples[at] * shape[index] : 0
        }
    }

    /// The most power between two places among the bins of a transform, and in the middle between them.
    private static func level(_ power: [Float], from low: Double, at center: Double, to high: Double) -> Float {
        let last = power.count - 1
        let below = min(last, Int(center))
        let share = Float(center - Double(below))
        var level = power[below] * (1 - share) + power[min(last, below + 1)] * share
        for bin in stride(from: max(0, Int(low.rounded(.up))), through: min(last, Int(high)), by: 1) {
            level = max(level, power[bin])
        }
        return level
    }
}
