import MusicCore

/// The published checkpoints of ACE-Step 1.5: repository names and folders as on Hugging Face and ModelScope, sizes of
/// the files that are downloaded.
enum ACEStepModels {
    /// The repository that holds the turbo DiT and the parts that every checkpoint in the official layout shares.
    private static let unified = RepositoryID(owner: owner, name: "Ace-Step1.5")
    private static let owner = "ACE-Step"
    private static let sites: Set<HubSite> = [.huggingFace, .modelScope]

    static let vae = component(
        .vae, in: unified, folder: ACEStepFolders.autoencoder, bytes: 337_000_000, files: ACEStepFiles.autoencoder)
    static let textEncoder = component(
        .textEncoder, in: unified, folder: ACEStepFolders.textEncoder, bytes: 1_207_000_000,
        files: ACEStepFiles.textEncoder, licence: "Apache-2.0")

    static let all: [KnownModel] =
        [
            dit(
                "turbo", repository: unified, parameters: "2B", bytes: small, "the default: 8 steps, no guidance needed"
            ),
            dit("turbo-shift1", parameters: "2B", bytes: small, "turbo trained with shift 1"),
            dit("turbo-shift3", parameters: "2B", bytes: small, "turbo trained with shift 3"),
            dit("turbo-continuous", parameters: "2B", bytes: small, "turbo trained with shifts from 1 to 5"),
            dit("sft", parameters: "2B", bytes: small, "fine-tuned: 50 steps with guidance, follows lyrics closely"),
            dit("base", parameters: "2B", bytes: small, "the base model: 50 steps with guidance, the one to train on"),
            dit("xl-turbo", parameters: "4B", bytes: large, "larger turbo; weights in float32"),
            dit("xl-sft", parameters: "4B", bytes: large, "larger sft; weights in float32"),
            dit("xl-base", parameters: "4B", bytes: large, "larger base; weights in float32"),
        ] + ["xl-turbo", "xl-sft", "xl-base"].map(diffusers) + [
            languageModel("0.6B", bytes: 1_350_000_000, memory: 16_000_000_000),
            languageModel("1.7B", repository: unified, bytes: 3_740_000_000, memory: 24_000_000_000),
            languageModel("4B", bytes: 8_410_000_000, memory: 48_000_000_000),
        ]

    /// Short names for a user who names none, best first: DiTs by what they need, language models by size.
    static let preferred = [
        "turbo", "xl-turbo", "sft", "xl-sft", "base", "xl-base", "lm-4b", "lm-1.7b", "lm-0.6b",
    ]

    private static let small: Int64 = 4_790_000_000
    private static let large: Int64 = 19_950_000_000

    private static func component(
        _ role: ModelRole, in repository: RepositoryID, folder: String, directoryName: String? = nil, bytes: Int64,
        files: [FileRequirement], licence: String = "MIT"
    ) -> ModelComponent {
        ModelComponent(
            role: role, repository: repository, folder: folder, directoryName: directoryName ?? folder, bytes: bytes,
            files: files, licence: licence, sites: sites)
    }

    /// The part of a model that is its own: a folder of the unified repository, or a repository of its own name.
    private static func ownComponent(
        _ role: ModelRole, _ fullName: String, repository: RepositoryID?, bytes: Int64, files: [FileRequirement]
    ) -> ModelComponent {
        component(
            role, in: repository ?? RepositoryID(owner: owner, name: fullName),
            folder: repository == nil ? "" : fullName, directoryName: fullName, bytes: bytes, files: files)
    }

    private static func dit(
        _ name: String, repository: RepositoryID? = nil, parameters: String, bytes: Int64, _ summary: String
    ) -> KnownModel {
        let fullName = ACEStepFolders.modelPrefix + name
        let own = ownComponent(.dit, fullName, repository: repository, bytes: bytes, files: ACEStepFiles.dit)
        return KnownModel(
            name: name, aliases: [fullName], purpose: .music, layout: .official,
            components: [own, vae, textEncoder], summary: summary, parameters: parameters,
            isRecommended: fullName == ACEStepFolders.usualModel)
    }

    private static func diffusers(_ name: String) -> KnownModel {
        let fullName = "\(ACEStepFolders.modelPrefix)\(name)-diffusers"
        var own = ownComponent(.pipeline, fullName, repository: nil, bytes: 11_500_000_000, files: [.pipeline])
        own.licence = "MIT AND Apache-2.0"
        return KnownModel(
            name: "\(name)-diffusers", aliases: [fullName], purpose: .music, layout: .diffusers, components: [own],
            summary: "\(name) in the layout of Diffusers; weights in bfloat16", parameters: "4B")
    }

    private static func languageModel(
        _ parameters: String, repository: RepositoryID? = nil, bytes: Int64, memory: Int64
    ) -> KnownModel {
        let fullName = "acestep-5Hz-lm-\(parameters)"
        let own = ownComponent(
            .languageModel, fullName, repository: repository, bytes: bytes, files: ACEStepFiles.languageModel)
        return KnownModel(
            name: "lm-\(parameters.lowercased())", aliases: [fullName], purpose: .planning, layout: .languageModel,
            components: [own], summary: "planning language model of \(parameters) weights", parameters: parameters,
            minimumMemory: memory, isRecommended: parameters == "0.6B")
    }
}

extension ModelRole {
    /// The diffusion transformer with its condition encoder, in the official layout.
    package static let dit: ModelRole = "dit"
}

/// The files of each part.
enum ACEStepFiles {
    /// Latents of silence, which the official layout keeps in a format of PyTorch.
    static let silence = "silence_latent.pt"

    /// What a DiT can't be opened without; of silence its loader tells.
    static let essentialDiT: [FileRequirement] = [.file("config.json"), .weights("model.safetensors")]
    static let dit = essentialDiT + [.file(silence)]
    static let autoencoder: [FileRequirement] = [
        .file("config.json"), .weights("diffusion_pytorch_model.safetensors"),
    ]
    static let textEncoder: [FileRequirement] = [.file("config.json"), .tokenizer, .weights("model.safetensors")]
    static let languageModel = textEncoder
}
