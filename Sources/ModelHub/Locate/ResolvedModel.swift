import Foundation
import MusicCore

/// A model whose files are on this machine.
public struct ResolvedModel: Sendable, Equatable {
    /// How its files are laid out.
    public enum Layout: String, Sendable, Codable {
        /// A folder per part: DiT, VAE, text encoder, which may lie apart from each other.
        case official
        /// One folder with `model_index.json`.
        case diffusers
        /// One folder with a planning language model, which makes no music by itself.
        case languageModel = "language_model"
    }

    /// The name or path that the user gave.
    public var name: String
    public var layout: Layout
    /// The folder of each part; in the layout of Diffusers there is one part, `pipeline`.
    public var directories: [ModelRole: URL]
    /// What the user should know of how the name was understood.
    public var notices: [String]

    public init(name: String, layout: Layout, directories: [ModelRole: URL], notices: [String] = []) {
        self.name = name
        self.layout = layout
        self.directories = directories
        self.notices = notices
    }

    /// The checkpoint's own folder: the DiT's, the pipeline's or the language model's.
    public var directory: URL {
        for role in [ModelRole.pipeline, .dit, .languageModel] {
            if let url = directories[role] { return url }
        }
        return URL(filePath: "/")
    }

    /// The location for a model family: the checkpoint's own folder, and for the official layout the folders `vae`
    /// and `Qwen3-Embedding-0.6B`, wherever they lie.
    public var location: ModelLocation {
        var components: [String: URL] = [:]
        components["vae"] = directories[.vae]
        components["Qwen3-Embedding-0.6B"] = directories[.textEncoder]
        if layout == .official, let languageModel = directories[.languageModel] {
            components[languageModel.lastPathComponent] = languageModel
        }
        return ModelLocation(name: name, directory: directory, components: components)
    }
}
