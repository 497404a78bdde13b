/// A repository on a model hub: `owner/name`.
public struct RepositoryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let owner: String
    public let name: String

    public var description: String { "\(owner)/\(name)" }

    /// - Parameter text: `owner/name`, each of at most 96 letters, digits, `-`, `_` and `.`, by the hub's rules.
    /// - Returns: `nil` if it has another form.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy(Self.isValidPart), !parts[1].hasSuffix(".git") else { return nil }
        owner = String(parts[0])
        name = String(parts[1])
    }

    /// A repository that a program names.
    ///
    /// - Precondition: both are names by the hub's rules.
    public init(owner: String, name: String) {
        guard let id = RepositoryID("\(owner)/\(name)") else {
            preconditionFailure("'\(owner)/\(name)' must be the name of a repository")
        }
        self = id
    }

    private static func isValidPart(_ part: Substring) -> Bool {
        let edge = Set("-.")
        guard (1...96).contains(part.utf8.count), let first = part.first, let last = part.last,
            !edge.contains(first), !edge.contains(last), !part.contains("--"), !part.contains("..")
        else { return false }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    public static func < (left: RepositoryID, right: RepositoryID) -> Bool { left.description < right.description }
}

extension RepositoryID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = RepositoryID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' must have the form owner/name")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
