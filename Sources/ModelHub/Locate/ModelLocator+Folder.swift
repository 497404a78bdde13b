import Foundation
import MusicCore

extension ModelLocator {
    /// Resolves a folder; parts that an official checkpoint shares with others and that do not lie beside it come from
    /// the cache or the hub.
    func resolveFolder(
        _ folder: URL, name: String, offline: Bool?, download: Bool,
        onEvent: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws -> ResolvedModel {
        if download, offlineReason(offline) == nil, case .missingShared(let parts) = try inspect(folder, name: name) {
            try await downloader(near: name, offline: offline).download(Self.items(for: parts), onEvent: onEvent)
        }
        switch try inspect(folder, name: name) {
        case .resolved(let model): return model
        case .missingShared(let parts):
            var error = missing(parts, name: name, command: "turbo", offline: offline)
            error.message =
                "the folder \(folder.path) has a DiT alone, and "
                + "\(parts.map { "\($0.component.repository)/\($0.component.folder)" }.joined(separator: " and "))"
                + ", which it needs, \(parts.count == 1 ? "is" : "are") not on this machine"
                + (offlineReason(offline).map { " (offline mode is on: \($0))" } ?? "")
            error.advice =
                "put vae/ and Qwen3-Embedding-0.6B/ beside it, or download them with: vivace models pull "
                + "\(OfficialModels.unified)/vae \(OfficialModels.unified)/Qwen3-Embedding-0.6B"
            throw error
        }
    }

    /// Resolves a folder with nothing but what is on this machine.
    func resolvePresent(_ folder: URL, name: String) throws -> ResolvedModel {
        switch try inspect(folder, name: name) {
        case .resolved(let model): return model
        case .missingShared(let parts): throw missing(parts, name: name, command: name, offline: nil)
        }
    }

    private enum Inspection {
        case resolved(ResolvedModel)
        /// The DiT is here; parts that it shares with others are not.
        case missingShared([IncompletePart])
    }

    private func inspect(_ folder: URL, name: String) throws -> Inspection {
        guard FileSystem.isDirectory(folder) else { throw notAFolder(folder) }
        switch ModelFolder(folder) {
        case .pipeline(let root):
            try requireComplete(root, .pipeline, name: name)
            return .resolved(ResolvedModel(name: name, layout: .diffusers, directories: [.pipeline: root]))
        case .languageModel(let root):
            return .resolved(ResolvedModel(name: name, layout: .languageModel, directories: [.languageModel: root]))
        case .official(let parts):
            let dit = try choose(parts.dits, in: folder)
            let isChoice = parts.dits.count > 1
            return try withShared(
                dit, parts, name: name,
                notices: isChoice ? ["of several models in \(folder.path), \(dit.lastPathComponent) is used"] : [])
        case .dit(let root):
            return try withShared(root, ModelFolder.official(in: root.deletingLastPathComponent()), name: name)
        case .cachedRepository(let repository):
            let cache = HubCache(directory: folder.deletingLastPathComponent())
            guard let snapshot = cache.snapshots(of: repository, revision: nil).first else { throw unknown(folder) }
            return try inspect(snapshot.directory, name: name)
        case .unknown:
            // The folder of the Python project itself.
            let checkpoints = folder.appending(path: "checkpoints", directoryHint: .isDirectory)
            if case .official = ModelFolder(checkpoints) { return try inspect(checkpoints, name: name) }
            throw unknown(folder)
        }
    }

    /// The DiT to use of several: the only one, or the turbo one that the unified repository has.
    private func choose(_ dits: [URL], in folder: URL) throws -> URL {
        if dits.count == 1 { return dits[0] }
        if let turbo = dits.first(where: { $0.lastPathComponent == "acestep-v15-turbo" }) { return turbo }
        throw MusicError(
            .invalidRequest,
            "\(folder.path) has several models: \(dits.map(\.lastPathComponent).joined(separator: ", "))",
            advice: "name the one to use, such as \(dits[0].path)")
    }

    /// Adds to a DiT what it shares with others: its neighbours, or what the cache has.
    private func withShared(
        _ dit: URL, _ neighbours: ModelFolder.Official, name: String, notices: [String] = []
    ) throws -> Inspection {
        try requireComplete(dit, .dit, name: name)
        var directories: [ModelRole: URL] = [.dit: dit, .vae: neighbours.vae, .textEncoder: neighbours.textEncoder]
            .compactMapValues { $0 }
        directories[.languageModel] =
            neighbours.languageModels.first { $0.lastPathComponent.hasSuffix("1.7B") }
            ?? neighbours.languageModels.first
        var notices = notices
        var incomplete: [IncompletePart] = []
        for component in [OfficialModels.vae, OfficialModels.textEncoder] where directories[component.role] == nil {
            switch locate(component, revision: nil) {
            case .success(let url):
                directories[component.role] = url
                notices.append("\(component.directoryName) is taken from \(url.path)")
            case .failure(let files):
                incomplete.append(IncompletePart(component: component, revision: nil, files: files.paths))
            }
        }
        if !incomplete.isEmpty { return .missingShared(incomplete) }
        return .resolved(
            ResolvedModel(name: name, layout: .official, directories: directories, notices: notices))
    }

    /// Refuses a checkpoint without its weights or configuration; what else it lacks, its loader says better.
    private func requireComplete(_ folder: URL, _ role: ModelRole, name: String) throws {
        let missing = ComponentFiles.missing(in: folder, for: role).filter { $0 != "silence_latent.pt" }
        guard !missing.isEmpty else { return }
        throw MusicError(
            .invalidCheckpoint, "\(folder.path) is not complete: missing \(missing.joined(separator: ", "))",
            advice: "copy or download it again")
    }

    private func notAFolder(_ url: URL) -> MusicError {
        guard FileManager.default.fileExists(atPath: url.path) else {
            return MusicError(
                .modelNotFound, "there is no folder \(url.path)",
                advice: "check the path, or use a short name: 'vivace models list' shows them")
        }
        let kind =
            switch url.pathExtension {
            case "gguf": "a GGUF file"
            case "safetensors", "ckpt", "pt", "pth", "bin": "a single file of weights"
            default: "a file"
            }
        return MusicError(
            .modelNotFound, "\(url.path) is \(kind), and a model is a folder",
            advice: "use a folder in the official layout or in that of Diffusers; 'vivace models pull turbo' gets one")
    }

    private func unknown(_ folder: URL) -> MusicError {
        MusicError(
            .modelNotFound, "\(folder.path) holds no model that is known",
            advice: "give a folder with model_index.json (Diffusers), or one with acestep-v15-turbo/, vae/ and "
                + "Qwen3-Embedding-0.6B/ (official), or one of these DiT folders")
    }
}
