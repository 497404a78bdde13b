/// What is done with the source audio, if there is any.
///
/// The names are open: a family adds its own as constants, and says in its ``Capabilities`` which it does.
public struct MusicTask: RawRepresentable, Sendable, Hashable, Codable, ExpressibleByStringLiteral, FieldValue {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    /// Music from text alone.
    public static let text2music: MusicTask = "text2music"
    /// Another version of a song: its melody and structure, in another style.
    public static let cover: MusicTask = "cover"
    /// Parts of a song anew, or beyond its ends.
    public static let repaint: MusicTask = "repaint"

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
