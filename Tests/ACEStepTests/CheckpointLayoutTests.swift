import ACEStep
import Foundation
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Recognising checkpoints and finding their parts.
struct CheckpointLayoutTests {
    private func location(_ folder: URL, _ components: [String: URL] = [:]) -> ModelLocation {
        ModelLocation(name: "test", directory: folder, components: components)
    }

    @Test(arguments: Fixtures.checkpoints, TestCheckpoint.Kind.allCases)
    func bothLayoutsAreRecognised(_ name: String, _ kind: TestCheckpoint.Kind) throws {
        let checkpoint = try TestCheckpoint(name, kind)
        #expect(ACEStepFamily().recognizes(checkpoint.location))
        let layout = try CheckpointLayout(checkpoint.location)
        #expect(layout.kind == (kind == .official ? .official : .diffusers))
        #expect(layout.autoencoder.lastPathComponent == "vae")
    }

    @Test func theModelsOwnFolderFindsItsSiblings() throws {
        let root = Fixtures.url("checkpoints/turbo-f32/official")
        let layout = try CheckpointLayout(location(root.appendingPathComponent("acestep-v15-turbo")))
        #expect(layout.autoencoder == root.appendingPathComponent("vae"))
        #expect(layout.textEncoder == root.appendingPathComponent("Qwen3-Embedding-0.6B"))
        #expect(layout.tokenizer == layout.textEncoder)
    }

    @Test func partsMayLieElsewhere() throws {
        try Fixtures.withTemporaryFolder { folder in
            let root = Fixtures.url("checkpoints/turbo-f32/official")
            let snapshot = folder.appendingPathComponent("0123abcd")
            try FileManager.default.copyItem(at: root.appendingPathComponent("acestep-v15-turbo"), to: snapshot)
            #expect(ACEStepFamily().recognizes(location(snapshot)))
            #expect(throws: MusicError.self) { try CheckpointLayout(location(snapshot)) }
            let names = ["vae", "Qwen3-Embedding-0.6B"]
            let components = Dictionary(uniqueKeysWithValues: names.map { ($0, root.appendingPathComponent($0)) })
            let layout = try CheckpointLayout(location(snapshot, components))
            #expect(layout.model == snapshot)
            #expect(layout.autoencoder == root.appendingPathComponent("vae"))
        }
    }

    @Test func turboIsChosenAmongSeveralModels() throws {
        try TestCheckpoint.withCopy(of: "turbo-f32", .official) { copy in
            let source = copy.file("acestep-v15-turbo")
            try FileManager.default.copyItem(at: source, to: copy.file("acestep-v15-base"))
            #expect(try CheckpointLayout(copy.location).model.lastPathComponent == "acestep-v15-turbo")
            try FileManager.default.moveItem(at: source, to: copy.file("acestep-v15-sft"))
            let error = #expect(throws: MusicError.self) { try CheckpointLayout(copy.location) }
            #expect(error?.message.contains("acestep-v15-base, acestep-v15-sft") == true)
        }
    }

    @Test func otherFoldersAreNotRecognised() throws {
        try Fixtures.withTemporaryFolder { folder in
            #expect(!ACEStepFamily().recognizes(location(folder)))
            #expect(!ACEStepFamily().recognizes(location(folder.appendingPathComponent("absent"))))
            try Data(#"{"_class_name": "StableAudioPipeline"}"#.utf8)
                .write(to: folder.appendingPathComponent("model_index.json"))
            try Data(#"{"model_type": "qwen3"}"#.utf8).write(to: folder.appendingPathComponent("config.json"))
            #expect(!ACEStepFamily().recognizes(location(folder)))
            #expect(throws: MusicError.self) { try CheckpointLayout(location(folder)) }
        }
    }

    // MARK: Configuration

    private func configuration(_ json: String, folder: String = "acestep-v15-turbo") throws -> ACEStepConfiguration {
        let fields = try JSONDecoder().decode(ConfigurationFields.self, from: Data(json.utf8))
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        let folder = root.appendingPathComponent(folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        return try ACEStepConfiguration(official: fields, folder: folder)
    }

    @Test func emptyConfigurationIsThe2BModel() throws {
        let configuration = try configuration("{}")
        let stack = configuration.transformer.stack
        #expect((stack.hiddenSize, stack.intermediateSize, stack.layers) == (2048, 6144, 24))
        #expect((stack.heads, stack.keyValueHeads, stack.headDimensions) == (16, 8, 128))
        #expect(stack.window(ofLayer: 0) == 128)
        #expect(stack.window(ofLayer: 1) == nil)
        #expect(configuration.transformer.conditionWidth == 2048)
        #expect(configuration.conditionEncoder.lyric.layers == 8)
        #expect(configuration.conditionEncoder.timbre.layers == 4)
        #expect(!configuration.conditionEncoder.prependsTimbreToken)
        #expect(configuration.audioTokenizer?.codebookSize == 64_000)
        #expect(configuration.variant == .turbo)
    }

    private let xl = """
        {"hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 32, "num_attention_heads": 32,
         "encoder_hidden_size": 2048, "encoder_intermediate_size": 6144, "encoder_num_attention_heads": 16,
         "encoder_num_key_value_heads": 8, "is_turbo": false, "model_version": "base"}
        """

    @Test func xlModelsHaveEncodersOfTheirOwnSize() throws {
        let configuration = try configuration(xl, folder: "acestep-v15-xl-base")
        #expect(configuration.transformer.stack.hiddenSize == 2560)
        #expect(configuration.transformer.conditionWidth == 2048)
        #expect(configuration.conditionEncoder.lyric.hiddenSize == 2048)
        #expect(configuration.conditionEncoder.lyric.heads == 16)
        #expect(configuration.audioTokenizer?.stack.intermediateSize == 6144)
        #expect(configuration.conditionEncoder.prependsTimbreToken)
        #expect(configuration.variant == .base)
        // Sizes alone don't make an XL model.
        #expect(try !self.configuration(xl).conditionEncoder.prependsTimbreToken)
    }

    @Test func codeFilesTellAnXLModel() throws {
        let map = #", "auto_map": {"AutoModel": "modeling_acestep_v15_xl_base.AceStepConditionGenerationModel"}}"#
        let json = xl.trimmingCharacters(in: .whitespacesAndNewlines).dropLast() + map
        #expect(try configuration(String(json), folder: "0123abcd").conditionEncoder.prependsTimbreToken)
    }

    @Test(
        arguments: [
            (#"{"is_turbo": true, "model_version": "base"}"#, ModelVariant.turbo),
            (#"{"is_turbo": false, "model_version": "sft"}"#, .sft), (#"{"is_turbo": false}"#, .base),
            (#"{"model_version": "turbo-shift3"}"#, .turbo), (#"{"model_version": "base"}"#, .base),
        ])
    func variants(_ json: String, _ variant: ModelVariant) throws {
        #expect(try configuration(json).variant == variant)
    }

    @Test func windowsCanBeTurnedOff() throws {
        for json in [#"{"use_sliding_window": false}"#, #"{"sliding_window": null}"#] {
            #expect(try configuration(json).transformer.stack.window(ofLayer: 0) == nil)
        }
        let types = #"{"layer_types": ["full_attention", "sliding_attention"]}"#
        let stack = try configuration(types).transformer.stack
        let windows = (0..<4).map { stack.window(ofLayer: $0) }
        #expect(windows == [nil, 128, 128, nil])
    }
}
