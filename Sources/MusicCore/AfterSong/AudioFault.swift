import Foundation

/// What makes a sound no song.
public enum AudioFault: Sendable, Equatable {
    /// A sample that is NaN.
    case notANumber
    /// A sample without bound.
    case infinite
    /// Nothing to hear: the peak.
    case silent(peak: Float)
    /// The mean of a channel is far from 0: as part of the sound's level.
    case offset(share: Double)
    /// Steady noise and nothing else.
    case steadyNoise
    /// The same sound from the beginning to the end.
    case frozen
    /// Nothing to hear in the end: its seconds, of how many.
    case deadTail(seconds: Double, of: Double)

    /// What was found, as a sentence's end: `the samples are silent (peak 0.0)`.
    public var description: String {
        switch self {
        case .notANumber: "the samples became NaN"
        case .infinite: "the samples became infinite"
        case .silent(let peak): "the samples are silent (peak \(peak))"
        case .offset(let share):
            "the waveform is off its centre: \(Self.percent(share)) of its level is a constant (DC)"
        case .steadyNoise: "the song is steady noise from beginning to end"
        case .frozen: "the song is one sound that never changes"
        case .deadTail(let seconds, let duration):
            "the last \(Self.text(seconds)) of \(Self.text(duration)) seconds are silent"
        }
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    private static func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }

    /// Which faults are looked for.
    public struct Kinds: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let offset = Kinds(rawValue: 1)
        public static let noise = Kinds(rawValue: 2)
        public static let deadTail = Kinds(rawValue: 4)
        public static let all: Kinds = [.offset, .noise, .deadTail]
    }
}

extension AudioBuffer {
    /// Below this peak there is nothing to hear: 80 dB below full scale.
    static let audiblePeak: Float = 1e-4
    /// Largest part of the level that a mean may have.
    private static let largestOffset = 0.2
    /// Seconds of which it can be told whether anything changes.
    private static let shortestChange = 3.0
    /// Part of a sound that may be silent in the end.
    static let longestTail = 0.25
    /// Part of the power in steady noise from which on there is nothing else.
    private static let wholeNoise = 0.9

    /// The first fault of a sound; `nil` if it can be a song.
    ///
    /// Samples that are no numbers and silence are always looked for.
    ///
    /// - Parameter kinds: what is looked for beside these.
    public func fault(_ kinds: AudioFault.Kinds = .all) -> AudioFault? {
        let peak = peak
        if peak.isNaN { return .notANumber }
        if !peak.isFinite { return .infinite }
        if peak < Self.audiblePeak { return .silent(peak: peak) }
        if kinds.contains(.offset), let share = offsetShare, share > Self.largestOffset {
            return .offset(share: share)
        }
        if kinds.contains(.deadTail) {
            let tail = deadTail
            if tail >= 1, tail > Self.longestTail * duration { return .deadTail(seconds: tail, of: duration) }
        }
        if kinds.contains(.noise), duration >= Self.shortestChange {
            let bands = SoundBands(mono)
            if bands.noiseShare > Self.wholeNoise { return .steadyNoise }
            if bands.isFrozen { return .frozen }
        }
        return nil
    }

    /// The mean of all channels.
    var mono: [Float] {
        guard let first = channels.first, channels.count > 1 else { return channels.first ?? [] }
        return first.indices.map { frame in channels.reduce(0) { $0 + $1[frame] } / Float(channels.count) }
    }

    /// The largest mean of a channel as part of the whole's root mean square; `nil` for no sound.
    var offsetShare: Double? {
        let count = Double(Swift.max(1, frameCount))
        let level =
            (channels.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1) * Double($1) } }
            / (count * Double(Swift.max(1, channels.count)))).squareRoot()
        guard level > 0 else { return nil }
        return channels.map { abs($0.reduce(0.0) { $0 + Double($1) }) / count / level }.max()
    }

    /// Seconds at the end that are 50 dB below the louder half of the sound.
    var deadTail: Double {
        let block = Swift.max(1, sampleRate / 10)
        let levels = stride(from: 0, to: frameCount - block + 1, by: block).map { start -> Double in
            let energy = channels.reduce(0.0) { sum, channel in
                channel[start..<start + block].reduce(sum) { $0 + Double($1) * Double($1) }
            }
            return energy / Double(block * Swift.max(1, channels.count))
        }
        let loud = levels.sorted().suffix(Swift.max(1, levels.count / 2))
        let least = loud.reduce(0, +) / Double(Swift.max(1, loud.count)) * 1e-5
        return Double(levels.reversed().prefix { $0 <= Swift.max(least, 1e-12) }.count * block) / Double(sampleRate)
    }
}
