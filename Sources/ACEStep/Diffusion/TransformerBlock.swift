import MLX
import MLXNN
import ModelSupport

/// One layer of the diffusion transformer: self-attention and feed-forward, both modulated by the flow time, with
/// cross-attention to the condition between them.
final class TransformerBlock: Module {
    @ModuleInfo(key: "self_attn_norm") var selfAttentionNorm: RMSNorm
    @ModuleInfo(key: "self_attn") var selfAttention: Attention
    @ModuleInfo(key: "cross_attn_norm") var crossAttentionNorm: RMSNorm
    @ModuleInfo(key: "cross_attn") var crossAttention: Attention
    @ModuleInfo(key: "mlp_norm") var mlpNorm: RMSNorm
    @ModuleInfo(key: "mlp") var mlp: GatedFeedForward
    /// Added to what the flow time gives, `[1, 6, hidden]`.
    @ParameterInfo(key: "scale_shift_table") var table: MLXArray

    private let visibility: Visibility

    init(_ configuration: StackConfiguration, layer: Int) {
        visibility = configuration.window(ofLayer: layer).map { .window($0) } ?? .all
        let width = configuration.hiddenSize
        _selfAttentionNorm.wrappedValue = RMSNorm(dimensions: width, eps: configuration.normEpsilon)
        _selfAttention.wrappedValue = Attention(configuration)
        _crossAttentionNorm.wrappedValue = RMSNorm(dimensions: width, eps: configuration.normEpsilon)
        _crossAttention.wrappedValue = Attention(configuration)
        _mlpNorm.wrappedValue = RMSNorm(dimensions: width, eps: configuration.normEpsilon)
        _mlp.wrappedValue = GatedFeedForward(
            width: configuration.hiddenSize, inner: configuration.intermediateSize)
        _table.wrappedValue = MLXArray.zeros([1, 6, width])
    }

    /// Runs the layer.
    ///
    /// - Parameters:
    ///   - x: `[B, L, hidden]`.
    ///   - modulation: `[1, 6, hidden]`.
    ///   - condition: keys and values of the condition for this layer.
    ///   - seeing: takes what the cross-attention makes its queries of, `[B, L, hidden]`.
    /// - Returns: `[B, L, hidden]`.
    func callAsFunction(
        _ x: MLXArray, modulation: MLXArray, condition: KeyValues, seeing: (MLXArray) -> Void = { _ in }
    ) -> MLXArray {
        let parts = (table + modulation).split(parts: 6, axis: 1)
        let (shift, scale, gate) = (parts[0], parts[1], parts[2])
        let (mlpShift, mlpScale, mlpGate) = (parts[3], parts[4], parts[5])

        let attentionInput = FusedOps.modulatedRMSNorm(
            x, weight: selfAttentionNorm.weight, scale: scale, shift: shift, eps: selfAttentionNorm.eps)
        var h = x + selfAttention(attentionInput, visibility: visibility) * gate

        let crossAttentionInput = crossAttentionNorm(h)
        seeing(crossAttentionInput)
        h = h + crossAttention(crossAttentionInput, to: condition)

        let mlpInput = FusedOps.modulatedRMSNorm(
            h, weight: mlpNorm.weight, scale: mlpScale, shift: mlpShift, eps: mlpNorm.eps)
        return h + mlp(mlpInput) * mlpGate
    }
}
