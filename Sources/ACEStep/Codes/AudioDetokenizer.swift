import MLX
import MLXNN
import ModelSupport

/// Turns vectors of codes at 5 Hz into latents at 25 Hz.
package final class AudioDetokenizer: EncoderStack {
    @ModuleInfo(key: "embed_tokens") var input: any LinearLayer
    /// One learned vector for each frame of a code.
    @ParameterInfo(key: "special_tokens") var frameTokens: MLXArray
    @ModuleInfo(key: "proj_out") var output: any LinearLayer
    private let window: Int

    package init(_ configuration: AudioTokenizerConfiguration) {
        let width = configuration.stack.hiddenSize
        window = configuration.poolWindow
        _input.wrappedValue = Linear(width, width)
        _frameTokens.wrappedValue = MLXArray.zeros([1, window, width])
        _output.wrappedValue = Linear(width, configuration.acousticChannels)
        super.init(configuration.stack)
    }

    /// `[B, codes, hidden]` to `[B, codes * window, channels]`.
    package func callAsFunction(_ states: MLXArray) -> MLXArray {
        let (batch, codes, _) = states.shape3
        let frames = input(states).expandedDimensions(axis: 2) + frameTokens.asType(states.dtype)
        let encoded = encode(frames.reshaped(batch * codes, window, -1))
        return output(encoded).reshaped(batch, codes * window, -1)
    }
}
