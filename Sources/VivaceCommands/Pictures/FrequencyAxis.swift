import ArgumentParser
import Foundation

/// How frequencies are spread over the height of a picture.
enum FrequencyScale: String, CaseIterable, ExpressibleByArgument {
    /// The mel scale: as far apart as they sound.
    case mel
    /// Octaves of equal height.
    case log
    /// Hertz of equal height.
    case linear
}

/// The frequency axis of a spectrogram.
struct FrequencyAxis {
    let scale: FrequencyScale
    /// Frequencies at the lower and the upper edge, in hertz.
    let range: ClosedRange<Double>

    /// From 30 Hz, or from 0 on a linear scale, to 20 kHz or half the sample rate.
    init(_ scale: FrequencyScale, sampleRate: Int) {
        self.scale = scale
        range = (scale == .linear ? 0 : 30)...min(20_000, Double(sampleRate) / 2)
    }

    /// Where a frequency lies between the lower edge (0) and the upper (1).
    func position(of hertz: Double) -> Double {
        let (low, high) = (warped(range.lowerBound), warped(range.upperBound))
        return (warped(hertz) - low) / (high - low)
    }

    /// The frequency at a place between the lower edge (0) and the upper (1).
    func frequency(at position: Double) -> Double {
        let (low, high) = (warped(range.lowerBound), warped(range.upperBound))
        return unwarped(low + (high - low) * position)
    }

    private func warped(_ hertz: Double) -> Double {
        switch scale {
        // The mel scale of O'Shaughnessy (1987).
        case .mel: 2595 * log10(1 + hertz / 700)
        case .log: log2(max(hertz, 1e-3))
        case .linear: hertz
        }
    }

    private func unwarped(_ value: Double) -> Double {
        switch scale {
        case .mel: 700 * (pow(10, value / 2595) - 1)
        case .log: exp2(value)
        case .linear: value
        }
    }
}
