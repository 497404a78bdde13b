import ModelSupport
import MusicCore

/// Sizes of a Qwen3 model, as in the `config.json` of Transformers.
public struct Qwen3Configuration: Sendable, Equatable, Codable {
    /// Number of token ids.
    public var vocabularySize: Int
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Width of the feed-forward layers.
    public var intermediateSize: Int
    /// Number of layers.
    public var hiddenLayers: Int
    /// Number of query heads.
    public var attentionHeads: Int
    /// Number of key and value heads; each serves `attentionHeads / keyValueHeads` query heads.
    public var keyValueHeads: Int
    /// Width of a head.
    public var headDimensions: Int
    /// Added to the mean square before the root in normalisation.
    public var normEpsilon: Float
    /// Base of the rotary frequencies.
    public var ropeTheta: Float
    /// Longest sequence in tokens.
    public var maximumPositions: Int
    /// Whether the output projection is the embedding table.
    public var tiesEmbeddings: Bool
    /// Whether the attention's projections have a bias.
    public var hasAttentionBias: Bool

    enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case intermediateSize = "intermediate_size"
        case hiddenLayers = "num_hidden_layers"
        case attentionHeads = "num_attention_heads"
        case keyValueHeads = "num_key_value_heads"
        case headDimensions = "head_dim"
        case normEpsilon = "rms_norm_eps"
        case ropeTheta = "rope_theta"
        case maximumPositions = "max_position_embeddings"
        case tiesEmbeddings = "tie_word_embeddings"
        case hasAttentionBias = "attention_bias"
    }

    /// Fields that change the arithmetic in ways that this implementation does not have; they are refused.
    private enum RestrictedKeys: String, CodingKey {
        case modelType = "model_type"
        case usesSlidingWindow = "use_sliding_window"
        case layerTypes = "layer_types"
        case fullLayers = "max_window_layers"
    }

    /// Decodes a configuration; fields left out have the defaults of Transformers' `Qwen3Config`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        vocabularySize = try values.decode(Int.self, forKey: .vocabularySize)
        hiddenSize = try values.decode(Int.self, forKey: .hiddenSize)
        intermediateSize = try values.decode(Int.self, forKey: .intermediateSize)
        hiddenLayers = try values.decode(Int.self, forKey: .hiddenLayers)
        attentionHeads = try values.decode(Int.self, forKey: .attentionHeads)
        keyValueHeads = try values.decodeIfPresent(Int.self, forKey: .keyValueHeads) ?? attentionHeads
        headDimensions = try values.decodeIfPresent(Int.self, forKey: .headDimensions) ?? 128
        normEpsilon = try values.decodeIfPresent(Float.self, forKey: .normEpsilon) ?? 1e-6
        maximumPositions = try values.decodeIfPresent(Int.self, forKey: .maximumPositions) ?? 32_768
        tiesEmbeddings = try values.decodeIfPresent(Bool.self, forKey: .tiesEmbeddings) ?? false
        hasAttentionBias = try values.decodeIfPresent(Bool.self, forKey: .hasAttentionBias) ?? false
        ropeTheta = try TransformerFields.ropeTheta(from: decoder, default: 10_000)

        let restricted = try decoder.container(keyedBy: RestrictedKeys.self)
        func refuse(_ key: RestrictedKeys, _ value: String) throws -> Never {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: restricted, debugDescription: "the value \(value) is not supported")
        }
        if let type = try restricted.decodeIfPresent(String.self, forKey: .modelType), type != "qwen3" {
            try refuse(.modelType, "'\(type)'")
        }
        if try restricted.decodeIfPresent(Bool.self, forKey: .usesSlidingWindow) == true {
            let types = try restricted.decodeIfPresent([String].self, forKey: .layerTypes)
            let firstWindow = try restricted.decodeIfPresent(Int.self, forKey: .fullLayers) ?? 28
            let slides = types.map { $0.contains("sliding_attention") } ?? (firstWindow < hiddenLayers)
            if slides { try refuse(.usesSlidingWindow, "true") }
        }
    }

    /// Sizes of the attention of each layer.
    var attention: AttentionSizes {
        AttentionSizes(
            hiddenSize: hiddenSize, heads: attentionHeads, keyValueHeads: keyValueHeads,
            headDimensions: headDimensions, normEpsilon: normEpsilon, ropeTheta: ropeTheta, hasBias: hasAttentionBias)
    }

    /// Requires sizes that a network can have.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the field.
    public func validate() throws {
        try ConfigurationCheck.require("vocab_size", vocabularySize, in: 1...10_000_000)
        try ConfigurationCheck.require("intermediate_size", intermediateSize, in: 1...262_144)
        try ConfigurationCheck.require("num_hidden_layers", hiddenLayers, in: 1...1000)
        try attention.validate()
    }
}
