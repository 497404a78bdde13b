import MLX
import MLXNN
import ModelSupport

/// Pools the frames of a code to one vector: a learned token before the frames gathers them.
final class AttentionPooler: EncoderStack {
    @ModuleInfo(key: "embed_tokens") var input: any LinearLayer
    @ParameterInfo(key: "special_token") var token: MLXArray

    override init(_ configuration: StackConfiguration) {
        _input.wrappedValue = Linear(configuration.hiddenSize, configuration.hiddenSize)
        _token.wrappedValue = MLXArray.zeros([1, 1, configuration.hiddenSize])
        super.init(configuration)
    }

    /// `[N, frames, hidden]` to `[N, hidden]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let first = broadcast(token, to: [x.dim(0), 1, x.dim(2)]).asType(x.dtype)
        return encode(concatenated([first, input(x)], axis: 1))[0..., 0]
    }
}

/// Turns latents at 25 Hz into codes at 5 Hz.
package final class AudioTokenizer: Module {
    @ModuleInfo(key: "audio_acoustic_proj") var input: any LinearLayer
    @ModuleInfo(key: "attention_pooler") var pooler: AttentionPooler
    @ModuleInfo(key: "quantizer") package var quantizer: FiniteScalarQuantizer
    private let window: Int

    package init(_ configuration: AudioTokenizerConfiguration) {
        let width = configuration.stack.hiddenSize
        window = configuration.poolWindow
        _input.wrappedValue = Linear(configuration.acousticChannels, width)
        _pooler.wrappedValue = AttentionPooler(configuration.stack)
        _quantizer.wrappedValue = FiniteScalarQuantizer(configuration)
    }

    /// Codes latents.
    ///
    /// - Parameters:
    ///   - latents: `[B, T, channels]`.
    ///   - silence: latents of silence, `[1, frames, channels]`, whose beginning fills the last code's frames.
    /// - Returns: the codes' vectors `[B, ceil(T / window), hidden]` in the latents' number format, and their indices
    ///   `[B, ceil(T / window), quantizers]`.
    package func callAsFunction(_ latents: MLXArray, silence: MLXArray) -> (states: MLXArray, indices: MLXArray) {
        let (batch, length, channels) = latents.shape3
        let missing = (window - length % window) % window
        var padded = latents
        if missing > 0 {
            let fill = broadcast(silence[0..., 0..<missing], to: [batch, missing, channels]).asType(latents.dtype)
            padded = concatenated([latents, fill], axis: 1)
        }
        let codes = padded.dim(1) / window
        let frames = input(padded).reshaped(batch * codes, window, -1)
        let (states, indices) = quantizer.quantize(pooler(frames).reshaped(batch, codes, -1))
        return (states.asType(latents.dtype), indices)
    }
}
