import Foundation
import MusicCore

extension ModelLocator {
    /// Downloads models, or what of them has changed on the hub or is not here.
    ///
    /// - Parameters:
    ///   - names: short names, names of the user's, hub ids with revision and folder.
    ///   - onEvent: told how it goes, from any thread; all names are one download.
    /// - Returns: the models, in the order of the names; a folder of a repository that is no model by itself, such as
    ///   a `vae` that others share, is downloaded and not among them.
    /// - Throws: as ``ModelDownloader/download(_:onEvent:)``; ``MusicError`` `invalidRequest` for a folder.
    @discardableResult
    public func pull(
        _ names: [String], onEvent: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
    ) async throws -> [ResolvedModel] {
        var items: [DownloadItem] = []
        for name in names {
            switch try target(name) {
            case .folder(let url):
                throw MusicError(
                    .invalidRequest,
                    "'\(name)' is a folder on this machine (\(url.path)): there is nothing to download",
                    advice: "give a short name or a hub id", field: "model", value: name, suggestion: .listModels)
            case .parts(let wanted):
                let parts = wanted.model.components.map { ($0, wanted.revision(of: $0)) }
                items = Self.merged(items + self.items(for: parts))
            case .repository(let reference):
                let item = DownloadItem(
                    repository: reference.repository, revision: reference.revision, folders: [reference.folder],
                    isMirrored: registry.isMirrored(reference.repository))
                items = Self.merged(items + [item])
            }
        }
        try await downloader(near: names.first ?? "").download(items, onEvent: onEvent)
        var models: [ResolvedModel] = []
        for name in names {
            if case .repository(let reference) = try target(name), let folder = cachedFolder(reference),
                !reference.folder.isEmpty, !holdsModel(folder)
            {
                continue
            }
            models.append(try await resolve(name, download: true, onEvent: onEvent))
        }
        return models
    }

    /// Whether a folder holds a model, or several, and not a part alone or nothing that a family knows.
    private func holdsModel(_ folder: URL) -> Bool {
        switch registry.catalog.contents(of: FolderView(folder))?.contents {
        case .model?, .several?: true
        case .part?, .unknown?, nil: false
        }
    }

    /// One item per repository and revision.
    private static func merged(_ items: [DownloadItem]) -> [DownloadItem] {
        var result: [DownloadItem] = []
        for item in items {
            let place = result.firstIndex { $0.repository == item.repository && $0.revision == item.revision }
            if let place {
                result[place].folders += item.folders.filter { !result[place].folders.contains($0) }
            } else {
                result.append(item)
            }
        }
        return result
    }
}
