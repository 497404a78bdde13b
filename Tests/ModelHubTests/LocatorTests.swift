import Foundation
import ModelHub
import MusicCore
import Testing

@Suite struct LocatorTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    private func locator(_ extra: [String: String] = [:], builtin: URL? = nil) throws -> ModelLocator {
        let configuration = try workspace.configuration(extra: extra)
        let registry = try ModelRegistry(catalog: Checkpoints.catalog, userFile: configuration.userModelsFile)
        guard let builtin else { return ModelLocator(configuration: configuration, registry: registry) }
        return ModelLocator(configuration: configuration, registry: registry) { builtin }
    }

    private func resolve(_ name: String, _ extra: [String: String] = [:]) async throws -> ResolvedModel {
        try await locator(extra).resolve(name)
    }

    private func failure(_ name: String, _ extra: [String: String] = [:]) async throws -> MusicError {
        try #require(await #expect(throws: MusicError.self) { _ = try await resolve(name, extra) })
    }

    /// Writes the folders of an official checkpoint.
    @discardableResult
    private func writeOfficial(_ folder: String, dits: [String] = ["acestep-v15-turbo"]) throws -> URL {
        for dit in dits {
            try workspace.write("\(folder)/\(dit)/config.json", Checkpoints.dit)
            try workspace.write("\(folder)/\(dit)/model.safetensors")
        }
        try writeShared(folder)
        return workspace.root.appending(path: folder)
    }

    private func writeShared(_ folder: String) throws {
        try workspace.write("\(folder)/vae/config.json")
        try workspace.write("\(folder)/vae/diffusion_pytorch_model.safetensors")
        try workspace.write("\(folder)/Qwen3-Embedding-0.6B/config.json", Checkpoints.encoder)
        try workspace.write("\(folder)/Qwen3-Embedding-0.6B/model.safetensors")
        try workspace.write("\(folder)/Qwen3-Embedding-0.6B/tokenizer.json")
    }

    @discardableResult
    private func writePipeline(_ folder: String) throws -> URL {
        try workspace.write(
            "\(folder)/model_index.json",
            """
            {"_class_name": "AceStepPipeline", "_diffusers_version": "0.42.1",
             "transformer": ["diffusers", "AceStepTransformer1DModel"], "vae": ["diffusers", "AutoencoderOobleck"],
             "condition_encoder": ["x", "Y"], "text_encoder": ["transformers", "Qwen3Model"],
             "tokenizer": ["transformers", "Qwen2TokenizerFast"], "audio_tokenizer": [null, null],
             "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"], "expected_max_amplitude": null}
            """)
        for part in ["transformer", "vae", "condition_encoder"] {
            try workspace.write("\(folder)/\(part)/config.json")
            try workspace.write("\(folder)/\(part)/diffusion_pytorch_model.safetensors")
        }
        try workspace.write("\(folder)/text_encoder/config.json", Checkpoints.encoder)
        try workspace.write("\(folder)/text_encoder/model.safetensors")
        try workspace.write("\(folder)/tokenizer/tokenizer.json")
        try workspace.write("\(folder)/scheduler/scheduler_config.json")
        return workspace.root.appending(path: folder)
    }

    private func writeSnapshot(_ repository: String, _ commit: String, _ files: [String: String], main: Bool = true)
        throws
    {
        let folder = "hub/models--\(repository.replacingOccurrences(of: "/", with: "--"))"
        for (path, text) in files { try workspace.write("\(folder)/snapshots/\(commit)/\(path)", text) }
        if main { try workspace.write("\(folder)/refs/main", commit) }
    }

    private func sharedFiles() -> [String: String] {
        [
            "vae/config.json": "{}", "vae/diffusion_pytorch_model.safetensors": "x",
            "Qwen3-Embedding-0.6B/config.json": Checkpoints.encoder, "Qwen3-Embedding-0.6B/model.safetensors": "x",
            "Qwen3-Embedding-0.6B/tokenizer.json": "{}",
        ]
    }

    private func ditFiles(_ folder: String = "") -> [String: String] {
        ["\(folder)config.json": Checkpoints.dit, "\(folder)model.safetensors": "x", "\(folder)silence_latent.pt": "x"]
    }

    // MARK: - Folders

    @Test func officialFolder() async throws {
        let root = try writeOfficial("checkpoints")
        let model = try await resolve(root.path)
        #expect(model.layout == .official)
        #expect(model.directory.lastPathComponent == "acestep-v15-turbo")
        let location = model.location
        #expect(location.name == root.path)
        #expect(location.directory == model.directory)
        #expect(location.components.keys.sorted() == ["Qwen3-Embedding-0.6B", "vae"])
        #expect(location.components["vae"]?.path == root.appending(path: "vae").path)
    }

    /// A configuration that is something else would leave the folder without a model, or make another one of it.
    @Test func configurationsThatAreNoneAreNamed() async throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 900\n"
        let pipeline = try writePipeline("pipeline")
        // Its configuration alone tells that a folder of another name is a DiT.
        let official = try writeOfficial("official", dits: ["mine"])
        for (folder, file) in [
            (pipeline, "pipeline/model_index.json"), (official, "official/mine/config.json"),
        ] {
            for (text, words) in [(pointer, "is a Git LFS pointer"), ("<html>", "is a web page"), ("{", "valid JSON")] {
                try workspace.write(file, text)
                let error = await #expect(throws: MusicError.self) { try await resolve(folder.path) }
                #expect(error?.code == .invalidCheckpoint)
                #expect(error?.message.contains("\(file) ") == true && error?.message.contains(words) == true)
            }
        }
    }

    @Test func folderOfOneDiTHasNeighbours() async throws {
        let root = try writeOfficial("checkpoints", dits: ["acestep-v15-turbo", "acestep-v15-sft"])
        let model = try await resolve(root.appending(path: "acestep-v15-sft").path)
        #expect(model.directory.lastPathComponent == "acestep-v15-sft")
        #expect(model.directories[.vae]?.path == root.appending(path: "vae").path)
    }

    @Test func turboIsTheDefaultOfSeveral() async throws {
        let root = try writeOfficial("checkpoints", dits: ["acestep-v15-base", "acestep-v15-turbo"])
        let model = try await resolve(root.path)
        #expect(model.directory.lastPathComponent == "acestep-v15-turbo")
        #expect(model.notices.contains { $0.contains("acestep-v15-turbo is used") })
    }

    @Test func severalWithoutADefault() async throws {
        let root = try writeOfficial("checkpoints", dits: ["acestep-v15-base", "acestep-v15-sft"])
        let error = try await failure(root.path)
        #expect(error.code == .invalidRequest)
        #expect(error.message.contains("acestep-v15-base, acestep-v15-sft"))
    }

    @Test func folderOfThePythonProject() async throws {
        try writeOfficial("project/checkpoints")
        #expect(try await resolve(workspace.root.appending(path: "project").path).layout == .official)
    }

    @Test func planningModelBesideIsFound() async throws {
        let root = try writeOfficial("checkpoints")
        for size in ["0.6B", "1.7B"] {
            try workspace.write("checkpoints/acestep-5Hz-lm-\(size)/config.json", Checkpoints.encoder)
        }
        let model = try await resolve(root.path)
        #expect(model.directories[.languageModel]?.lastPathComponent == "acestep-5Hz-lm-1.7B")
        #expect(model.location.components["acestep-5Hz-lm-1.7B"] != nil)
    }

    @Test func pipelineFolder() async throws {
        let root = try writePipeline("pipe")
        let model = try await resolve(root.path)
        #expect(model.layout == .diffusers)
        #expect(model.location.directory.path == root.path)
        #expect(model.location.components.isEmpty)
    }

    @Test func relativeAndHomePaths() async throws {
        let root = try writePipeline("pipe")
        #expect(try await resolve(root.path + "/").layout == .diffusers)
        #expect(try await resolve(root.appending(path: "../pipe").path).layout == .diffusers)
        let error = try await failure("~/surely/not/here")
        #expect(!error.message.contains("~"))
    }

    @Test func handWrittenConfiguration() async throws {
        try writeShared("c")
        try workspace.write("c/mine/config.json", "{\"fsq_dim\":32,\"timbre_hidden_dim\":64,\"pool_window_size\":5}")
        try workspace.write("c/mine/weights.safetensors")
        #expect(try await resolve(workspace.root.appending(path: "c").path).directory.lastPathComponent == "mine")
    }

    @Test func lonelyDiTTakesPartsFromTheCache() async throws {
        try workspace.write("mine/config.json", Checkpoints.dit)
        try workspace.write("mine/model.safetensors")
        let path = workspace.root.appending(path: "mine").path
        let error = try await failure(path)
        let shared = ["ACE-Step/Ace-Step1.5/vae", "ACE-Step/Ace-Step1.5/Qwen3-Embedding-0.6B"]
        #expect(error.message.contains(shared.joined(separator: " and ")))
        #expect(error.suggestion == .install(models: shared, bytes: 1_544_000_000))
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitA, sharedFiles())
        let model = try await resolve(path)
        #expect(model.directories[.vae]?.path.contains(commitA) == true)
        #expect(model.notices.count == 2)
    }

    @Test func cacheFolderOfARepository() async throws {
        try writeSnapshot("someone/tuned", commitA, sharedFiles().merging(ditFiles("acestep-v15-turbo/")) { $1 })
        let model = try await resolve(workspace.cache.appending(path: "models--someone--tuned").path)
        #expect(model.directory.path.contains(commitA))
    }

    @Test(arguments: [
        ("nothing", "there is no folder"), ("empty", "holds no model"), ("vae", "holds the part 'vae'"),
        ("song.gguf", "GGUF"),
        ("weights.safetensors", "single file of weights"), ("notes.md", "is a file"),
    ])
    func whatIsNoModel(name: String, message: String) async throws {
        try FileManager.default.createDirectory(
            at: workspace.root.appending(path: "empty"), withIntermediateDirectories: true)
        for file in ["song.gguf", "weights.safetensors", "notes.md"] { try workspace.write(file) }
        try workspace.write("vae/config.json", "{\"_class_name\":\"AutoencoderOobleck\"}")
        let error = try await failure(workspace.root.appending(path: name).path)
        #expect(error.code == .modelNotFound)
        #expect(error.message.contains(message))
        #expect(!error.advice.isEmpty)
        #expect(error.field == "model")
    }

    @Test func missingShardIsNamed() async throws {
        let root = try writeOfficial("checkpoints")
        let dit = "checkpoints/acestep-v15-turbo"
        try FileManager.default.removeItem(at: workspace.root.appending(path: "\(dit)/model.safetensors"))
        try workspace.write(
            "\(dit)/model.safetensors.index.json",
            "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}")
        try workspace.write("\(dit)/model-00001-of-00002.safetensors")
        let error = try await failure(root.path)
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.hasSuffix("missing model-00002-of-00002.safetensors"))
        try workspace.write("\(dit)/model-00002-of-00002.safetensors")
        _ = try await resolve(root.path)
    }

    @Test func shardsWithoutTheirIndex() async throws {
        let root = try writeOfficial("checkpoints")
        let dit = "checkpoints/acestep-v15-turbo"
        try FileManager.default.removeItem(at: workspace.root.appending(path: "\(dit)/model.safetensors"))
        try workspace.write("\(dit)/model-00001-of-00002.safetensors")
        #expect(try await failure(root.path).message.contains("model.safetensors.index.json"))
    }

    @Test func missingPartOfAPipeline() async throws {
        let root = try writePipeline("pipe")
        try FileManager.default.removeItem(at: root.appending(path: "vae"))
        try FileManager.default.removeItem(at: root.appending(path: "tokenizer/tokenizer.json"))
        let error = try await failure(root.path)
        #expect(error.message.contains("tokenizer/tokenizer.json"))
        #expect(error.message.contains("vae/config.json"))
        #expect(error.message.contains("vae/diffusion_pytorch_model.safetensors"))
    }

    // MARK: - Names

    @Test func builtin() async throws {
        let root = try writePipeline("pipe")
        let model = try await locator(builtin: root).resolve("Builtin")
        #expect(model.directory.path == root.path)
        #expect(model.name == "Builtin")
        await #expect(throws: MusicError.self) { _ = try await locator().resolve("builtin") }
    }

    @Test func unknownNameSuggests() async throws {
        let error = try await failure("trubo")
        #expect(error.code == .modelNotFound)
        #expect(error.description.contains("; did you mean turbo"))
        #expect(try await failure("turbo-xl").description.contains("xl-turbo"))
        #expect(try await failure("zzzzqqqq").suggestion == .listModels)
        #expect(try await failure("  ").code == .invalidRequest)
    }

    @Test func whatIsMissingIsNamedWithWhatToInstall() async throws {
        let error = try await failure("turbo")
        #expect(error.code == .modelNotFound)
        for file in [
            "acestep-v15-turbo/config.json", "acestep-v15-turbo/silence_latent.pt",
            "acestep-v15-turbo/model.safetensors",
            "vae/config.json", "vae/diffusion_pytorch_model.safetensors", "Qwen3-Embedding-0.6B/config.json",
            "Qwen3-Embedding-0.6B/tokenizer.json", "Qwen3-Embedding-0.6B/model.safetensors",
        ] {
            #expect(error.message.contains(file), "\(file)")
        }
        #expect(error.suggestion == .install(models: ["turbo"], bytes: 6_334_000_000))
        #expect(!error.message.contains("offline"))
    }

    @Test(arguments: ["VIVACE_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
    func offlineModeNamesFilesAndNeverAsks(variable: String) async throws {
        var files = sharedFiles().merging(ditFiles("acestep-v15-turbo/")) { $1 }
        files["vae/config.json"] = nil
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitA, files)
        let hub = try FakeHub([Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified())])
        let configuration = try workspace.configuration(hub: hub.address, extra: [variable: "1"])
        let locator = workspace.locator(configuration)
        let error = await #expect(throws: MusicError.self) { _ = try await locator.resolve("turbo", download: true) }
        #expect(
            error?.message.contains(
                "missing vae/config.json of ACE-Step/Ace-Step1.5, and offline mode is on (\(variable))") == true)
        #expect(error?.suggestion == .install(models: ["turbo"], bytes: 337_000_000))
        let refusal = await #expect(throws: MusicError.self) { _ = try await locator.pull(["turbo"]) }
        #expect(refusal?.message.contains(variable) == true)
        #expect(hub.server.requests.isEmpty)
        // An option that says otherwise wins.
        _ = try await locator.resolve("turbo", offline: false, download: true)
        #expect(!hub.server.requests.isEmpty)
    }

    @Test func offlineOption() async throws {
        let hub = try FakeHub([Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified())])
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        let error = await #expect(throws: MusicError.self) {
            _ = try await locator.resolve("turbo", offline: true, download: true)
        }
        #expect(error?.message.contains("offline mode is on (as asked for)") == true)
        #expect(hub.server.requests.isEmpty)
    }

    @Test func presentModelNeedsNoNetwork() async throws {
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitA, sharedFiles().merging(ditFiles("acestep-v15-turbo/")) { $1 })
        let hub = try FakeHub()
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        for name in [
            "turbo", "TURBO", "acestep-v15-turbo", "ACE-Step/Ace-Step1.5/acestep-v15-turbo", "ACE-Step/Ace-Step1.5",
        ] {
            #expect(try await locator.resolve(name, download: true).directory.lastPathComponent == "acestep-v15-turbo")
        }
        #expect(hub.server.requests.isEmpty)
    }

    @Test func variantsTakeSharedPartsFromTheUnifiedRepository() async throws {
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitA, sharedFiles())
        try writeSnapshot("ACE-Step/acestep-v15-base", commitB, ditFiles())
        let model = try await resolve("base")
        #expect(model.directory.path.contains(commitB))
        #expect(model.location.components["vae"]?.path.contains(commitA) == true)
        #expect(try await resolve("ACE-Step/acestep-v15-base").directories == model.directories)
    }

    @Test func downloadBringsEverythingThatAVariantNeeds() async throws {
        let hub = try FakeHub([
            Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified()),
            "ACE-Step/acestep-v15-base": .init(commit: commitB, files: Checkpoints.ditFiles()),
            "someone/tuned": .init(commit: commitB, files: Checkpoints.ditFiles(weights: .large(9000, seed: 77))),
        ])
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        let base = try await locator.resolve("base", download: true)
        #expect(base.location.components.count == 2)
        #expect(hub.server.requests.contains { $0.path.contains("acestep-v15-turbo/model") } == false)
        let tuned = try await locator.resolve("someone/tuned", download: true)
        #expect(tuned.directory.path.contains("models--someone--tuned"))
        #expect(tuned.directories[.vae] == base.directories[.vae])
    }

    @Test func strangersDiTBringsItsSharedParts() async throws {
        let hub = try FakeHub([
            Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified()),
            "someone/tuned": .init(commit: commitB, files: Checkpoints.ditFiles()),
        ])
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        let model = try await locator.pull(["someone/tuned"])[0]
        #expect(model.directories[.textEncoder] != nil)
    }

    @Test func newestSnapshotIsNotTrustedBlindly() async throws {
        // The main branch moved on, and of its new commit only another model's files are here.
        try writeSnapshot(
            "ACE-Step/Ace-Step1.5", commitA, sharedFiles().merging(ditFiles("acestep-v15-turbo/")) { $1 }, main: false)
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitB, ["acestep-5Hz-lm-1.7B/config.json": "{}"])
        #expect(try await resolve("turbo").directory.path.contains(commitA))
        #expect(try await failure("turbo@\(commitB)").message.contains("acestep-v15-turbo/model.safetensors"))
    }

    @Test func danglingLinksAreMissingFiles() async throws {
        try writeSnapshot("ACE-Step/Ace-Step1.5", commitA, sharedFiles().merging(ditFiles("acestep-v15-turbo/")) { $1 })
        let weights = workspace.cache.appending(
            path: "models--ACE-Step--Ace-Step1.5/snapshots/\(commitA)/vae/diffusion_pytorch_model.safetensors")
        try FileManager.default.removeItem(at: weights)
        try FileManager.default.createSymbolicLink(
            atPath: weights.path, withDestinationPath: "../../../blobs/\(String(repeating: "0", count: 64))")
        #expect(try await failure("turbo").message.contains("missing vae/diffusion_pytorch_model.safetensors of"))
    }

    @Test func checkpointFolderOfThePythonProjectServesNames() async throws {
        let root = try writeOfficial("checkpoints", dits: ["acestep-v15-sft"])
        try workspace.write("checkpoints/acestep-v15-sft/silence_latent.pt")
        let model = try await resolve("sft", ["ACESTEP_CHECKPOINTS_DIR": root.path])
        #expect(model.directories["dit"]?.path == root.appending(path: "acestep-v15-sft").path)
        #expect(model.directories[.vae]?.path == root.appending(path: "vae").path)
    }

    @Test func languageModelsByName() async throws {
        try writeSnapshot(
            "ACE-Step/acestep-5Hz-lm-0.6B", commitA,
            ["config.json": Checkpoints.encoder, "model.safetensors": "x", "vocab.json": "{}", "merges.txt": ""])
        let model = try await resolve("lm-0.6b")
        #expect(model.layout == .languageModel)
        #expect(model.directory.path.contains("acestep-5Hz-lm-0.6B"))
    }

    @Test func namesOfTheUser() async throws {
        let root = try writePipeline("pipe")
        try workspace.write(
            ".config/vivace/models.json",
            "{\"models\":[{\"name\":\"mine\",\"model\":\"\(root.path)\"},{\"name\":\"fast\",\"model\":\"turbo\"}]}")
        #expect(try await resolve("mine").directory.path == root.path)
        #expect(try await failure("fast").message.contains("acestep-v15-turbo/model.safetensors"))
    }

    @Test(arguments: [
        "{", "{\"models\":[{\"name\":\"turbo\",\"model\":\"x\"}]}", "{\"models\":[{\"name\":\"a b\",\"model\":\"x\"}]}",
        "{\"models\":[{\"name\":\"builtin\",\"model\":\"x\"}]}",
        "{\"models\":[{\"name\":\"a\",\"model\":\"x\"},{\"name\":\"A\",\"model\":\"y\"}]}",
    ])
    func unusableNamesOfTheUser(text: String) throws {
        let file = try workspace.write(".config/vivace/models.json", text)
        let error = #expect(throws: MusicError.self) { _ = try locator() }
        #expect(error?.code == .unreadableInput)
        #expect(error?.message.contains(file.path) == true)
    }

    @Test(arguments: ["org/model@../x", "org/model@", "org/model/../x", "turbo@a b"])
    func impossibleReferences(name: String) async throws {
        #expect(try await failure(name).code == .invalidRequest)
    }
}
