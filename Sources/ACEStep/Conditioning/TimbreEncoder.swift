import MLX
import MLXNN
import ModelSupport

/// Sums up reference audio in one vector.
package final class TimbreEncoder: EncoderStack {
    /// A linear layer in spite of its name in the checkpoint.
    @ModuleInfo(key: "embed_tokens") var input: any LinearLayer
    /// The learned token whose place gives the result in XL models.
    ///
    /// 2B checkpoints hold it and don't use it.
    @ParameterInfo(key: "special_token") var token: MLXArray
    private let prependsToken: Bool

    init(_ configuration: ConditionEncoderConfiguration) {
        _input.wrappedValue = Linear(configuration.timbreChannels, configuration.timbre.hiddenSize)
        _token.wrappedValue = MLXArray.zeros([1, 1, configuration.timbre.hiddenSize])
        prependsToken = configuration.prependsTimbreToken
        super.init(configuration.timbre)
    }

    /// Latents `[N, frames, channels]` to `[N, hidden]`: the first position after encoding.
    package func callAsFunction(_ latents: MLXArray) -> MLXArray {
        var x = input(latents)
        if prependsToken {
            let first = broadcast(token, to: [x.dim(0), 1, x.dim(2)]).asType(x.dtype)
            x = concatenated([first, x], axis: 1)
        }
        return encode(x)[0..., 0]
    }
}
