import Foundation
public import MusicCore

/// The fields of a request that only ACE-Step understands.
public struct ACEStepOptions: Sendable, Equatable {
    // MARK: Text and music

    /// Genres, which are put behind the caption, with commas between; empty for none.
    public var genres: [String] = []
    /// Words to sing, with section tags such as `[Verse]`; empty for none.
    public var lyrics = ""
    /// Words to sing for each song, in place of ``lyrics``; empty where all songs have these.
    public var lyricsOfSongs: [String] = []
    /// No vocals, whatever the lyrics say.
    public var instrumental = false
    /// Language code of the lyrics (`en`, `ja`, ...), `unknown` if undetermined; `nil` if nothing was said.
    public var vocalLanguage: String?
    /// A language code for each song, in place of ``vocalLanguage``; empty where all songs have that.
    public var vocalLanguages: [String] = []
    /// Most tokens of the caption with its metadata, 1 to 8192, with the one that ends it; what is beyond is cut off.
    public var maxTextLength = 256
    /// Most tokens of the lyrics, likewise.
    public var maxLyricLength = 2048
    /// Whether the caption is put into the template with which models were trained, with the task's sentence and the
    /// metadata, or is the whole text as it is.
    public var usesTemplate = true
    /// Whether songs without words have no lyrics to attend to, rather than a text that says so.
    public var usesNullLyrics = false
    /// Beats per minute, 30 to 300.
    public var bpm: Int?
    /// Key and scale, such as `F# minor`.
    public var keyScale: String?
    /// Beats per bar: `2`, `3`, `4` or `6`; the forms `4/4` and `6/8` are understood too.
    public var timeSignature: String?

    // MARK: The task

    /// The sentence that names the task in the prompt; `nil` takes the task's own.
    public var instruction: String?
    /// Codes of the song's melody and structure, in the form `<|audio_code_123|>...`.
    public var audioCodes: String?
    /// Codes for each song, in place of ``audioCodes``; empty where all songs have these. An empty text is a song
    /// without codes.
    public var audioCodesOfSongs: [String] = []
    /// The tracks to make or to take out.
    public var tracks: [Track] = []
    /// The parts of the source that are made anew; `repaint` and `lego` only.
    public var regions: [RepaintRegion] = []
    /// Whether repainting keeps the source's own samples outside the regions, or makes them again from their latents.
    public var keepsSource = true
    /// How much of the source a cover keeps, 0 to 1; see ``CoverRule``.
    public var coverStrength = 1.0
    /// What a cover strength below 1 means.
    public var coverRule = CoverRule.switch
    /// How near to the source a cover starts: 0 starts from noise alone, 1 from the source.
    public var coverNoiseStrength = 0.0

    // MARK: Sampling

    /// Shift of the noise schedule, above 0.
    public var shift: Double?
    /// The noise schedule itself, from high to low in (0, 1], in place of `steps` and `shift`.
    public var timesteps: [Double]?
    /// How guidance is computed.
    public var guidanceMethod = GuidanceMethod.apg
    /// Flow times, from 1 for noise to 0 for music, at which guidance applies: the lower bound.
    public var guidanceStart = 0.0
    /// Flow times at which guidance applies: the upper bound.
    public var guidanceEnd = 1.0
    /// How the flow is followed.
    public var solver = Solver.euler
    /// Whether a turbo model's flow times are moved to the nearest ones that it was trained at.
    public var snapsTimesteps = false
    /// Factor on the final latents.
    public var latentRescale = 1.0
    /// Added to the final latents, after the factor.
    public var latentShift = 0.0
    /// Whether a song whose latents become NaN or infinite is tried once more, with another solver and the next seed.
    public var retriesNonFinite = true

    /// Whether the bands of the latents are corrected after each step.
    public var correctsWavelets = false
    /// What the correction changes.
    public var waveletMode = WaveletCorrectionMode.double
    /// Strength of the correction; of the low band where both are corrected.
    public var waveletStrength = 0.05
    /// Strength of the correction of the high band where both are corrected.
    public var waveletHighStrength = 0.02
    /// Which wavelet makes the bands.
    public var wavelet = Wavelet.haar
    /// Largest norm of a velocity in norms of its latents; 0 is no limit.
    public var velocityNormThreshold = 0.0
    /// Share of the velocity before in each step's, 0 to below 1.
    public var velocityAverage = 0.0
    /// How much of the noise is that of a second seed, 0 to 1.
    public var retakeVariance = 0.0
    /// Second seeds, one per song; songs without one draw theirs where they need it.
    public var retakeSeeds: [UInt64] = []

    // MARK: Flow edit

    /// Whether the source is carried from its own text to the song's.
    public var flowEdit = false
    /// What the source is like; `nil` for the song's own text.
    public var flowEditSourceCaption: String?
    /// What the source sings; `nil` for the song's own lyrics.
    public var flowEditSourceLyrics: String?
    /// Share of the steps that are left out at first, 0 to 1.
    public var flowEditStart = 0.0
    /// Share of the steps after which the new text alone is followed, 0 to 1.
    public var flowEditEnd = 1.0
    /// Noises of which each step takes the mean, 1 to 16.
    public var flowEditDraws = 1

    // MARK: Output

    /// Whether it is found out when the lyrics are sung.
    public var findsLyricTimes = false
    /// Whether the song is scored.
    public var findsScores = false
    /// Sensitivity of a language model's scores, 0.01 to 1; lower is more sensitive.
    public var scoreScale = 0.5
    /// Seconds in which the song comes in.
    public var fadeIn = 0.0
    /// Seconds in which the song goes out.
    public var fadeOut = 0.0
    /// Whether songs that are no music are refused.
    public var checksAudio = true
    /// Whether the mean of each channel is brought to 0 before the level rule.
    public var removesDCOffset = false

    public init() {}

    /// Reads a request's options.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for a field that ACE-Step lacks, or whose value is not what it
    ///   must be.
    public init(_ options: [String: JSONValue]) throws {
        let rest = try Self.fields.read(options, into: &self)
        if let name = rest.keys.min() {
            throw MusicError.unknownField(
                name, among: Self.fields.descriptions.map(\.name) + MusicRequest.fields.descriptions.map(\.name),
                of: "A request to ACE-Step")
        }
    }

    /// What differs from the defaults, by name.
    public var object: [String: JSONValue] { Self.fields.object(of: self, usual: ACEStepOptions()) }
}

extension MusicRequest {
    /// Sets fields that only ACE-Step understands.
    ///
    /// ```swift
    /// var request = MusicRequest(prompt: "bossa nova")
    /// try request.setACEStep { $0.bpm = 120 }
    /// ```
    /// - Throws: ``MusicError`` with code `invalidRequest` if the options that there are already can't be read.
    public mutating func setACEStep(_ change: (inout ACEStepOptions) throws -> Void) throws {
        var options = try ACEStepOptions(self.options)
        try change(&options)
        self.options = options.object
    }
}

/// A request in ACE-Step's own form: the common fields and the family's.
@dynamicMemberLookup
package struct ACEStepRequest: Sendable, Equatable {
    package var common: MusicRequest
    package var options: ACEStepOptions

    /// - Throws: ``MusicError`` with code `invalidRequest`.
    package init(_ request: MusicRequest) throws {
        common = request
        common.options = [:]
        options = try ACEStepOptions(request.options)
        try normalize()
    }

    package init(prompt: String = "", _ change: (inout ACEStepRequest) -> Void = { _ in }) {
        common = MusicRequest(prompt: prompt)
        options = ACEStepOptions()
        change(&self)
    }

    /// Brings texts to the forms with which models were trained, and reads tracks out of the task's sentence.
    ///
    /// Values that are none stay, for ``validate()`` to refuse or to point out.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for a sentence that names a track which there isn't.
    package mutating func normalize() throws {
        if let language = options.vocalLanguage?.trimmingCharacters(in: .whitespacesAndNewlines) {
            options.vocalLanguage = language.isEmpty ? nil : VocalLanguage.code(language) ?? language
        }
        switch options.keyScale.map(KeyScale.read) {
        case .known(let key), .untrained(let key): options.keyScale = key
        case .open: options.keyScale = nil
        case .unknown, nil: break
        }
        if let metre = options.timeSignature {
            options.timeSignature = ACEStepLimits.isOpen(metre) ? nil : Self.normalizedTimeSignature(metre) ?? metre
        }
        if MusicTask.musicToVoice.contains(self.task) {
            self.task = .complete
            if self.tracks.isEmpty, self.instruction == nil { self.tracks = Track.band }
        }
        try readTracks()
    }

    /// The request with its genres in the caption, but those that it names already.
    package func withGenres() -> ACEStepRequest {
        var request = self
        let caption = self.prompt.lowercased()
        let missing = self.genres.map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !caption.contains($0.lowercased()) }
        let parts = [self.prompt.trimmingCharacters(in: .whitespaces)].filter { !$0.isEmpty } + missing
        if !missing.isEmpty { request.prompt = parts.joined(separator: ", ") }
        request.genres = []
        return request
    }

    /// The neutral form.
    package var neutral: MusicRequest {
        var request = common
        request.options = options.object
        return request
    }

    package subscript<Value>(dynamicMember path: WritableKeyPath<MusicRequest, Value>) -> Value {
        get { common[keyPath: path] }
        set { common[keyPath: path] = newValue }
    }

    package subscript<Value>(dynamicMember path: WritableKeyPath<ACEStepOptions, Value>) -> Value {
        get { options[keyPath: path] }
        set { options[keyPath: path] = newValue }
    }
}
