import MLX
import MLXNN
import ModelSupport

/// The output projection of a language model, of which a stretch can be computed on its own.
final class Qwen3Head: Module {
    /// The name of the projection's weight where it is not the embedding table.
    static let weightName = "lm_head.weight"

    @ModuleInfo(key: "lm_head") var projection: any LinearLayer

    init(_ projection: any LinearLayer) {
        _projection.wrappedValue = projection
    }

    /// Keeps the weights in 8 bits, in stretches that begin and end where the given ranges do.
    @MLXActor
    func quantizeToInt8(ranges: [Range<Int>]) throws {
        let count = projection.outputDimensions
        let bounds = ranges.flatMap { [$0.lowerBound, $0.upperBound] }.filter { (1..<count).contains($0) }
        let edges = Set(bounds + [0, count]).sorted()
        let weight = projection.denseWeight()
        let parts = try zip(edges, edges.dropFirst()).map { begin, end in
            try evaluating("quantizing the output projection") {
                let layer = Int8Linear(weight: weight[begin..<end])
                eval(layer.packed, layer.scales)
                return layer
            }
        }
        try replaceModules([("lm_head", DividedLinear(parts))])
    }

    /// Bytes of the weights that give the scores of token ids.
    func byteCount(_ ids: Range<Int>?) -> Int {
        let ids = ids ?? 0..<projection.outputDimensions
        if let divided = projection as? DividedLinear { return divided.byteCount(ids) }
        return projection.inputDimensions * projection.dtype.size * ids.count
    }

    /// `[B, hidden]` to `[B, ids]`.
    func callAsFunction(_ hidden: MLXArray, _ ids: Range<Int>) -> MLXArray {
        let projection = projection
        if let divided = projection as? DividedLinear { return divided(hidden, outputs: ids) }
        let table = (projection as? EmbeddingProjection)?.plainTable
        if let weight = table ?? projection.plainWeight, projection.bias == nil {
            return matmul(hidden.asType(weight.dtype), weight[ids].T)
        }
        let scores = projection(hidden.asType(projection.dtype))
        return ids == 0..<projection.outputDimensions ? scores : scores[0..., ids]
    }
}

/// A linear layer whose outputs are divided among several in 8 bits.
final class DividedLinear: Module, LinearLayer {
    private let parts: [Int8Linear]
    /// The outputs of each part.
    private let ranges: [Range<Int>]

    var inputDimensions: Int { parts[0].inputDimensions }
    var outputDimensions: Int { ranges.last?.upperBound ?? 0 }
    var dtype: DType { .float32 }
    var bias: MLXArray? { nil }

    /// - Parameter parts: layers without biases, in the order of their outputs; at least one.
    init(_ parts: [Int8Linear]) {
        self.parts = parts
        var end = 0
        ranges = parts.map { part in
            let begin = end
            end += part.outputDimensions
            return begin..<end
        }
    }

    /// Maps `[..., inputs]` to `[..., outputs]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray { self(x, outputs: 0..<outputDimensions) }

    /// Maps `[..., inputs]` to some of the outputs, `[..., outputs]`.
    func callAsFunction(_ x: MLXArray, outputs: Range<Int>) -> MLXArray {
        let results = zip(parts, ranges).filter { $0.1.overlaps(outputs) }.map { part, range in
            let wanted = range.clamped(to: outputs)
            let all = part(x)
            let local = (wanted.lowerBound - range.lowerBound)..<(wanted.upperBound - range.lowerBound)
            return wanted == range ? all : all[.ellipsis, local]
        }
        return results.count == 1 ? results[0] : concatenated(results, axis: -1)
    }

    func denseWeight() -> MLXArray { concatenated(parts.map { $0.denseWeight() }, axis: 0) }

    /// Bytes of the weights that give some of the outputs.
    func byteCount(_ outputs: Range<Int>) -> Int {
        zip(parts, ranges).filter { $0.1.overlaps(outputs) }.reduce(0) { $0 + $1.0.packed.nbytes }
    }
}

/// The embedding table of a model as its output projection, whatever the table is at the moment.
final class EmbeddingProjection: Module, LinearLayer {
    private let embedding: () -> Embedding

    var inputDimensions: Int { embedding().shape.1 }
    var outputDimensions: Int { embedding().shape.0 }
    var dtype: DType { embedding().weight.dtype }
    var bias: MLXArray? { nil }

    init(_ backbone: Qwen3Backbone) {
        embedding = { [unowned backbone] in backbone.embedding }
    }

    /// The table `[vocabulary, hidden]`; `nil` where it is something else than a matrix.
    var plainTable: MLXArray? {
        let embedding = embedding()
        return type(of: embedding) == Embedding.self ? embedding.weight : nil
    }

    /// `[..., hidden]` to `[..., vocabulary]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray { embedding().asLinear(x) }

    func denseWeight() -> MLXArray { embedding().weight }
}
