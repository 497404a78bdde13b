import Foundation
import MusicCore

/// A model whose files are on this machine.
public struct ResolvedModel: Sendable, Equatable {
    /// The name or path that the user gave.
    public var name: String
    public var purpose: ModelPurpose
    public var layout: ModelLayout
    /// The parts, the model's own first.
    public var parts: [FoundModel.Part]
    /// What the user should know of how the name was understood.
    public var notices: [String]

    /// - Precondition: there is at least one part.
    public init(
        name: String, purpose: ModelPurpose, layout: ModelLayout, parts: [FoundModel.Part], notices: [String] = []
    ) {
        precondition(!parts.isEmpty, "a model has a part of its own")
        self.name = name
        self.purpose = purpose
        self.layout = layout
        self.parts = parts
        self.notices = notices
    }

    /// The part that makes it what it is.
    public var ownPart: FoundModel.Part { parts[0] }

    /// The checkpoint's own folder.
    public var directory: URL { ownPart.directory }

    /// The folder of each part.
    public var directories: [ModelRole: URL] {
        Dictionary(parts.map { ($0.role, $0.directory) }) { first, _ in first }
    }

    /// The location for a model family: the checkpoint's own folder, and those of the parts that it shares, wherever
    /// they lie.
    public var location: ModelLocation {
        ModelLocation(
            name: name, directory: directory,
            components: Dictionary(parts.dropFirst().map { ($0.name, $0.directory) }) { first, _ in first })
    }
}
