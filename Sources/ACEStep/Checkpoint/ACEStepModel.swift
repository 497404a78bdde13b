import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore
import Oobleck
import Qwen3
import Tokenizers

/// The networks of a checkpoint, whichever layout it is in.
@MLXActor
package final class ACEStepModel {
    package nonisolated let configuration: ACEStepConfiguration
    package nonisolated let scheduler: SchedulerConfiguration
    /// Number of weights of all parts.
    package nonisolated let parameterCount: Int
    /// Number format of weights and activations.
    package nonisolated let dtype: DType

    package let tokenizer: Tokenizer
    package let textEncoder: Qwen3
    package let conditionEncoder: ConditionEncoder
    package let transformer: DiffusionTransformer
    package let autoencoder: Oobleck
    package let silence: SilenceLatents
    private let codecStores: (tokenizer: WeightStore, detokenizer: WeightStore)?

    /// Loads a checkpoint.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names file, tensor or field.
    package init(
        _ layout: CheckpointLayout, dtype: DType, quantization: LoadOptions.Quantization = .none
    ) throws {
        let reader = WeightReader()
        let parts = try CheckpointParts(layout)
        configuration = parts.configuration
        scheduler = parts.scheduler
        self.dtype = dtype

        tokenizer = try Tokenizer(directory: layout.tokenizer)
        transformer = DiffusionTransformer(configuration.transformer)
        let transformerConfiguration = configuration.transformer
        try transformer.load(
            from: parts.transformer, reader: reader, dtype: dtype, ignoring: TensorNames.isComputed,
            source: { TensorNames.transformerSource($0, $1, transformerConfiguration) })
        conditionEncoder = ConditionEncoder(configuration.conditionEncoder)
        try conditionEncoder.load(
            from: parts.conditionEncoder, reader: reader, dtype: dtype, ignoring: TensorNames.isComputed)
        silence = try parts.silence(reader)
        textEncoder = try Qwen3(folder: layout.textEncoder, dtype: dtype, reader: reader)
        autoencoder = try Oobleck(folder: layout.autoencoder, dtype: dtype, reader: reader)

        if quantization == .q8 {
            try transformer.quantizeToInt8()
            try conditionEncoder.quantizeToInt8()
            try textEncoder.quantizeToInt8()
        }

        codecStores = parts.codec
        if let stores = parts.codec, let codec = configuration.codec {
            try AudioTokenizer(codec).checkFits(stores.tokenizer, ignoring: TensorNames.isComputed)
            try AudioDetokenizer(codec).checkFits(stores.detokenizer, ignoring: TensorNames.isComputed)
        }
        parameterCount = parts.parameterCount + textEncoder.parameterCount + autoencoder.parameterCount
        try checkSizes()
    }

    /// Whether the transformer has weights in 8 bits.
    package var hasInt8Layers: Bool { transformer.hasInt8Layers }

    /// Loads the networks between latents and codes, which text alone does not need.
    ///
    /// - Throws: ``MusicError`` with code `unsupported` if the checkpoint leaves them out.
    package func loadCodec() throws -> (tokenizer: AudioTokenizer, detokenizer: AudioDetokenizer) {
        guard let stores = codecStores, let codec = configuration.codec else {
            throw MusicError(
                .unsupported, "The checkpoint holds no audio tokenizer",
                advice: "use a checkpoint with audio_tokenizer and audio_token_detokenizer")
        }
        let reader = WeightReader()
        let tokenizer = AudioTokenizer(codec)
        try tokenizer.load(
            from: stores.tokenizer, reader: reader, dtype: dtype, ignoring: TensorNames.isComputed)
        let detokenizer = AudioDetokenizer(codec)
        try detokenizer.load(
            from: stores.detokenizer, reader: reader, dtype: dtype, ignoring: TensorNames.isComputed)
        return (tokenizer, detokenizer)
    }

    private func checkSizes() throws {
        let textWidth = configuration.conditionEncoder.textWidth
        try ConfigurationCheck.require(
            textEncoder.configuration.hiddenSize == textWidth,
            "The text encoder is \(textEncoder.configuration.hiddenSize) wide, but the condition encoder takes "
                + "\(textWidth)")
        let channels = configuration.transformer.acousticChannels
        try ConfigurationCheck.require(
            autoencoder.configuration.decoderInputChannels == channels,
            "The autoencoder has \(autoencoder.configuration.decoderInputChannels) latent channels, but the "
                + "transformer makes \(channels)")
    }
}
