import MLX
import MLXNN
import ModelSupport

/// The output projection of a language model, of which a stretch can be computed on its own.
struct Qwen3Head {
    /// Consecutive stretches of token ids that cover the vocabulary, each with its projection.
    private var parts: [(ids: Range<Int>, layer: Linear)]
    private let vocabularySize: Int

    /// - Parameter weight: `[vocabulary, hidden]`.
    init(weight: MLXArray) {
        vocabularySize = weight.dim(0)
        parts = [(0..<vocabularySize, Linear(weight: weight))]
    }

    /// Keeps the weights in 8 bits, in stretches that begin and end where the given ranges do.
    @MLXActor
    mutating func quantizeToInt8(ranges: [Range<Int>]) throws {
        let bounds = ranges.flatMap { [$0.lowerBound, $0.upperBound] }.filter { (1..<vocabularySize).contains($0) }
        let edges = Set(bounds + [0, vocabularySize]).sorted()
        parts = try zip(edges, edges.dropFirst()).flatMap { begin, end in
            try parts.compactMap { part -> (Range<Int>, Linear)? in
                let ids = part.ids.clamped(to: begin..<end)
                guard !ids.isEmpty else { return nil }
                if part.layer is Int8Linear { return part }
                let weight = part.layer.weight[
                    (ids.lowerBound - part.ids.lowerBound)..<(ids.upperBound - part.ids.lowerBound)]
                return try evaluating("quantizing the output projection") {
                    let layer = Int8Linear(Linear(weight: weight))
                    eval(layer)
                    return (ids, layer)
                }
            }
        }
    }

    /// Bytes of the weights that give the scores of token ids.
    func byteCount(_ ids: Range<Int>?) -> Int {
        let ids = ids ?? 0..<vocabularySize
        return parts.reduce(0) { sum, part in
            guard part.ids.overlaps(ids) else { return sum }
            if part.layer is Int8Linear { return sum + part.layer.weight.nbytes }
            return sum + part.layer.weight.nbytes / part.ids.count * part.ids.clamped(to: ids).count
        }
    }

    /// `[B, hidden]` to `[B, ids]`.
    func callAsFunction(_ hidden: MLXArray, _ ids: Range<Int>) -> MLXArray {
        let hidden = hidden.asType(parts[0].layer is Int8Linear ? hidden.dtype : parts[0].layer.weight.dtype)
        let scores = parts.filter { $0.ids.overlaps(ids) }.map { part in
            let wanted = part.ids.clamped(to: ids)
            let local = (wanted.lowerBound - part.ids.lowerBound)..<(wanted.upperBound - part.ids.lowerBound)
            if part.layer is Int8Linear {
                let all = part.layer(hidden)
                return wanted == part.ids ? all : all[0..., local]
            }
            return matmul(hidden, part.layer.weight[local].T)
        }
        return scores.count == 1 ? scores[0] : concatenated(scores, axis: -1)
    }
}
