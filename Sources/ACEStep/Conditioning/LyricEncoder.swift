import MLX
import MLXNN
import ModelSupport

/// Encodes the text encoder's embeddings of the lyrics.
package final class LyricEncoder: EncoderStack {
    /// A linear layer in spite of its name in the checkpoint.
    @ModuleInfo(key: "embed_tokens") var input: any LinearLayer

    init(_ configuration: ConditionEncoderConfiguration) {
        _input.wrappedValue = Linear(configuration.textWidth, configuration.lyric.hiddenSize)
        super.init(configuration.lyric)
    }

    /// `[B, L, text width]` to `[B, L, hidden]`.
    ///
    /// - Parameter padding: `[B, L]`, true for real tokens; `nil` if all are.
    package func callAsFunction(_ embeddings: MLXArray, padding: MLXArray?) -> MLXArray {
        encode(input(embeddings), padding: padding)
    }
}
