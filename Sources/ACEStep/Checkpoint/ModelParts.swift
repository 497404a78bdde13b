import Foundation
import MLX
import ModelSupport
import MusicCore

/// Configuration and weights of the model proper, under one set of names for both layouts.
struct ModelParts: Sendable {
    let configuration: ACEStepConfiguration
    let scheduler: SchedulerConfiguration
    let transformer: WeightStore
    let conditionEncoder: WeightStore
    /// The networks between latents and codes, where the checkpoint has them.
    let audioTokenizer: (tokenizer: WeightStore, detokenizer: WeightStore)?
    /// Number of weights.
    let parameterCount: Int

    /// Where the latents of silence are, if among tensors.
    private let silenceStore: WeightStore?
    private let silenceFiles: [URL]

    private static let silenceName = "silence_latent"
    private static let nullConditionName = "null_condition_emb"

    /// Opens the files and reads their headers.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the file.
    init(_ layout: CheckpointLayout) throws {
        switch layout.kind {
        case .official: try self.init(official: layout.model, try Self.configuration(layout))
        case .diffusers: try self.init(diffusers: layout.model, try Self.configuration(layout))
        }
    }

    /// What the model proper is like, by its small files alone.
    ///
    /// - Throws: likewise.
    static func configuration(_ layout: CheckpointLayout) throws -> ACEStepConfiguration {
        let root = layout.model
        func fields(_ folder: URL) throws -> ConfigurationFields {
            try ConfigurationFile.decode(ConfigurationFields.self, at: folder.appendingPathComponent("config.json"))
        }
        guard layout.kind == .diffusers else {
            return try ACEStepConfiguration(official: try fields(root), folder: root)
        }
        func folder(_ name: String) -> URL { root.appendingPathComponent(name) }
        let hasTokenizer = try tokenizerFolders.allSatisfy { name in
            try SystemFile.exists(folder(name).appendingPathComponent("config.json"))
        }
        return try ACEStepConfiguration(
            transformer: fields(folder("transformer")), conditionEncoder: fields(folder("condition_encoder")),
            tokenizer: hasTokenizer ? fields(folder(tokenizerFolders[0])) : nil,
            detokenizer: hasTokenizer ? fields(folder(tokenizerFolders[1])) : nil)
    }

    private static let tokenizerFolders = ["audio_tokenizer", "audio_token_detokenizer"]

    private init(official folder: URL, _ configuration: ACEStepConfiguration) throws {
        self.configuration = configuration
        scheduler = SchedulerConfiguration()
        let store = try WeightStore(folder: folder)
        transformer = store.component("decoder.").renamed(TensorNames.fromOfficial)
        conditionEncoder = store.renamed { name in
            if name == Self.nullConditionName { return name }
            return name.hasPrefix("encoder.") ? String(name.dropFirst("encoder.".count)) : nil
        }
        audioTokenizer = (store.component("tokenizer."), store.component("detokenizer."))
        parameterCount = store.parameterCount

        var mismatch = CheckpointMismatch()
        let prefixes = ["decoder.", "encoder.", "tokenizer.", "detokenizer."]
        mismatch.unexpected = store.tensors.keys.filter { name in
            name != Self.nullConditionName && !prefixes.contains { name.hasPrefix($0) }
        }
        try mismatch.throwIfAny(store.label)

        silenceStore = nil
        silenceFiles = [folder, folder.deletingLastPathComponent()]
            .map { $0.appendingPathComponent("\(Self.silenceName).pt") }
    }

    private init(diffusers root: URL, _ configuration: ACEStepConfiguration) throws {
        self.configuration = configuration
        func folder(_ name: String) -> URL { root.appendingPathComponent(name) }
        func store(_ name: String) throws -> WeightStore {
            try WeightStore(folder: folder(name)).renamed(TensorNames.fromDiffusers)
        }
        let schedulerFile = folder("scheduler").appendingPathComponent("scheduler_config.json")
        scheduler =
            try SystemFile.exists(schedulerFile)
            ? try ConfigurationFile.decode(SchedulerConfiguration.self, at: schedulerFile) : SchedulerConfiguration()
        transformer = try store("transformer")
        let encoder = try store("condition_encoder")
        conditionEncoder = encoder.renamed { $0 == Self.silenceName ? nil : $0 }
        audioTokenizer =
            configuration.audioTokenizer == nil
            ? nil : (try store(Self.tokenizerFolders[0]), try store(Self.tokenizerFolders[1]))
        parameterCount =
            transformer.parameterCount + conditionEncoder.parameterCount
            + (audioTokenizer.map { $0.tokenizer.parameterCount + $0.detokenizer.parameterCount } ?? 0)
        silenceStore = encoder.tensors[Self.silenceName] == nil ? nil : encoder
        silenceFiles = [root.appendingPathComponent("\(Self.silenceName).pt")]
    }

    /// Reads the latents of silence, which the official layout keeps in a file of PyTorch and the Diffusers layout
    /// beside the weights of the condition encoder.
    @MLXActor
    func silence() throws -> SilenceLatents {
        let channels = configuration.transformer.acousticChannels
        if let silenceStore {
            return try SilenceLatents(
                try silenceStore.array(Self.silenceName), channels: channels, label: silenceStore.label)
        }
        guard let file = try silenceFiles.first(where: SystemFile.exists) else {
            throw MusicError(
                .invalidCheckpoint, "The checkpoint's file \(Self.silenceName).pt is missing",
                advice: "download the checkpoint again")
        }
        return try SilenceLatents(pickled: file, channels: channels)
    }
}
