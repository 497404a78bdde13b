import Foundation

/// Where the files of a model lie on this machine.
public struct ModelLocation: Sendable, Equatable {
    /// The name or path that the user gave.
    public var name: String

    /// The checkpoint's own directory.
    public var directory: URL

    /// Directories of parts that the checkpoint shares with others and that lie elsewhere, by their usual folder
    /// name, such as `vae`.
    public var components: [String: URL]

    public init(name: String, directory: URL, components: [String: URL] = [:]) {
        self.name = name
        self.directory = directory
        self.components = components
    }
}
