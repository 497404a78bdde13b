import Foundation
import MLX
import MLXNN
import ModelSupport

/// What a flow time contributes to every layer.
package struct TimestepModulation {
    /// For the output layer, `[N, hidden]`.
    package let embedding: MLXArray
    /// For the blocks: six vectors, `[N, 6, hidden]`.
    package let projection: MLXArray

    /// The contribution of one of `N` times, with a batch axis of 1.
    subscript(index: Int) -> TimestepModulation {
        TimestepModulation(embedding: embedding[index..<(index + 1)], projection: projection[index..<(index + 1)])
    }

    static func + (one: TimestepModulation, other: TimestepModulation) -> TimestepModulation {
        TimestepModulation(
            embedding: one.embedding + other.embedding, projection: one.projection + other.projection)
    }
}

/// Embeds a flow time: sines and cosines, two linear layers, and a projection to what the blocks need.
package final class TimestepEmbedding: Module {
    @ModuleInfo(key: "linear_1") var linear1: any LinearLayer
    @ModuleInfo(key: "linear_2") var linear2: any LinearLayer
    @ModuleInfo(key: "time_proj") var projection: any LinearLayer

    /// Number of sines and cosines.
    static let width = 256

    init(hiddenSize: Int) {
        _linear1.wrappedValue = Linear(Self.width, hiddenSize)
        _linear2.wrappedValue = Linear(hiddenSize, hiddenSize)
        _projection.wrappedValue = Linear(hiddenSize, 6 * hiddenSize)
    }

    /// Embeds times.
    ///
    /// Times and their thousandths are rounded to the number format of the weights before the waves are taken, as in
    /// the reference, whose bfloat16 models were trained with such coarse times.
    package func callAsFunction(_ times: [Float]) -> TimestepModulation {
        let dtype = linear1.dtype
        let phases = (MLXArray(times).asType(dtype) * 1000).asType(.float32).asArray(Float.self)
        let waves = MLXArray(phases.flatMap(Self.waves), [times.count, Self.width])
        let embedding = linear2(silu(linear1(waves.asType(dtype))))
        let projected = projection(silu(embedding))
        return TimestepModulation(
            embedding: embedding, projection: projected.reshaped(times.count, 6, embedding.dim(-1)))
    }

    /// Cosines, then sines, of a time in thousandths at frequencies from 1 down to nearly 1/10000.
    package static func waves(_ thousandths: Float) -> [Float] {
        let half = width / 2
        let phases = (0..<half).map { index in
            thousandths * exp(-Float(log(10_000.0)) * Float(index) / Float(half))
        }
        return phases.map { cos($0) } + phases.map { sin($0) }
    }
}
