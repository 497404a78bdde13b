import Foundation

/// What is done with the source audio, if there is any.
///
/// The names are open: a family adds its own as constants, and says in its ``Capabilities`` which it does.
public struct MusicTask: OpenName, FieldValue {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The task of a name in any case; `nil` for a blank one.
    public init?(spelled name: String) {
        let name = name.trimmingCharacters(in: .whitespaces).lowercased()
        if name.isEmpty { return nil }
        rawValue = name
    }

    /// Music from text alone.
    public static let text2music: MusicTask = "text2music"
    /// Another version of a song: its melody and structure, in another style.
    public static let cover: MusicTask = "cover"
    /// Parts of a song anew, or beyond its ends.
    public static let repaint: MusicTask = "repaint"
}
