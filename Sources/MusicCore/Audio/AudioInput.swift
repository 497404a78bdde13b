/// Audio that a request works on: where it lies, and its samples once they are read.
///
/// In JSON it is its path alone.
public struct AudioInput: Sendable, Codable, Equatable {
    /// The file as the user named it; empty if there is none.
    public var path: String
    /// The samples, at the model's sample rate and with its number of channels; `nil` before the file is read.
    public var audio: AudioBuffer?

    public init(path: String = "", audio: AudioBuffer? = nil) {
        self.path = path
        self.audio = audio
    }

    public init(from decoder: any Decoder) throws {
        path = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}

extension AudioInput {
    /// The input of a path; `nil` for an empty one.
    public init?(named path: String) {
        guard !path.isEmpty else { return nil }
        self.init(path: path)
    }
}
