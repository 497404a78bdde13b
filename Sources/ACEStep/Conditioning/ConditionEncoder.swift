import MLX
import MLXNN
import ModelSupport

/// What the diffusion transformer's cross-attention sees.
package struct Condition {
    /// `[B, S, hidden]`: lyrics, timbre, text, then what padding there was.
    package let states: MLXArray
}

/// Joins text, lyrics and timbre to one sequence.
package final class ConditionEncoder: Module {
    @ModuleInfo(key: "text_projector") var textProjector: any LinearLayer
    @ModuleInfo(key: "lyric_encoder") package var lyricEncoder: LyricEncoder
    @ModuleInfo(key: "timbre_encoder") package var timbreEncoder: TimbreEncoder
    /// Takes the condition's place in the unconditional pass of guidance, `[1, 1, hidden]`.
    @ParameterInfo(key: "null_condition_emb") package var nullCondition: MLXArray

    package init(_ configuration: ConditionEncoderConfiguration) {
        let width = configuration.lyric.hiddenSize
        _textProjector.wrappedValue = Linear(configuration.textWidth, width, bias: false)
        _lyricEncoder.wrappedValue = LyricEncoder(configuration)
        _timbreEncoder.wrappedValue = TimbreEncoder(configuration)
        _nullCondition.wrappedValue = MLXArray.zeros([1, 1, width])
    }

    /// Encodes a batch.
    ///
    /// - Parameters:
    ///   - text: the text encoder's states, `[B, St, text width]`, padded on the right.
    ///   - textLengths: number of real positions in each row of `text`; `nil` if all are.
    ///   - lyrics: the text encoder's embeddings of the lyrics, `[B, Sl, text width]`, padded on the right; `nil` gives
    ///     what a mask of zeros over all lyrics stands for: nothing of them.
    ///   - lyricLengths: number of real positions in each row of `lyrics`; `nil` if all are.
    ///   - references: latents of reference audio, `[N, frames, channels]`.
    ///   - owners: for each row of `references`, the item that it belongs to.
    package func callAsFunction(
        text: MLXArray, textLengths: [Int]? = nil, lyrics: MLXArray?, lyricLengths: [Int]? = nil,
        references: MLXArray, owners: [Int]
    ) -> Condition {
        let batch = text.dim(0)
        let textCounts = textLengths ?? Array(repeating: text.dim(1), count: batch)
        let encodedText = textProjector(text)
        var (states, counts) = Self.unpacked(timbreEncoder(references), owners: owners, batch: batch)
        if let lyrics {
            let lyricCounts = lyricLengths ?? Array(repeating: lyrics.dim(1), count: batch)
            let isPadded = lyricCounts.contains { $0 < lyrics.dim(1) }
            let encodedLyrics = lyricEncoder(
                lyrics, padding: isPadded ? Self.mask(lyricCounts, length: lyrics.dim(1)) : nil)
            let packing = SequencePacking(
                firstCounts: lyricCounts, firstLength: encodedLyrics.dim(1), secondCounts: counts,
                secondLength: states.dim(1))
            (states, counts) = (packing.packed(encodedLyrics, states), packing.counts)
        }
        let packing = SequencePacking(
            firstCounts: counts, firstLength: states.dim(1), secondCounts: textCounts,
            secondLength: encodedText.dim(1))
        return Condition(states: packing.packed(states, encodedText))
    }

    /// `[B, length]`, true where a position is real.
    private static func mask(_ counts: [Int], length: Int) -> MLXArray {
        let positions = MLXArray(Int32(0)..<Int32(length)).expandedDimensions(axis: 0)
        return positions .< MLXArray(counts.map(Int32.init), [counts.count, 1])
    }

    /// Gives each item the vectors of its references, `[B, most references, hidden]`, zero where it has fewer.
    private static func unpacked(
        _ vectors: MLXArray, owners: [Int], batch: Int
    ) -> (states: MLXArray, counts: [Int]) {
        let counts = (0..<batch).map { item in owners.count { $0 == item } }
        if owners == Array(0..<batch) { return (vectors.expandedDimensions(axis: 1), counts) }
        let longest = counts.max() ?? 0
        let empty = MLXArray.zeros([vectors.dim(1)], dtype: vectors.dtype)
        let rows = (0..<batch).flatMap { item -> [MLXArray] in
            let own = owners.indices.filter { owners[$0] == item }.map { vectors[$0] }
            return own + Array(repeating: empty, count: longest - own.count)
        }
        return (stacked(rows).reshaped(batch, longest, -1), counts)
    }
}
