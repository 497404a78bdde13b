import Foundation
import ModelSupport
import MusicCore

extension RandomCheckpoint {
    /// Sizes in which the 5 Hz language model is published.
    public enum PlannerSize: String, Sendable, CaseIterable {
        case small = "0.6B"
        case medium = "1.7B"
        case large = "4B"

        /// - Throws: ``MusicError`` with code `invalidRequest` if there is no such size.
        public init(named name: String) throws {
            guard let size = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
                throw MusicError(
                    .invalidRequest, "There is no language model of size '\(name)'",
                    advice: "use \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = size
        }

        var width: Int { [.small: 1024, .medium: 2048, .large: 2560][self] ?? 0 }
        var inner: Int { [.small: 3072, .medium: 6144, .large: 9728][self] ?? 0 }
        var layers: Int { self == .large ? 36 : 28 }
        var heads: Int { self == .large ? 32 : 16 }
    }

    /// Bytes of a language model with random weights, nearly.
    public static func plannerByteCount(_ size: PlannerSize) -> Int {
        2 * TensorPlan.planner(size).reduce(0) { $0 + $1.count }
    }

    /// Writes a 5 Hz language model with random weights as a folder like `acestep-5Hz-lm-0.6B`.
    ///
    /// - Parameters:
    ///   - directory: must not exist.
    ///   - size: which of the published sizes.
    ///   - seed: of the weights.
    ///   - progress: called now and then with the number of bytes written.
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    public static func writePlanner(
        to directory: URL, size: PlannerSize, seed: UInt64 = 0, progress: (_ bytes: Int) throws -> Void = { _ in }
    ) throws {
        let gigabytes = plannerByteCount(size) >> 30 + 1
        try NewFolder.make(directory, advice: "check permissions, and that \(gigabytes) GiB are free") { folder in
            var normals = NormalTable(seed: seed)
            let configuration: [String: Any] = [
                "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "dtype": "bfloat16",
                "hidden_size": size.width, "intermediate_size": size.inner, "num_hidden_layers": size.layers,
                "num_attention_heads": size.heads, "num_key_value_heads": 8, "head_dim": 128, "hidden_act": "silu",
                "vocab_size": TensorPlan.plannerVocabulary, "max_position_embeddings": 40_960, "rms_norm_eps": 1e-6,
                "rope_theta": 1_000_000, "tie_word_embeddings": true, "attention_bias": false,
            ]
            try JSONSerialization.data(withJSONObject: configuration, options: [.prettyPrinted, .sortedKeys])
                .write(to: folder.appendingPathComponent("config.json"))
            try ByteTokenizer.json(addedTokens: ByteTokenizer.planningTokens(codes: TensorPlan.plannerCodes))
                .write(to: folder.appendingPathComponent("tokenizer.json"))
            var written = 0
            try RandomWeights.write(
                TensorPlan.planner(size), to: folder.appendingPathComponent("model.safetensors"), &normals
            ) { bytes in
                written += bytes
                try progress(written)
            }
        }
    }
}
