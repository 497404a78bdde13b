import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Files that are no adapters for a model, each refused in one line that names the file and what is wrong.
@MLXActor
struct AdapterFileTests {
    nonisolated private static let module = "base_model.model.layers.1.self_attn.q_proj"

    /// What a checkpoint says of an adapter that is written for the test.
    private func report(
        _ tensors: [String: MLXArray], configuration: String? = nil, metadata: [String: String] = [:],
        name: String = "adapter_model.safetensors"
    ) throws -> AdapterReport {
        try Fixtures.withTemporaryFolder { folder in
            try save(arrays: tensors, metadata: metadata, url: folder.appendingPathComponent(name))
            if let configuration {
                try Data(configuration.utf8).write(to: folder.appendingPathComponent("adapter_config.json"))
            }
            let location = try TestCheckpoint("turbo-f32", .official).location
            return try ACEStepAdapters().report(folder.path, for: location)
        }
    }

    private func expectRefusal(
        _ tensors: [String: MLXArray], configuration: String? = nil, saying words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: MusicError.self, sourceLocation: sourceLocation) {
            try report(tensors, configuration: configuration)
        }
        #expect(error?.code == .unreadableInput && error?.field == "adapters", sourceLocation: sourceLocation)
        let text = error?.description ?? ""
        #expect(!text.contains("\n") && text.contains("adapter_"), sourceLocation: sourceLocation)
        for word in words { #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation) }
    }

    private func lora(_ module: String = module, rows: Int = 32, columns: Int = 22, rank: Int = 2) -> [String: MLXArray]
    {
        [
            "\(module).lora_A.weight": MLXArray.ones([rank, columns]),
            "\(module).lora_B.weight": MLXArray.ones([rows, rank]),
        ]
    }

    // MARK: What fits

    @Test func allIsCounted() throws {
        var tensors = lora()
        tensors["base_model.model.encoder.layers.0.q_proj.lora_A.weight"] = MLXArray.ones([2, 22])
        tensors["step"] = MLXArray(Float(3))
        let report = try report(
            tensors, configuration: #"{"r": 2, "lora_alpha": 4, "trigger_word": "sea", "new": [{}]}"#)
        #expect(report.matchedTensors == 2)
        #expect(report.unmatchedTensors == ["base_model.model.encoder.layers.0.q_proj.lora_A.weight", "step"])
        #expect(report.unmatchedNotice?.contains("2 tensors belong to no module") == true)
        #expect(report.alpha == 4 && report.ranks == [2] && report.trigger == "sea")
        #expect(report.groups == ["self_attn": 1] && report.targets == ["q_proj": 1])
    }

    @Test func anotherVariantIsSaid() throws {
        let other = try report(
            lora(), configuration: #"{"r": 2, "base_model_name_or_path": "/models/acestep-v15-sft"}"#)
        #expect(other.notices.contains { $0.contains("variant sft") && $0.contains("this one is turbo") })
        let own = try report(
            lora(), configuration: #"{"r": 2, "lora_alpha": 2, "base_model_name_or_path": "acestep-v15-turbo"}"#)
        #expect(own.notices.isEmpty)
    }

    @Test func anUnknownAlphaIsSaid() throws {
        #expect(try report(lora()).notices.contains { $0.contains("no alpha") })
    }

    @Test(arguments: [
        "base_model.model.layers.1.self_attn.q_proj", "base_model.model.decoder.layers.1.self_attn.q_proj",
        "diffusion_model.decoder.layers.1.self_attn.q_proj", "diffusion_model.layers.1.self_attn.q_proj",
        "lora_unet_decoder_layers_1_self_attn_q_proj", "layers.1.self_attn.q_proj",
        "transformer.layers.1.self_attn.to_q", "lycoris_layers_1_self_attn_q_proj", "lycoris_layers_1_self_attn_to_q",
        "base_model.model.layers.1.self_attn.original_self_attn.q_proj", "lora_transformer_layers_1_self_attn_to_q",
    ])
    nonisolated func everyNameIsUnderstood(_ name: String) async throws {
        let pairs = [
            ("lora_A.weight", "lora_B.weight"), ("lora_A.default.weight", "lora_B.default.weight"),
            ("lora_A", "lora_B"),
            ("lora_down.weight", "lora_up.weight"), ("lora.down.weight", "lora.up.weight"),
            ("lora_linear_layer.down.weight", "lora_linear_layer.up.weight"),
        ]
        try await MLXActor.run {
            for (down, up) in pairs {
                let report = try report([
                    "\(name).\(down)": MLXArray.ones([2, 22]), "\(name).\(up)": MLXArray.ones([32, 2]),
                    "\(name).alpha": MLXArray(Int32(4)),
                ])
                #expect(report.matchedTensors == 3 && report.unmatchedTensors.isEmpty, "\(name) \(down)")
                #expect(report.kind == "LoRA")
            }
            let old = try report([
                "\(name)_lora.down.weight": MLXArray.ones([2, 22]), "\(name)_lora.up.weight": MLXArray.ones([32, 2]),
            ])
            #expect(old.matchedTensors == 2)
        }
    }

    // MARK: What doesn't

    @Test func nothingThatFitsIsAnError() throws {
        expectRefusal(lora("unet.down_blocks.0.attn.to_q"), saying: "fits nothing", "unet.down_blocks.0.attn.to_q")
        expectRefusal(["x": MLXArray.ones([2])], saying: "none of its 1 tensors")
        expectRefusal(
            lora("transformer.transformer_blocks.0.attn.to_q"), saying: "made for ACE-Step 1", "for ACE-Step 1.5")
    }

    @Test func anotherSizeIsSaidWithBothShapes() throws {
        expectRefusal(lora(columns: 23), saying: "[2, 23]", "[2, 22]", "layers.1.self_attn.q_proj")
        expectRefusal(lora(rows: 31), saying: "[31, 2]", "[32, 2]")
        expectRefusal(
            ["\(Self.module).lokr_w1": MLXArray.ones([4, 2]), "\(Self.module).lokr_w2": MLXArray.ones([8, 12])],
            saying: "[32, 24]", "[32, 22]")
        expectRefusal(
            lora().merging(["\(Self.module).dora_scale": MLXArray.ones([31, 1])]) { one, _ in one },
            saying: "[31, 1]", "[32]")
    }

    @Test func partnersMustBeThere() throws {
        expectRefusal(lora().filter { $0.key.contains("_A") }, saying: "lacks the tensor lora_B")
        expectRefusal(["\(Self.module).alpha": MLXArray(Float(1))], saying: "has no weights beside it")
        expectRefusal(["\(Self.module).lokr_w1": MLXArray.ones([4, 2])], saying: "lacks the tensor lokr_w2")
        expectRefusal(
            lora().merging(["\(Self.module).lokr_w1": MLXArray.ones([4, 2])]) { one, _ in one },
            saying: "in two ways")
        expectRefusal(
            lora().merging(lora("layers.1.self_attn.to_q")) { one, _ in one }, saying: "under two names")
        expectRefusal(
            lora().merging(["\(Self.module).lora_A.other.weight": MLXArray.ones([2, 22])]) { one, _ in one },
            saying: "which say the same")
    }

    @Test func otherKindsAreNamed() throws {
        expectRefusal(["\(Self.module).oft_R.weight": MLXArray.ones([2, 3])], saying: "the kind OFT")
        expectRefusal(lora(), configuration: #"{"peft_type": "VERA", "r": 2}"#, saying: "the kind VERA")
        expectRefusal(
            lora().merging(["\(Self.module).bias": MLXArray.ones([32])]) { one, _ in one },
            saying: "gives a bias", "bias 'none'")
    }

    @Test func configurationsAreCheckedToo() throws {
        expectRefusal(lora(), configuration: "{", saying: "adapter_config.json", "not valid JSON")
        expectRefusal(lora(), configuration: #"{"r": "x"}"#, saying: "'r'", "not a number")
        expectRefusal(
            lora(), configuration: #"{"alpha_pattern": {"q_proj": 0}}"#, saying: "alpha_pattern", "above 0")
        expectRefusal(
            lora(), configuration: #"{"rank_pattern": {"(a+)+b": 3}}"#, saying: "(a+)+b", "by their paths")
        expectRefusal(
            lora().mapValues { $0.asType(.int32) }, saying: "int32 numbers")
    }

    @Test func numbersMustBeFinite() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("a.safetensors")
        let location = try TestCheckpoint("turbo-f32", .official).location
        let backend = try await ACEStepBackend.load(location, options: LoadOptions(precision: .float32, device: .cpu))
        for (value, part) in [(Float.nan, "lora_A.weight"), (.infinity, "lora_B.weight")] {
            var tensors = lora()
            let shape = tensors["\(Self.module).\(part)"]?.shape ?? []
            tensors["\(Self.module).\(part)"] = MLXArray.full(shape, values: MLXArray(value))
            try? FileManager.default.removeItem(at: file)
            try save(arrays: tensors, url: file)
            let error = await #expect(throws: MusicError.self) {
                try await backend.latents(of: AdapterGoldens.stored.request([AdapterUse(file.path)]))
            }
            #expect(error?.code == .unreadableInput && error?.message.contains("not finite") == true)
            #expect(error?.message.contains(part) == true)
        }
    }

    // MARK: Places

    private func expectNoAdapter(at path: String, saying words: String...) {
        let location = ModelLocation(name: "none", directory: Fixtures.url("checkpoints/turbo-f32/official"))
        let error = #expect(throws: MusicError.self) { try ACEStepAdapters().report(path, for: location) }
        #expect(error?.code == .unreadableInput && error?.field == "adapters")
        for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }

    @Test func foldersOfTrainersAreUnderstood() throws {
        let location = try TestCheckpoint("turbo-f32", .official).location
        try Fixtures.withTemporaryFolder { root in
            for inner in ["final/adapter", "adapter", "final"] {
                let folder = root.appendingPathComponent(inner.replacing("/", with: "-"))
                let place = folder.appendingPathComponent(inner)
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(at: URL(fileURLWithPath: AdapterGoldens.path("rslora")), to: place)
                let report = try ACEStepAdapters().report(folder.path, for: location)
                #expect(report.isRankStabilized && report.ranks == [4])
                let file = place.appendingPathComponent("adapter_model.safetensors")
                #expect(try ACEStepAdapters().report(file.path, for: location) == report)
            }
        }
    }

    @Test func otherFilesAreRefused() throws {
        try Fixtures.withTemporaryFolder { folder in
            expectNoAdapter(at: folder.appendingPathComponent("none").path, saying: "can't be found")
            expectNoAdapter(at: folder.path, saying: "holds no adapter")
            let pickle = folder.appendingPathComponent("adapter_model.bin")
            try Data([0x80, 2]).write(to: pickle)
            expectNoAdapter(at: pickle.path, saying: "pickle", "safe_serialization=True")
            expectNoAdapter(at: folder.path, saying: "pickle", "safe_serialization=True")
            let text = folder.appendingPathComponent("adapter_model.safetensors")
            try Data("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n".utf8).write(to: text)
            expectNoAdapter(at: folder.path, saying: "adapter_model.safetensors")
            try FileManager.default.removeItem(at: text)
            for name in ["a.safetensors", "b.safetensors"] {
                try save(arrays: lora(), url: folder.appendingPathComponent(name))
            }
            expectNoAdapter(at: folder.path, saying: "several tensor files", "name the file")
        }
    }
}
