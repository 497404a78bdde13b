/// What is known of a loaded model.
public struct ModelInfo: Sendable, Codable, Equatable {
    /// Family name: `ace-step`.
    public var family: String
    /// Variant within the family: `turbo`, `base`, `sft`.
    public var variant: String
    /// Number format in use: `f32` or `bf16`, with ` q8` behind it if large weights are in 8 bits.
    public var precision: String
    /// Device in use: `cpu` or `gpu`.
    public var device: String
    /// Number of weights.
    public var parameterCount: Int
    /// Samples per second of the songs, and of the audio that the model takes.
    public var sampleRate: Int
    /// Channels of the songs, and of the audio that the model takes.
    public var channelCount: Int
    /// Bytes that the loaded weights take; 0 if they aren't known.
    public var byteCount: Int
    /// What the checkpoint says of itself that a user must know, such as "random weights: expect noise".
    public var notice: String?
    /// What was done to keep within the memory, in the order in which it was done.
    public var measures: [String]

    public init(
        family: String, variant: String, precision: String, device: String, parameterCount: Int,
        sampleRate: Int = 48_000, channelCount: Int = 2, byteCount: Int = 0, notice: String? = nil,
        measures: [String] = []
    ) {
        self.family = family
        self.variant = variant
        self.precision = precision
        self.device = device
        self.parameterCount = parameterCount
        self.sampleRate = sampleRate
        self.channelCount = channelCount
        self.byteCount = byteCount
        self.notice = notice
        self.measures = measures
    }
}

/// What a model can do.
public struct Capabilities: Sendable, Equatable {
    /// The tasks that it was trained for.
    public var tasks: [MusicTask]
    /// Lengths of songs, in seconds.
    public var duration: ClosedRange<Double>
    /// Whether a language model can plan its songs.
    public var takesPlans: Bool

    public init(
        tasks: [MusicTask] = [.text2music], duration: ClosedRange<Double> = RequestLimits.duration,
        takesPlans: Bool = false
    ) {
        self.tasks = tasks
        self.duration = duration
        self.takesPlans = takesPlans
    }
}

extension Capabilities: Codable {
    private enum CodingKeys: String, CodingKey {
        case tasks
        case shortest = "min_duration"
        case longest = "max_duration"
        case takesPlans = "takes_plans"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let shortest = try values.decode(Double.self, forKey: .shortest)
        let longest = try values.decode(Double.self, forKey: .longest)
        guard shortest <= longest else {
            throw DecodingError.dataCorruptedError(
                forKey: .longest, in: values, debugDescription: "max_duration must not be below min_duration")
        }
        self.init(
            tasks: try values.decode([MusicTask].self, forKey: .tasks), duration: shortest...longest,
            takesPlans: try values.decode(Bool.self, forKey: .takesPlans))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(tasks, forKey: .tasks)
        try values.encode(duration.lowerBound, forKey: .shortest)
        try values.encode(duration.upperBound, forKey: .longest)
        try values.encode(takesPlans, forKey: .takesPlans)
    }
}

/// A loaded model of some family that turns requests into songs.
public protocol MusicBackend: Sendable {
    /// What was loaded.
    var info: ModelInfo { get }

    /// What it can do.
    var capabilities: Capabilities { get }

    /// Checks a request against this model and fills in what it leaves open.
    ///
    /// - Parameter request: the samples of its audio are read already.
    /// - Returns: the request with no `nil` left except what the model does without, and the notices for the user.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unsupported`.
    func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String])

    /// Makes the songs. Ending the iteration or cancelling its task stops the work within one step.
    ///
    /// - Parameters:
    ///   - request: what to make; the samples of its audio are read already.
    ///   - details: which events to report beside those that are always reported.
    /// - Returns: events, ending with `finished`; the stream throws ``MusicError``.
    func generate(_ request: MusicRequest, details: MusicDetails) -> AsyncThrowingStream<MusicEvent, any Error>

    /// The same model, whose songs a closure looks at and steers after each denoising step.
    ///
    /// - Throws: ``MusicError`` `unsupported` if the model's songs have no such steps.
    func calling(_ onStepEnd: @escaping StepCallback) throws -> any MusicBackend

    /// Why songs of a request are made without a plan of a language model; `nil` if a plan is of use to them.
    ///
    /// - Parameters:
    ///   - request: what to make.
    ///   - isAskedFor: whether the user asks by name for what the plan would find out.
    func reasonAgainstPlan(of request: MusicRequest, isAskedFor: Bool) -> String?

    /// Has a language model plan, and makes the songs.
    ///
    /// - Parameters:
    ///   - request: likewise.
    ///   - planner: writes the plan.
    ///   - options: what is planned.
    ///   - details: likewise.
    /// - Returns: events, ending with `finished`, whose result holds the plan; the stream throws ``MusicError``.
    func generate(
        _ request: MusicRequest, planner: any MusicPlanner, options: PlanningOptions, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error>

    /// When the lyrics of a song are sung.
    ///
    /// - Parameters:
    ///   - audio: the song; its samples are read already.
    ///   - request: that it was made from; the samples of its audio are read already.
    /// - Throws: ``MusicError``; `unsupported` if the model can't tell, `invalidRequest` if nothing is sung.
    func lyricTimes(of audio: AudioInput, request: MusicRequest) async throws -> (TimedLyrics, notices: [String])

    /// The audio codes of a song.
    ///
    /// - Parameter audio: its samples are read already.
    /// - Throws: ``MusicError``; `unsupported` if the model has no codes.
    func audioCodes(of audio: AudioInput) async throws -> [Int]
}

extension MusicBackend {
    public var capabilities: Capabilities { Capabilities() }

    /// Makes the songs, with the events that are always reported.
    public func generate(_ request: MusicRequest) -> AsyncThrowingStream<MusicEvent, any Error> {
        generate(request, details: [])
    }

    public func calling(_ onStepEnd: @escaping StepCallback) throws -> any MusicBackend {
        throw MusicError(
            .unsupported, "Models of the family \(info.family) have no denoising steps to look at",
            advice: "leave the step callback out")
    }

    public func reasonAgainstPlan(of request: MusicRequest, isAskedFor: Bool) -> String? {
        "models of the family \(info.family) take no plans"
    }

    public func generate(
        _ request: MusicRequest, planner: any MusicPlanner, options: PlanningOptions, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.finish(
                throwing: MusicError(.unsupported, "Models of the family \(info.family) take no plans"))
        }
    }

    public func lyricTimes(
        of audio: AudioInput, request: MusicRequest
    ) async throws -> (TimedLyrics, notices: [String]) {
        throw MusicError(.unsupported, "Models of the family \(info.family) can't tell when lyrics are sung")
    }

    public func audioCodes(of audio: AudioInput) async throws -> [Int] {
        throw MusicError(.unsupported, "Models of the family \(info.family) have no audio codes")
    }
}
