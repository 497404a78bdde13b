public import Foundation
public import MusicManager

/// What the composition root hands to the commands: the manager with its families, and what belongs to the
/// installation.
public struct CommandEnvironment: Sendable {
    /// Finds and loads models.
    public var manager: MusicManager

    /// Writes a full-size checkpoint with random weights as a new directory.
    public typealias MakeRandomCheckpoint =
        @Sendable (URL, _ seed: UInt64, _ report: (_ bytes: Int, _ total: Int) throws -> Void) throws -> Void

    /// See ``MakeRandomCheckpoint``.
    public var makeRandomCheckpoint: MakeRandomCheckpoint

    public init(
        manager: MusicManager, makeRandomCheckpoint: @escaping MakeRandomCheckpoint
    ) {
        self.manager = manager
        self.makeRandomCheckpoint = makeRandomCheckpoint
    }

    /// The environment of the running command; bound by ``VivaceCommand/run(in:arguments:)``.
    @TaskLocal package static var current: CommandEnvironment?
}
