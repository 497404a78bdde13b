import MusicCore

/// How one song of a mix becomes the next.
public struct Transition: Sendable, Equatable, Codable {
    public enum Style: String, Sendable, Codable, CaseIterable {
        /// One fades out while the other fades in, at equal power.
        case crossfade
        /// A pause.
        case silence
        /// A crossfade in which the beats of both meet, bar on bar.
        case beatMatch = "beat_match"
    }

    public var style: Style
    /// Length of a crossfade or a pause, 0 to 30; `nil` takes 3.
    public var seconds: Double?
    /// Length of a beat match, 4 to 64; `nil` takes 8.
    public var beats: Int?

    public init(_ style: Style, seconds: Double? = nil, beats: Int? = nil) {
        self.style = style
        self.seconds = seconds
        self.beats = beats
    }

    /// How far the tempo of a song may be changed so that beats meet.
    public static let largestStretch = 0.06

    /// - Throws: ``MusicError`` `invalidRequest` for a length out of range, or one that the style doesn't have.
    public func validate() throws {
        if let seconds, !(0...30).contains(seconds) {
            throw MusicError(
                .invalidRequest, "A transition of \(seconds) seconds is out of range", advice: "give 0 to 30 seconds",
                field: "transitions.seconds", value: String(seconds), expected: "0 to 30")
        }
        if let beats, !(4...64).contains(beats) {
            throw MusicError(
                .invalidRequest, "A transition of \(beats) beats is out of range", advice: "give 4 to 64 beats",
                field: "transitions.beats", value: String(beats), expected: "4 to 64")
        }
        let other = style == .beatMatch ? seconds.map { _ in "seconds" } : beats.map { _ in "beats" }
        if let other {
            throw MusicError(
                .invalidRequest, "A transition of the style \(style.rawValue) has no \(other)",
                advice: "give \(style == .beatMatch ? "beats" : "seconds")", field: "transitions.\(other)")
        }
    }

    var length: Double { seconds ?? 3 }
    var beatCount: Int { beats ?? 8 }
}

/// A song of a mix.
public struct MixSong: Sendable, Equatable {
    /// Path of its file.
    public var path: String
    public var title: String
    /// Beats per minute, as far as they are known; otherwise they are listened for.
    public var tempo: Double?
    /// Such as `A minor`; for the cue list.
    public var key: String?
    /// Beats of a bar.
    public var meter: Int

    public init(path: String, title: String, tempo: Double? = nil, key: String? = nil, meter: Int = 4) {
        self.path = path
        self.title = title
        self.tempo = tempo
        self.key = key
        self.meter = meter
    }
}

/// Where a song of a mix is.
public struct MixCue: Sendable, Equatable, Codable {
    public var title: String
    /// Seconds in the mix at which it begins to be heard.
    public var start: Double
    /// Seconds that it is heard for.
    public var seconds: Double
    /// Beats per minute; `nil` if nobody knows.
    public var tempo: Double?
    public var key: String?

    public init(title: String, start: Double, seconds: Double, tempo: Double? = nil, key: String? = nil) {
        self.title = title
        self.start = start
        self.seconds = seconds
        self.tempo = tempo
        self.key = key
    }
}

/// What became of a transition.
public struct MixJoin: Sendable, Equatable, Codable {
    public var style: Transition.Style
    /// Seconds in the mix at which it begins.
    public var start: Double
    /// Its length.
    public var seconds: Double
    /// How many times longer the second song was made for it; 1 for as it is.
    public var stretch: Double
    /// Why it is another than was asked for; `nil` if it is not.
    public var notice: String?
}
