import MLX
import MLXNN
import ModelSupport

/// The diffusion transformer: predicts the velocity from music to noise at a flow time.
package final class DiffusionTransformer: Module {
    /// From patches of source latents, mask and noisy latents.
    @ModuleInfo(key: "proj_in") var input: any LinearLayer
    @ModuleInfo(key: "time_embed") package var timeEmbedding: TimestepEmbedding
    /// Embeds the span of a step in training by mean flows; at inference the span is 0.
    @ModuleInfo(key: "time_embed_r") package var spanEmbedding: TimestepEmbedding
    @ModuleInfo(key: "condition_embedder") var conditionEmbedding: any LinearLayer
    let layers: [TransformerBlock]
    @ModuleInfo(key: "norm_out") var outputNorm: RMSNorm
    /// To patches of latents.
    @ModuleInfo(key: "proj_out") var output: any LinearLayer
    /// Added to what the flow time gives at the output, `[1, 2, hidden]`.
    @ParameterInfo(key: "scale_shift_table") var table: MLXArray
    private let patches: Patches

    package init(_ configuration: TransformerConfiguration) {
        let width = configuration.stack.hiddenSize
        patches = Patches(size: configuration.patchSize)
        _input.wrappedValue = Linear(configuration.patchSize * configuration.inputChannels, width)
        _timeEmbedding.wrappedValue = TimestepEmbedding(hiddenSize: width)
        _spanEmbedding.wrappedValue = TimestepEmbedding(hiddenSize: width)
        _conditionEmbedding.wrappedValue = Linear(configuration.conditionWidth, width)
        layers = (0..<configuration.stack.layers).map { TransformerBlock(configuration.stack, layer: $0) }
        _outputNorm.wrappedValue = RMSNorm(dimensions: width, eps: configuration.stack.normEpsilon)
        _output.wrappedValue = Linear(width, configuration.patchSize * configuration.acousticChannels)
        _table.wrappedValue = MLXArray.zeros([1, 2, width])
    }

    /// What the flow times of all steps contribute to the layers; it depends on nothing else.
    ///
    /// - Parameters:
    ///   - times: flow times.
    ///   - span: how far each step reaches as the networks see it; 0 except in training by mean flows.
    package func modulation(times: [Float], span: Float = 0) -> TimestepModulation {
        timeEmbedding(times) + spanEmbedding([span])
    }

    /// Keys and values of a condition `[B, S, condition width]` for every layer; they are the same at all steps.
    func crossAttentionCache(_ condition: MLXArray) -> [KeyValues] {
        let states = conditionEmbedding(condition)
        return layers.map { $0.crossAttention.keyValues(states) }
    }

    /// What the first layer takes, `[B, ceil(T / patch), hidden]`.
    func joinedInput(_ latents: MLXArray, context: MLXArray) -> MLXArray {
        input(patches.joined(concatenated([context, latents], axis: -1)))
    }

    /// Predicts the velocity.
    ///
    /// - Parameters:
    ///   - latents: noisy latents, `[B, T, channels]`.
    ///   - context: source latents and mask, `[B, T, 2 * channels]`.
    ///   - modulation: that of one flow time.
    ///   - crossAttentionCache: that of the condition.
    ///   - afterLayer: called with each layer's result, which it may evaluate; what it throws ends the work.
    /// - Returns: `[B, T, channels]`.
    func callAsFunction(
        _ latents: MLXArray, context: MLXArray, modulation: TimestepModulation, crossAttentionCache: [KeyValues],
        afterLayer: (MLXArray) throws -> Void
    ) rethrows -> MLXArray {
        var x = joinedInput(latents, context: context)
        for (layer, condition) in zip(layers, crossAttentionCache) {
            x = layer(x, modulation: modulation.projection, condition: condition)
            try afterLayer(x)
        }
        let parts = (table + modulation.embedding.expandedDimensions(axis: 1)).split(parts: 2, axis: 1)
        let normalized = FusedOps.modulatedRMSNorm(
            x, weight: outputNorm.weight, scale: parts[1], shift: parts[0], eps: outputNorm.eps)
        return patches.takenApart(output(normalized))[0..., 0..<latents.dim(1)]
    }

    /// Predicts the velocity from unprepared inputs.
    ///
    /// - Parameters:
    ///   - latents: noisy latents, `[B, T, channels]`.
    ///   - context: source latents and mask, `[B, T, 2 * channels]`.
    ///   - time: flow time in [0, 1].
    ///   - span: how far the step reaches, `t - r`.
    ///   - condition: `[B, S, condition width]`.
    /// - Returns: `[B, T, channels]`.
    package func callAsFunction(
        _ latents: MLXArray, context: MLXArray, time: Float, span: Float = 0, condition: MLXArray
    ) -> MLXArray {
        self(
            latents, context: context, modulation: modulation(times: [time], span: span),
            crossAttentionCache: crossAttentionCache(condition), afterLayer: { _ in })
    }
}
