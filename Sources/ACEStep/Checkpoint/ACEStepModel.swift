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
    /// The adapters that were read for it.
    let adapters = AdapterShelf()
    private let textEncoderPart: ReloadablePart<Qwen3>
    private let conditionEncoderPart: ReloadablePart<ConditionEncoder>
    private let transformerPart: ReloadablePart<DiffusionTransformer>
    private let autoencoderPart: ReloadablePart<Oobleck>
    private var savedNullCondition: MLXArray?
    private let codec: AudioCodec?

    /// Loads a checkpoint.
    ///
    /// - Parameters:
    ///   - layout: where its parts are.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how large weights are kept.
    ///   - isFrugal: loads each network when it is first used, and lets go of it by ``release(_:)``.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names file, tensor or field.
    package convenience init(
        _ layout: CheckpointLayout, dtype: DType, quantization: LoadOptions.Quantization = .none,
        isFrugal: Bool = false
    ) throws {
        try self.init(
            try CheckpointParts(layout), dtype: dtype, quantization: quantization, isFrugal: isFrugal)
    }

    /// Loads a checkpoint whose headers were read.
    ///
    /// - Parameters:
    ///   - parts: its parts.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how large weights are kept.
    ///   - isFrugal: loads each network when it is first used, and lets go of it by ``release(_:)``.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names file, tensor or field.
    package init(
        _ parts: CheckpointParts, dtype: DType, quantization: LoadOptions.Quantization = .none,
        isFrugal: Bool = false
    ) throws {
        let model = parts.model
        let configuration = model.configuration
        self.configuration = configuration
        scheduler = model.scheduler
        self.dtype = dtype
        tokenizer = try Tokenizer(directory: parts.layout.tokenizer)
        let silence = try model.silence()
        self.silence = silence
        textEncoderConfiguration = parts.textEncoder.configuration
        autoencoderConfiguration = parts.autoencoder.configuration
        hasInt8Layers = quantization == .q8 || model.transformer.tensors.values.contains { $0.dtype == .int8 }
        parameterCount = parts.parameterCount

        transformerPart = ReloadablePart {
            let transformer = DiffusionTransformer(configuration.transformer)
            try transformer.load(
                from: model.transformer, dtype: dtype, quantization: quantization, ignoring: TensorNames.isComputed,
                source: { TensorNames.transformerSource($0, $1, configuration.transformer) })
            return transformer
        }
        conditionEncoderPart = ReloadablePart {
            let encoder = ConditionEncoder(configuration.conditionEncoder)
            try encoder.load(
                from: model.conditionEncoder, dtype: dtype, quantization: quantization,
                ignoring: TensorNames.isComputed)
            return encoder
        }
        textEncoderPart = ReloadablePart {
            try Qwen3(
                parts.textEncoder.configuration, weights: parts.textEncoder.weights, dtype: dtype,
                quantization: quantization)
        }
        autoencoderPart = ReloadablePart {
            try Oobleck(parts.autoencoder.configuration, weights: parts.autoencoder.weights, dtype: dtype)
        }
        if let stores = model.audioTokenizer, let sizes = configuration.audioTokenizer {
            codec = try AudioCodec(sizes, stores: stores, silence: silence, dtype: dtype)
        } else {
            codec = nil
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

    /// The networks between latents and audio codes, which text alone does not need.
    ///
    /// - Throws: ``MusicError`` with code `unsupported` if the checkpoint leaves them out.
    package var audioCodec: AudioCodec {
        get throws {
            if let codec { return codec }
            throw MusicError(
                .unsupported, "The checkpoint holds no audio tokenizer",
                advice: "use a checkpoint with audio_tokenizer and audio_token_detokenizer")
        }
    }

    /// The learned "no condition", `[1, 1, condition width]`, which outlives the condition encoder.
    package var nullCondition: MLXArray {
        get throws { try savedNullCondition ?? conditionEncoder.nullCondition }
    }

    /// A network that can be let go of.
    package enum Network: Sendable, CaseIterable {
        case textEncoder, conditionEncoder, transformer, autoencoder, audioCodec
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
            case .audioCodec: codec?.release()
            }
        }
        Memory.clearCache()
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
