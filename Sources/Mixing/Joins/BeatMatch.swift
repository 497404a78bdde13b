import Foundation
import MusicCore

/// A crossfade in which the beats of two songs meet: the second song is stretched to the tempo of the first for as long
/// as both are heard, and goes on at its own.
struct BeatMatch {
    enum Outcome {
        case joined(Join)
        /// Why the beats can't meet, and how long a crossfade in its place is, in seconds.
        case impossible(String, seconds: Double)
    }

    let first: JoinSide
    let second: JoinSide
    let beats: Int

    /// Seconds of a song at which its beats are looked for.
    private static let window = 45.0
    /// Seconds over which stretched music becomes the song as it is, and how far a better place is looked for.
    private static let seam = 0.02
    private static let reach = 0.015

    init(_ first: JoinSide, _ second: JoinSide, beats: Int) {
        self.first = first
        self.second = second
        self.beats = beats
    }

    private var rate: Double { Double(first.audio.sampleRate) }

    private func frame(_ seconds: Double) -> Int { Int((seconds * rate).rounded()) }

    func join() throws -> Outcome {
        // The end of the first and the beginning of the second, with their beats.
        let end = first.range.upperBound
        let tailStart = max(first.range.lowerBound, end - frame(Self.window))
        let headEnd = min(second.range.upperBound, second.range.lowerBound + frame(Self.window))
        let tail = OnsetEnvelope(first.audio.slice(tailStart..<end))
        let head = OnsetEnvelope(second.audio.slice(second.range.lowerBound..<headEnd))
        let usual = Double(beats) * 60 / (first.tempo ?? 120)
        guard let out = Self.grid(tail, first), let into = Self.grid(head, second) else {
            return .impossible("the beats of a song can't be told", seconds: usual)
        }
        let length = Double(beats) * out.period
        guard length * 3 <= min(first.seconds, second.seconds) else {
            return .impossible("a song is too short for \(beats) beats", seconds: length)
        }
        // Two of its beats may be one of the other's.
        let factor = [1, 2, 0.5].map { out.period / (into.period * $0) }.min { abs(log($0)) < abs(log($1)) } ?? 1
        guard abs(factor - 1) <= Transition.largestStretch else {
            let (from, to) = (Int(out.tempo.rounded()), Int(into.tempo.rounded()))
            return .impossible("the tempi \(from) and \(to) are more than 6 % apart", seconds: length)
        }
        let leaving = leavingBeat(out, tail, Double(end - tailStart) / rate - length)
        let entering = into.settled(into.beat(from: 0, ofBar: true), over: beats, in: head)
        let leaves = tailStart + frame(leaving)
        let enters = second.range.lowerBound + max(0, frame(entering))
        let (stretched, resumes) = try played(enters, frame(length), factor, out.period)
        return .joined(
            Join(
                leaves: leaves, overlap: frame(length), head: stretched, resumes: resumes, style: .beatMatch,
                stretch: factor))
    }

    private static func grid(_ envelope: OnsetEnvelope, _ side: JoinSide) -> BeatGrid? {
        let seconds = Double(envelope.values.count) / OnsetEnvelope.rate
        // What was asked for is not always what is played.
        let grids = [side.tempo, nil].compactMap { BeatGrid(envelope, tempo: $0, meter: side.meter) }
        return grids.first { $0.isClear(within: seconds) }
    }

    /// The beat at which the first song begins to go: a bar's first one, unless that would be far from the end.
    private func leavingBeat(_ grid: BeatGrid, _ envelope: OnsetEnvelope, _ latest: Double) -> Double {
        let bar = grid.beat(until: latest, ofBar: true)
        return grid.settled(bar >= 0 ? bar : grid.beat(until: latest, ofBar: false), over: beats, in: envelope)
    }

    /// What is heard of the second song, from the beat at which it enters: stretched, and moved so that its beats are
    /// where they should be.
    ///
    /// - Returns: frames, and where the song goes on as it is.
    private func played(
        _ enters: Int, _ length: Int, _ factor: Double, _ period: Double
    ) throws -> (head: [[Float]], resumes: Int) {
        let audio = second.audio
        let seam = frame(Self.seam)
        guard abs(factor - 1) > 0.0005 else {
            return (audio.frames(enters..<(enters + length)), enters + length)
        }
        // Some music on either side, for the stretching to begin and end with.
        let lead = min(enters, frame(0.5))
        let source = Int((Double(length) / factor).rounded())
        let piece = audio.slice((enters - lead)..<(enters + source + frame(0.5)))
        let long = try TimeStretch.stretched(piece, by: factor)
        let expected = Double(lead) * factor / rate
        let grid = BeatGrid(period: period, phase: expected - (expected / period).rounded(.down) * period)
        let start = max(0, frame(grid.settled(expected, over: beats, in: OnsetEnvelope(long))))
        let end = start + length
        // The place in the song that sounds like what has been stretched there.
        let nominal = enters + source
        let offset = Self.likest(
            long.frames(end..<(end + seam)), in: audio, around: nominal, reach: frame(Self.reach))
        let going = long.frames(end..<(end + seam))
        let coming = audio.frames((nominal + offset)..<(nominal + offset + seam))
        let blend = zip(going, coming).map { Fades.blended($0[...], $1[...]) }
        let head = zip(long.frames(start..<end), blend).map { $0 + $1 }
        return (head, nominal + offset + seam)
    }

    /// How far from a place some music is most like a pattern (largest normalised correlation).
    private static func likest(_ pattern: [[Float]], in audio: AudioBuffer, around place: Int, reach: Int) -> Int {
        let count = pattern[0].count
        let wanted = (0..<count).map { frame in pattern.reduce(Float(0)) { $0 + $1[frame] } }
        let around = audio.frames((place - reach)..<(place + reach + count))
        let mono = around[0].indices.map { frame in around.reduce(Float(0)) { $0 + $1[frame] } }
        var best = (offset: 0, score: -Float.infinity)
        for offset in -reach...reach {
            var (product, energy) = (Float(0), Float(1e-9))
            for frame in 0..<count {
                let value = mono[offset + reach + frame]
                product += value * wanted[frame]
                energy += value * value
            }
            let score = product / energy.squareRoot()
            if score > best.score { best = (offset, score) }
        }
        return best.offset
    }
}
