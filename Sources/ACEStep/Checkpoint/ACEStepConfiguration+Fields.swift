import Foundation
import ModelSupport
import MusicCore

extension ConfigurationFields {
    /// A stack at the sizes of the transformer.
    fileprivate func stack(layers: Int, layerTypes: [LayerType]?) -> StackConfiguration {
        StackConfiguration(
            hiddenSize: hiddenSize, intermediateSize: intermediateSize, layers: layers, heads: attentionHeads,
            keyValueHeads: keyValueHeads, headDimensions: headDimensions, normEpsilon: normEpsilon,
            ropeTheta: ropeTheta, hasAttentionBias: hasAttentionBias,
            window: usesSlidingWindow ? slidingWindow : nil, layerTypes: layerTypes)
    }

    /// A stack at the sizes of the encoders, which are those of the transformer unless given.
    fileprivate func encoderStack(layers: Int, layerTypes: [LayerType]?) -> StackConfiguration {
        var stack = stack(layers: layers, layerTypes: layerTypes)
        stack.hiddenSize = encoderHiddenSize ?? hiddenSize
        stack.intermediateSize = encoderIntermediateSize ?? intermediateSize
        stack.heads = encoderAttentionHeads ?? attentionHeads
        stack.keyValueHeads = encoderKeyValueHeads ?? keyValueHeads
        return stack
    }

    fileprivate var transformer: TransformerConfiguration {
        TransformerConfiguration(
            stack: stack(layers: hiddenLayers, layerTypes: layerTypes), inputChannels: inputChannels,
            patchSize: patchSize, acousticChannels: acousticChannels, conditionWidth: encoderHiddenSize ?? hiddenSize,
            alignmentHeads: alignmentHeads)
    }

    fileprivate func audioTokenizer(_ stack: StackConfiguration) -> AudioTokenizerConfiguration {
        AudioTokenizerConfiguration(
            stack: stack, acousticChannels: acousticChannels, poolWindow: poolWindow, codeWidth: fsqWidth,
            levels: fsqLevels, quantizers: fsqQuantizers)
    }
}

extension ACEStepConfiguration {
    /// The configuration of the official layout: one file for all parts.
    ///
    /// - Parameters:
    ///   - fields: the file.
    ///   - folder: the folder that it lies in; its name and its code files tell an XL model.
    package init(official fields: ConfigurationFields, folder: URL) throws {
        if let type = fields.modelType, type != "acestep" {
            throw MusicError(
                .invalidCheckpoint, "\(folder.lastPathComponent)/config.json is of the model type '\(type)'",
                advice: "give the folder of an ACE-Step 1.5 checkpoint")
        }
        transformer = fields.transformer
        // As in the conversion to Diffusers, the layer types are those of transformer and audio tokenizer; the condition
        // encoder's layers alternate. Published checkpoints alternate everywhere.
        conditionEncoder = ConditionEncoderConfiguration(
            lyric: fields.encoderStack(layers: fields.lyricLayers, layerTypes: nil),
            timbre: fields.encoderStack(layers: fields.timbreLayers, layerTypes: nil), textWidth: fields.textWidth,
            timbreChannels: fields.timbreChannels, prependsTimbreToken: try Self.isXL(fields, folder: folder))
        audioTokenizer = fields.audioTokenizer(
            fields.encoderStack(layers: fields.poolerLayers, layerTypes: fields.layerTypes))
        // The class default of the official configuration is turbo.
        variant = try Self.variant(isTurbo: fields.isTurbo, version: fields.modelVersion, whenUnsaid: .turbo)
        try validate()
    }

    /// The configuration of the Diffusers layout: one file per part.
    init(
        transformer: ConfigurationFields, conditionEncoder: ConfigurationFields, tokenizer: ConfigurationFields?,
        detokenizer: ConfigurationFields?
    ) throws {
        self.transformer = transformer.transformer
        // Diffusers gives the layer types to the lyric encoder alone, and never prepends the timbre token.
        self.conditionEncoder = ConditionEncoderConfiguration(
            lyric: conditionEncoder.stack(
                layers: conditionEncoder.lyricLayers, layerTypes: conditionEncoder.layerTypes),
            timbre: conditionEncoder.stack(layers: conditionEncoder.timbreLayers, layerTypes: nil),
            textWidth: conditionEncoder.textWidth, timbreChannels: conditionEncoder.timbreChannels,
            prependsTimbreToken: false)
        if let tokenizer, let detokenizer {
            let stack = tokenizer.stack(layers: tokenizer.poolerLayers, layerTypes: tokenizer.layerTypes)
            audioTokenizer = tokenizer.audioTokenizer(stack)
            let other = detokenizer.stack(layers: detokenizer.poolerLayers, layerTypes: detokenizer.layerTypes)
            try ConfigurationCheck.require(
                stack == other && tokenizer.poolWindow == detokenizer.poolWindow
                    && tokenizer.acousticChannels == detokenizer.acousticChannels,
                "audio_tokenizer/config.json and audio_token_detokenizer/config.json describe different sizes")
        }
        // Diffusers treats a checkpoint that says nothing as one that needs guidance.
        variant = try Self.variant(
            isTurbo: transformer.isTurbo, version: transformer.modelVersion, whenUnsaid: .base)
        try validate()
    }

    private static func variant(
        isTurbo: Bool?, version: String?, whenUnsaid standard: ModelVariant
    ) throws -> ModelVariant {
        if isTurbo == true { return .turbo }
        guard let version else { return isTurbo == false ? .base : standard }
        let name = version.lowercased()
        if name.contains("turbo") { return .turbo }
        if name.contains("sft") { return .sft }
        if name.contains("base") { return .base }
        return isTurbo == false ? .base : standard
    }

    /// Whether a checkpoint of the official layout is an XL model: those alone bring sizes of their own for the
    /// encoders, and their code files or folder say so.
    private static func isXL(_ fields: ConfigurationFields, folder: URL) throws -> Bool {
        guard fields.encoderHiddenSize != nil else { return false }
        var files: [String] = []
        do {
            files = try SystemFile.names(in: folder)
        } catch {
            guard error.isAbsence else { throw error.error() }
        }
        let modelling = fields.codeFiles + files.filter { $0.hasSuffix(".py") }
        return folder.lastPathComponent.contains("-xl-") || modelling.contains { $0.contains("_xl_") }
            || fields.modelVersion?.lowercased().contains("xl") == true
    }
}
