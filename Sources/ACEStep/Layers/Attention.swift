import MLX
import MLXNN
import ModelSupport

/// Keys and values of one attention layer, each `[B, key heads, S, head]`.
struct KeyValues {
    let keys: MLXArray
    let values: MLXArray
}

/// Attention with grouped key and value heads and normalised queries and keys, as self-attention with rotary
/// positions or as cross-attention without.
final class Attention: Module {
    @ModuleInfo(key: "q_proj") var queryProjection: any LinearLayer
    @ModuleInfo(key: "k_proj") var keyProjection: any LinearLayer
    @ModuleInfo(key: "v_proj") var valueProjection: any LinearLayer
    @ModuleInfo(key: "o_proj") var outputProjection: any LinearLayer
    @ModuleInfo(key: "q_norm") var queryNorm: RMSNorm
    @ModuleInfo(key: "k_norm") var keyNorm: RMSNorm

    private let headDimensions: Int
    private let ropeTheta: Float
    private let scale: Float

    init(_ configuration: StackConfiguration) {
        headDimensions = configuration.headDimensions
        ropeTheta = configuration.ropeTheta
        scale = 1 / Float(configuration.headDimensions).squareRoot()
        let width = configuration.hiddenSize
        let queries = configuration.heads * configuration.headDimensions
        let keys = configuration.keyValueHeads * configuration.headDimensions
        let bias = configuration.hasAttentionBias
        _queryProjection.wrappedValue = Linear(width, queries, bias: bias)
        _keyProjection.wrappedValue = Linear(width, keys, bias: bias)
        _valueProjection.wrappedValue = Linear(width, keys, bias: bias)
        _outputProjection.wrappedValue = Linear(queries, width, bias: bias)
        _queryNorm.wrappedValue = RMSNorm(dimensions: headDimensions, eps: configuration.normEpsilon)
        _keyNorm.wrappedValue = RMSNorm(dimensions: headDimensions, eps: configuration.normEpsilon)
    }

    /// Self-attention.
    ///
    /// - Parameters:
    ///   - x: `[B, L, hidden]`.
    ///   - visibility: which positions see which.
    /// - Returns: `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray, visibility: Visibility) -> MLXArray {
        let queries = rotated(queryNorm(split(queryProjection(x))))
        let keys = rotated(keyNorm(split(keyProjection(x))))
        let values = split(valueProjection(x)).transposed(0, 2, 1, 3)
        switch visibility {
        case .all:
            return merged(
                MLXFast.scaledDotProductAttention(
                    queries: queries, keys: keys, values: values, scale: scale, mask: .none))
        case .window(let reach):
            return merged(
                FusedOps.windowedAttention(queries: queries, keys: keys, values: values, scale: scale, window: reach))
        case .mask(let mask):
            return merged(
                MLXFast.scaledDotProductAttention(
                    queries: queries, keys: keys, values: values, scale: scale, mask: .array(mask)))
        }
    }

    /// Keys and values for cross-attention to a sequence `[B, S, hidden]`; they depend on nothing else.
    func keyValues(_ states: MLXArray) -> KeyValues {
        KeyValues(
            keys: keyNorm(split(keyProjection(states))).transposed(0, 2, 1, 3),
            values: split(valueProjection(states)).transposed(0, 2, 1, 3))
    }

    /// Cross-attention of `[B, L, hidden]` to all positions of a sequence, without positions of its own.
    func callAsFunction(_ x: MLXArray, to condition: KeyValues) -> MLXArray {
        let queries = queryNorm(split(queryProjection(x))).transposed(0, 2, 1, 3)
        return merged(
            MLXFast.scaledDotProductAttention(
                queries: queries, keys: condition.keys, values: condition.values, scale: scale, mask: .none))
    }

    /// `[B, L, heads * head]` to `[B, L, heads, head]`.
    private func split(_ x: MLXArray) -> MLXArray {
        x.reshaped(x.dim(0), x.dim(1), -1, headDimensions)
    }

    /// `[B, L, heads, head]` to `[B, heads, L, head]`, rotated by position.
    private func rotated(_ x: MLXArray) -> MLXArray {
        MLXFast.RoPE(
            x.transposed(0, 2, 1, 3), dimensions: headDimensions, traditional: false, base: ropeTheta, scale: 1,
            offset: 0)
    }

    /// `[B, heads, L, head]` to `[B, L, hidden]`.
    private func merged(_ x: MLXArray) -> MLXArray {
        outputProjection(x.transposed(0, 2, 1, 3).reshaped(x.dim(0), x.dim(2), -1))
    }
}

/// Which positions of a sequence see which.
enum Visibility {
    /// Every position sees every position.
    case all
    /// Position `i` sees `j` if `|i - j|` is at most this.
    case window(Int)
    /// What is added to the scores, broadcast against `[B, heads, L, L]`.
    case mask(MLXArray)
}
