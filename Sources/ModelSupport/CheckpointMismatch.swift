import MusicCore

/// What doesn't fit between a checkpoint and the network that its configuration describes.
package struct CheckpointMismatch {
    package var missing: [String] = []
    package var unexpected: [String] = []
    package var misshaped: [String] = []

    package init() {}

    /// How many names of a kind a message lists.
    private static let listed = 5

    /// Throws an error that lists the names, if there are any.
    package func throwIfAny(_ label: String) throws {
        let parts = [("missing", missing), ("unexpected", unexpected), ("of the wrong shape or type", misshaped)]
            .filter { !$0.1.isEmpty }
            .map { kind, names in
                let shown = names.sorted().prefix(Self.listed).joined(separator: ", ")
                let rest = names.count > Self.listed ? " and \(names.count - Self.listed) more" : ""
                return "\(names.count) \(names.count == 1 ? "tensor" : "tensors") \(kind): \(shown)\(rest)"
            }
        guard !parts.isEmpty else { return }
        throw MusicError(
            .invalidCheckpoint, "\(label) does not fit its config.json: \(parts.joined(separator: "; "))",
            advice: "the configuration and the weights must come from one checkpoint")
    }
}
