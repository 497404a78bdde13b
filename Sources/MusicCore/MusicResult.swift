/// One finished song.
public struct Song: Sendable, Equatable, Codable {
    public var audio: AudioBuffer
    /// The seed that its noise, or its tokens, were drawn from.
    public var seed: UInt64
    /// What the model made before the waveform; `nil` where a family has no such thing to show.
    public var latents: Latents?
    /// Which frames of the latents were made; `nil` where a family has no such thing.
    public var mask: LatentMask?
    /// The song's own request, resolved, where it has another than the batch's: texts or audio codes of its own, or
    /// what a second try took; its seed is ``seed``.
    public var request: MusicRequest?
    /// Why it was made by a second try, if it was.
    public var fallback: Fallback?
    /// When its lyrics are sung; `nil` if nobody asked, or nothing is sung.
    public var lyrics: TimedLyrics?
    /// How well it does what it was asked to; `nil` if nobody asked.
    public var scores: SongScores?
    /// Where it was written; `nil` if it was not.
    public var path: String?
    /// Where its latents were written; `nil` if they were not.
    public var latentsPath: String?
    /// Where the times of its lyrics were written; `nil` if they were not.
    public var lyricsPath: String?

    /// A song that could not be made as it was asked for, and was made otherwise.
    public struct Fallback: Sendable, Equatable, Codable {
        /// What went wrong, in a sentence.
        public var reason: String
        /// The seed that was asked for.
        public var askedSeed: UInt64
        /// What differs from the request, by field.
        public var changes: [String: JSONValue]

        public init(reason: String, askedSeed: UInt64, changes: [String: JSONValue]) {
            self.reason = reason
            self.askedSeed = askedSeed
            self.changes = changes
        }

        private enum CodingKeys: String, CodingKey {
            case reason
            case askedSeed = "asked_seed"
            case changes
        }
    }

    public init(audio: AudioBuffer, seed: UInt64, latents: Latents? = nil) {
        self.audio = audio
        self.seed = seed
        self.latents = latents
    }
}

/// The final latents of a song.
public struct Latents: Sendable, Equatable, Codable {
    /// Row-major with shape ``shape``.
    public var values: [Float]
    /// Frames and channels.
    public var shape: [Int]

    public init(values: [Float], shape: [Int]) {
        self.values = values
        self.shape = shape
    }
}

/// The outcome of a generation.
public struct MusicResult: Sendable, Equatable, Codable {
    public var songs: [Song]
    /// The resolved request; its `seeds` has one seed per song, as it was asked for.
    public var request: MusicRequest
    /// Wall-clock seconds by stage.
    public var seconds: [MusicStage: Double]
    /// What a language model planned; `nil` without one.
    public var plan: Plan?
    /// All takes of which the songs are the best, in the order in which they were made; empty without takes.
    public var takes: [Take] = []
    /// The model as it was named; `nil` where the backend was used by itself.
    public var model: String?
    /// What was loaded, likewise.
    public var info: ModelInfo?

    public init(songs: [Song], request: MusicRequest, seconds: [MusicStage: Double]) {
        self.songs = songs
        self.request = request
        self.seconds = seconds
    }

    /// The request of one song alone: a run with it makes the same song.
    ///
    /// - Parameter index: of the song.
    public func request(ofSong index: Int) -> MusicRequest {
        var single = songs[index].request ?? request
        single.seeds = [songs[index].seed]
        single.batchSize = 1
        return single
    }

    private enum CodingKeys: String, CodingKey { case songs, request, seconds, plan, model, info, takes }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let seconds = try values.decode([String: Double].self, forKey: .seconds)
        self.init(
            songs: try values.decode([Song].self, forKey: .songs),
            request: try values.decode(MusicRequest.self, forKey: .request),
            seconds: Dictionary(uniqueKeysWithValues: seconds.map { (MusicStage(rawValue: $0.key), $0.value) }))
        plan = try values.decodeIfPresent(Plan.self, forKey: .plan)
        takes = try values.decodeIfPresent([Take].self, forKey: .takes) ?? []
        model = try values.decodeIfPresent(String.self, forKey: .model)
        info = try values.decodeIfPresent(ModelInfo.self, forKey: .info)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(songs, forKey: .songs)
        try values.encode(request, forKey: .request)
        try values.encode(
            Dictionary(uniqueKeysWithValues: seconds.map { ($0.key.rawValue, $0.value) }), forKey: .seconds)
        try values.encodeIfPresent(plan, forKey: .plan)
        if !takes.isEmpty { try values.encode(takes, forKey: .takes) }
        try values.encodeIfPresent(model, forKey: .model)
        try values.encodeIfPresent(info, forKey: .info)
    }
}
