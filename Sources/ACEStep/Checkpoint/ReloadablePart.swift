import ModelSupport

/// A network that is loaded when it is needed and can be let go of between uses.
@MLXActor
final class ReloadablePart<Part> {
    private let load: () throws -> Part
    /// The network if it is loaded.
    private(set) var part: Part?

    init(load: @escaping () throws -> Part) {
        self.load = load
    }

    /// The network, loaded by now.
    func loaded() throws -> Part {
        if let part { return part }
        let part = try load()
        self.part = part
        return part
    }

    /// Lets go of the network; whoever else holds it keeps it.
    func release() { part = nil }
}
