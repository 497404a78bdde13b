import Foundation
public import MusicCore

/// What every face works with: the families, the models that are loaded, and where models and seeds come from.
///
/// Whoever makes a song calls ``GenerationSession``, which works on an engine.
public struct Engine: Sendable {
    /// Turns what a user calls a model into the place of its files.
    public typealias Locate = @Sendable (String) async throws -> ModelLocation

    /// In order of preference.
    public let families: [any MusicFamily]
    public let pool: ModelPool
    /// Draws the seeds that nobody gave.
    public let seeds: SeedSource
    /// The name of the model that comes with the program.
    public let builtinName: String
    /// Bytes of memory that the process may use.
    public let memory: @Sendable () -> Int
    private let locate: Locate
    private let defaultModel: @Sendable () async throws -> String
    private let isInstalledNamed: @Sendable (String) async throws -> Bool

    /// - Parameters:
    ///   - families: the families to choose from, in order of preference.
    ///   - pool: keeps what is loaded.
    ///   - seeds: draws the seeds that nobody gave.
    ///   - builtinName: the name of the model that comes with the program.
    ///   - memory: bytes of memory that the process may use.
    ///   - locate: finds a model by path, hub id or short name; throws ``MusicError`` `modelNotFound`.
    ///   - defaultModel: names the model for a user who named none.
    ///   - isInstalled: whether a model of a name is complete on this machine; never downloads.
    public init(
        families: [any MusicFamily], pool: ModelPool = ModelPool(), seeds: SeedSource = .system,
        builtinName: String = "builtin", memory: @escaping @Sendable () -> Int,
        locate: @escaping Locate, defaultModel: @escaping @Sendable () async throws -> String,
        isInstalled: @escaping @Sendable (String) async throws -> Bool = { _ in false }
    ) {
        self.families = families
        self.pool = pool
        self.seeds = seeds
        self.builtinName = builtinName
        self.memory = memory
        self.locate = locate
        self.defaultModel = defaultModel
        isInstalledNamed = isInstalled
    }

    /// What the families say of their published checkpoints.
    public var catalog: ModelCatalog { ModelCatalog(families.map(\.catalog)) }

    // MARK: Models

    /// The name of the model for a user who names none.
    public func defaultName() async throws -> String { try await defaultModel() }

    /// Where the files of a model are.
    ///
    /// - Parameter name: a directory, a hub id `owner/name`, or a short name.
    /// - Throws: ``MusicError`` `modelNotFound`.
    public func location(of name: String) async throws -> ModelLocation { try await locate(name) }

    /// Whether a model of that name is complete on this machine; never downloads.
    ///
    /// - Throws: ``MusicError`` where that can't be told, because files can't be read.
    public func isInstalled(_ name: String) async throws -> Bool { try await isInstalledNamed(name) }

    /// A model that was found: its name, its place, and its family.
    public struct Found: Sendable {
        public var name: String
        public var location: ModelLocation
        public var family: any MusicFamily
    }

    /// The named model, or the default one.
    ///
    /// - Throws: ``MusicError`` `modelNotFound`, or `invalidCheckpoint` if no family knows its files.
    public func find(_ name: String?) async throws -> Found {
        let name = if let name { name } else { try await defaultModel() }
        let location = try await locate(name)
        guard let family = families.first(where: { $0.recognizes(location) }) else {
            if let obstacle = obstacle(in: location) { throw obstacle.error() }
            throw MusicError(
                .invalidCheckpoint, "\(location.directory.path) holds no checkpoint of a known family",
                advice: "give "
                    + families.map { "\($0.catalog.folderDescription) (\($0.name))" }
                    .joined(separator: ", or "),
                field: "model", value: name)
        }
        return Found(name: name, location: location, family: family)
    }

    /// A model, loaded; see ``ModelPool/lease(_:load:)``.
    ///
    /// - Parameters:
    ///   - found: which.
    ///   - options: number format, device, memory.
    /// - Throws: ``MusicError`` `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    public func model(
        _ found: Found, options: LoadOptions = LoadOptions()
    ) async throws -> ModelLease<any MusicBackend> {
        try await lease("music", found.location, options) {
            let backend = try await found.family.load(found.location, options: options)
            return .init(backend, byteCount: backend.info.byteCount)
        }
    }

    /// The language model of a name, loaded and kept likewise.
    ///
    /// - Parameter name: a directory, a hub id or a short name, of a language model or of a checkpoint that comes with
    ///   one.
    /// - Throws: ``MusicError`` `modelNotFound`, `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    public func planner(
        _ name: String, options: LoadOptions = LoadOptions()
    ) async throws -> ModelLease<any MusicPlanner> {
        let location = try await locate(name)
        guard let family = families.first(where: { $0.recognizesPlanner(location) }) else {
            if let obstacle = obstacle(in: location) { throw obstacle.error() }
            throw MusicError(
                .invalidCheckpoint, "\(location.directory.path) holds no language model",
                advice: "give a folder such as acestep-5Hz-lm-1.7B, or one that holds such a folder")
        }
        return try await lease("planner", location, options) {
            let planner = try await family.loadPlanner(location, options: options)
            return .init(planner, byteCount: planner.info.byteCount)
        }
    }

    /// Whether a location holds a language model, alone or beside others.
    public func holdsPlanner(_ location: ModelLocation) -> Bool {
        families.contains { $0.recognizesPlanner(location) }
    }

    /// What the system refuses to show of a location in which no family sees what it looks for.
    private func obstacle(in location: ModelLocation) -> SystemFault? {
        let view = FolderView(location.directory)
        families.forEach { _ = $0.catalog.recognise(view) }
        return view.obstacle
    }

    private func lease<Model: Sendable>(
        _ kind: String, _ location: ModelLocation, _ options: LoadOptions,
        load: @escaping @Sendable () async throws -> ModelPool.Loaded<Model>
    ) async throws -> ModelLease<Model> {
        var kept = options
        // The number of threads is the process's: it makes no other model.
        kept.threads = nil
        let directory = location.directory.standardizedFileURL.path
        do {
            return try await pool.lease(.init(kind: kind, directory: directory, options: kept), load: load)
        } catch var error as MusicError where error.code == .invalidCheckpoint {
            // Families name files as they lie within a checkpoint.
            if !error.description.contains(location.directory.path) {
                error.message = "\(location.directory.path): \(error.message)"
            }
            throw error
        }
    }
}
