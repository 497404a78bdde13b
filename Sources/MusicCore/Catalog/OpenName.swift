/// A name out of a list that is open: modules know some of its values, and families bring others.
///
/// Values are equal if their texts are, and are written to JSON as plain text.
public protocol OpenName: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension OpenName {
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    public var description: String { rawValue }
}

/// What a part of a model does in it, such as `vae`; families add roles of their own.
public struct ModelRole: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// A whole checkpoint in one folder, its parts in subfolders.
    public static let pipeline: ModelRole = "pipeline"
    /// What turns latents into samples and back.
    public static let vae: ModelRole = "vae"
    public static let textEncoder: ModelRole = "text_encoder"
    /// A language model that plans songs.
    public static let languageModel: ModelRole = "language_model"
}

/// What a model is for.
public struct ModelPurpose: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// It makes songs.
    public static let music: ModelPurpose = "music"
    /// It plans and describes songs in words.
    public static let planning: ModelPurpose = "planning"
}

/// How the files of a model are laid out.
public struct ModelLayout: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The layout in which the family's authors publish it: a folder for each part, which may lie apart.
    public static let official: ModelLayout = "official"
    /// One folder with `model_index.json`.
    public static let diffusers: ModelLayout = "diffusers"
    /// One folder with a language model.
    public static let languageModel: ModelLayout = "language_model"
}

/// A site that serves models.
public struct HubSite: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let huggingFace: HubSite = "huggingface"
    public static let modelScope: HubSite = "modelscope"
}
