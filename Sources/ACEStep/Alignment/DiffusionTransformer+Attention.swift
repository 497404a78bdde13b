import MLX
import MLXNN
import ModelSupport

extension DiffusionTransformer {
    /// What chosen heads pay to the first positions of the condition in one pass; layers behind the last of them are
    /// left out.
    ///
    /// - Parameters:
    ///   - latents: noisy latents, `[1, T, channels]`.
    ///   - context: source latents and mask, `[1, T, 2 * channels]`.
    ///   - modulation: that of one flow time.
    ///   - condition: `[1, S, condition width]`.
    ///   - heads: by layer.
    ///   - positions: of the condition.
    ///   - afterLayer: called with each layer's result, which it may evaluate; what it throws ends the work.
    /// - Returns: `[heads, positions, ceil(T / patch)]`, float32, in the order of layers and of their heads.
    func attention(
        _ latents: MLXArray, context: MLXArray, modulation: TimestepModulation, condition: MLXArray,
        heads: AlignmentHeads, positions: Range<Int>, afterLayer: (MLXArray) throws -> Void
    ) rethrows -> MLXArray {
        let states = conditionEmbedding(condition)
        var x = joinedInput(latents, context: context)
        var seen: [MLXArray] = []
        for (index, layer) in layers.enumerated() where index <= (heads.layers.last ?? -1) {
            let condition = layer.crossAttention.keyValues(states)
            x = layer(x, modulation: modulation.projection, condition: condition) { queries in
                for head in heads.heads[index] ?? [] {
                    let weights = layer.crossAttention.weights(queries, to: condition, head: head)[positions]
                    eval(weights)
                    seen.append(weights)
                }
            }
            try afterLayer(x)
        }
        return stacked(seen)
    }
}

extension Attention {
    /// Attention of one head after its softmax.
    ///
    /// - Parameters:
    ///   - x: `[1, L, hidden]`.
    ///   - condition: keys and values of `S` positions.
    ///   - head: which.
    /// - Returns: `[S, L]`, float32.
    fileprivate func weights(_ x: MLXArray, to condition: KeyValues, head: Int) -> MLXArray {
        let queries = queries(x)[0, head]
        let keys = condition.keys[0, head * sizes.keyValueHeads / sizes.heads]
        let products = matmul(queries, keys.transposed(1, 0)) * scale
        return softmax(products.asType(.float32), axis: -1).transposed(1, 0)
    }
}
