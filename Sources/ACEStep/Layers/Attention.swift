import MLX
import MLXNN
import ModelSupport

/// Keys and values of one attention layer, each `[B, key heads, S, head]`.
struct KeyValues {
    let keys: MLXArray
    let values: MLXArray
}

/// Self-attention with rotary positions, or cross-attention without.
final class Attention: GroupedAttention {
    init(_ configuration: StackConfiguration) { super.init(configuration.attention) }

    /// Self-attention.
    ///
    /// - Parameters:
    ///   - x: `[B, L, hidden]`.
    ///   - visibility: which positions see which.
    /// - Returns: `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray, visibility: Visibility) -> MLXArray {
        let (queries, keys, values) = (rotated(self.queries(x)), rotated(self.keys(x)), self.values(x))
        switch visibility {
        case .all:
            return attend(queries: queries, keys: keys, values: values, mask: .none)
        case .window(let reach):
            return merged(
                FusedOps.windowedAttention(queries: queries, keys: keys, values: values, scale: scale, window: reach))
        case .mask(let mask):
            return attend(queries: queries, keys: keys, values: values, mask: .array(mask))
        }
    }

    /// Keys and values for cross-attention to a sequence `[B, S, hidden]`; they depend on nothing else.
    func keyValues(_ states: MLXArray) -> KeyValues { KeyValues(keys: keys(states), values: values(states)) }

    /// Cross-attention of `[B, L, hidden]` to all positions of a sequence, without positions of its own.
    func callAsFunction(_ x: MLXArray, to condition: KeyValues) -> MLXArray {
        attend(queries: queries(x), keys: condition.keys, values: condition.values, mask: .none)
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
