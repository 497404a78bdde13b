/// What to make: the part of a request that every model family understands.
///
/// A `nil` field means "the model decides"; ``MusicBackend/resolve(_:)`` fills it in, so that the values which are
/// used can be shown and stored with the song.
public struct MusicRequest: Sendable, Equatable {
    /// Free text: style, instruments, mood.
    public var prompt: String
    /// Words to sing, with section tags such as `[Verse]`; empty for none.
    public var lyrics: String
    /// No vocals, whatever the lyrics say.
    public var instrumental: Bool
    /// Language code of the lyrics (`en`, `ja`, ...), `unknown` if undetermined.
    public var vocalLanguage: String
    /// Length in seconds.
    ///
    /// A song made from source audio or from audio codes has their length, and this is only what the model is told.
    public var duration: Double?
    /// Beats per minute.
    public var bpm: Int?
    /// Key and scale, such as `F# minor`.
    public var keyScale: String?
    /// Beats per bar: `2`, `3`, `4` or `6`; the forms `4/4` and `6/8` are understood too.
    public var timeSignature: String?
    /// Number of denoising steps.
    public var steps: Int?
    /// Shift of the noise schedule, above 0.
    public var shift: Double?
    /// Strength of classifier-free guidance; 1 turns it off.
    public var guidanceScale: Double?
    /// The noise schedule itself, from high to low in (0, 1], in place of `steps` and `shift`.
    public var timesteps: [Double]?
    /// One seed per song; songs without one draw theirs at random.
    public var seeds: [UInt64]
    /// How many songs to make, 1 to 8.
    public var batchSize: Int
    /// How the finished audio's level is set.
    public var normalization: Normalization
    /// Peak that ``Normalization/peak`` brings the audio to, in dB of full scale, at most 0.
    public var normalizationLevel = -1.0

    // MARK: The task

    /// What is done with the source audio.
    public var task = MusicTask.text2music
    /// The sentence that names the task in the prompt; `nil` takes the task's own.
    public var instruction: String?
    /// The audio that the task works on.
    public var source: AudioInput?
    /// Audio whose timbre the song is to have.
    public var reference: AudioInput?
    /// Codes of the song's melody and structure, in the form `<|audio_code_123|>...`.
    public var audioCodes: String?
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

    /// Level rules for finished audio.
    public enum Normalization: String, Sendable, Codable, CaseIterable {
        /// Divide by the peak where it exceeds full scale, then bring the peak to ``MusicRequest/normalizationLevel``.
        case peak
        /// Leave the decoder's samples as they are.
        case none
    }

    public init(
        prompt: String, lyrics: String = "", instrumental: Bool = false, vocalLanguage: String = "unknown",
        duration: Double? = nil, bpm: Int? = nil, keyScale: String? = nil, timeSignature: String? = nil,
        steps: Int? = nil, shift: Double? = nil, guidanceScale: Double? = nil, timesteps: [Double]? = nil,
        seeds: [UInt64] = [], batchSize: Int = 1, normalization: Normalization = .peak
    ) {
        self.prompt = prompt
        self.lyrics = lyrics
        self.instrumental = instrumental
        self.vocalLanguage = vocalLanguage
        self.duration = duration
        self.bpm = bpm
        self.keyScale = keyScale
        self.timeSignature = timeSignature
        self.steps = steps
        self.shift = shift
        self.guidanceScale = guidanceScale
        self.timesteps = timesteps
        self.seeds = seeds
        self.batchSize = batchSize
        self.normalization = normalization
    }
}
