import Foundation
import MusicCore

/// How two songs meet, in frames.
struct Join {
    /// Where the first song is left, and what comes from there on is mixed.
    var leaves: Int
    /// Frames in which both are heard; the first song's are those from ``leaves`` on.
    var overlap: Int
    /// What is heard of the second song in the overlap, and after it until ``resumes``.
    var head: [[Float]]
    /// Where the second song goes on as it is.
    var resumes: Int
    /// Frames of silence between both.
    var pause = 0
    var style: Transition.Style
    var stretch = 1.0
    var notice: String?
}

/// One side of a join: a song with what is heard of it.
struct JoinSide {
    var audio: AudioBuffer
    /// The frames that can be heard and that no other join has.
    var range: Range<Int>
    var tempo: Double?
    var meter: Int

    var seconds: Double { Double(range.count) / Double(audio.sampleRate) }
}

extension Join {
    /// Frames over which cut music is faded.
    private static func edge(_ rate: Int) -> Int { rate / 200 }

    /// - Throws: ``MusicError``.
    init(_ first: JoinSide, _ second: JoinSide, _ transition: Transition) throws {
        switch transition.style {
        case .silence: self = Self.pause(first, second, transition.length)
        case .crossfade: self = Self.crossfade(first, second, transition.length)
        case .beatMatch:
            switch try BeatMatch(first, second, beats: transition.beatCount).join() {
            case .joined(let join): self = join
            case .impossible(let reason, let seconds):
                self = Self.crossfade(first, second, seconds)
                notice = "\(reason); the songs are crossfaded"
            }
        }
    }

    private static func pause(_ first: JoinSide, _ second: JoinSide, _ seconds: Double) -> Join {
        let rate = first.audio.sampleRate
        let edge = min(edge(rate), second.range.count)
        let start = second.range.lowerBound
        let head = Fades.rounded(second.audio.frames(start..<(start + edge)), start: edge, end: 0)
        return Join(
            leaves: first.range.upperBound, overlap: 0, head: head, resumes: start + edge,
            pause: Int(seconds * Double(rate)), style: .silence)
    }

    private static func crossfade(_ first: JoinSide, _ second: JoinSide, _ seconds: Double) -> Join {
        let rate = first.audio.sampleRate
        // A third of a song stays its own.
        let longest = min(first.range.count, second.range.count) / 3
        let overlap = max(edge(rate), min(longest, Int(seconds * Double(rate))))
        let start = second.range.lowerBound
        var join = Join(
            leaves: first.range.upperBound - overlap, overlap: overlap,
            head: second.audio.frames(start..<(start + overlap)), resumes: start + overlap, style: .crossfade)
        if Double(overlap) < seconds * Double(rate) - 1, seconds > 0 {
            join.notice = "a song is short: the transition is \(Int((Double(overlap) / Double(rate)).rounded())) s long"
        }
        return join
    }
}
