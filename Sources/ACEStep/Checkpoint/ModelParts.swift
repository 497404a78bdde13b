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
        case .official: try self.init(official: layout.model)
        case .diffusers: try self.init(diffusers: layout.model)
        }
    }

    private init(official folder: URL) throws {
        let fields = try ConfigurationFile.decode(
            ConfigurationFields.self, at: folder.appendingPathComponent("config.json"))
        configuration = try ACEStepConfiguration(official: fields, folder: folder)
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

    private init(diffusers root: URL) throws {
        func folder(_ name: String) -> URL { root.appendingPathComponent(name) }
        func fields(_ name: String) throws -> ConfigurationFields {
            try ConfigurationFile.decode(
                ConfigurationFields.self, at: folder(name).appendingPathComponent("config.json"))
        }
        func store(_ name: String) throws -> WeightStore {
            try WeightStore(folder: folder(name)).renamed(TensorNames.fromDiffusers)
        }
        let names = ("audio_tokenizer", "audio_token_detokenizer")
        let hasTokenizer = try [names.0, names.1].allSatisfy { name in
            try SystemFile.exists(folder(name).appendingPathComponent("config.json"))
        }
        configuration = try ACEStepConfiguration(
            transformer: fields("transformer"), conditionEncoder: fields("condition_encoder"),
            tokenizer: hasTokenizer ? fields(names.0) : nil, detokenizer: hasTokenizer ? fields(names.1) : nil)
        let schedulerFile = folder("scheduler").appendingPathComponent("scheduler_config.json")
        scheduler =
            try SystemFile.exists(schedulerFile)
            ? try ConfigurationFile.decode(SchedulerConfiguration.self, at: schedulerFile) : SchedulerConfiguration()
        transformer = try store("transformer")
        let encoder = try store("condition_encoder")
        conditionEncoder = encoder.renamed { $0 == Self.silenceName ? nil : $0 }
        audioTokenizer = hasTokenizer ? (try store(names.0), try store(names.1)) : nil
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
