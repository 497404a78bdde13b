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

    package nonisolated let textEncoderConfiguration: Qwen3Configuration
    package nonisolated let autoencoderConfiguration: OobleckConfiguration
    /// Whether the transformer has weights in 8 bits.
    package nonisolated let hasInt8Layers: Bool

    package let tokenizer: Tokenizer
    package let silence: SilenceLatents
    private let textEncoderPart: ReloadablePart<Qwen3>
    private let conditionEncoderPart: ReloadablePart<ConditionEncoder>
    private let transformerPart: ReloadablePart<DiffusionTransformer>
    private let autoencoderPart: ReloadablePart<Oobleck>
    private var savedNullCondition: MLXArray?
    private let codecStores: (tokenizer: WeightStore, detokenizer: WeightStore)?

    /// Loads a checkpoint.
    ///
    /// - Parameters:
    ///   - layout: where its parts are.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how large weights are kept.
    ///   - isFrugal: loads each network when it is first used, and lets go of it by ``release(_:)``.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names file, tensor or field.
    package init(
        _ layout: CheckpointLayout, dtype: DType, quantization: LoadOptions.Quantization = .none,
        isFrugal: Bool = false
    ) throws {
        let parts = try CheckpointParts(layout)
        let configuration = parts.configuration
        self.configuration = configuration
        scheduler = parts.scheduler
        self.dtype = dtype
        tokenizer = try Tokenizer(directory: layout.tokenizer)
        silence = try parts.silence(WeightReader())
        textEncoderConfiguration = try Qwen3.configuration(folder: layout.textEncoder)
        autoencoderConfiguration = try Oobleck.configuration(folder: layout.autoencoder)
        hasInt8Layers = quantization == .q8 || parts.transformer.tensors.values.contains { $0.dtype == .int8 }
        parameterCount = try layout.parameterCount()
        codecStores = parts.codec

        transformerPart = ReloadablePart {
            let transformer = DiffusionTransformer(configuration.transformer)
            try transformer.load(
                from: parts.transformer, reader: WeightReader(), dtype: dtype, ignoring: TensorNames.isComputed,
                source: { TensorNames.transformerSource($0, $1, configuration.transformer) })
            if quantization == .q8 { try transformer.quantizeToInt8() }
            return transformer
        }
        conditionEncoderPart = ReloadablePart {
            let encoder = ConditionEncoder(configuration.conditionEncoder)
            try encoder.load(
                from: parts.conditionEncoder, reader: WeightReader(), dtype: dtype, ignoring: TensorNames.isComputed)
            if quantization == .q8 { try encoder.quantizeToInt8() }
            return encoder
        }
        textEncoderPart = ReloadablePart {
            let encoder = try Qwen3(folder: layout.textEncoder, dtype: dtype, reader: WeightReader())
            if quantization == .q8 { try encoder.quantizeToInt8() }
            return encoder
        }
        autoencoderPart = ReloadablePart {
            try Oobleck(folder: layout.autoencoder, dtype: dtype, reader: WeightReader())
        }

        if let stores = parts.codec, let codec = configuration.codec {
            try AudioTokenizer(codec).checkFits(stores.tokenizer, ignoring: TensorNames.isComputed)
            try AudioDetokenizer(codec).checkFits(stores.detokenizer, ignoring: TensorNames.isComputed)
        }
        try checkSizes()
        if !isFrugal {
            _ = (try transformer, try conditionEncoder, try textEncoder, try autoencoder)
        }
    }

    // MARK: Networks

    package var textEncoder: Qwen3 { get throws { try textEncoderPart.loaded() } }
    package var conditionEncoder: ConditionEncoder { get throws { try conditionEncoderPart.loaded() } }
    package var transformer: DiffusionTransformer { get throws { try transformerPart.loaded() } }
    package var autoencoder: Oobleck { get throws { try autoencoderPart.loaded() } }

    /// The learned "no condition", `[1, 1, condition width]`, which outlives the condition encoder.
    package var nullCondition: MLXArray {
        get throws { try savedNullCondition ?? conditionEncoder.nullCondition }
    }

    /// A network that can be let go of.
    package enum Network: Sendable, CaseIterable {
        case textEncoder, conditionEncoder, transformer, autoencoder
    }

    /// Lets go of networks, which are loaded again when they are used again.
    package func release(_ networks: Network...) {
        for network in networks {
            switch network {
            case .textEncoder: textEncoderPart.release()
            case .conditionEncoder:
                savedNullCondition = conditionEncoderPart.part?.nullCondition ?? savedNullCondition
                conditionEncoderPart.release()
            case .transformer: transformerPart.release()
            case .autoencoder: autoencoderPart.release()
            }
        }
        Memory.clearCache()
    }

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
            textEncoderConfiguration.hiddenSize == textWidth,
            "The text encoder is \(textEncoderConfiguration.hiddenSize) wide, but the condition encoder takes "
                + "\(textWidth)")
        let channels = configuration.transformer.acousticChannels
        try ConfigurationCheck.require(
            autoencoderConfiguration.decoderInputChannels == channels,
            "The autoencoder has \(autoencoderConfiguration.decoderInputChannels) latent channels, but the "
                + "transformer makes \(channels)")
    }
}
