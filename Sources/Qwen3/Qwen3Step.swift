import Foundation
import MLX
import MLXNN
import ModelSupport

/// One token of each sequence through all layers, each layer as one operation that reads its weights once.
///
/// Activations are float32 between the products, whatever the number format of the weights.
@MLXActor
final class Qwen3Step {
    private let configuration: Qwen3Configuration
    private let frequencies: [Float]
    private let multipliesInt8: Bool
    private var gathered: [[MLXArray]]?
    /// That of the backbone when its weights were gathered.
    private var revision: Int?

    /// - Returns: `nil` where layers can't be run so: on a GPU, or with biases.
    init?(_ configuration: Qwen3Configuration) {
        guard FusedOps.hasDecoderLayer(int8: false), !configuration.hasAttentionBias else { return nil }
        self.configuration = configuration
        multipliesInt8 = FusedOps.hasDecoderLayer(int8: true)
        let half = configuration.headDimensions / 2
        frequencies = (0..<half).map { Float(pow(Double(configuration.ropeTheta), -Double($0) / Double(half))) }
    }

    /// The weights of each layer, as they are now.
    ///
    /// - Returns: `nil` where a projection is something else than a matrix, as one with an adapter is, or is in 8 bits on
    ///   a processor without products of these: such layers have to be run as they are.
    func weights(of backbone: Qwen3Backbone) -> [[MLXArray]]? {
        // New values of the same layers arrive in the same arrays.
        if revision != backbone.revision.count {
            gathered = gather(backbone)
            revision = backbone.revision.count
        }
        return gathered
    }

    private func gather(_ backbone: Qwen3Backbone) -> [[MLXArray]]? {
        var result: [[MLXArray]] = []
        for layer in backbone.layers {
            let attention = layer.attention
            let norms = [layer.attentionNorm, attention.queryNorm, attention.keyNorm, layer.mlpNorm]
            let projections = [
                attention.queryProjection, attention.keyProjection, attention.valueProjection,
                attention.outputProjection, layer.mlp.gate, layer.mlp.up, layer.mlp.down,
            ]
            var weights = norms.map(\.weight)
            for projection in projections {
                if let matrix = projection.plainWeight, projection.bias == nil {
                    weights.append(matrix)
                } else if let layer = projection as? Int8Linear, layer.bias == nil, multipliesInt8 {
                    weights += [layer.packed, layer.scales]
                } else {
                    return nil
                }
            }
            result.append(weights)
        }
        return result
    }

    /// Runs the layers.
    ///
    /// - Parameters:
    ///   - embeddings: `[B, 1, hidden]`.
    ///   - layers: from ``weights(of:)``.
    ///   - cache: is extended by one column.
    /// - Returns: hidden states before the final normalisation, float32 `[B, 1, hidden]`.
    func callAsFunction(_ embeddings: MLXArray, _ layers: [[MLXArray]], _ cache: KVCache) -> MLXArray {
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
