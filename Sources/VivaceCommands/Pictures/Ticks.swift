import Foundation

/// A mark of an axis.
struct Tick: Equatable {
    /// Where on the axis, in its unit.
    var value: Double
    /// What stands beside it; empty for a small mark between others.
    var label = ""
}

/// Marks at round values.
enum Ticks {
    /// Marks of a time axis from 0 on.
    ///
    /// Below a minute labels are seconds, from there on minutes and seconds, or hours.
    ///
    /// - Parameters:
    ///   - duration: seconds of the whole axis, above 0.
    ///   - length: pixels of it.
    ///   - spacing: the fewest pixels between two labels.
    ///   - small: the fewest pixels between two marks.
    static func time(duration: Double, length: Int, spacing: Int, small: Int) -> [Tick] {
        let perPixel = duration / Double(max(1, length))
        let step = steps.first { $0 >= perPixel * Double(spacing) } ?? steps[steps.count - 1]
        let fine = steps.first { fine in
            let count = step / fine
            return fine >= perPixel * Double(small) && abs(count - count.rounded()) < 1e-6
        }
        let minor = min(fine ?? step, step)
        let each = Int((step / minor).rounded())
        return (0...Int(duration / minor + 1e-6)).map { index in
            let value = Double(index) * minor
            return Tick(value: value, label: index % each == 0 ? label(value, step: step, isLong: duration >= 60) : "")
        }
    }

    private static let steps: [Double] =
        [-4, -3, -2, -1].flatMap { power in [1, 2, 5].map { Double($0) * pow(10, Double(power)) } }
        + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18_000, 36_000, 86_400]

    private static func label(_ seconds: Double, step: Double, isLong: Bool) -> String {
        guard isLong, step >= 1 else {
            let digits = max(0, Int((-log10(step)).rounded(.up)))
            return String(format: "%.\(digits)f s", seconds)
        }
        let whole = Int(seconds.rounded())
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
            : String(format: "%d:%02d", minutes, whole % 60)
    }

    /// Marks of a frequency axis, at 1, 2 and 5 times powers of ten, or at equal steps on a linear scale.
    ///
    /// - Parameters:
    ///   - axis: of the frequencies.
    ///   - length: pixels of the axis.
    ///   - spacing: the fewest pixels between two labels.
    static func frequencies(_ axis: FrequencyAxis, length: Int, spacing: Int) -> [Tick] {
        let range = axis.range
        if axis.scale == .linear {
            let least = (range.upperBound - range.lowerBound) * Double(spacing) / Double(max(1, length))
            let step = (0...5).flatMap { power in [1, 2, 5].map { $0 * pow(10, Double(power)) } }.first { $0 >= least }
            guard let step else { return [] }
            return stride(from: 0, through: range.upperBound, by: step).filter(range.contains).map {
                Tick(value: $0, label: label(hertz: $0))
            }
        }
        var ticks: [Tick] = []
        // The rounder ones have the first choice of a place.
        for factor in [1.0, 5, 2, 3, 4, 6, 7, 8, 9] {
            for power in 1...4 {
                let value = factor * pow(10, Double(power))
                guard range.contains(value) else { continue }
                let place = axis.position(of: value) * Double(length)
                let isFree = ticks.allSatisfy {
                    $0.label.isEmpty || abs(axis.position(of: $0.value) * Double(length) - place) >= Double(spacing)
                }
                ticks.append(
                    Tick(value: value, label: [1, 2, 5].contains(factor) && isFree ? label(hertz: value) : ""))
            }
        }
        return ticks.sorted { $0.value < $1.value }
    }

    private static func label(hertz: Double) -> String {
        hertz >= 1000 ? String(format: "%g kHz", hertz / 1000) : String(format: "%g Hz", hertz)
    }
}
