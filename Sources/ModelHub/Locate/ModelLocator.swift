import Foundation
import MusicCore

/// Finds what a user calls a model: a folder, a hub id, a short name, or `builtin`.
///
///     NAME                        a short name, of a published model or the user's own
///     NAME@REVISION               the same at a branch, tag or commit
///     someone/their-model         a repository of the hub
///     someone/their-model@v2/sub  a folder of a repository, at a revision
///     /data/checkpoints           a folder that one of the families recognises
///     builtin                     what the program registered under this name
///
/// Which names there are, and what a folder holds, the families say in their catalogs.
public struct ModelLocator: Sendable {
    /// Gives the folder of the model that comes with the program.
    public typealias Builtin = @Sendable () throws -> URL

    public let configuration: HubConfiguration
    public let registry: ModelRegistry
    let cache: HubCache
    private let builtin: Builtin?

    /// - Parameter builtin: finds the folder of the model called `builtin`; `nil` if there is none.
    public init(configuration: HubConfiguration, registry: ModelRegistry, builtin: Builtin? = nil) {
        self.configuration = configuration
        self.registry = registry
        self.builtin = builtin
        cache = HubCache(directory: configuration.cacheDirectory)
    }

    /// A locator for the process's environment and the user's own names.
    ///
    /// - Parameters:
    ///   - catalog: what the families say of themselves.
    ///   - builtin: finds the folder of the model called `builtin`; `nil` if there is none.
    /// - Throws: ``MusicError`` for a variable or a file of names that can't be used.
    public init(
        catalog: ModelCatalog, environment: [String: String] = ProcessInfo.processInfo.environment,
        builtin: Builtin? = nil
    ) throws {
        let configuration = try HubConfiguration(environment: environment, catalog: catalog)
        self.init(
            configuration: configuration,
            registry: try ModelRegistry(catalog: catalog, userFile: configuration.userModelsFile), builtin: builtin)
    }

    /// The same locator with another configuration.
    public func with(_ configuration: HubConfiguration) -> ModelLocator {
        ModelLocator(configuration: configuration, registry: registry, builtin: builtin)
    }

    /// Finds a model, and downloads what is missing if that is allowed.
    ///
    /// What is here is used without a look at the network; ``pull(_:onEvent:)`` brings a newer version.
    ///
    /// - Parameters:
    ///   - name: see above.
    ///   - offline: `true` forbids the network, `nil` leaves it to the environment.
    ///   - download: whether missing files may be downloaded.
    ///   - onEvent: told how a download goes.
    /// - Throws: ``MusicError`` `modelNotFound`, whose text names every missing file, and suggests to install them;
    ///   `invalidRequest`, `network`, `unwritableOutput`; `CancellationError`.
    public func resolve(
        _ name: String, offline: Bool? = nil, download: Bool = false,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
    ) async throws -> ResolvedModel {
        switch try target(name) {
        case .folder(let url):
            return try await resolveFolder(url, name: name, offline: offline, download: download, onEvent: onEvent)
        case .parts(let parts):
            return try await resolve(parts, name: name, offline: offline, download: download, onEvent: onEvent)
        case .repository(let reference):
            return try await resolve(reference, name: name, offline: offline, download: download, onEvent: onEvent)
        }
    }

    /// What a name means.
    enum Target {
        case folder(URL)
        /// A published model, at a revision of its own repository.
        case parts(WantedModel)
        case repository(HubReference)
    }

    /// A published model, with the revision that was asked for.
    struct WantedModel {
        var model: KnownModel
        var revision: String?

        /// The revision of a part: a revision is asked for of the model's own repository.
        func revision(of component: ModelComponent) -> String? {
            component.repository == model.ownComponent.repository ? revision : nil
        }

        /// What it is installed by.
        var name: String { model.name + (revision.map { "@\($0)" } ?? "") }
    }

    /// Understands a name.
    ///
    /// - Parameter isAlias: whether the name is what one of the user's names stands for, which can't be another.
    func target(_ name: String, isAlias: Bool = false) throws -> Target {
        let name = name.trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else {
            throw MusicError(
                .invalidRequest, "the name of the model is empty", field: "model", suggestion: .listModels)
        }
        if name.lowercased() == ModelRegistry.builtinName {
            guard let builtin else {
                throw MusicError(
                    .modelNotFound, "this program comes without a built-in model", advice: "use another one",
                    field: "model", value: name, suggestion: .listModels)
            }
            return .folder(try builtin())
        }
        if !isAlias, let user = registry.userModel(named: name) { return try target(user.model, isAlias: true) }
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if let model = registry.model(named: String(parts[0])) {
            let revision = parts.count > 1 ? String(parts[1]) : nil
            if let revision, !HubReference.isValidRevision(revision) {
                throw MusicError(
                    .invalidRequest, "'\(revision)' in '\(name)' is not the name of a revision",
                    advice: "give a branch, a tag or a commit hash after the @")
            }
            return .parts(WantedModel(model: model, revision: revision))
        }
        if let url = Self.path(name) { return .folder(url) }
        if let reference = try HubReference(name) {
            if let model = registry.model(at: reference.repository, folder: reference.folder) {
                return .parts(WantedModel(model: model, revision: reference.revision))
            }
            return .repository(reference)
        }
        let near = registry.names(near: name)
        throw MusicError(
            .modelNotFound, "there is no model called '\(name)'",
            advice: "give a short name, a folder, or a hub id of the form owner/name", field: "model", value: name,
            suggestion: near.isEmpty ? .listModels : .anyOf([.didYouMean(near), .listModels]))
    }

    /// The place that a name means as a path: one that exists, or one that can be nothing else.
    private static func path(_ name: String) -> URL? {
        var text = name
        if text == "~" || text.hasPrefix("~/") { text = NSHomeDirectory() + text.dropFirst() }
        let url = URL(filePath: text).standardizedFileURL
        let isPath =
            text.hasPrefix("/") || ["./", "../"].contains(where: text.hasPrefix) || text == "." || text == ".."
        return isPath || FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    /// A downloader whose errors suggest names near the one that the user asked for.
    package func downloader(near name: String, offline: Bool? = nil) -> ModelDownloader {
        var configuration = configuration
        if offline == false { configuration.isOffline = false }
        var downloader = ModelDownloader(configuration: configuration)
        downloader.suggestions = registry.names(near: name)
        return downloader
    }

    /// Why nothing may be downloaded; `nil` if it may.
    func offlineReason(_ offline: Bool?) -> String? {
        if offline == true { return HubConfiguration.askedFor }
        return configuration.isOffline && offline == nil ? configuration.offlineReason : nil
    }
}
