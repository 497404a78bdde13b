public import Foundation
public import MusicCore
public import MusicManager

/// What the composition root hands to the commands: the manager with its families, and what belongs to the
/// installation.
public struct CommandEnvironment: Sendable {
    /// Finds and loads models.
    public var manager: MusicManager

    /// What a checkpoint with random weights is like.
    public enum RandomKind: Sendable, Equatable {
        /// The published turbo model.
        case model
        /// The language model of a published size, such as `0.6B`.
        case planner(String)
    }

    /// Writes a full-size checkpoint with random weights as a new directory.
    public typealias MakeRandomCheckpoint =
        @Sendable (URL, RandomKind, _ seed: UInt64, _ report: (_ bytes: Int, _ total: Int) throws -> Void) throws -> Void

    /// See ``MakeRandomCheckpoint``.
    public var makeRandomCheckpoint: MakeRandomCheckpoint

    /// Writes a copy of a checkpoint with its large weights in 8 bits as a new directory.
    public typealias QuantizeCheckpoint =
        @Sendable (ModelLocation, URL, _ report: @escaping @Sendable (_ file: String) -> Void) async throws -> Void

    /// See ``QuantizeCheckpoint``.
    public var quantizeCheckpoint: QuantizeCheckpoint

    public init(
        manager: MusicManager, makeRandomCheckpoint: @escaping MakeRandomCheckpoint,
        quantizeCheckpoint: @escaping QuantizeCheckpoint
    ) {
        self.manager = manager
        self.makeRandomCheckpoint = makeRandomCheckpoint
        self.quantizeCheckpoint = quantizeCheckpoint
    }

    /// The environment of the running command; bound by ``VivaceCommand/run(in:arguments:)``.
    @TaskLocal package static var current: CommandEnvironment?
}
