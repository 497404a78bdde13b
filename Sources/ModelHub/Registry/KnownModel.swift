import Foundation

/// The parts that a model is made of.
public enum ModelRole: String, Sendable, Codable, CaseIterable {
    /// The diffusion transformer with its condition encoder, in the official layout.
    case dit
    case vae
    case textEncoder = "text_encoder"
    /// The language model that plans songs.
    case languageModel = "language_model"
    /// A whole checkpoint in the layout of Diffusers, with everything but the language model.
    case pipeline
}

/// A part of a model and where it lies on the hubs.
public struct ModelComponent: Sendable, Codable, Hashable {
    public var role: ModelRole
    public var repository: RepositoryID
    /// Folder in the repository; empty for its root.
    public var folder: String
    /// The folder's usual name on a disk, beside those of the other parts.
    public var directoryName: String
    /// Approximate size in bytes.
    public var bytes: Int64
}

/// A checkpoint that has a short name.
public struct KnownModel: Sendable, Codable, Hashable {
    /// The short name.
    public var name: String
    /// Other names for it.
    public var aliases: [String]
    /// Every part that it needs, its own first.
    public var components: [ModelComponent]
    /// What it is, in one line.
    public var summary: String
    /// Number of weights, for people, such as `2B`.
    public var parameters: String
    public var licence: String

    /// The part that makes it what it is; the others it shares.
    public var ownComponent: ModelComponent { components[0] }

    /// Approximate size of all parts in bytes.
    public var bytes: Int64 { components.reduce(0) { $0 + $1.bytes } }

    /// All names, the short one first.
    public var names: [String] { [name] + aliases }
}

/// A name of the user's own for something that can be found by another name.
public struct UserModel: Sendable, Codable, Hashable {
    public var name: String
    /// A folder, a hub id or the short name of a known model.
    public var model: String
    public var summary: String?
}

extension RepositoryID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = RepositoryID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no repository name")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
