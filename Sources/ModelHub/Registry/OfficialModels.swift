/// The published ACE-Step 1.5 checkpoints: repository names and folders as on Hugging Face and ModelScope, sizes of the
/// files that are downloaded.
enum OfficialModels {
    /// The repository that holds the turbo DiT and the parts that every official checkpoint shares.
    static let unified = id("ACE-Step/Ace-Step1.5")

    static let vae = ModelComponent(
        role: .vae, repository: unified, folder: "vae", directoryName: "vae", bytes: 337_000_000)
    static let textEncoder = ModelComponent(
        role: .textEncoder, repository: unified, folder: "Qwen3-Embedding-0.6B",
        directoryName: "Qwen3-Embedding-0.6B", bytes: 1_207_000_000)

    static let all: [KnownModel] =
        [
            dit(
                "turbo", folder: "acestep-v15-turbo", in: unified, bytes: small, parameters: "2B",
                "the default: 8 steps, no guidance needed"),
            dit("turbo-shift1", parameters: "2B", bytes: small, "turbo trained with shift 1"),
            dit("turbo-shift3", parameters: "2B", bytes: small, "turbo trained with shift 3"),
            dit("turbo-continuous", parameters: "2B", bytes: small, "turbo trained with shifts from 1 to 5"),
            dit("sft", parameters: "2B", bytes: small, "fine-tuned: 50 steps with guidance, follows lyrics closely"),
            dit("base", parameters: "2B", bytes: small, "the base model: 50 steps with guidance, the one to train on"),
            dit("xl-turbo", parameters: "4B", bytes: large, "larger turbo; weights in float32"),
            dit("xl-sft", parameters: "4B", bytes: large, "larger sft; weights in float32"),
            dit("xl-base", parameters: "4B", bytes: large, "larger base; weights in float32"),
        ] + ["xl-turbo", "xl-sft", "xl-base"].map(diffusers) + [
            languageModel("0.6b", "0.6B", in: id("ACE-Step/acestep-5Hz-lm-0.6B"), isUnified: false, 1_350_000_000),
            languageModel("1.7b", "1.7B", in: unified, isUnified: true, 3_740_000_000),
            languageModel("4b", "4B", in: id("ACE-Step/acestep-5Hz-lm-4B"), isUnified: false, 8_410_000_000),
        ]

    /// Whether a repository lies on both sites under the same name and the same owners.
    static func isMirrored(_ repository: RepositoryID) -> Bool {
        all.contains { $0.components.contains { $0.repository == repository } }
    }

    private static let small: Int64 = 4_790_000_000
    private static let large: Int64 = 19_950_000_000
    private static let licence = "MIT; the text encoder, Qwen3-Embedding, Apache-2.0"

    private static func dit(
        _ name: String, folder: String? = nil, in repository: RepositoryID? = nil, bytes: Int64, parameters: String,
        _ summary: String
    ) -> KnownModel {
        let fullName = "acestep-v15-\(name)"
        let own = ModelComponent(
            role: .dit, repository: repository ?? id("ACE-Step/\(fullName)"), folder: folder ?? "",
            directoryName: fullName, bytes: bytes)
        return KnownModel(
            name: name, aliases: [fullName], components: [own, vae, textEncoder], summary: summary,
            parameters: parameters, licence: licence)
    }

    private static func dit(_ name: String, parameters: String, bytes: Int64, _ summary: String) -> KnownModel {
        dit(name, folder: nil, in: nil, bytes: bytes, parameters: parameters, summary)
    }

    private static func diffusers(_ name: String) -> KnownModel {
        let fullName = "acestep-v15-\(name)-diffusers"
        let own = ModelComponent(
            role: .pipeline, repository: id("ACE-Step/\(fullName)"), folder: "", directoryName: fullName,
            bytes: 11_500_000_000)
        return KnownModel(
            name: "\(name)-diffusers", aliases: [fullName], components: [own],
            summary: "\(name) in the layout of Diffusers; weights in bfloat16", parameters: "4B", licence: licence)
    }

    private static func languageModel(
        _ size: String, _ parameters: String, in repository: RepositoryID, isUnified: Bool, _ bytes: Int64
    ) -> KnownModel {
        let fullName = "acestep-5Hz-lm-\(parameters)"
        let own = ModelComponent(
            role: .languageModel, repository: repository, folder: isUnified ? fullName : "", directoryName: fullName,
            bytes: bytes)
        return KnownModel(
            name: "lm-\(size)", aliases: [fullName], components: [own],
            summary: "planning language model of \(parameters) weights", parameters: parameters, licence: "MIT")
    }

    /// A repository name of this file.
    private static func id(_ text: String) -> RepositoryID {
        guard let id = RepositoryID(text) else { preconditionFailure("\(text) is a repository name") }
        return id
    }
}
