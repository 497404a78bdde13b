import Foundation

/// What lies in a folder, judged by its files' names and configuration alone.
enum ModelFolder {
    /// A checkpoint in the layout of Diffusers.
    case pipeline(URL)
    /// Folders of an official checkpoint side by side: DiTs by name, and what they share.
    case official(Official)
    /// The folder of one DiT.
    case dit(URL)
    /// The folder of one language model.
    case languageModel(URL)
    /// A repository of the hub cache.
    case cachedRepository(RepositoryID)
    case unknown

    struct Official {
        var dits: [URL]
        var vae: URL?
        var textEncoder: URL?
        var languageModels: [URL]
    }

    init(_ folder: URL) {
        if FileSystem.isFile(folder.appending(path: "model_index.json")) {
            self = .pipeline(folder)
            return
        }
        if let own = Self.part(folder) {
            self = own
            return
        }
        let official = Self.official(in: folder)
        if !official.dits.isEmpty {
            self = .official(official)
        } else if let repository = Self.repository(folder) {
            self = .cachedRepository(repository)
        } else {
            self = .unknown
        }
    }

    /// The folder as one part of an official checkpoint.
    private static func part(_ folder: URL) -> ModelFolder? {
        guard let configuration = JSONFile.object(at: folder.appending(path: "config.json")) else { return nil }
        if isDiT(folder, configuration) { return .dit(folder) }
        let type = configuration["model_type"] as? String
        if type == "qwen3", !folder.lastPathComponent.contains("Embedding") { return .languageModel(folder) }
        return nil
    }

    private static func isDiT(_ folder: URL, _ configuration: [String: Any]) -> Bool {
        if configuration["model_type"] as? String == "acestep" { return true }
        if let classes = configuration["architectures"] as? [String],
            classes.contains(where: { $0.hasPrefix("AceStep") })
        {
            return true
        }
        // A configuration that someone wrote by hand: the parts that only this DiT has.
        return ["fsq_dim", "timbre_hidden_dim", "pool_window_size"].allSatisfy { configuration[$0] != nil }
    }

    /// The parts of an official checkpoint that lie in a folder.
    static func official(in folder: URL) -> Official {
        var result = Official(dits: [], vae: nil, textEncoder: nil, languageModels: [])
        for name in FileSystem.names(in: folder) where !name.hasPrefix(".") {
            let child = folder.appending(path: name, directoryHint: .isDirectory)
            guard FileSystem.isDirectory(child) else { continue }
            if name == "vae" {
                result.vae = child
            } else if name.hasPrefix("Qwen3-Embedding") {
                result.textEncoder = child
            } else {
                switch part(child) {
                case .dit: result.dits.append(child)
                case .languageModel: result.languageModels.append(child)
                default: break
                }
            }
        }
        return result
    }

    /// The repository whose cache folder, `models--OWNER--NAME`, this is.
    private static func repository(_ folder: URL) -> RepositoryID? {
        let name = folder.lastPathComponent
        guard name.hasPrefix(HubCache.prefix), FileSystem.isDirectory(folder.appending(path: "snapshots")) else {
            return nil
        }
        return HubCache(directory: folder.deletingLastPathComponent()).repositories().first {
            HubCache(directory: folder.deletingLastPathComponent()).folder(of: $0).lastPathComponent == name
        }
    }
}
