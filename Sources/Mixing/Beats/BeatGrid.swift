import Foundation
import MusicCore

/// Where the beats of a stretch of music are, which has one tempo.
package struct BeatGrid: Equatable {
    /// Seconds from one beat to the next.
    package var period: Double
    /// Seconds from the beginning of the stretch to the first beat.
    package var phase: Double
    /// Which of the first beats is the first of a bar, from 0.
    package var downbeat: Int
    /// Beats of a bar.
    package var meter: Int
    /// How much more begins on the beats than elsewhere; about 1 where there are none.
    package var strength: Double

    /// Beats per minute.
    package var tempo: Double { 60 / period }

    /// Whether the beats stand out from what chance makes of this many.
    package func isClear(within seconds: Double) -> Bool { strength > 1.2 + 6 / (seconds / period).squareRoot() }

    /// Tempi that music has, in beats per minute.
    private static let tempi = 50.0...210.0

    /// - Parameters:
    ///   - envelope: of at least four seconds.
    ///   - tempo: what is known of it, in beats per minute; the true one within 3 % is found.
    ///   - meter: beats of a bar.
    package init?(_ envelope: OnsetEnvelope, tempo: Double? = nil, meter: Int = 4) {
        let values = envelope.values
        let mean = Double(values.reduce(0, +)) / Double(max(1, values.count))
        guard Double(values.count) >= 4 * OnsetEnvelope.rate, mean > 0 else { return nil }
        let rough = tempo.map { 60 / $0 } ?? Self.roughPeriod(values)
        guard let rough else { return nil }
        let best = Self.fitted(values, around: rough, within: 0.03)
        period = best.period / OnsetEnvelope.rate
        phase = best.phase / OnsetEnvelope.rate
        strength = Double(best.score) / mean
        self.meter = meter
        // Bass drums and changes of harmony are on the first beat more than on others.
        let beats = Self.places(values.count, best.period, best.phase)
        let sums = (0..<meter).map { position in
            let own = stride(from: position, to: beats.count, by: meter).map { beat in
                OnsetEnvelope.value(of: envelope.low, at: beats[beat])
                    + 0.5 * OnsetEnvelope.value(of: values, at: beats[beat])
            }
            return own.isEmpty ? 0 : own.reduce(0, +) / Float(own.count)
        }
        downbeat = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    }

    package init(period: Double, phase: Double, downbeat: Int = 0, meter: Int = 4, strength: Double = 10) {
        self.period = period
        self.phase = phase
        self.downbeat = downbeat
        self.meter = meter
        self.strength = strength
    }

    /// The first beat, or first beat of a bar, at or after a time in seconds.
    package func beat(from seconds: Double, ofBar: Bool) -> Double {
        let step = ofBar ? period * Double(meter) : period
        let first = ofBar ? phase + Double(downbeat) * period : phase
        return first + ((seconds - first) / step - 1e-9).rounded(.up) * step
    }

    /// The last one at or before a time in seconds.
    package func beat(until seconds: Double, ofBar: Bool) -> Double {
        let step = ofBar ? period * Double(meter) : period
        let first = ofBar ? phase + Double(downbeat) * period : phase
        return first + ((seconds - first) / step + 1e-9).rounded(.down) * step
    }

    /// The beat next to one, as it is played there: the grid moved by what fits the beats around best.
    ///
    /// - Parameters:
    ///   - beat: seconds, on the grid.
    ///   - count: of the beats from there on that are looked at; a negative number takes those before.
    func settled(_ beat: Double, over count: Int, in envelope: OnsetEnvelope) -> Double {
        let values = envelope.values
        let reach = 0.12 * period * OnsetEnvelope.rate
        var best = (offset: 0.0, score: -Float.infinity)
        for offset in stride(from: -reach, through: reach, by: 0.25) {
            var score: Float = 0
            for index in 0..<abs(count) {
                let time = beat + Double(count < 0 ? -index : index) * period
                score += OnsetEnvelope.value(of: values, at: time * OnsetEnvelope.rate + offset)
            }
            // Of equals the one next to the grid.
            score *= Float(1 - 0.1 * abs(offset) / reach)
            if score > best.score { best = (offset, score) }
        }
        return best.score > 0 ? beat + best.offset / OnsetEnvelope.rate : beat
    }

    // MARK: Looking

    /// The period, in seconds, at which an envelope resembles itself most.
    private static func roughPeriod(_ values: [Float]) -> Double? {
        let mean = values.reduce(0, +) / Float(values.count)
        let centred = values.map { $0 - mean }
        let (shortest, longest) = (60 / tempi.upperBound, 60 / tempi.lowerBound)
        let lags = Int(shortest * OnsetEnvelope.rate)...Int(longest * OnsetEnvelope.rate)
        func likeness(_ lag: Int) -> Double {
            guard lag < centred.count else { return 0 }
            var sum: Float = 0
            for frame in 0..<(centred.count - lag) { sum += centred[frame] * centred[frame + lag] }
            return Double(sum) / Double(centred.count - lag)
        }
        var best: (lag: Int, score: Double)?
        for lag in lags {
            // Two and four beats resemble each other too; people tap near 120 (log-normal, one octave wide).
            let octaves = log2(Double(lag) / OnsetEnvelope.rate / 0.5)
            let score = (likeness(lag) + 0.5 * likeness(2 * lag) + 0.25 * likeness(4 * lag)) * exp(-octaves * octaves)
            if score > (best?.score ?? 0) { best = (lag, score) }
        }
        return best.map { Double($0.lag) / OnsetEnvelope.rate }
    }

    /// The grid with the largest mean on its beats.
    private static func fitted(
        _ values: [Float], around rough: Double, within part: Double
    ) -> (period: Double, phase: Double, score: Float) {
        let middle = rough * OnsetEnvelope.rate
        let beats = Double(values.count) / middle
        var best = (period: middle, phase: 0.0, score: -Float.infinity)
        // A quarter of a frame over the whole stretch is one step of the period.
        let step = max(0.25 / beats, middle * 1e-5)
        for period in stride(from: middle * (1 - part), through: middle * (1 + part), by: step * 4) {
            for phase in stride(from: 0, to: period, by: 1) {
                let score = comb(values, period, phase)
                if score > best.score { best = (period, phase, score) }
            }
        }
        let rough = best
        for period in stride(from: rough.period - step * 4, through: rough.period + step * 4, by: step) {
            for offset in stride(from: -2.0, through: 2, by: 0.25) {
                let phase = rough.phase + offset
                let score = comb(values, period, phase)
                if score > best.score { best = (period, phase, score) }
            }
        }
        best.phase = best.phase - (best.phase / best.period).rounded(.down) * best.period
        return best
    }

    private static func comb(_ values: [Float], _ period: Double, _ phase: Double) -> Float {
        var sum: Float = 0
        var count = 0
        var place = phase
        while place < Double(values.count) {
            sum += OnsetEnvelope.value(of: values, at: place)
            count += 1
            place += period
        }
        return count == 0 ? 0 : sum / Float(count)
    }

    private static func places(_ count: Int, _ period: Double, _ phase: Double) -> [Double] {
        Array(stride(from: phase, to: Double(count), by: period))
    }
}
