import Foundation
import MusicCore

/// What folders of ACE-Step 1.5 look like: the one place that decides what a folder holds, for the hub, for loading and
/// for planning.
enum ACEStepFolders {
    /// Usual names of folders.
    static let autoencoder = "vae"
    static let textEncoder = "Qwen3-Embedding-0.6B"
    static let modelPrefix = "acestep-v15-"
    static let plannerPrefix = "acestep-5Hz-lm-"
    /// The DiT to take of several.
    static let usualModel = "acestep-v15-turbo"

    private static let textEncoderPrefix = "Qwen3-Embedding"
    /// The size of language model to take of several, by the end of its folder's name.
    private static let usualPlanner = "1.7B"
    /// The text encoder's folder in the layout of Diffusers.
    private static let diffusersTextEncoder = "text_encoder"
    /// Where the Python project keeps checkpoints.
    private static let checkpoints = "checkpoints"

    /// Looks into a folder, at names and configuration alone.
    static func recognise(_ folder: FolderView) -> FolderContents {
        if isPipeline(folder) { return .model(pipeline(folder)) }
        switch role(of: folder) {
        case ModelRole.dit?: return .model(official(folder, beside: Neighbours(in: folder.parent)))
        case ModelRole.languageModel?: return .model(planner(folder))
        case let role?: return .part(role)
        case nil: break
        }
        let contents = contents(of: folder)
        if contents != .unknown { return contents }
        return self.contents(of: folder.folder(checkpoints))
    }

    /// A folder whose subfolders are parts.
    private static func contents(of folder: FolderView) -> FolderContents {
        let parts = Neighbours(in: folder)
        if let dit = parts.dits.first(where: { $0.name == usualModel }) ?? parts.dits.first {
            guard parts.dits.count == 1 || dit.name == usualModel else { return .several(parts.dits.map(\.url)) }
            var found = official(dit, beside: parts)
            found.alternatives = parts.dits.filter { $0 != dit }.map(\.url)
            return .model(found)
        }
        return parts.usualPlanner.map { .model(planner($0)) } ?? .unknown
    }

    // MARK: - Models

    private static func pipeline(_ folder: FolderView) -> FoundModel {
        let planner = Neighbours(in: folder).usualPlanner
        return FoundModel(
            purpose: .music, layout: .diffusers,
            parts: [.init(.pipeline, folder.url)] + [planner.map { .init(.languageModel, $0.url) }].compactMap { $0 },
            missingFiles: folder.missing([.pipeline]))
    }

    private static func official(_ dit: FolderView, beside neighbours: Neighbours) -> FoundModel {
        var parts: [FoundModel.Part] = [.init(.dit, dit.url)]
        if let vae = neighbours.autoencoder { parts.append(.init(.vae, vae.url, name: autoencoder)) }
        if let encoder = neighbours.textEncoder { parts.append(.init(.textEncoder, encoder.url, name: textEncoder)) }
        if let planner = neighbours.usualPlanner { parts.append(.init(.languageModel, planner.url)) }
        return FoundModel(
            purpose: .music, layout: .official, parts: parts, missingFiles: dit.missing(ACEStepFiles.essentialDiT),
            missingParts: [ACEStepModels.vae, ACEStepModels.textEncoder].filter { component in
                !parts.contains { $0.role == component.role }
            })
    }

    private static func planner(_ folder: FolderView) -> FoundModel {
        FoundModel(
            purpose: .planning, layout: .languageModel, parts: [.init(.languageModel, folder.url)],
            missingFiles: folder.missing(ACEStepFiles.languageModel))
    }

    /// Parts that lie side by side in a folder.
    private struct Neighbours {
        var dits: [FolderView] = []
        var autoencoder: FolderView?
        var textEncoder: FolderView?
        var planners: [FolderView] = []

        init(in folder: FolderView) {
            for child in folder.folders where child.name != diffusersTextEncoder {
                if child.name == ACEStepFolders.autoencoder {
                    autoencoder = child
                } else if child.name.hasPrefix(textEncoderPrefix) {
                    // The usual name wins over the others.
                    if textEncoder?.name != ACEStepFolders.textEncoder { textEncoder = child }
                } else {
                    switch role(of: child) {
                    case ModelRole.dit?: dits.append(child)
                    case ModelRole.languageModel?: planners.append(child)
                    default: break
                    }
                }
            }
        }

        /// The language model to take: that of the usual size, else the smallest.
        var usualPlanner: FolderView? { ACEStepFolders.usualPlanner(of: planners) }
    }

    /// The language model to take of several: that of the usual size, else the smallest.
    static func usualPlanner(of folders: [FolderView]) -> FolderView? {
        func bytes(_ folder: FolderView) -> Int64 { folder.names.reduce(0) { $0 + (folder.bytes(of: $1) ?? 0) } }
        return folders.first { $0.name.hasSuffix(usualPlanner) } ?? folders.min { bytes($0) < bytes($1) }
    }

    // MARK: - Parts

    /// Whether a folder is a checkpoint in the layout of Diffusers.
    private static func isPipeline(_ folder: FolderView) -> Bool {
        folder.object("model_index.json")?["_class_name"] as? String == "AceStepPipeline"
    }

    /// What a folder is as a part of a checkpoint; `nil` if it is none.
    static func role(of folder: FolderView) -> ModelRole? {
        guard folder.hasFile("config.json") else { return nil }
        let usual: ModelRole? =
            folder.name.hasPrefix(modelPrefix) ? .dit : folder.name.hasPrefix(plannerPrefix) ? .languageModel : nil
        // What is wrong with a configuration that can't be read, the loader says.
        guard let configuration = folder.object("config.json") else { return usual }
        let type = configuration["model_type"] as? String
        if type == nil, let usual { return usual }
        let classes = configuration["architectures"] as? [String] ?? []
        if type == "acestep" || classes.contains(where: { $0.hasPrefix("AceStep") })
            || isHandWritten(configuration)
        {
            return .dit
        }
        if type == "qwen3" {
            let isEncoder = classes.contains { $0.hasSuffix("Model") } || folder.name.contains("Embedding")
            return isEncoder ? .textEncoder : .languageModel
        }
        return configuration["_class_name"] as? String == "AutoencoderOobleck" ? .vae : nil
    }

    /// Whether a configuration that someone wrote by hand is that of a DiT: it has the parts that only this one has.
    private static func isHandWritten(_ configuration: [String: Any]) -> Bool {
        ["fsq_dim", "timbre_hidden_dim", "pool_window_size"].allSatisfy { configuration[$0] != nil }
    }
}
