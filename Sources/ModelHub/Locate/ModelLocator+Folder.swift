import Foundation
import MusicCore

extension ModelLocator {
    /// Resolves a folder; parts that its model shares with others and that do not lie beside it come from the cache or
    /// the hub.
    func resolveFolder(
        _ folder: URL, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        if download, offlineReason(offline) == nil, case .missingShared(let parts, _) = try inspect(folder, name: name)
        {
            try await downloader(near: name, offline: offline).download(items(for: parts), onEvent: onEvent)
        }
        switch try inspect(folder, name: name) {
        case .resolved(let model): return model
        case .missingShared(let parts, let own): throw missingShared(parts, of: own, folder, offline: offline)
        }
    }

    /// Resolves a folder with nothing but what is on this machine.
    func resolvePresent(_ folder: URL, name: String) throws -> ResolvedModel {
        switch try inspect(folder, name: name) {
        case .resolved(let model): return model
        case .missingShared(let parts, let own): throw missingShared(parts, of: own, folder, offline: nil)
        }
    }

    private enum Inspection {
        case resolved(ResolvedModel)
        /// The model's own part is here; parts that it shares with others are not.
        case missingShared([IncompletePart], own: ModelRole)
    }

    /// Offers a folder to every family; a repository of the cache stands for its newest snapshot.
    private func inspect(_ folder: URL, name: String) throws -> Inspection {
        let view = FolderView(folder)
        guard view.exists else { throw view.obstacle?.error() ?? notAFolder(folder) }
        try refuseForeignConfiguration(in: [view])
        if let (family, contents) = registry.catalog.contents(of: view) {
            switch contents {
            case .model(let found):
                try refuseForeignConfiguration(in: [FolderView(found.ownPart.directory)])
                // What the folder itself is may be told by a file that can't be read; a model in it is a guess then.
                if let obstacle = view.obstacle, found.ownPart.directory != folder,
                    URL(filePath: obstacle.path).deletingLastPathComponent().path == folder.path
                {
                    throw obstacle.error()
                }
                return try completed(found, in: view, name: name)
            case .several(let models): throw ambiguous(models, in: folder)
            case .part(let role): throw view.obstacle?.error() ?? partAlone(role, of: family, in: folder)
            case .unknown: break
            }
        }
        if let obstacle = view.obstacle { throw obstacle.error() }
        if let repository = HubCache.repository(at: folder),
            let snapshot = HubCache(directory: folder.deletingLastPathComponent())
                .snapshots(of: repository, revision: nil).first
        {
            return try inspect(snapshot.directory, name: name)
        }
        try refuseForeignConfiguration(in: FolderView(folder).folders)
        throw unknown(folder)
    }

    /// Adds to a model what it shares with others and does not have beside it: what the cache has.
    private func completed(_ found: FoundModel, in view: FolderView, name: String) throws -> Inspection {
        let own = found.ownPart.directory
        guard found.missingFiles.isEmpty else {
            throw view.obstacle?.error()
                ?? MusicError(
                    .invalidCheckpoint,
                    "\(own.path) is not complete: missing \(found.missingFiles.joined(separator: ", "))",
                    advice: "copy or download it again", field: "model", value: name)
        }
        var notices: [String] = []
        if !found.alternatives.isEmpty {
            notices.append("of several models in \(view.url.path), \(own.lastPathComponent) is used")
        }
        var parts = found.parts
        var incomplete: [IncompletePart] = []
        for component in found.missingParts {
            switch locate(component, revision: nil) {
            case .success(let url):
                parts.append(.init(component.role, url, name: component.directoryName))
                notices.append("\(component.directoryName) is taken from \(url.path)")
            case .failure(let files):
                let obstacle = view.obstacle ?? files.obstacle
                incomplete.append(
                    IncompletePart(component: component, revision: nil, files: files.paths, obstacle: obstacle))
            }
        }
        if let obstacle = incomplete.lazy.compactMap(\.obstacle).first { throw obstacle.error() }
        if !incomplete.isEmpty { return .missingShared(incomplete, own: found.ownPart.role) }
        return .resolved(
            ResolvedModel(
                name: name, purpose: found.purpose, layout: found.layout, parts: parts, notices: notices))
    }

    // MARK: - Errors

    private func missingShared(
        _ parts: [IncompletePart], of own: ModelRole, _ folder: URL, offline: Bool?
    ) -> MusicError {
        let places = parts.map(\.component.place)
        let names = parts.map { "\($0.component.directoryName)/" }
        return MusicError(
            .modelNotFound,
            "the folder \(folder.path) has the part '\(own)' alone, and \(Wording.list(places, "and")), which it "
                + "needs, \(parts.count == 1 ? "is" : "are") not on this machine"
                + (offlineReason(offline).map { " (offline mode is on: \($0))" } ?? ""),
            advice: "put \(Wording.list(names, "and")) beside it",
            field: "model",
            suggestion: .install(models: places, bytes: parts.reduce(0) { $0 + $1.component.bytes }))
    }

    private func ambiguous(_ models: [URL], in folder: URL) -> MusicError {
        MusicError(
            .invalidRequest,
            "\(folder.path) has several models: \(models.map(\.lastPathComponent).joined(separator: ", "))",
            field: "model", value: folder.path,
            suggestion: .choose(field: "model", among: models.map(\.path)))
    }

    private func partAlone(_ role: ModelRole, of family: FamilyCatalog, in folder: URL) -> MusicError {
        MusicError(
            .modelNotFound, "\(folder.path) holds the part '\(role)' of a model of \(family.title), and no whole model",
            advice: "give \(family.folderDescription)", field: "model", value: folder.path)
    }

    private func notAFolder(_ url: URL) -> MusicError {
        guard FileManager.default.fileExists(atPath: url.path) else {
            return MusicError(
                .modelNotFound, "there is no folder \(url.path)", advice: "check the path, or use a short name",
                field: "model", value: url.path, suggestion: .listModels)
        }
        let kind =
            switch url.pathExtension {
            case "gguf": "a GGUF file"
            case "safetensors", "ckpt", "pt", "pth", "bin": "a single file of weights"
            default: "a file"
            }
        return MusicError(
            .modelNotFound, "\(url.path) is \(kind), and a model is a folder",
            advice: "give the folder that holds the model's files", field: "model", value: url.path,
            suggestion: recommendation)
    }

    private func unknown(_ folder: URL) -> MusicError {
        let families = registry.catalog.families
        let wanted = families.map { "\($0.title) needs \($0.folderDescription)" }.joined(separator: "; ")
        return MusicError(
            .modelNotFound,
            "\(folder.path) holds no model of a known family (asked: "
                + "\(families.isEmpty ? "none" : families.map(\.title).joined(separator: ", ")))",
            advice: wanted, field: "model", value: folder.path, suggestion: recommendation)
    }

    /// The model to install for somebody who has none.
    private var recommendation: Suggestion? {
        registry.catalog.recommended(for: .music).map { .install(models: [$0.name], bytes: $0.bytes) }
    }
}
