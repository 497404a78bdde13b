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

    /// The fields that are known, as text, under the reference's names.
    public var fields: [String: String] {
        let all: [(CodingKeys, String?)] = [
            (.bpm, bpm.map(String.init)), (.caption, caption), (.duration, duration.map(String.init)),
            (.genres, genres), (.keyScale, keyScale), (.language, language), (.timeSignature, timeSignature),
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { key, value in value.map { (key.rawValue, $0) } })
    }
}

/// How a language model draws its tokens; the fields of the reference's `lm_*` parameters.
public struct PlannerSampling: Sendable, Equatable, Codable {
    /// 0 takes the likeliest token.
    public var temperature = 0.85
    /// Strength of guidance while audio codes are written; 1 turns it off.
    public var guidanceScale = 2.0
    /// Number of likeliest tokens to draw from; 0 is all.
    public var topK = 0
    /// Probability to draw from; 0 and 1 are all.
    public var topP = 0.9
    /// Above 1 makes tokens less likely that came before.
    public var repetitionPenalty = 1.0
    /// What guidance leads away from.
    public var negativePrompt = PlannerSampling.noInput
    /// Whether the output is held to the expected form.
    public var isConstrained = true

    /// What the models were trained on where the user says nothing.
    public static let noInput = "NO USER INPUT"

    public init() {}

    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field and what is allowed.
    public func validate() throws {
        func require<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
            guard range.contains(value) else {
                throw MusicError(
                    .invalidRequest, "The field \(name) is \(value)",
                    advice: "use \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try require("lm_temperature", temperature, in: 0...2)
        try require("lm_cfg_scale", guidanceScale, in: 0...100)
        try require("lm_top_k", topK, in: 0...1_000_000)
        try require("lm_top_p", topP, in: 0...1)
        try require("lm_repetition_penalty", repetitionPenalty, in: 0.1...10)
    }
}

/// What a language model is to do before a song is made.
public struct PlanningOptions: Sendable, Equatable {
    /// Whether it writes the audio codes that the song follows.
    public var writesCodes = true
    /// Whether it fills in tempo, key, metre and length.
    public var fillsMetadata = true
    /// Whether the song is made from its caption instead of the user's.
    public var rewritesCaption = true
    /// Whether it lays out the lyrics anew.
    public var rewritesLyrics = false
    /// Whether it names the lyrics' language.
    public var detectsLanguage = true
    public var sampling = PlannerSampling()
    /// Most songs whose codes are written at once.
    public var chunkSize = 8
    /// Longest song that is planned where the user gives no length, in whole seconds from 10 to 600.
    public var maxDuration = 600
    /// Language of the lyrics where neither the user nor the plan names one.
    public var fallbackLanguage: String?

    public init() {}

    /// Whether there is anything for it to do.
    public var isNeeded: Bool {
        writesCodes || fillsMetadata || rewritesCaption || rewritesLyrics || detectsLanguage
    }

    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func validate() throws {
        try sampling.validate()
        guard (1...64).contains(chunkSize) else {
            throw MusicError(.invalidRequest, "The field lm_batch_chunk_size is \(chunkSize)", advice: "use 1 to 64")
        }
        guard (10...600).contains(maxDuration) else {
            throw MusicError(
                .invalidRequest, "The longest planned duration is \(maxDuration) seconds", advice: "use 10 to 600")
        }
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
public struct Plan: Sendable, Equatable {
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
public struct SongDescription: Sendable, Equatable, Encodable {
    public var metadata: SongMetadata
    public var lyrics: String
    /// Whether it is without vocals.
    public var instrumental: Bool

    public init(metadata: SongMetadata, lyrics: String, instrumental: Bool) {
        self.metadata = metadata
        self.lyrics = lyrics
        self.instrumental = instrumental
    }
}
