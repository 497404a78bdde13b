import Foundation
import MusicCore

/// How loud each pitch range of a sound is at each time, in decibels below the loudest cell.
struct MelSpectrogram {
    /// Frequencies at the lower and the upper edge, in hertz.
    let range: ClosedRange<Double>
    /// Decibels, at most 0: one array of bands, low to high, for each column of time.
    let columns: [[Float]]

    private static let window = 4096

    /// Analyses the mean of all channels with Hann windows of 4096 samples.
    ///
    /// - Parameters:
    ///   - audio: at least one sample.
    ///   - columns: how many stretches of equal length the time is divided into; each shows its loudest moment.
    ///   - bands: how many bands of equal width on the mel scale.
    init(_ audio: AudioBuffer, columns count: Int, bands: Int) {
        let mono = Self.mixed(audio)
        let rate = Double(audio.sampleRate)
        range = 30...min(16_000, rate / 2)
        let transform = FourierTransform(length: Self.window)
        let shape = (0..<Self.window).map { Float(0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(Self.window))) }
        let filters = Self.filters(bands: bands, range: range, bin: rate / Double(Self.window))
        let span = Double(mono.count) / Double(count)
        var powers: [[Float]] = []
        var loudest: Float = 1e-12
        for column in 0..<count {
            let moments = max(1, min(4, Int(span / Double(Self.window / 4))))
            var cell = [Float](repeating: 0, count: bands)
            for moment in 0..<moments {
                let center = (Double(column) + (Double(moment) + 0.5) / Double(moments)) * span
                let first = Int(center) - Self.window / 2
                let samples = shape.indices.map { index -> Float in
                    let at = first + index
                    return mono.indices.contains(at) ? mono[at] * shape[index] : 0
                }
                let power = transform.power(of: samples)
                for (band, filter) in filters.enumerated() {
                    var sum: Float = 0
                    for (offset, weight) in filter.weights.enumerated() { sum += weight * power[filter.first + offset] }
                    cell[band] = max(cell[band], sum)
                }
            }
            loudest = max(loudest, cell.max() ?? 0)
            powers.append(cell)
        }
        columns = powers.map { $0.map { 10 * log10(max($0, 1e-12) / loudest) } }
    }

    /// Where a frequency lies between the lower edge (0) and the upper (1).
    func position(ofFrequency hertz: Double) -> Double {
        (Self.mel(hertz) - Self.mel(range.lowerBound)) / (Self.mel(range.upperBound) - Self.mel(range.lowerBound))
    }

    private static func mixed(_ audio: AudioBuffer) -> [Float] {
        var mono = [Float](repeating: 0, count: audio.frameCount)
        for channel in audio.channels {
            for (index, sample) in channel.enumerated() { mono[index] += sample / Float(audio.channels.count) }
        }
        return mono
    }

    /// The mel scale of O'Shaughnessy (1987).
    private static func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    private static func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }

    /// A triangle over neighbouring bins of the transform; its weights add up to 1.
    private struct Filter {
        var first: Int
        var weights: [Float]
    }

    private static func filters(bands: Int, range: ClosedRange<Double>, bin: Double) -> [Filter] {
        let (low, high) = (mel(range.lowerBound), mel(range.upperBound))
        func edge(_ index: Double) -> Double { hertz(low + (high - low) * index / Double(bands)) / bin }
        return (0..<bands).map { band in
            let center = edge(Double(band) + 0.5)
            // At least two bins wide, so that no band falls between two.
            let left = min(edge(Double(band) - 0.5), center - 1), right = max(edge(Double(band) + 1.5), center + 1)
            let first = max(0, Int(left.rounded(.up))), last = min(window / 2, Int(right.rounded(.down)))
            var weights = (first...max(first, last)).map { index -> Float in
                let x = Double(index)
                return Float(max(0, x < center ? (x - left) / (center - left) : (right - x) / (right - center)))
            }
            let sum = weights.reduce(0, +)
            if sum > 0 { weights = weights.map { $0 / sum } }
            return Filter(first: first, weights: weights)
        }
    }
}
