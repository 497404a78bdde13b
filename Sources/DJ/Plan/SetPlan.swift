public import MusicCore

/// A set that is planned: what it is about, and its tracks.
public struct SetPlan: Sendable, Equatable {
    /// The way through the set in a sentence or two; empty for none.
    public var narrative = ""
    /// What holds for all tracks that don't say otherwise, under the names of the reference.
    public var settings: [String: JSONValue] = [:]
    public var tracks: [SetTrack] = []

    public init(narrative: String = "", settings: [String: JSONValue] = [:], tracks: [SetTrack] = []) {
        self.narrative = narrative
        self.settings = settings
        self.tracks = tracks
    }

    /// Tracks that a plan may have.
    public static let limit = 20

    public var json: JSONValue {
        .object([
            "narrative": .text(narrative), "settings": .object(settings), "tracks": .list(tracks.map(\.json)),
        ])
    }
}

/// A track of a set.
public struct SetTrack: Sendable, Equatable {
    public var title = ""
    /// What it sounds like.
    public var caption = ""
    public var genre = ""
    /// Beats per minute; `nil` leaves it to the model.
    public var bpm: Double?
    /// Such as `A minor`; `nil` leaves it to the model.
    public var key: String?
    /// Seconds; `nil` takes the usual length.
    public var duration: Double?
    /// 0 to 1.
    public var energy: Double?
    /// `nil` for with voice if there are lyrics.
    public var instrumental: Bool?
    public var lyrics = ""
    public var language: String?
    public var timeSignature: String?
    /// What leads to the next track.
    public var transitionNote = ""
    /// Whether the reference that the user has given is listened to.
    public var usesReference = false
    /// Whether it is the source of a cover, of a repaint and the like.
    public var usesSource = false
    /// Further fields of the request, under the names of the reference.
    public var fields: [String: JSONValue] = [:]

    public init(title: String = "", caption: String = "", genre: String = "") {
        self.title = title
        self.caption = caption
        self.genre = genre
    }

    /// The word that stands for the file that the user has given.
    public static let uploaded = "USE_UPLOADED"

    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "title": .text(title), "caption": .text(caption), "genre": .text(genre),
            "bpm": bpm.map(Self.number) ?? .null, "key": key.map { .text($0) } ?? .null,
            "duration": duration.map(Self.number) ?? .null, "energy": energy.map(Self.number) ?? .null,
            "instrumental": instrumental.map { .flag($0) } ?? .null, "lyrics": .text(lyrics),
            "vocal_language": language.map { .text($0) } ?? .null,
            "timesignature": timeSignature.map { .text($0) } ?? .null, "transition_note": .text(transitionNote),
        ]
        if usesReference { members["reference_audio"] = .text(Self.uploaded) }
        if usesSource { members["src_audio"] = .text(Self.uploaded) }
        return .object(members.merging(fields) { own, _ in own })
    }

    /// Without a superfluous fraction.
    private static func number(_ value: Double) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .number(value)
    }

    /// Whether nothing is sung.
    public var isInstrumental: Bool { instrumental ?? lyrics.allSatisfy(\.isWhitespace) }
}
