import Foundation

/// The tempo of a song by how its onsets repeat.
enum TempoEstimate {
    /// Onsets a second.
    private static let rate = 100
    private static let tempos = 50...200

    /// Beats per minute; `nil` where nothing repeats.
    ///
    /// Rises of the loudness are compared with themselves one, two and four beats later; of tempos that explain them
    /// alike, one near 110 is the likelier.
    static func tempo(of mono: [Float], sampleRate: Int) -> Double? {
        let onsets = onsets(mono, sampleRate)
        let mean = onsets.reduce(0, +) / Double(max(1, onsets.count))
        let x = onsets.map { $0 - mean }
        let energy = x.reduce(0) { $0 + $1 * $1 }
        // Less than three seconds hold too few beats.
        guard x.count >= 3 * rate, energy > 1e-6 else { return nil }
        func repetition(_ lag: Double) -> Double {
            let whole = Int(lag)
            let share = lag - Double(whole)
            var sum = 0.0
            for index in 0..<max(0, x.count - whole - 1) {
                sum += x[index] * ((1 - share) * x[index + whole] + share * x[index + whole + 1])
            }
            return sum / energy
        }
        var best: (tempo: Double, strength: Double)?
        for tempo in stride(from: Double(tempos.lowerBound), through: Double(tempos.upperBound), by: 0.5) {
            let beat = 60 * Double(rate) / tempo
            let octaves = log2(tempo / 110)
            let strength =
                (repetition(beat) + repetition(2 * beat) + repetition(4 * beat)) * exp(-octaves * octaves / 2)
            if strength > best?.strength ?? 0.05 { best = (tempo, strength) }
        }
        return best?.tempo
    }

    /// Whether a tempo is within 4 % of another, of its half or of its double.
    static func fits(_ tempo: Double, asked: Double) -> Bool {
        [0.5, 1, 2].contains { abs(tempo / (asked * $0) - 1) <= 0.04 }
    }

    /// Rises in decibels of the loudness of the sound and of its differences, which weigh high frequencies.
    private static func onsets(_ mono: [Float], _ sampleRate: Int) -> [Double] {
        let step = max(1, sampleRate / rate)
        let frames = mono.count / step
        var rises = [Double](repeating: 0, count: frames)
        for isBright in [false, true] {
            var last = -60.0
            for frame in 0..<frames {
                var energy = 1e-9
                for index in max(1, frame * step)..<(frame + 1) * step {
                    let value = Double(isBright ? mono[index] - mono[index - 1] : mono[index])
                    energy += value * value
                }
                let level = 10 * log10(energy)
                rises[frame] += max(0, level - last)
                last = max(level, last - 3)
            }
        }
        return rises
    }
}
