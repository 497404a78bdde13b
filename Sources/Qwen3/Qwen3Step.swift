import Foundation
import MLX
import MLXNN
import ModelSupport

/// One token of each sequence through all layers, each layer as one operation that reads its weights once.
///
/// Activations are float32 between the products, whatever the number format of the weights.
@MLXActor
struct Qwen3Step {
    private let layers: [[MLXArray]]
    private let configuration: Qwen3Configuration
    private let frequencies: [Float]

    /// - Returns: `nil` where the layers can't be run so: on a GPU, with biases, or in 8 bits on a processor without
    ///   products of these.
    init?(_ backbone: Qwen3Backbone, _ configuration: Qwen3Configuration) {
        guard FusedOps.hasDecoderLayer(int8: backbone.hasInt8Layers), !configuration.hasAttentionBias else {
            return nil
        }
        self.configuration = configuration
        layers = backbone.layers.map { layer in
            let attention = layer.attention
            let norms = [layer.attentionNorm, attention.queryNorm, attention.keyNorm, layer.mlpNorm]
            let matrices = [
                attention.queryProjection, attention.keyProjection, attention.valueProjection,
                attention.outputProjection, layer.mlp.gate, layer.mlp.up, layer.mlp.down,
            ]
            return norms.map(\.weight)
                + matrices.flatMap { matrix in
                    (matrix as? Int8Linear).map { [$0.weight, $0.scales] } ?? [matrix.weight]
                }
        }
        let half = configuration.headDimensions / 2
        frequencies = (0..<half).map { Float(pow(Double(configuration.ropeTheta), -Double($0) / Double(half))) }
    }

    /// Embeddings `[B, 1, hidden]` to hidden states before the final normalisation, float32 `[B, 1, hidden]`.
    func callAsFunction(_ embeddings: MLXArray, _ cache: KVCache) -> MLXArray {
        let rotations = MLXArray(
            cache.padding.flatMap { rotation(at: cache.length - $0) },
            [cache.batchSize, configuration.headDimensions])
        let begins = MLXArray(cache.padding.map(Int32.init))
        var hidden = embeddings.asType(.float32)
        for (index, weights) in layers.enumerated() {
            hidden = cache.extend(layer: index) { keys, values in
                FusedOps.decoderLayer(
                    hidden, keys: keys, values: values, rotations: rotations, begins: begins, weights: weights,
                    length: cache.length, eps: configuration.normEpsilon)
            }
        }
        cache.advance(by: 1)
        return hidden
    }

    /// Cosines, then sines; the angles are rounded to float32 before, as the models were trained.
    private func rotation(at position: Int) -> [Float] {
        let angles = frequencies.map { Double(Float(position) * $0) }
        return angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) }
    }
}
