import Foundation
import ModelSupport
import MusicCore

/// What a self-attention layer sees.
package enum LayerType: String, Sendable, Codable {
    /// Positions up to a window's width away.
    case sliding = "sliding_attention"
    /// All positions.
    case full = "full_attention"
}

/// Sizes of a stack of transformer layers.
package struct StackConfiguration: Sendable, Equatable {
    /// Width of the residual stream.
    package var hiddenSize: Int
    /// Width of the feed-forward layers.
    package var intermediateSize: Int
    /// Number of layers.
    package var layers: Int
    /// Number of query heads.
    package var heads: Int
    /// Number of key and value heads; each serves `heads / keyValueHeads` query heads.
    package var keyValueHeads: Int
    /// Width of a head.
    package var headDimensions: Int
    /// Added to the mean square before the root in normalisation.
    package var normEpsilon: Float
    /// Base of the rotary frequencies.
    package var ropeTheta: Float
    /// Whether the attention's projections have a bias.
    package var hasAttentionBias: Bool
    /// Reach of a sliding layer on either side; `nil` if every layer sees everything.
    package var window: Int?
    /// What each layer sees; layers beyond the end alternate, beginning with sliding.
    package var layerTypes: [LayerType]?

    /// The reach of a layer's self-attention on either side; `nil` if it sees everything.
    package func window(ofLayer index: Int) -> Int? {
        let alternating: LayerType = index.isMultiple(of: 2) ? .sliding : .full
        let type = layerTypes.flatMap { index < $0.count ? $0[index] : nil } ?? alternating
        return type == .sliding ? window : nil
    }

    /// Sizes of the attention of each layer.
    var attention: AttentionSizes {
        AttentionSizes(
            hiddenSize: hiddenSize, heads: heads, keyValueHeads: keyValueHeads, headDimensions: headDimensions,
            normEpsilon: normEpsilon, ropeTheta: ropeTheta, hasBias: hasAttentionBias)
    }

    func validate(_ prefix: String = "") throws {
        try attention.validate(prefix)
        try ConfigurationCheck.require("\(prefix)intermediate_size", intermediateSize, in: 1...262_144)
        try ConfigurationCheck.require("sliding_window", window ?? 1, in: 1...1_000_000)
    }
}

/// Sizes of the diffusion transformer.
package struct TransformerConfiguration: Sendable, Equatable {
    package var stack: StackConfiguration
    /// Channels of its input: source latents, mask and noisy latents.
    package var inputChannels: Int
    /// Latent frames in a patch.
    package var patchSize: Int
    /// Latent channels.
    package var acousticChannels: Int
    /// Width of the condition encoder's output.
    package var conditionWidth: Int
    /// Heads of the cross-attention that follow the lyrics, by layer; `nil` if the checkpoint doesn't say.
    package var alignmentHeads: [Int: [Int]]?

    func validate() throws {
        try stack.validate()
        try ConfigurationCheck.require("num_hidden_layers", stack.layers, in: 1...1000)
        try ConfigurationCheck.require("patch_size", patchSize, in: 1...64)
        try ConfigurationCheck.require("audio_acoustic_hidden_dim", acousticChannels, in: 1...65_536)
        try ConfigurationCheck.require("encoder_hidden_size", conditionWidth, in: 1...65_536)
        try ConfigurationCheck.require(
            inputChannels == 3 * acousticChannels,
            "Configuration field 'in_channels' is \(inputChannels), not three times "
                + "'audio_acoustic_hidden_dim' (\(acousticChannels))")
    }
}

/// Sizes of the condition encoder.
package struct ConditionEncoderConfiguration: Sendable, Equatable {
    package var lyric: StackConfiguration
    package var timbre: StackConfiguration
    /// Width of the text encoder's states.
    package var textWidth: Int
    /// Latent channels of reference audio.
    package var timbreChannels: Int
    /// Whether a learned token stands before the reference audio and gives the timbre (XL models), or the first frame
    /// does (2B models).
    package var prependsTimbreToken: Bool

    func validate() throws {
        try lyric.validate("encoder_")
        try timbre.validate("encoder_")
        try ConfigurationCheck.require("num_lyric_encoder_hidden_layers", lyric.layers, in: 1...1000)
        try ConfigurationCheck.require("num_timbre_encoder_hidden_layers", timbre.layers, in: 1...1000)
        try ConfigurationCheck.require("text_hidden_dim", textWidth, in: 1...65_536)
        try ConfigurationCheck.require("timbre_hidden_dim", timbreChannels, in: 1...65_536)
    }
}

/// Sizes of the networks between latents and 5 Hz codes.
package struct AudioTokenizerConfiguration: Sendable, Equatable {
    package var stack: StackConfiguration
    /// Latent channels.
    package var acousticChannels: Int
    /// Latent frames in a code.
    package var poolWindow: Int
    /// Width of the vectors that are coded.
    package var codeWidth: Int
    /// Number of values that each dimension of a code can take.
    package var levels: [Int]
    /// Number of quantizers, each of which codes what the ones before left over.
    package var quantizers: Int

    /// Number of different codes.
    package var codebookSize: Int { levels.reduce(1, *) }

    func validate() throws {
        try stack.validate("encoder_")
        try ConfigurationCheck.require("num_attention_pooler_hidden_layers", stack.layers, in: 1...1000)
        try ConfigurationCheck.require("audio_acoustic_hidden_dim", acousticChannels, in: 1...65_536)
        try ConfigurationCheck.require("pool_window_size", poolWindow, in: 1...1000)
        try ConfigurationCheck.require(
            codeWidth == stack.hiddenSize,
            "Configuration field 'fsq_dim' is \(codeWidth), not the encoders' width (\(stack.hiddenSize))")
        try ConfigurationCheck.require("fsq_input_num_quantizers", quantizers, in: 1...64)
        try ConfigurationCheck.require("fsq_input_levels (count)", levels.count, in: 1...32)
        for level in levels { try ConfigurationCheck.require("fsq_input_levels", level, in: 2...1024) }
        let size = levels.reduce(1.0) { $0 * Double($1) }
        try ConfigurationCheck.require(
            size < 1e9, "Configuration field 'fsq_input_levels' makes \(size) codes, which is too many")
    }
}

/// The variants of the model, which differ in how they were trained to be sampled.
package enum ModelVariant: String, Sendable, Codable {
    /// Guidance is distilled into the weights; few steps.
    case turbo
    /// Needs guidance and many steps.
    case base, sft
}

/// Everything that a checkpoint's configuration says.
package struct ACEStepConfiguration: Sendable, Equatable {
    package var transformer: TransformerConfiguration
    package var conditionEncoder: ConditionEncoderConfiguration
    /// `nil` if the checkpoint leaves these parts out, which Diffusers allows.
    package var audioTokenizer: AudioTokenizerConfiguration?
    package var variant: ModelVariant

    func validate() throws {
        try transformer.validate()
        try conditionEncoder.validate()
        try audioTokenizer?.validate()
        try ConfigurationCheck.require(
            conditionEncoder.lyric.hiddenSize == transformer.conditionWidth,
            "The condition encoder is \(conditionEncoder.lyric.hiddenSize) wide, but the transformer takes "
                + "\(transformer.conditionWidth)")
        try ConfigurationCheck.require(
            conditionEncoder.timbreChannels == transformer.acousticChannels,
            "Configuration fields 'timbre_hidden_dim' (\(conditionEncoder.timbreChannels)) and "
                + "'audio_acoustic_hidden_dim' (\(transformer.acousticChannels)) differ")
    }
}
