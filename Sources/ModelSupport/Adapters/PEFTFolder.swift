import Foundation
import MLX
import MusicCore

/// Writes adapters as folders of PEFT.
package enum PEFTFolder {
    /// What the configuration says.
    package struct Contents {
        /// `LORA`, `LOKR` or `LOHA`.
        let kind: String
        /// Of the modules that are not named in `ranks`.
        let rank: Int
        let alpha: Double
        /// Of each module, by its path.
        let ranks: [String: Int]
        let alphas: [String: Double]
        var hasMagnitude = false
        var hasBias = false
        var baseModel: String?

        package init(kind: String, rank: Int, alpha: Double, ranks: [String: Int], alphas: [String: Double]) {
            self.kind = kind
            self.rank = rank
            self.alpha = alpha
            self.ranks = ranks
            self.alphas = alphas
        }
    }

    private static let prefix = "base_model.model."

    /// Writes a folder, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - contents: of the configuration.
    ///   - tensors: by their names without PEFT's prefix.
    ///   - directory: must not exist.
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    @MLXActor
    package static func write(_ contents: Contents, tensors: [(String, MLXArray)], to directory: URL) throws {
        let entries = tensors.map { TensorFile.Entry(prefix + $0.0, $0.1) }
        let settings = try configuration(contents)
        try NewFolder.make(directory, advice: "check permissions and that there is space for the adapter") { folder in
            try TensorFile.write(
                entries, metadata: ["format": "pt"], to: folder.appendingPathComponent("adapter_model.safetensors"))
            try settings.write(to: folder.appendingPathComponent("adapter_config.json"))
        }
    }

    private static func configuration(_ contents: Contents) throws -> Data {
        let modules = contents.ranks.keys.sorted()
        let otherRanks = contents.ranks.filter { $0.value != contents.rank }
        let otherAlphas = contents.alphas.filter { $0.value != contents.alpha }
        var fields: [String: JSONValue] = [
            "peft_type": .text(contents.kind), "task_type": "FEATURE_EXTRACTION", "inference_mode": true,
            "r": .integer(Int64(contents.rank)), "target_modules": .list(modules.map { .text($0) }),
            "rank_pattern": .object(otherRanks.mapValues { .integer(Int64($0)) }),
            "alpha_pattern": .object(otherAlphas.mapValues { .number($0) }), "modules_to_save": .null,
            "base_model_name_or_path": contents.baseModel.map { .text($0) } ?? .null,
        ]
        if contents.kind == "LORA" {
            fields["lora_alpha"] = .number(contents.alpha)
            fields["lora_dropout"] = .number(0)
            fields["bias"] = "none"
            fields["use_rslora"] = false
            fields["use_dora"] = .flag(contents.hasMagnitude)
            fields["lora_bias"] = .flag(contents.hasBias)
        } else {
            fields["alpha"] = .number(contents.alpha)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(JSONValue.object(fields))
    }
}
