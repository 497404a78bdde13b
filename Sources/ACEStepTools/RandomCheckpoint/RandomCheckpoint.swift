import Foundation
import ModelSupport
import MusicCore

/// Writes a checkpoint with the sizes of the published 2B models and random weights: what it makes is noise, but it
/// takes the time and the memory that music takes.
public enum RandomCheckpoint {
    /// Which model the configuration says it is.
    public enum Variant: String, Sendable, CaseIterable {
        case turbo, base, sft
    }

    /// Bytes that are written in all, nearly.
    public static var byteCount: Int {
        2
            * [TensorPlan.model(), TensorPlan.textEncoder(), TensorPlan.autoencoder()]
            .reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
    }

    /// Writes the checkpoint in the official layout: a folder with the model, `vae` and `Qwen3-Embedding-0.6B`.
    ///
    /// Weights are bfloat16 and go to the disk as they are drawn. The folder appears when it is complete.
    ///
    /// - Parameters:
    ///   - directory: must not exist.
    ///   - variant: what the configuration says.
    ///   - seed: of the weights.
    ///   - progress: called now and then with the number of bytes written.
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    public static func write(
        to directory: URL, variant: Variant = .turbo, seed: UInt64 = 0,
        progress: (_ bytes: Int) throws -> Void = { _ in }
    ) throws {
        try NewFolder.make(directory, advice: "check permissions, and that \(byteCount >> 30) GiB are free") {
            partial in
            try write(into: partial, variant: variant, seed: seed, progress: progress)
        }
    }

    private static func write(
        into root: URL, variant: Variant, seed: UInt64, progress: (Int) throws -> Void
    ) throws {
        var normals = NormalTable(seed: seed)
        var written = 0
        func folder(_ name: String) throws -> URL {
            let url = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            return url
        }
        func write(_ object: [String: Any], to url: URL) throws {
            try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys]).write(to: url)
        }
        func write(_ tensors: [PlannedTensor], to url: URL) throws {
            try RandomWeights.write(tensors, to: url, &normals) { bytes in
                written += bytes
                try progress(written)
            }
        }

        let model = try folder("acestep-v15-\(variant.rawValue)")
        try write(modelConfiguration(variant), to: model.appendingPathComponent("config.json"))
        try write(TensorPlan.model(), to: model.appendingPathComponent("model.safetensors"))
        try silence(&normals).write(to: model.appendingPathComponent("silence_latent.pt"))

        let textEncoder = try folder("Qwen3-Embedding-0.6B")
        try write(textEncoderConfiguration, to: textEncoder.appendingPathComponent("config.json"))
        try write(TensorPlan.textEncoder(), to: textEncoder.appendingPathComponent("model.safetensors"))
        try ByteTokenizer.json().write(to: textEncoder.appendingPathComponent("tokenizer.json"))

        let autoencoder = try folder("vae")
        try write(autoencoderConfiguration, to: autoencoder.appendingPathComponent("config.json"))
        try write(
            TensorPlan.autoencoder(), to: autoencoder.appendingPathComponent("diffusion_pytorch_model.safetensors"))
        try write(
            ["notice": "random weights: expect noise", "random": true],
            to: root.appendingPathComponent("vivace.json"))
    }

    /// Ten minutes of latents, `[1, 64, 15000]`.
    private static func silence(_ normals: inout NormalTable) -> Data {
        let count = 64 * 15_000
        let bits = [UInt16](unsafeUninitializedCapacity: count) { buffer, initialized in
            normals.fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]), mean: 0, deviation: 0.5)
            initialized = count
        }
        return TorchArchiveWriter.data(
            bits.map { Float(bitPattern: UInt32($0) << 16) }, shape: [1, 64, 15_000])
    }

    private static func modelConfiguration(_ variant: Variant) -> [String: Any] {
        [
            "architectures": ["AceStepConditionGenerationModel"], "model_type": "acestep", "dtype": "bfloat16",
            "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 24, "num_attention_heads": 16,
            "num_key_value_heads": 8, "head_dim": 128, "hidden_act": "silu", "vocab_size": 64_003,
            "max_position_embeddings": 32_768, "rms_norm_eps": 1e-6, "rope_theta": 1_000_000,
            "attention_bias": false, "attention_dropout": 0, "use_sliding_window": true, "sliding_window": 128,
            "layer_types": (0..<24).map { $0.isMultiple(of: 2) ? "sliding_attention" : "full_attention" },
            "num_lyric_encoder_hidden_layers": 8, "num_timbre_encoder_hidden_layers": 4,
            "num_attention_pooler_hidden_layers": 2, "num_audio_decoder_hidden_layers": 24,
            "audio_acoustic_hidden_dim": 64, "in_channels": 192, "patch_size": 2, "pool_window_size": 5,
            "text_hidden_dim": 1024, "timbre_hidden_dim": 64, "timbre_fix_frame": 750, "fsq_dim": 2048,
            "fsq_input_levels": [8, 8, 8, 5, 5, 5], "fsq_input_num_quantizers": 1,
            "is_turbo": variant == .turbo, "model_version": variant.rawValue,
        ]
    }

    private static var textEncoderConfiguration: [String: Any] {
        [
            "architectures": ["Qwen3Model"], "model_type": "qwen3", "dtype": "bfloat16", "hidden_size": 1024,
            "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8,
            "head_dim": 128, "hidden_act": "silu", "vocab_size": TensorPlan.vocabulary,
            "max_position_embeddings": 32_768, "rms_norm_eps": 1e-6, "rope_theta": 1_000_000,
            "tie_word_embeddings": true, "attention_bias": false,
        ]
    }

    private static var autoencoderConfiguration: [String: Any] {
        [
            "_class_name": "AutoencoderOobleck", "audio_channels": 2, "encoder_hidden_size": 128,
            "decoder_channels": 128, "decoder_input_channels": 64, "channel_multiples": [1, 2, 4, 8, 16],
            "downsampling_ratios": [2, 4, 4, 6, 10], "sampling_rate": 48_000,
        ]
    }
}
