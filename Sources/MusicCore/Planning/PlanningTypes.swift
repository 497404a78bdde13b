/// What is known of a song beside its sound; `nil` where nothing is.
public struct SongMetadata: Sendable, Equatable, Codable {
    /// Beats per minute.
    public var bpm: Int?
    /// Style, instruments, mood.
    public var caption: String?
    /// Length in whole seconds.
    public var duration: Int?
    public var genres: String?
    /// Key and scale, such as `F# minor`.
    public var keyScale: String?
    /// Language code of the lyrics, or `unknown`.
    public var language: String?
    /// Beats per bar (`4`), or a fraction (`6/8`).
    public var timeSignature: String?

    public init(
        bpm: Int? = nil, caption: String? = nil, duration: Int? = nil, genres: String? = nil,
        keyScale: String? = nil, language: String? = nil, timeSignature: String? = nil
    ) {
        self.bpm = bpm
        self.caption = caption
        self.duration = duration
        self.genres = genres
        self.keyScale = keyScale
        self.language = language
        self.timeSignature = timeSignature
    }

    private enum CodingKeys: String, CodingKey {
        case bpm, caption, duration, genres
        case keyScale = "keyscale"
        case language
        case timeSignature = "timesignature"
    }

    /// The fields that are known, under the reference's names; numbers are numbers.
    public var object: [String: JSONValue] {
        let all: [(CodingKeys, JSONValue)] = [
            (.bpm, bpm.json), (.caption, caption.json), (.duration, duration.json), (.genres, genres.json),
            (.keyScale, keyScale.json), (.language, language.json), (.timeSignature, timeSignature.json),
        ]
        return Dictionary(uniqueKeysWithValues: all.filter { $0.1 != .null }.map { ($0.0.rawValue, $0.1) })
    }
}

/// What a plan is asked for.
public struct PlanRequest: Sendable, Equatable {
    public var caption: String
    public var lyrics: String
    /// What the user has said; the plan keeps it.
    public var known: SongMetadata
    /// Length in seconds, if the user gave one; it need not be whole.
    public var duration: Double?
    /// One for each song.
    public var seeds: [UInt64]
    public var options: PlanningOptions

    public init(
        caption: String, lyrics: String, known: SongMetadata = SongMetadata(), duration: Double? = nil,
        seeds: [UInt64], options: PlanningOptions = PlanningOptions()
    ) {
        self.caption = caption
        self.lyrics = lyrics
        self.known = known
        self.duration = duration
        self.seeds = seeds
        self.options = options
    }
}

/// What a language model planned.
public struct Plan: Sendable, Equatable, Codable {
    /// What the songs are to be like, the user's own values among it.
    public var metadata: SongMetadata
    /// The part of it that the language model found.
    public var found: SongMetadata
    /// Lyrics that were laid out anew; `nil` if they were left alone.
    public var lyrics: String?
    /// Audio codes of each song; empty if none were asked for.
    public var codes: [[Int]]
    /// Seconds of the chain of thought.
    public var reasoningSeconds: Double
    /// Seconds of the audio codes.
    public var codesSeconds: Double
    /// How the tokens were drawn.
    public var sampling = PlannerSampling()

    public init(
        metadata: SongMetadata, found: SongMetadata = SongMetadata(), lyrics: String? = nil, codes: [[Int]] = [],
        reasoningSeconds: Double = 0,
        codesSeconds: Double = 0
    ) {
        self.metadata = metadata
        self.found = found
        self.lyrics = lyrics
        self.codes = codes
        self.reasoningSeconds = reasoningSeconds
        self.codesSeconds = codesSeconds
    }
}

/// A song in words: what a language model makes of audio codes, of an idea, or of a draft.
public struct SongDescription: Sendable, Equatable, Codable {
    public var metadata: SongMetadata
    public var lyrics: String
    /// Whether it is without vocals.
    public var instrumental: Bool
    /// What the user should know of how it was made; no part of the description.
    public var notices: [String] = []

    public init(metadata: SongMetadata, lyrics: String, instrumental: Bool) {
        self.metadata = metadata
        self.lyrics = lyrics
        self.instrumental = instrumental
    }

    private enum CodingKeys: String, CodingKey {
        case metadata, lyrics, instrumental
    }
}
