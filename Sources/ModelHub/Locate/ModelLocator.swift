import Foundation
import MusicCore

/// Finds what a user calls a model: a folder, a hub id, a short name, or `builtin`.
///
///     turbo                               a short name, official or the user's own
///     turbo@REVISION                      the same at a branch, tag or commit
///     ACE-Step/Ace-Step1.5                a repository of the hub, its parts taken from its folders
///     someone/their-model@v2/folder       a folder of a repository, at a revision
///     /data/checkpoints                   folders side by side, as the Python project keeps them
///     /data/checkpoints/acestep-v15-sft   one of them; the others are its neighbours
///     /data/pipeline                      a folder of Diffusers
///     builtin                             what the program registered under this name
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
    /// - Throws: ``MusicError`` for a variable or a file of names that can't be used.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment, builtin: Builtin? = nil
    ) throws {
        let configuration = try HubConfiguration(environment: environment)
        self.init(
            configuration: configuration, registry: try ModelRegistry(userFile: configuration.userModelsFile),
            builtin: builtin)
    }

    /// The same locator with another configuration.
    public func with(_ configuration: HubConfiguration) -> ModelLocator {
        ModelLocator(configuration: configuration, registry: registry, builtin: builtin)
    }

    /// Finds a model, and downloads what is missing if that is allowed.
    ///
    /// What is here is used without a look at the network; ``ModelDownloader`` or `vivace models pull` brings a newer
    /// version.
    ///
    /// - Parameters:
    ///   - name: see above.
    ///   - offline: `true` forbids the network, `nil` leaves it to the environment.
    ///   - download: whether missing files may be downloaded.
    ///   - onEvent: told how a download goes.
    /// - Throws: ``MusicError`` `modelNotFound`, whose text names every missing file and the command that gets them;
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
        /// An official model, at a revision of its own repository.
        case parts(WantedModel)
        case repository(HubReference)
    }

    /// An official model, with the revision that was asked for.
    struct WantedModel {
        var model: KnownModel
        var revision: String?

        /// The revision of a part: a revision is asked for of the model's own repository.
        func revision(of component: ModelComponent) -> String? {
            component.repository == model.ownComponent.repository ? revision : nil
        }

        /// How to call it in a command.
        var name: String { model.name + (revision.map { "@\($0)" } ?? "") }
    }

    /// Understands a name.
    ///
    /// - Parameter isAlias: whether the name is what one of the user's names stands for, which can't be another.
    func target(_ name: String, isAlias: Bool = false) throws -> Target {
        let name = name.trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else {
            throw MusicError(
                .invalidRequest, "the model has no name", advice: "name one: 'vivace models list' shows the known ones")
        }
        if name.lowercased() == ModelRegistry.builtinName {
            guard let builtin else {
                throw MusicError(
                    .modelNotFound, "this program comes without a built-in model",
                    advice: "use another one: 'vivace models list' shows them")
            }
            return .folder(try builtin())
        }
        if !isAlias, let user = registry.userModel(named: name) { return try target(user.model, isAlias: true) }
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if let model = registry.model(named: String(parts[0])) {
            let revision = parts.count > 1 ? String(parts[1]) : nil
            if let revision, !HubReference.isValidRevision(revision) {
                throw MusicError(
                    .invalidRequest, "'\(revision)' in '\(name)' can be no revision",
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
            advice: (near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? ")
                + "give a short name ('vivace models list'), a folder, or a hub id such as ACE-Step/Ace-Step1.5")
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
        if offline == true { return "--offline" }
        return configuration.isOffline && offline == nil ? configuration.offlineReason : nil
    }
}
