import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Damaged and malicious checkpoints end in an error that says what is wrong, and in nothing else.
@MLXActor
struct HostileCheckpointTests {
    private let model = "acestep-v15-turbo"

    /// The error that loading a damaged copy gives.
    private func failure(
        _ kind: TestCheckpoint.Kind = .official, of name: String = "turbo-f32",
        after damage: (TestCheckpoint) throws -> Void
    ) throws -> MusicError {
        try TestCheckpoint.withCopy(of: name, kind) { copy in
            try damage(copy)
            let error = #expect(throws: MusicError.self) { try copy.load(dtype: .float32) }
            return try #require(error)
        }
    }

    @Test(arguments: ["vae", "Qwen3-Embedding-0.6B"]) func missingFolder(_ name: String) throws {
        let error = try failure { try FileManager.default.removeItem(at: $0.file(name)) }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains("'\(name)'"))
    }

    @Test func missingModel() throws {
        let error = try failure { try FileManager.default.removeItem(at: $0.file(model)) }
        #expect(error.message.contains("is not an ACE-Step 1.5 checkpoint"))
    }

    @Test(arguments: [
        ("acestep-v15-turbo/config.json", "config.json"), ("acestep-v15-turbo/silence_latent.pt", "silence_latent.pt"),
        ("acestep-v15-turbo/model.safetensors", "safetensors"), ("Qwen3-Embedding-0.6B/config.json", "config.json"),
        ("vae/config.json", "vae/config.json"),
    ])
    func missingFile(_ path: String, _ named: String) throws {
        let error = try failure { try FileManager.default.removeItem(at: $0.file(path)) }
        #expect(error.message.contains(named) || error.message.contains("not an ACE-Step"))
    }

    @Test func missingTokenizer() throws {
        let error = try failure { copy in
            for name in ["tokenizer.json", "vocab.json", "merges.txt"] {
                try FileManager.default.removeItem(at: copy.file("Qwen3-Embedding-0.6B/\(name)"))
            }
        }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains("tokenizer"))
    }

    @Test(arguments: TestCheckpoint.Kind.allCases) func missingShard(_ kind: TestCheckpoint.Kind) throws {
        let path =
            kind == .official
            ? "\(model)/model-00003-of-00005.safetensors"
            : "transformer/diffusion_pytorch_model-00002-of-00003.safetensors"
        let error = try failure(kind, of: "base-xl-bf16") { try FileManager.default.removeItem(at: $0.file(path)) }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains(String(path.split(separator: "/")[1])))
    }

    @Test func missingTensor() throws {
        let error = try failure {
            try $0.editTensors("\(model)/model.safetensors") {
                $0["decoder.layers.0.mlp.up_proj.weight"] = nil
                $0["decoder.norm_out.weight"] = nil
            }
        }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains("2 tensors missing"))
        #expect(error.message.contains("layers.0.mlp.up_proj.weight"))
        #expect(error.message.contains("norm_out.weight"))
    }

    @Test(arguments: ["decoder.extra.weight", "ghost", "encoder.lyric_encoder.layers.99.self_attn.q_proj.weight"])
    func unexpectedTensor(_ name: String) throws {
        let error = try failure {
            try $0.editTensors("\(model)/model.safetensors") { $0[name] = MLXArray.zeros([2, 2]) }
        }
        #expect(error.message.contains("1 tensor unexpected: \(name)"))
    }

    @Test func wrongShape() throws {
        let error = try failure {
            try $0.editTensors("\(model)/model.safetensors") { arrays in
                arrays["decoder.condition_embedder.weight"] = MLXArray.zeros([3, 4])
            }
        }
        #expect(error.message.contains("'condition_embedder.weight' is [3, 4], expected [22, 22]"))
    }

    @Test func wrongShapeOfAConvolution() throws {
        let error = try failure {
            try $0.editTensors("vae/diffusion_pytorch_model.safetensors") { arrays in
                arrays["decoder.conv1.weight_g"] = MLXArray.zeros([1])
            }
        }
        #expect(error.message.contains("'decoder.conv1.weight_g' is [1]"))
    }

    @Test func wholeNumbersForWeights() throws {
        let error = try failure {
            try $0.editTensors("\(model)/model.safetensors") { arrays in
                arrays["decoder.condition_embedder.weight"] = MLXArray.zeros([22, 22], dtype: .int32)
            }
        }
        #expect(error.message.contains("condition_embedder.weight"))
        #expect(error.message.contains("int32"))
    }

    @Test func truncatedWeights() throws {
        let error = try failure {
            let url = $0.file("\(model)/model.safetensors")
            let data = try Data(contentsOf: url)
            try data.prefix(data.count - 100).write(to: url)
        }
        #expect(error.message.contains("truncated"))
        #expect(error.advice == "download the file again")
    }

    @Test func weightsThatAreNone() throws {
        let error = try failure {
            try Data("<html>404 Not Found</html>".utf8).write(to: $0.file("vae/diffusion_pytorch_model.safetensors"))
        }
        #expect(error.message.contains("vae/diffusion_pytorch_model.safetensors"))
    }

    @Test(arguments: ["{", "[1, 2]", #"{"hidden_size": "wide"}"#, #"{"model_type": "llama"}"#])
    func damagedConfiguration(_ text: String) throws {
        let error = try failure { try Data(text.utf8).write(to: $0.file("\(model)/config.json")) }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains("config.json") || error.message.contains("not an ACE-Step"))
    }

    @Test(arguments: [
        ("hidden_size", -1), ("num_attention_heads", 0), ("head_dim", 1_000_000), ("num_key_value_heads", 3),
        ("num_hidden_layers", 100_000), ("in_channels", 7), ("sliding_window", 0), ("pool_window_size", 0),
        ("fsq_dim", 3),
    ])
    func impossibleConfiguration(_ field: String, _ value: Int) throws {
        let error = try failure { try $0.edit("\(model)/config.json") { $0[field] = value } }
        #expect(error.code == .invalidCheckpoint)
        #expect(error.message.contains(field))
    }

    @Test func configurationOfAnotherSize() throws {
        let error = try failure { try $0.edit("\(model)/config.json") { $0["num_hidden_layers"] = 4 } }
        #expect(error.message.contains("tensors missing"))
    }

    @Test func rotaryScalingThatIsUnknown() throws {
        let error = try failure {
            try $0.edit("\(model)/config.json") { $0["rope_scaling"] = ["rope_type": "yarn", "factor": 2] }
        }
        #expect(error.message.contains("rope_scaling"))
    }

    /// Puts an archive of `ModelSupportTests/Fixtures/Torch` in the place of the silence latents.
    private func replaceSilence(_ copy: TestCheckpoint, by archive: String) throws {
        let file = copy.file("\(model)/silence_latent.pt")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.copyItem(
            at: Fixtures.root.deletingLastPathComponent()
                .appendingPathComponent("ModelSupportTests/Fixtures/Torch/\(archive)"),
            to: file)
    }

    @Test func pickleWithCode() throws {
        let error = try failure { try replaceSilence($0, by: "refused-system.pt") }
        #expect(error.message.contains("silence_latent.pt") || error.message.contains("refused"))
    }

    @Test func silenceOfTheWrongShape() throws {
        // A tensor of 6 channels, where the checkpoint has 5.
        let error = try failure { try replaceSilence($0, by: "single.pt") }
        #expect(error.message.contains("silence latents"))
    }

    @Test func textEncoderThatDoesNotFit() throws {
        let error = try failure { copy in
            let other = Fixtures.url("checkpoints/base-xl-bf16/official/Qwen3-Embedding-0.6B")
            try FileManager.default.removeItem(at: copy.file("Qwen3-Embedding-0.6B"))
            try FileManager.default.copyItem(at: other, to: copy.file("Qwen3-Embedding-0.6B"))
        }
        #expect(error.message.contains("text encoder is 28 wide"))
    }

    @Test func schedulerThatIsUnknown() throws {
        let error = try failure(.diffusers) {
            try $0.edit("scheduler/scheduler_config.json") { $0["use_dynamic_shifting"] = true }
        }
        #expect(error.message.contains("use_dynamic_shifting"))
    }

    @Test func infinityInTheWeightsIsFoundAtItsStage() async throws {
        try await TestCheckpoint.withCopy(of: "turbo-f32", .official) { copy in
            try copy.editTensors("\(model)/model.safetensors") { arrays in
                arrays["decoder.proj_out.1.bias"] = MLXArray([Float](repeating: .nan, count: 5))
            }
            let pipeline = Pipeline(
                model: try copy.load(dtype: .float32),
                target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
            let request = try RequestResolver(variant: .turbo)
                .resolve(ACEStepRequest(prompt: "x", duration: 0.5, steps: 3))
            let error = await #expect(throws: MusicError.self) { try await pipeline.generate(request) { _ in } }
            #expect(error?.code == .numericalFailure)
            #expect(error?.message == "Generation failed at diffusion, step 1 of 3: the latents became NaN")
        }
    }

    @Test func silentDecoderIsFound() async throws {
        try await TestCheckpoint.withCopy(of: "turbo-f32", .official) { copy in
            try copy.editTensors("vae/diffusion_pytorch_model.safetensors") { arrays in
                for name in arrays.keys where name.hasPrefix("decoder.conv2") && name.hasSuffix("_g") {
                    arrays[name] = arrays[name].map { $0 * 0 }
                }
            }
            let pipeline = Pipeline(
                model: try copy.load(dtype: .float32),
                target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
            let request = try RequestResolver(variant: .turbo)
                .resolve(ACEStepRequest(prompt: "x", duration: 0.5, steps: 1))
            let error = await #expect(throws: MusicError.self) { try await pipeline.generate(request) { _ in } }
            #expect(error?.code == .numericalFailure)
            #expect(error?.message.contains("decoding: the samples are silent") == true)
        }
    }
}
