import ModelSupport

/// The fields of ACE-Step's `config.json` files, as written.
///
/// The official layout has one file with all of them; the Diffusers layout has one per component, each with a part of
/// the same names. Fields left out have the defaults that both give to the 2B model.
package struct ConfigurationFields: Decodable {
    var modelType: String?
    var className: String?

    var hiddenSize = 2048
    var intermediateSize = 6144
    var hiddenLayers = 24
    var attentionHeads = 16
    var keyValueHeads = 8
    var headDimensions = 128

    var encoderHiddenSize: Int?
    var encoderIntermediateSize: Int?
    var encoderAttentionHeads: Int?
    var encoderKeyValueHeads: Int?

    var normEpsilon: Float = 1e-6
    var ropeTheta: Float = 1_000_000
    var hasAttentionBias = false
    var usesSlidingWindow = true
    var slidingWindow: Int? = 128
    var layerTypes: [LayerType]?

    var inputChannels = 192
    var patchSize = 2
    var acousticChannels = 64
    var textWidth = 1024
    var timbreChannels = 64
    var lyricLayers = 8
    var timbreLayers = 4
    var poolerLayers = 2
    var poolWindow = 5
    var fsqWidth = 2048
    var fsqLevels = [8, 8, 8, 5, 5, 5]
    var fsqQuantizers = 1

    var isTurbo: Bool?
    var modelVersion: String?
    var codeFiles: [String] = []
    /// Heads that follow the lyrics, by layer.
    var alignmentHeads: [Int: [Int]]?

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case className = "_class_name"
        case hiddenSize = "hidden_size"
        case intermediateSize = "intermediate_size"
        case hiddenLayers = "num_hidden_layers"
        case attentionHeads = "num_attention_heads"
        case keyValueHeads = "num_key_value_heads"
        case headDimensions = "head_dim"
        case encoderHiddenSize = "encoder_hidden_size"
        case encoderIntermediateSize = "encoder_intermediate_size"
        case encoderAttentionHeads = "encoder_num_attention_heads"
        case encoderKeyValueHeads = "encoder_num_key_value_heads"
        case normEpsilon = "rms_norm_eps"
        case hasAttentionBias = "attention_bias"
        case usesSlidingWindow = "use_sliding_window"
        case slidingWindow = "sliding_window"
        case layerTypes = "layer_types"
        case inputChannels = "in_channels"
        case patchSize = "patch_size"
        case acousticChannels = "audio_acoustic_hidden_dim"
        case textWidth = "text_hidden_dim"
        case timbreChannels = "timbre_hidden_dim"
        case lyricLayers = "num_lyric_encoder_hidden_layers"
        case timbreLayers = "num_timbre_encoder_hidden_layers"
        case poolerLayers = "num_attention_pooler_hidden_layers"
        case poolWindow = "pool_window_size"
        case fsqWidth = "fsq_dim"
        case fsqLevels = "fsq_input_levels"
        case fsqQuantizers = "fsq_input_num_quantizers"
        case isTurbo = "is_turbo"
        case modelVersion = "model_version"
        case codeFiles = "auto_map"
        case alignmentHeads = "lyric_alignment_layers_config"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            if let given = try values.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        func readOptional<Value: Decodable>(_ key: CodingKeys, into value: inout Value?) throws {
            if let given = try values.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        try readOptional(.modelType, into: &modelType)
        try readOptional(.className, into: &className)
        try read(.hiddenSize, into: &hiddenSize)
        try read(.intermediateSize, into: &intermediateSize)
        try read(.hiddenLayers, into: &hiddenLayers)
        try read(.attentionHeads, into: &attentionHeads)
        try read(.keyValueHeads, into: &keyValueHeads)
        try read(.headDimensions, into: &headDimensions)
        try readOptional(.encoderHiddenSize, into: &encoderHiddenSize)
        try readOptional(.encoderIntermediateSize, into: &encoderIntermediateSize)
        try readOptional(.encoderAttentionHeads, into: &encoderAttentionHeads)
        try readOptional(.encoderKeyValueHeads, into: &encoderKeyValueHeads)
        try read(.normEpsilon, into: &normEpsilon)
        try read(.hasAttentionBias, into: &hasAttentionBias)
        try read(.usesSlidingWindow, into: &usesSlidingWindow)
        // A window that is null is no window, which differs from one that is left out.
        if values.contains(.slidingWindow) {
            slidingWindow = try values.decodeIfPresent(Int.self, forKey: .slidingWindow)
        }
        try readOptional(.layerTypes, into: &layerTypes)
        try read(.inputChannels, into: &inputChannels)
        try read(.patchSize, into: &patchSize)
        try read(.acousticChannels, into: &acousticChannels)
        try read(.textWidth, into: &textWidth)
        try read(.timbreChannels, into: &timbreChannels)
        try read(.lyricLayers, into: &lyricLayers)
        try read(.timbreLayers, into: &timbreLayers)
        try read(.poolerLayers, into: &poolerLayers)
        try read(.poolWindow, into: &poolWindow)
        try read(.fsqWidth, into: &fsqWidth)
        try read(.fsqLevels, into: &fsqLevels)
        try read(.fsqQuantizers, into: &fsqQuantizers)
        try readOptional(.isTurbo, into: &isTurbo)
        try readOptional(.modelVersion, into: &modelVersion)
        if let map = try? values.decodeIfPresent([String: String].self, forKey: .codeFiles) {
            codeFiles = map.values.sorted()
        }
        // As in the reference, a map that is none is one that isn't there.
        if let map = try? values.decodeIfPresent([String: [Int]].self, forKey: .alignmentHeads) {
            let pairs = map.compactMap { layer, heads in Int(layer).map { ($0, heads) } }
            alignmentHeads = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }
        ropeTheta = try TransformerFields.ropeTheta(from: decoder, default: ropeTheta)
    }
}
