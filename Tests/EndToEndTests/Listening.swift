import Foundation
import MusicCore

/// What a listener notices first in a song, from its samples.
struct Listening {
    /// Strength of the onsets, 100 values a second.
    let onsets: [Double]
    private let mono: [Float]
    private let rate: Int
    private static let perSecond = 100

    init(_ audio: AudioBuffer) {
        rate = audio.sampleRate
        mono = (0..<audio.frameCount).map { index in
            audio.channels.reduce(0) { $0 + $1[index] } / Float(audio.channels.count)
        }
        // Rises of the loudness of the sound itself and of its differences, which weigh high frequencies.
        let step = rate / Self.perSecond
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
        onsets = rises
    }

    /// How much better the onsets repeat at a tempo than at the best of some others: one, two and four beats later.
    ///
    /// - Returns: the difference of two correlations; above 0 if the tempo is the likeliest, at most 2.
    func preference(for tempo: Double, over others: [Double]) -> Double {
        let mean = onsets.reduce(0, +) / Double(max(1, onsets.count))
        let x = onsets.map { $0 - mean }
        func repetition(_ lag: Double) -> Double {
            let whole = Int(lag)
            let share = lag - Double(whole)
            var sum = 0.0
            for index in 0..<max(0, x.count - whole - 1) {
                sum += x[index] * ((1 - share) * x[index + whole] + share * x[index + whole + 1])
            }
            return sum
        }
        func strength(_ tempo: Double) -> Double {
            // What is played may be 2 % beside what was asked.
            stride(from: 0.98, through: 1.02, by: 0.005).map { factor in
                let beat = 60 * Double(Self.perSecond) / (tempo * factor)
                return repetition(beat) + repetition(2 * beat) + repetition(4 * beat)
            }.max() ?? 0
        }
        let energy = x.reduce(1e-12) { $0 + $1 * $1 }
        return (strength(tempo) - (others.map(strength).max() ?? 0)) / (3 * energy)
    }

    /// Onsets a second: rises by 12 dB in all within 50 ms, 100 ms apart at least.
    var onsetRate: Double {
        var count = 0
        var last = -10
        for index in 5..<max(5, onsets.count) where onsets[index - 5..<index].reduce(0, +) >= 12 && index - last >= 10 {
            count += 1
            last = index
        }
        return Double(count) * Double(Self.perSecond) / Double(max(1, onsets.count))
    }

    /// How much the energy changes from 40 ms to 40 ms, as a share of it: near 0 for held tones, near 1 for hits.
    var unsteadiness: Double {
        let window = rate / 25
        var change = 0.0, total = 1e-12
        for start in stride(from: 0, to: mono.count - 2 * window, by: window) {
            let a = mono[start..<start + window].map(Double.init), energy = a.reduce(0) { $0 + $1 * $1 }
            let b = mono[start + window..<start + 2 * window].map(Double.init)
            let after = b.reduce(0) { $0 + $1 * $1 }
            // A decaying or starting sound changes its level; a held one does not.
            change += abs(energy - after)
            total += energy + after
        }
        return change / total
    }

    /// How empty it is between the sounds, in decibels: how far the mean loudness of 10 ms lies below the mean energy.
    ///
    /// Near 0 where tones follow each other without a gap; what is below the mean by more than 60 dB counts as that.
    var sparseness: Double {
        let step = rate / Self.perSecond
        let energies = stride(from: 0, through: mono.count - step, by: step).map { start in
            mono[start..<start + step].reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        let mean = energies.reduce(1e-12, +) / Double(max(1, energies.count))
        let levels = energies.map { 10 * log10(max($0 / mean, 1e-6)) }
        return -levels.reduce(0, +) / Double(max(1, levels.count))
    }

    /// The loudness of the quietest whole second, as a root mean square.
    var quietestSecond: Double {
        stride(from: 0, through: mono.count - rate, by: rate).map { start in
            (mono[start..<start + rate].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(rate)).squareRoot()
        }.min() ?? 0
    }
}
