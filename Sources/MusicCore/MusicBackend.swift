import Foundation

/// How a model is to be loaded.
public struct LoadOptions: Sendable, Equatable {
    /// Number format of weights and activations.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        /// bfloat16 where the device computes in it, float32 otherwise.
        case auto
        case float32 = "f32"
        case bfloat16 = "bf16"
    }

    /// Where the arithmetic runs.
    public enum Device: String, Sendable, Codable, CaseIterable {
        /// The GPU if libmlx has one, the CPU otherwise.
        case auto
        case cpu, gpu
    }

    /// How large weights are kept.
    public enum Quantization: String, Sendable, Codable, CaseIterable {
        /// In the number format of the model, or as the checkpoint has them.
        case none
        /// In 8 bits with one scale per output; activations are rounded to 8 bits too, where the processor multiplies
        /// these.
        case q8
    }

    public var precision: Precision
    public var quantization: Quantization
    public var device: Device
    /// Threads that compute on a CPU, for the whole process; `nil` leaves them at one for each physical core that the
    /// process may use.
    public var threads: Int?
    /// Loads each network when it is needed and lets go of it after its stage: less memory, and more time for each
    /// generation but the first.
    public var lowMemory: Bool

    public init(
        precision: Precision = .auto, quantization: Quantization = .none, device: Device = .auto, threads: Int? = nil,
        lowMemory: Bool = false
    ) {
        self.precision = precision
        self.quantization = quantization
        self.device = device
        self.threads = threads
        self.lowMemory = lowMemory
    }
}

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
    /// What the checkpoint says of itself that a user must know, such as "random weights: expect noise".
    public var notice: String?

    public init(
        family: String, variant: String, precision: String, device: String, parameterCount: Int,
        sampleRate: Int = 48_000,
        notice: String? = nil
    ) {
        self.family = family
        self.variant = variant
        self.precision = precision
        self.device = device
        self.parameterCount = parameterCount
        self.sampleRate = sampleRate
        self.notice = notice
    }
}

/// A loaded model of some family that turns requests into songs.
public protocol MusicBackend: Sendable {
    var info: ModelInfo { get }

    /// Checks a request against this model and fills in what it leaves open.
    ///
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

    /// The audio codes of a song.
    ///
    /// - Parameter audio: its samples are read already.
    /// - Throws: ``MusicError``; `unsupported` if the model has no codes.
    func audioCodes(of audio: AudioInput) async throws -> [Int]
}

extension MusicBackend {
    /// Makes the songs, with the events that are always reported.
    public func generate(_ request: MusicRequest) -> AsyncThrowingStream<MusicEvent, any Error> {
        generate(request, details: [])
    }
}

/// A model family as the composition root registers it.
public struct BackendFamily: Sendable {
    /// Family name, such as `ace-step`.
    public var name: String

    /// Whether a location holds a checkpoint of this family, judged by its files' names and configuration alone.
    public var recognizes: @Sendable (ModelLocation) -> Bool

    /// Loads the checkpoint at a location.
    public var load: @Sendable (ModelLocation, LoadOptions) async throws -> any MusicBackend

    public init(
        name: String, recognizes: @escaping @Sendable (ModelLocation) -> Bool,
        load: @escaping @Sendable (ModelLocation, LoadOptions) async throws -> any MusicBackend
    ) {
        self.name = name
        self.recognizes = recognizes
        self.load = load
    }
}
