import ACEStep
import Foundation
import MusicCore
import TestSupport
import Testing

/// One rule for what a folder holds: the hub, the loader and the planner agree.
struct ACEStepFoldersTests {
    private func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
        try Fixtures.withTemporaryFolder { root in
            for (path, text) in files {
                let url = root.appending(path: path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
            }
            try body(root)
        }
    }

    private func contents(_ folder: URL) -> FolderContents { FamilyCatalog.aceStep.recognise(FolderView(folder)) }

    private func found(_ folder: URL) throws -> FoundModel {
        guard case .model(let found) = contents(folder) else {
            throw MusicError(.internal, "there is no model: \(contents(folder))")
        }
        return found
    }

    private func location(_ folder: URL, _ components: [String: URL] = [:]) -> ModelLocation {
        ModelLocation(name: folder.path, directory: folder, components: components)
    }

    private static let dit = #"{"model_type":"acestep"}"#
    private static let planner = #"{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"]}"#

    @Test(
        arguments: [
            #"{"model_type":"acestep"}"#, #"{"architectures":["AceStepConditionGenerationModel"]}"#,
            #"{"fsq_dim":32,"timbre_hidden_dim":64,"pool_window_size":5}"#,
        ])
    func aDiTIsKnownByItsConfigurationWhateverItsName(json: String) throws {
        try withFolder(
            [
                "mine/config.json": json, "mine/any.safetensors": "", "vae/config.json": "{}",
                "Qwen3-Embedding-0.6B/config.json": "{}",
            ]
        ) { root in
            for folder in [root, root.appending(path: "mine")] {
                #expect(ACEStepFamily().recognizes(location(folder)))
                let layout = try CheckpointLayout(location(folder))
                #expect(layout.model.lastPathComponent == "mine" && layout.autoencoder.lastPathComponent == "vae")
                let found = try found(folder)
                #expect(found.missingFiles.isEmpty && found.missingParts.isEmpty)
                #expect(found.ownPart.directory.path == layout.model.path)
            }
        }
    }

    @Test func aUsualNameServesWhereTheConfigurationSaysNothing() throws {
        try withFolder(
            ["acestep-v15-x/config.json": "{}", "acestep-v15-y/config.json": "{", "acestep-v15-z/notes": ""]
        ) { root in
            let folders = ["acestep-v15-x", "acestep-v15-y"].map { root.appending(path: $0).path }
            guard case .several(let models) = contents(root) else {
                Issue.record("\(contents(root))")
                return
            }
            #expect(models.map(\.path) == folders)
        }
        try withFolder(["acestep-v15-x/config.json": #"{"model_type":"bert"}"#]) { root in
            #expect(contents(root) == .unknown && !ACEStepFamily().recognizes(location(root)))
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        try withFolder(["acestep-v15-turbo/config.json": Self.dit, "vae/config.json": "{}"]) { root in
            let found = try found(root)
            #expect(found.missingFiles == ["model.safetensors"])
            #expect(found.missingParts.map(\.place) == ["ACE-Step/Ace-Step1.5/Qwen3-Embedding-0.6B"])
        }
    }

    @Test func turboIsTakenOfSeveral() throws {
        try withFolder(["acestep-v15-base/config.json": Self.dit, "acestep-v15-turbo/config.json": Self.dit]) { root in
            let found = try found(root)
            #expect(found.ownPart.name == "acestep-v15-turbo")
            #expect(found.alternatives.map(\.lastPathComponent) == ["acestep-v15-base"])
        }
    }

    @Test func theFolderOfThePythonProject() throws {
        try withFolder(["checkpoints/acestep-v15-sft/config.json": Self.dit]) { root in
            let found = try found(root)
            #expect(found.ownPart.name == "acestep-v15-sft")
            #expect(ACEStepFamily().recognizes(location(root)))
        }
    }

    @Test(
        arguments: [
            (#"{"_class_name":"AutoencoderOobleck"}"#, FolderContents.part(.vae)),
            (#"{"model_type":"qwen3","architectures":["Qwen3Model"]}"#, .part(.textEncoder)),
            (#"{"model_type":"bert"}"#, .unknown), ("[]", .unknown),
        ])
    func partsAndStrangers(json: String, expected: FolderContents) throws {
        try withFolder(["x/config.json": json]) { #expect(contents($0.appending(path: "x")) == expected) }
        try withFolder(["model_index.json": #"{"_class_name":"StableAudioPipeline"}"#]) {
            #expect(contents($0) == .unknown)
        }
    }

    @Test func hubAndPlannerTakeTheSameLanguageModel() throws {
        let small = ["config.json": Self.planner, "model.safetensors": "x"]
        let large = ["config.json": Self.planner, "model.safetensors": "xxxxxxxx"]
        func files(_ folders: [String: [String: String]]) -> [String: String] {
            folders.reduce(into: ["acestep-v15-turbo/config.json": Self.dit]) { files, folder in
                for (name, text) in folder.value { files["\(folder.key)/\(name)"] = text }
            }
        }
        for (folders, expected) in [
            (["acestep-5Hz-lm-0.6B": small, "acestep-5Hz-lm-1.7B": large], "acestep-5Hz-lm-1.7B"),
            (["acestep-5Hz-lm-4B": large, "a-tuned-one": small], "a-tuned-one"),
        ] {
            try withFolder(files(folders)) { root in
                for folder in [root, root.appending(path: "acestep-v15-turbo")] {
                    let found = try #require(try found(folder).directory(of: .languageModel))
                    #expect(found.lastPathComponent == expected)
                    #expect(PlannerFolder.find(location(folder))?.path == found.path)
                }
            }
        }
    }

    @Test(arguments: ["", "{", "[]", "{}", "version https://git-lfs.github.com/spec/v1", "<!DOCTYPE html>"])
    func aLanguageModelWithADamagedConfigurationIsNotAbsent(_ configuration: String) throws {
        let files = ["acestep-v15-turbo/config.json": Self.dit, "acestep-5Hz-lm-1.7B/config.json": configuration]
        try withFolder(files) { root in
            for folder in [root, root.appending(path: "acestep-5Hz-lm-1.7B")] {
                #expect(PlannerFolder.find(location(folder))?.lastPathComponent == "acestep-5Hz-lm-1.7B")
            }
        }
    }

    @Test func aFolderOfLanguageModelsAlone() throws {
        try withFolder(["lm/config.json": Self.planner, "text_encoder/config.json": Self.planner]) { root in
            let found = try found(root)
            #expect(found.purpose == .planning && found.ownPart.name == "lm")
            #expect(found.missingFiles == ["tokenizer.json", "model.safetensors"])
            #expect(!ACEStepFamily().recognizes(location(root)))
            #expect(throws: MusicError.self) { try CheckpointLayout(location(root)) }
        }
    }
}
