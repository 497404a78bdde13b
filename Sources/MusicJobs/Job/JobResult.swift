public import MusicCore

/// What a job made.
public struct JobResult: Sendable, Codable, Equatable {
    /// A song, by its handle.
    public struct JobSong: Sendable, Codable, Equatable {
        /// `au_...`, with the file's extension.
        public var handle: String
        public var seed: UInt64
        /// Seconds; `nil` if that isn't known.
        public var duration: Double?
        /// Samples per second.
        public var sampleRate: Int
        /// What made it, under the names of the reference.
        public var parameters: [String: JSONValue]

        public init(
            handle: String, seed: UInt64, duration: Double?, sampleRate: Int, parameters: [String: JSONValue]
        ) {
            self.handle = handle
            self.seed = seed
            self.duration = duration
            self.sampleRate = sampleRate
            self.parameters = parameters
        }
    }

    /// In the order of the batch; empty where no songs are made.
    public var songs: [JobSong] = []
    /// The whole result in the form of the reference: of `GenerationResult`, in which paths are handles, of
    /// `DescriptionResult`, or `codes` and `audio_codes`.
    public var document: JSONValue
    /// What the description before the songs said, of a request with a prelude.
    public var description: JSONValue?
    /// What the user should know.
    public var notices: [String] = []
    /// Seconds by stage.
    public var seconds: [String: Double] = [:]
    /// Name of the model.
    public var model: String?
    /// What was loaded.
    public var info: ModelInfo?

    public init(document: JSONValue) { self.document = document }
}
