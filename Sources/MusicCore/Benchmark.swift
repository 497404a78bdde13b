/// A part of a generation that can be measured by itself.
public enum BenchmarkStage: String, Sendable, CaseIterable {
    /// The prompt through the text encoder.
    case textEncoder = "text-encoder"
    /// Lyrics, timbre and text to what the transformer attends to.
    case conditionEncoder = "condition-encoder"
    /// One step of the diffusion transformer.
    case ditStep = "dit"
    /// Waveform to latents.
    case vaeEncode = "vae-encode"
    /// Latents to waveform.
    case vaeDecode = "vae-decode"
    /// Text encoder, condition encoder, all steps and decoding.
    case endToEnd = "end-to-end"
    /// A prompt through the language model.
    case plannerPrefill = "lm-prefill"
    /// One audio code of each sequence by the language model.
    case plannerStep = "lm"
    /// Likewise with guidance: twice as many sequences.
    case guidedPlannerStep = "lm-cfg"

    /// The stages of a model that makes audio.
    public static let ofModel: [BenchmarkStage] = allCases.filter { !$0.isOfPlanner }

    /// Whether the stage is one of the language model.
    public var isOfPlanner: Bool { [.plannerPrefill, .plannerStep, .guidedPlannerStep].contains(self) }

    /// The stage's name in JSON, such as `dit_step`.
    public var key: String {
        switch self {
        case .ditStep: "dit_step"
        case .plannerStep: "lm_step"
        case .guidedPlannerStep: "lm_cfg_step"
        default: rawValue.replacing("-", with: "_")
        }
    }
}

/// What a benchmark works on.
public struct BenchmarkWorkload: Sendable, Equatable {
    /// Length of the song in seconds.
    public var duration: Double
    /// Number of songs.
    public var batchSize: Int
    /// Denoising steps of ``BenchmarkStage/endToEnd``.
    public var steps: Int
    /// Tokens of the prompt.
    public var textTokens: Int
    /// Tokens of the lyrics.
    public var lyricTokens: Int
    /// Timed runs of each stage, after one that warms up.
    public var repeats: Int
    /// Adapters that the model works with.
    public var adapters: [AdapterUse] = []

    public init(
        duration: Double = 30, batchSize: Int = 1, steps: Int = 8, textTokens: Int = 96, lyricTokens: Int = 256,
        repeats: Int = 3
    ) {
        self.duration = duration
        self.batchSize = batchSize
        self.steps = steps
        self.textTokens = textTokens
        self.lyricTokens = lyricTokens
        self.repeats = repeats
    }
}

/// What a stage took.
public struct StageMeasurement: Sendable, Equatable {
    public var stage: BenchmarkStage
    /// Wall-clock seconds of each timed run.
    public var seconds: [Double]
    /// Floating-point operations of one run: two for every multiplication with addition in products, convolutions and
    /// attention; everything else is left out.
    public var operations: Double
    /// Bytes of weights that one run reads, where these and not the operations set its pace; 0 elsewhere.
    public var bytes: Double
    /// Tokens that one run makes; 0 where there are none.
    public var tokens: Int

    public init(stage: BenchmarkStage, seconds: [Double], operations: Double, bytes: Double = 0, tokens: Int = 0) {
        self.stage = stage
        self.seconds = seconds
        self.operations = operations
        self.bytes = bytes
        self.tokens = tokens
    }

    /// Bytes per second of the fastest run.
    public var byteRate: Double { minimum > 0 ? bytes / minimum : 0 }

    /// Tokens per second of the fastest run.
    public var tokenRate: Double { minimum > 0 ? Double(tokens) / minimum : 0 }

    /// The fastest run.
    public var minimum: Double { seconds.min() ?? 0 }

    /// The middle run, or the mean of the middle two.
    public var median: Double {
        let sorted = seconds.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// Operations per second of the fastest run, in units of 10⁹.
    public var gflops: Double { minimum > 0 ? operations / minimum / 1e9 : 0 }
}

/// A model whose stages can be measured.
public protocol Measurable: Sendable {
    var info: ModelInfo { get }

    /// What computes, in words: instruction set, number of threads, or the GPU.
    var engine: String { get }

    /// The rate of a large matrix product in the model's number format, in operations per second: what the machine can
    /// do at best with this engine.
    func matrixRate() async throws -> Double

    /// The rate at which the memory is read, in bytes per second; `nil` where that can't be told.
    func memoryRate() async throws -> Double?

    /// Runs a stage once to warm up and then as often as the workload says.
    ///
    /// - Throws: ``MusicError``, or `CancellationError` between two runs.
    func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) async throws -> StageMeasurement
}
