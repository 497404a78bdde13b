public import Foundation

/// What a folder holds, as a family sees it.
public enum FolderContents: Sendable, Equatable {
    /// A model, or what there is of one.
    case model(FoundModel)
    /// Several models, none of which is the one that the family would choose.
    case several([URL])
    /// A part of a model, which is of no use alone.
    case part(ModelRole)
    /// Nothing of this family.
    case unknown
}

/// A model that a family has found in a folder.
public struct FoundModel: Sendable, Equatable {
    /// A part that is on this machine.
    public struct Part: Sendable, Equatable {
        public var role: ModelRole
        public var directory: URL
        /// The name by which the family looks for it in ``ModelLocation/components``.
        public var name: String

        /// - Parameter name: the folder's own name if it is `nil`.
        public init(_ role: ModelRole, _ directory: URL, name: String? = nil) {
            self.role = role
            self.directory = directory
            self.name = name ?? directory.lastPathComponent
        }
    }

    public var purpose: ModelPurpose
    public var layout: ModelLayout
    /// The parts that are here, its own first.
    public var parts: [Part]
    /// Relative paths of the files without which its own part can't be loaded.
    public var missingFiles: [String]
    /// Shared parts that it needs and that are not beside it.
    public var missingParts: [ModelComponent]
    /// Other models in the same folder, which were not chosen.
    public var alternatives: [URL]

    /// - Precondition: there is at least one part.
    public init(
        purpose: ModelPurpose, layout: ModelLayout, parts: [Part], missingFiles: [String] = [],
        missingParts: [ModelComponent] = [], alternatives: [URL] = []
    ) {
        precondition(!parts.isEmpty, "a model has a part of its own")
        self.purpose = purpose
        self.layout = layout
        self.parts = parts
        self.missingFiles = missingFiles
        self.missingParts = missingParts
        self.alternatives = alternatives
    }

    /// The part that makes it what it is.
    public var ownPart: Part { parts[0] }

    /// The folder of a part.
    public func directory(of role: ModelRole) -> URL? { parts.first { $0.role == role }?.directory }
}
