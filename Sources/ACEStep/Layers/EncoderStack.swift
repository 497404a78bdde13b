import MLX
import MLXNN
import ModelSupport

/// One layer of the small encoders: attention and feed-forward, each normalised before and added to its input.
final class EncoderLayer: Module {
    @ModuleInfo(key: "self_attn") var attention: Attention
    @ModuleInfo(key: "mlp") var mlp: GatedFeedForward
    @ModuleInfo(key: "input_layernorm") var attentionNorm: RMSNorm
    @ModuleInfo(key: "post_attention_layernorm") var mlpNorm: RMSNorm

    init(_ configuration: StackConfiguration) {
        _attention.wrappedValue = Attention(configuration)
        _mlp.wrappedValue = GatedFeedForward(
            width: configuration.hiddenSize, inner: configuration.intermediateSize)
        _attentionNorm.wrappedValue = RMSNorm(
            dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
        _mlpNorm.wrappedValue = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray, visibility: Visibility) -> MLXArray {
        let h = x + attention(attentionNorm(x), visibility: visibility)
        return h + mlp(mlpNorm(h))
    }
}

/// The bidirectional transformer that the lyric encoder, the timbre encoder, the audio tokenizer and the audio
/// detokenizer share: layers and a final normalisation, around which they differ.
package class EncoderStack: Module {
    let layers: [EncoderLayer]
    let norm: RMSNorm
    private let configuration: StackConfiguration

    init(_ configuration: StackConfiguration) {
        self.configuration = configuration
        layers = (0..<configuration.layers).map { _ in EncoderLayer(configuration) }
        norm = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
    }

    /// Runs the layers.
    ///
    /// - Parameters:
    ///   - x: `[B, L, hidden]`.
    ///   - padding: `[B, L]`, true for real positions; `nil` if all are.
    /// - Returns: `[B, L, hidden]`.
    func encode(_ x: MLXArray, padding: MLXArray? = nil) -> MLXArray {
        let length = x.dim(1)
        var masks: [Int?: Visibility] = [:]
        var x = x
        for (index, layer) in layers.enumerated() {
            let window = configuration.window(ofLayer: index)
            let visibility =
                masks[window] ?? Self.visibility(length: length, window: window, padding: padding, dtype: x.dtype)
            masks[window] = visibility
            x = layer(x, visibility: visibility)
        }
        return norm(x)
    }

    /// What a layer sees.
    ///
    /// With padding, the mask adds the format's lowest finite number and not minus infinity: a padded position whose
    /// window holds no real one then sees everything evenly, as in Diffusers, where minus infinity would give NaN.
    private static func visibility(
        length: Int, window: Int?, padding: MLXArray?, dtype: DType
    ) -> Visibility {
        guard let padding else {
            return window.map { .window($0) } ?? .all
        }
        var visible = padding.asType(.bool).expandedDimensions(axes: [1, 2])
        if let window {
            let positions = MLXArray(Int32(0)..<Int32(length))
            let distance = abs(positions.expandedDimensions(axis: 1) - positions.expandedDimensions(axis: 0))
            visible = visible .&& (distance .<= window)
        }
        let lowest: Float =
            dtype == .float16 ? -65504 : dtype == .bfloat16 ? -0x1.FEp127 : -Float.greatestFiniteMagnitude
        let mask = which(visible, MLXArray(Float(0)), MLXArray(lowest)).asType(dtype)
        return .mask(mask)
    }
}
