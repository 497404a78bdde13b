import Foundation

/// Names that stand for files: they can't be guessed, and say nothing of where a file is.
public enum Handle {
    /// What a handle stands for.
    public enum Kind: String, Sendable {
        /// A song of the library.
        case song = "au_"
        /// A file that was uploaded.
        case upload = "up_"
    }

    /// Characters of a handle that are drawn: 24 of 5 bits.
    static let length = 24
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")

    /// A new handle of 120 random bits.
    ///
    /// - Parameters:
    ///   - kind: what it stands for.
    ///   - ending: extension of the file; none for an empty one.
    public static func make(_ kind: Kind, ending: String = "") -> String {
        var generator = SystemRandomNumberGenerator()
        let drawn = (0..<length).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }
        return kind.rawValue + String(drawn) + (ending.isEmpty ? "" : "." + ending)
    }

    /// What a text is a handle of; `nil` if it is none.
    public static func kind(of text: String) -> Kind? {
        guard let kind = [Kind.song, .upload].first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
        let rest = text.dropFirst(kind.rawValue.count)
        let drawn = rest.prefix(length)
        guard drawn.count == length, drawn.allSatisfy(alphabet.contains) else { return nil }
        let ending = rest.dropFirst(length)
        guard ending.isEmpty || ending.first == "." else { return nil }
        let name = ending.dropFirst()
        let isName = name.count <= 8 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isName && (ending.isEmpty || !name.isEmpty) ? kind : nil
    }

    /// The handle at the end of a file's name, such as `rain-au_....flac`; `nil` if there is none.
    package static func song(inFileName name: String) -> String? {
        guard let start = name.range(of: Kind.song.rawValue, options: .backwards)?.lowerBound else { return nil }
        let text = String(name[start...])
        return kind(of: text) == .song ? text : nil
    }
}
