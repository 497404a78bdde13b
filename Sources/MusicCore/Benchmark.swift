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

    /// The stage's name in JSON, such as `dit_step`.
    public var key: String {
        self == .ditStep ? "dit_step" : rawValue.replacing("-", with: "_")
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

    public init(stage: BenchmarkStage, seconds: [Double], operations: Double) {
        self.stage = stage
        self.seconds = seconds
        self.operations = operations
    }

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

/// A backend whose stages can be measured.
public protocol MeasurableBackend: MusicBackend {
    /// What computes, in words: instruction set, number of threads, or the GPU.
    var engine: String { get }

    /// The rate of a large matrix product in the model's number format, in operations per second: what the machine can
    /// do at best with this engine.
    func matrixRate() async throws -> Double

    /// Runs a stage once to warm up and then as often as the workload says.
    ///
    /// - Throws: ``MusicError``, or `CancellationError` between two runs.
    func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) async throws -> StageMeasurement
}
