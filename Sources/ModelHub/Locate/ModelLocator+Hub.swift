import Foundation
import MusicCore

extension ModelLocator {
    /// A part of a model that is not complete here.
    struct IncompletePart {
        var component: ModelComponent
        var revision: String?
        /// Paths in the repository.
        var files: [String]
    }

    /// Resolves a published model.
    func resolve(
        _ wanted: WantedModel, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        var (parts, incomplete) = locate(wanted)
        if !incomplete.isEmpty {
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
                incomplete.append(IncompletePart(component: component, revision: revision, files: files.paths))
            }
        }
        return (parts, incomplete)
    }

    struct MissingFiles: Error {
        var paths: [String]
    }

    /// Where a part lies: in one of the user's checkpoint folders, or in the best snapshot of the cache that has all
    /// of it.
    func locate(_ component: ModelComponent, revision: String?) -> Result<URL, MissingFiles> {
        if revision == nil {
            for root in configuration.checkpointDirectories {
                let folder = root.appending(path: component.directoryName, directoryHint: .isDirectory)
                if FolderView(folder).missing(component.files).isEmpty { return .success(folder) }
            }
        }
        var fewest: [String]?
        for snapshot in cache.snapshots(of: component.repository, revision: revision) {
            let folder =
                component.folder.isEmpty
                ? snapshot.directory : snapshot.directory.appending(path: component.folder, directoryHint: .isDirectory)
            let missing = FolderView(folder).missing(component.files)
            if missing.isEmpty { return .success(folder) }
            if missing.count < fewest?.count ?? .max { fewest = missing }
        }
        let nowhere = FolderView(URL(filePath: "/nonexistent", directoryHint: .isDirectory))
        let files = fewest ?? nowhere.missing(component.files)
        return .failure(MissingFiles(paths: files.map { component.folder.isEmpty ? $0 : "\(component.folder)/\($0)" }))
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

    /// Resolves a repository that has no short name.
    func resolve(
        _ reference: HubReference, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        if let folder = cachedFolder(reference), let model = try? resolvePresent(folder, name: name) { return model }
        guard download, offlineReason(offline) == nil else {
            var error = missing([], name: name, install: reference.description, offline: offline)
            if let folder = cachedFolder(reference) {
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

    /// The error that names what is missing.
    ///
    /// - Parameter model: what to install.
    func missing(_ parts: [IncompletePart], name: String, install model: String, offline: Bool?) -> MusicError {
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
