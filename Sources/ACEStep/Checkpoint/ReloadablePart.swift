import ModelSupport

/// A network that is loaded when it is needed and can be let go of between uses.
///
/// Whoever uses it holds it. While anybody does, all others get the same one, so that it is never in memory twice.
@MLXActor
final class ReloadablePart<Part: AnyObject> {
    private let load: () throws -> Part
    /// The network if it is kept.
    private(set) var part: Part?
    /// The network if it is kept or in use.
    private weak var inUse: Part?

    init(load: @escaping () throws -> Part) {
        self.load = load
    }

    /// The network, loaded and kept by now.
    func loaded() throws -> Part {
        let part = try inUse ?? load()
        (self.part, inUse) = (part, part)
        return part
    }

    /// Keeps the network no longer; it goes when nobody uses it any more.
    func release() { part = nil }
}
