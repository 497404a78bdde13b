public import Foundation
public import ModelHub
public import MusicCore
public import MusicEngine

/// What the composition root hands to the commands: the engine with its families, and what belongs to the installation.
public struct CommandEnvironment: Sendable {
    /// Finds and loads models, and makes songs.
    public var engine: Engine

    /// What a checkpoint with random weights is like.
    public enum RandomKind: Sendable, Equatable {
        /// The published turbo model.
        case model
        /// The language model of a published size, such as `0.6B`.
        case planner(String)
    }

    /// Writes a full-size checkpoint with random weights as a new directory.
    public typealias MakeRandomCheckpoint =
        @Sendable (URL, RandomKind, _ seed: UInt64, _ report: (_ bytes: Int, _ total: Int) throws -> Void) throws ->
        Void

    /// See ``MakeRandomCheckpoint``.
    public var makeRandomCheckpoint: MakeRandomCheckpoint

    /// Writes a copy of a checkpoint with its large weights in 8 bits as a new directory.
    public typealias QuantizeCheckpoint =
        @Sendable (ModelLocation, URL, _ report: @escaping @Sendable (_ file: String) -> Void) async throws -> Void

    /// See ``QuantizeCheckpoint``.
    public var quantizeCheckpoint: QuantizeCheckpoint

    /// What the machine has to compute with.
    public struct Machine: Sendable {
        /// Bytes of memory that the process may use.
        public var memory: Int
        public var threads: Int
        /// Vector instructions, such as `avx512`.
        public var instructionSet: String
        public var hasGPU: Bool

        public init(memory: Int, threads: Int, instructionSet: String, hasGPU: Bool) {
            self.memory = memory
            self.threads = threads
            self.instructionSet = instructionSet
            self.hasGPU = hasGPU
        }
    }

    /// See ``Machine``.
    public var machine: Machine { machineDescription() }
    private let machineDescription: @Sendable () -> Machine

    /// Finds models by name, with the catalogs of all families; throws ``MusicError`` for an environment that can't be
    /// used.
    public var locator: @Sendable () throws -> ModelLocator

    public init(
        engine: Engine, machine: @escaping @Sendable () -> Machine,
        locator: @escaping @Sendable () throws -> ModelLocator,
        makeRandomCheckpoint: @escaping MakeRandomCheckpoint, quantizeCheckpoint: @escaping QuantizeCheckpoint
    ) {
        self.engine = engine
        machineDescription = machine
        self.locator = locator
        self.makeRandomCheckpoint = makeRandomCheckpoint
        self.quantizeCheckpoint = quantizeCheckpoint
    }

    /// The environment of the running command; bound by ``VivaceCommand/run(in:arguments:)``.
    @TaskLocal package static var current: CommandEnvironment?

    /// The environment of the running command.
    ///
    /// - Throws: ``MusicError`` `internal` if there is none.
    static func required() throws -> CommandEnvironment {
        guard let current else { throw MusicError(.internal, "the command runs outside VivaceCommand.run") }
        return current
    }
}
