public import Foundation
public import ModelHub
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

    /// The name of the model that comes with the program.
    public var builtinName: String

    /// Finds models by name, with the catalogs of all families; throws ``MusicError`` for an environment that can't be
    /// used.
    public var locator: @Sendable () throws -> ModelLocator

    public init(
        manager: MusicManager, builtinName: String, machine: @escaping @Sendable () -> Machine,
        locator: @escaping @Sendable () throws -> ModelLocator,
        makeRandomCheckpoint: @escaping MakeRandomCheckpoint, quantizeCheckpoint: @escaping QuantizeCheckpoint
    ) {
        self.manager = manager
        self.builtinName = builtinName
        machineDescription = machine
        self.locator = locator
        self.makeRandomCheckpoint = makeRandomCheckpoint
        self.quantizeCheckpoint = quantizeCheckpoint
    }

    /// Whether a model of that short name is complete on this machine; never downloads.
    func isInstalled(_ name: String) async -> Bool {
        guard let locator = try? locator() else { return false }
        return (try? await locator.resolve(name, offline: true)) != nil
    }

    /// The environment of the running command; bound by ``VivaceCommand/run(in:arguments:)``.
    @TaskLocal package static var current: CommandEnvironment?
}
