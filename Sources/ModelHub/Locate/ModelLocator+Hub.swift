import Foundation
import MusicCore

extension ModelLocator {
    /// A part of a model that is not complete here.
    struct IncompletePart {
        var component: ModelComponent
        var revision: String?
        /// Paths in the repository.
        var files: [String]
        /// What the system refused while they were looked for: they may be here, out of reach.
        var obstacle: SystemFault?
    }

    /// Resolves a published model.
    func resolve(
        _ wanted: WantedModel, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        var (parts, incomplete) = locate(wanted)
        if !incomplete.isEmpty {
            // What is out of reach isn't missing, and downloading it would not help.
            if let obstacle = incomplete.lazy.compactMap(\.obstacle).first { throw obstacle.error() }
            guard download, offlineReason(offline) == nil else {
                throw missing(incomplete, name: name, install: wanted.name, offline: offline)
            }
            try await downloader(near: name, offline: offline).download(
                items(for: incomplete), onEvent: onEvent)
            (parts, incomplete) = locate(wanted)
            guard incomplete.isEmpty else { throw unusable(incomplete, name: name) }
        }
        return ResolvedModel(
            name: name, purpose: wanted.model.purpose, layout: wanted.model.layout, parts: parts)
    }

    /// Where the parts of a published model lie, its own first, and which are not complete.
    func locate(_ wanted: WantedModel) -> (parts: [FoundModel.Part], incomplete: [IncompletePart]) {
        var parts: [FoundModel.Part] = []
        var incomplete: [IncompletePart] = []
        for component in wanted.model.components {
            let revision = wanted.revision(of: component)
            switch locate(component, revision: revision) {
            case .success(let url): parts.append(.init(component.role, url, name: component.directoryName))
            case .failure(let files):
                incomplete.append(
                    IncompletePart(
                        component: component, revision: revision, files: files.paths, obstacle: files.obstacle))
            }
        }
        return (parts, incomplete)
    }

    struct MissingFiles: Error {
        var paths: [String]
        /// What the system refused while they were looked for.
        var obstacle: SystemFault?
    }

    /// Where a part lies: in one of the user's checkpoint folders, or in the best snapshot of the cache that has all
    /// of it.
    func locate(_ component: ModelComponent, revision: String?) -> Result<URL, MissingFiles> {
        var obstacle: SystemFault?
        func missing(from folder: URL) -> [String] {
            let view = FolderView(folder)
            let files = view.missing(component.files)
            if !files.isEmpty { obstacle = obstacle ?? view.obstacle }
            return files
        }
        if revision == nil {
            for root in configuration.checkpointDirectories {
                let folder = root.appending(path: component.directoryName, directoryHint: .isDirectory)
                if missing(from: folder).isEmpty { return .success(folder) }
            }
        }
        var fewest: [String]?
        for snapshot in cache.snapshots(of: component.repository, revision: revision) {
            let folder =
                component.folder.isEmpty
                ? snapshot.directory : snapshot.directory.appending(path: component.folder, directoryHint: .isDirectory)
            let files = missing(from: folder)
            if files.isEmpty { return .success(folder) }
            if files.count < fewest?.count ?? .max { fewest = files }
        }
        let nowhere = FolderView(URL(filePath: "/nonexistent", directoryHint: .isDirectory))
        let files = fewest ?? nowhere.missing(component.files)
        return .failure(
            MissingFiles(
                paths: files.map { component.folder.isEmpty ? $0 : "\(component.folder)/\($0)" },
                obstacle: obstacle ?? cache.obstacle(to: component.repository)))
    }

    /// Downloads that complete the given parts, one per repository and revision.
    func items(for parts: [IncompletePart]) -> [DownloadItem] {
        items(for: parts.map { ($0.component, $0.revision) })
    }

    func items(for parts: [(component: ModelComponent, revision: String?)]) -> [DownloadItem] {
        var items: [DownloadItem] = []
        for (component, revision) in parts {
            let repository = component.repository
            if let index = items.firstIndex(where: { $0.repository == repository && $0.revision == revision }) {
                items[index].folders.append(component.folder)
            } else {
                items.append(
                    DownloadItem(
                        repository: repository, revision: revision, folders: [component.folder],
                        isMirrored: registry.isMirrored(repository)))
            }
        }
        return items
    }

    /// Whether a repository is one of those that the catalogs name.
    private func isPublished(_ repository: RepositoryID) -> Bool {
        registry.catalog.models.contains { model in
            model.components.contains { $0.repository == repository }
        }
    }

    /// Resolves a repository that has no short name.
    func resolve(
        _ reference: HubReference, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        let present = cachedFolder(reference)
        do {
            if let present { return try resolvePresent(present, name: name) }
        } catch let error as MusicError where error.tellsOfAbsence {
            // What isn't complete is downloaded below, if that is allowed.
        }
        if present == nil, let obstacle = cache.obstacle(to: reference.repository) { throw obstacle.error() }
        guard download, offlineReason(offline) == nil else {
            var error = missing([], name: name, install: reference.description, offline: offline)
            if present == nil, !isPublished(reference.repository) {
                let families = registry.catalog.families.map(\.family)
                error.message +=
                    ", and \(reference.repository) is not among the repositories of the families that are known "
                    + "(\(families.joined(separator: ", ")))"
                error.suggestion = .anyOf([.listModels, error.suggestion].compactMap { $0 })
                error.advice = "make sure that it holds a model of such a family"
            }
            if let folder = present {
                // It was downloaded before, if not as a whole: what exactly is wrong with it?
                do { _ = try resolvePresent(folder, name: name) } catch let problem as MusicError {
                    error.message = problem.message
                }
            }
            throw error
        }
        let item = DownloadItem(
            repository: reference.repository, revision: reference.revision, folders: [reference.folder],
            isMirrored: registry.isMirrored(reference.repository))
        let snapshots = try await downloader(near: name, offline: offline).download([item], onEvent: onEvent)
        let root = snapshots[0].directory
        let folder = reference.folder.isEmpty ? root : root.appending(path: reference.folder)
        return try await resolveFolder(folder, name: name, offline: offline, download: download, onEvent: onEvent)
    }

    /// The folder of the best snapshot here that has the referenced folder.
    func cachedFolder(_ reference: HubReference) -> URL? {
        for snapshot in cache.snapshots(of: reference.repository, revision: reference.revision) {
            let folder =
                reference.folder.isEmpty
                ? snapshot.directory : snapshot.directory.appending(path: reference.folder, directoryHint: .isDirectory)
            if FileSystem.isDirectory(folder) { return folder }
        }
        return nil
    }

    /// The error that names what is missing, or that tells why it can't be seen.
    ///
    /// - Parameter model: what to install.
    func missing(_ parts: [IncompletePart], name: String, install model: String, offline: Bool?) -> MusicError {
        if let obstacle = parts.lazy.compactMap(\.obstacle).first { return obstacle.error() }
        let files = parts.map { part in
            "\(part.files.joined(separator: ", ")) of \(part.component.repository)"
        }
        let what =
            files.isEmpty
            ? "the model '\(name)' is not on this machine"
            : "the model '\(name)' is not complete on this machine: missing \(files.joined(separator: "; "))"
        let gated = parts.filter(\.component.isGated).map { "\($0.component.repository)" }
        let terms =
            gated.isEmpty ? "" : ", and the owners of \(Wording.list(gated, "and")) ask you to accept their terms first"
        return MusicError(
            .modelNotFound, what + terms + (offlineReason(offline).map { ", and offline mode is on (\($0))" } ?? ""),
            field: "model", value: name,
            suggestion: .install(models: [model], bytes: parts.reduce(0) { $0 + $1.component.bytes }))
    }

    /// The error for a repository that lacks, even after a download, what it should have.
    private func unusable(_ parts: [IncompletePart], name: String) -> MusicError {
        let files = parts.map { "\($0.files.joined(separator: ", ")) of \($0.component.repository)" }
        return MusicError(
            .invalidCheckpoint, "the model '\(name)' lacks \(files.joined(separator: "; "))",
            advice: "the repository does not have them; try another revision")
    }
}

extension MusicError {
    /// Whether a model is not on this machine, or not as a whole, rather than out of reach.
    var tellsOfAbsence: Bool { code == .modelNotFound || code == .invalidCheckpoint }
}
