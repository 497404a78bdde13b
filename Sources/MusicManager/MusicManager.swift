import Foundation
public import MusicCore

/// Finds, loads and keeps models, whatever their family, and runs generations on them.
///
/// The families come from the composition root; this module knows them through ``MusicCore`` alone.
public actor MusicManager {
    private struct Key: Hashable {
        var directory: String
        var precision: LoadOptions.Precision
        var quantization: LoadOptions.Quantization
        var lowMemory: Bool
        var device: LoadOptions.Device

        init(_ location: ModelLocation, _ options: LoadOptions) {
            directory = location.directory.standardizedFileURL.path
            precision = options.precision
            quantization = options.quantization
            lowMemory = options.lowMemory
            device = options.device
        }
    }

    /// Turns what a user calls a model into the place of its files.
    public typealias Locate = @Sendable (String) async throws -> ModelLocation

    private let families: [BackendFamily]
    private let planners: [PlannerFamily]
    private let locate: Locate
    private let defaultModel: @Sendable () async throws -> String
    private var loads: [Key: Task<any MusicBackend, any Error>] = [:]
    private var plannerLoads: [Key: Task<any MusicPlanner, any Error>] = [:]

    /// - Parameters:
    ///   - families: the families to choose from, in order of preference.
    ///   - planners: the families of language models, likewise.
    ///   - locate: finds a model by path, hub id or short name; throws ``MusicError`` `modelNotFound`.
    ///   - defaultModel: names the model for a user who named none.
    public init(
        families: [BackendFamily], planners: [PlannerFamily] = [], locate: @escaping Locate,
        defaultModel: @escaping @Sendable () async throws -> String
    ) {
        self.families = families
        self.planners = planners
        self.locate = locate
        self.defaultModel = defaultModel
    }

    /// The name of the model for a user who names none.
    public func defaultName() async throws -> String { try await defaultModel() }

    /// The named model, or the default one, loaded, with its name; see ``model(_:options:)``.
    public func modelOrDefault(
        _ name: String?, options: LoadOptions = LoadOptions()
    ) async throws -> (backend: any MusicBackend, name: String) {
        let name = if let name { name } else { try await defaultModel() }
        return (try await model(name, options: options), name)
    }

    /// Where the files of a model are.
    ///
    /// - Parameter name: a directory, a hub id `owner/name`, or a short name.
    /// - Throws: ``MusicError`` `modelNotFound`.
    public func location(of name: String) async throws -> ModelLocation { try await locate(name) }

    /// The model of that name, loaded; a second call for the same files and options returns the same backend, and
    /// concurrent calls share one load.
    ///
    /// A load that failed is tried anew by the next call.
    ///
    /// - Parameters:
    ///   - name: a directory, a hub id `owner/name`, or a short name.
    ///   - options: number format and device.
    /// - Throws: ``MusicError`` `modelNotFound`, `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    public func model(_ name: String, options: LoadOptions = LoadOptions()) async throws -> any MusicBackend {
        let location = try await locate(name)
        let key = Key(location, options)
        if let load = loads[key] { return try await load.value }

        guard let family = families.first(where: { $0.recognizes(location) }) else {
            throw MusicError(
                .invalidCheckpoint, "\(location.directory.path) holds no checkpoint of a known family",
                advice: "known families: \(families.map(\.name).joined(separator: ", ")); "
                    + "give the folder that holds model_index.json, or the one that holds vae/ and the DiT folder")
        }
        let load = Task { try await family.load(location, options) }
        loads[key] = load
        do {
            return try await Self.value(of: load, from: location)
        } catch {
            loads[key] = nil
            throw error
        }
    }

    /// The language model of that name, loaded and kept like ``model(_:options:)``.
    ///
    /// - Parameter name: a directory, a hub id or a short name, of a language model or of a checkpoint that comes with
    ///   one.
    /// - Throws: ``MusicError`` `modelNotFound`, `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    public func planner(_ name: String, options: LoadOptions = LoadOptions()) async throws -> any MusicPlanner {
        let location = try await locate(name)
        let key = Key(location, options)
        if let load = plannerLoads[key] { return try await load.value }

        guard let family = planners.first(where: { $0.recognizes(location) }) else {
            throw MusicError(
                .invalidCheckpoint, "\(location.directory.path) holds no language model",
                advice: "give a folder such as acestep-5Hz-lm-1.7B, or one that holds such a folder")
        }
        let load = Task { try await family.load(location, options) }
        plannerLoads[key] = load
        do {
            return try await Self.value(of: load, from: location)
        } catch {
            plannerLoads[key] = nil
            throw error
        }
    }

    /// Whether a location holds a language model, alone or beside others.
    public func holdsPlanner(_ location: ModelLocation) -> Bool { planners.contains { $0.recognizes(location) } }

    private static func value<Model: Sendable>(
        of load: Task<Model, any Error>, from location: ModelLocation
    ) async throws -> Model {
        do {
            return try await withTaskCancellationHandler {
                try await load.value
            } onCancel: {
                load.cancel()
            }
        } catch var error as MusicError where error.code == .invalidCheckpoint {
            // Families name files as they lie within a checkpoint.
            if !error.description.contains(location.directory.path) {
                error.message = "\(location.directory.path): \(error.message)"
            }
            throw error
        }
    }

    /// Lets go of every loaded model; a generation that is running keeps its own until it ends.
    public func unloadAll() {
        loads.removeAll()
        plannerLoads.removeAll()
    }
}
