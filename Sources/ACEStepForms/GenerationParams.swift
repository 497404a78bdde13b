public import ACEStep
public import MusicCore

/// The parameters of a generation, with the names, defaults and ranges of ACE-Step's `GenerationParams`.
///
/// In JSON the names are those of the Python dataclass, in snake case, so that what `dataclasses.asdict` gives is read
/// as it is; a field that is left out has the reference's default.
public struct GenerationParams: Sendable, Equatable {
    // MARK: Task

    /// `text2music`, `cover`, `repaint`, `lego`, `extract` or `complete`.
    public var taskType = MusicTask.text2music
    /// The task's sentence; the default and an empty one stand for the task's own.
    public var instruction = defaultInstruction
    /// File whose timbre the song is to have.
    public var referenceAudio: String?
    /// File that the task works on.
    public var srcAudio: String?
    /// Codes to follow: `<|audio_code_123|>...`.
    public var audioCodes = ""

    // MARK: Text

    /// Style, instruments, mood.
    public var caption = ""
    /// Words to sing.
    public var lyrics = ""
    /// No vocals, whatever the lyrics say.
    public var instrumental = false

    // MARK: Music

    /// Language code of the lyrics.
    public var vocalLanguage = "unknown"
    /// Beats per minute, 30 to 300.
    public var bpm: Int?
    /// Key and scale; empty if open.
    public var keyscale = ""
    /// `2`, `3`, `4` or `6`; empty if open.
    public var timesignature = ""
    /// Length in seconds; 0 and below leave it open.
    public var duration = -1.0
    /// Whether the peak is brought to ``normalizationDb``.
    public var enableNormalization = true
    /// Peak in dB of full scale, at most 0.
    public var normalizationDb = -1.0
    /// Added to the final latents.
    public var latentShift = 0.0
    /// Factor on the final latents.
    public var latentRescale = 1.0

    // MARK: Sampling

    /// Number of denoising steps, 1 to 200.
    public var inferenceSteps = 8
    /// Seed; below 0 it is drawn.
    public var seed: Seed = -1
    /// Strength of guidance.
    public var guidanceScale = 7.0
    /// Angle-based guidance.
    public var useAdg = false
    /// Lowest flow time at which guidance applies, 0 to 1.
    public var cfgIntervalStart = 0.0
    /// Highest flow time at which guidance applies, 0 to 1.
    public var cfgIntervalEnd = 1.0
    /// Shift of the noise schedule.
    public var shift = 1.0
    /// `ode`, `sde`, `heun` or `dpmpp_2m`.
    public var inferMethod = Solver.euler
    /// The noise schedule itself; zeros at its end are implied.
    public var timesteps: [Double]?

    // MARK: Audio tasks

    /// Start of the part to repaint, in seconds.
    public var repaintingStart = 0.0
    /// End of the part to repaint; below 0 it is the end of the source.
    public var repaintingEnd = -1.0
    /// How much of the source a cover follows, 0 to 1.
    public var audioCoverStrength = 1.0
    /// How near to the source's sound a cover starts, 0 to 1.
    public var coverNoiseStrength = 0.0

    // MARK: Planning by the language model

    /// Whether the language model plans the song.
    public var thinking = true
    /// Temperature of the language model, 0 to 2.
    public var lmTemperature = 0.85
    /// Guidance of the language model.
    public var lmCfgScale = 2.0
    /// Number of most likely tokens to draw from; 0 is all.
    public var lmTopK = 0
    /// Probability mass to draw from, 0 to 1.
    public var lmTopP = 0.9
    /// What the language model is to avoid.
    public var lmNegativePrompt = "NO USER INPUT"
    /// Whether it fills in tempo, key, metre and length.
    public var useCotMetas = true
    /// Whether it rewrites the caption.
    public var useCotCaption = true
    /// Whether it rewrites the lyrics.
    public var useCotLyrics = false
    /// Whether it detects the language.
    public var useCotLanguage = true
    /// Whether its output is held to the expected form.
    public var useConstrainedDecoding = true
    /// What it found: tempo.
    public var cotBpm: Int?
    /// What it found: key.
    public var cotKeyscale = ""
    /// What it found: metre.
    public var cotTimesignature = ""
    /// What it found: length.
    public var cotDuration: Double?
    /// What it found: language.
    public var cotVocalLanguage = "unknown"
    /// What it found: caption.
    public var cotCaption = ""
    /// What it found: lyrics.
    public var cotLyrics = ""

    // MARK: Of later releases of the reference

    /// Whether the bands of the latents are corrected after each step; on in the reference, off here.
    public var dcwEnabled = false
    /// What the correction changes: `low`, `high`, `double` or `pix`.
    public var dcwMode = WaveletCorrectionMode.double
    /// Strength of the correction; of the low band in the mode `double`.
    public var dcwScaler = 0.05
    /// Strength of the correction of the high band in the mode `double`.
    public var dcwHighScaler = 0.02
    /// Which wavelet makes the bands.
    public var dcwWavelet = Wavelet.haar
    /// Largest norm of a velocity in norms of its latents; 0 is no limit.
    public var velocityNormThreshold = 0.0
    /// Share of the velocity before in each step's, 0 to below 1.
    public var velocityEmaFactor = 0.0
    /// How far a song goes from the one that its seed makes, 0 to 1.
    public var retakeVariance = 0.0
    /// Seeds of variations, one per song; those that are missing are drawn.
    public var retakeSeed = [UInt64]()
    /// Whether the source is carried from its own text to the song's.
    public var flowEditMorph = false
    /// What the source is like; empty for the caption.
    public var flowEditSourceCaption = ""
    /// What the source sings; empty for the lyrics.
    public var flowEditSourceLyrics = ""
    /// Share of the steps that a flow edit leaves out at first, 0 to 1.
    public var flowEditNMin = 0.0
    /// Share of the steps after which a flow edit follows the new text alone, 0 to 1.
    public var flowEditNMax = 1.0
    /// Noises of which each step of a flow edit takes the mean, 1 to 16.
    public var flowEditNAvg = 1
    /// Seconds in which the song comes in.
    public var fadeInDuration = 0.0
    /// Seconds in which the song goes out.
    public var fadeOutDuration = 0.0

    // MARK: Beyond the reference

    /// Track to make or to take out; empty if open.
    public var trackName = ""
    /// Tracks to add.
    public var trackClasses: [String] = []
    /// Several parts to repaint, in place of one.
    public var regions: [RepaintRegion] = []
    /// Whether repainting keeps the source's own samples elsewhere.
    public var keepSource = true
    /// What a cover strength below 1 means.
    public var coverRule = CoverRule.switch
    /// Whether a turbo model's flow times are moved to trained ones.
    public var snapTimesteps = false
    /// Most tokens of the caption with its metadata, 1 to 8192; Diffusers' parameter.
    public var maxTextLength = 256
    /// Most tokens of the lyrics, 1 to 8192; Diffusers' parameter.
    public var maxLyricLength = 2048
    /// File with the noise to begin from, `.safetensors` or `.npy`; Diffusers' parameter.
    public var latents: String?
    /// Whether the caption is put into the template with which models were trained.
    public var useSftPrompt = true
    /// Whether songs without words have no lyrics to attend to.
    public var nullLyricCondition = false
    /// Whether the mean of each channel is brought to 0.
    public var removeDcOffset = false
    /// Whether a song whose latents become NaN or infinite is tried once more, with another solver and the next seed.
    public var retryNonFinite = true

    /// The instruction of text2music, which the reference takes for "the task's own".
    public static let defaultInstruction = "Fill the audio semantic mask based on the given conditions:"
}
