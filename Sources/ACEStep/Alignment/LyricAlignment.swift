import MusicCore
import Tokenizers

/// From attention to times and scores.
package enum LyricAlignment {
    /// When each token is sung.
    ///
    /// - Parameters:
    ///   - consensus: see ``AttentionStack/consensus()``.
    ///   - texts: of the tokens.
    ///   - duration: of the song in seconds, which the frames divide evenly.
    package static func times(consensus: [Float], texts: [String], duration: Double) -> [TimedLyrics.Span] {
        guard !texts.isEmpty else { return [] }
        let frames = consensus.count / texts.count
        let path = WarpingPath(costs: consensus.map { -$0 }, tokens: texts.count, frames: frames)
        let second = duration / Double(frames)
        var last = 0.0
        return zip(texts, path.frames(ofTokens: texts.count)).map { text, range in
            let start = range.map { Double($0.lowerBound) * second } ?? last
            let end = range.map { Double($0.upperBound) * second } ?? last
            last = max(start, end)
            return TimedLyrics.Span(text: text, start: start, end: last)
        }
    }

    /// How well attention follows the lyrics, by its parts.
    package struct Score: Sendable, Equatable {
        /// Share of the sung tokens that are heard clearly somewhere.
        package var coverage: Double
        /// Share of the sung tokens that come no earlier than the one before them, but for a few frames.
        package var monotonicity: Double
        /// Mean energy on the cheapest way.
        package var confidence: Double

        /// All of it as one number from 0 to 1, to four digits.
        package var value: Double {
            let product = coverage * coverage * monotonicity * monotonicity * confidence
            return (min(max(product, 0), 1) * 10_000).rounded(.toNearestOrEven) / 10_000
        }
    }

    /// Above this energy a token is heard clearly.
    private static let audible: Float = 0.1
    /// Above this energy a frame counts for when a token is sung.
    private static let faint: Float = 0.01
    /// Frames by which a token may come before the one before it.
    private static let overlap = 9.0

    /// Scores the energy of a pass.
    ///
    /// - Parameters:
    ///   - energy: see ``AttentionStack/energy()``.
    ///   - areSung: for each token, whether it is sung; tags count for the way alone.
    package static func score(energy: [Float], areSung: [Bool]) -> Score {
        let tokens = areSung.count
        guard tokens > 0 else { return Score(coverage: 1, monotonicity: 1, confidence: 0) }
        let frames = energy.count / tokens
        func row(_ token: Int) -> ArraySlice<Float> { energy[token * frames..<(token + 1) * frames] }
        let sung = (0..<tokens).filter { areSung[$0] }
        let clear = sung.filter { row($0).max() ?? 0 > audible }
        let centres = sung.compactMap { token -> Double? in
            var (weight, moment) = (0.0, 0.0)
            for (frame, value) in row(token).enumerated() where value > faint {
                weight += Double(value)
                moment += Double(value) * Double(frame)
            }
            return weight > 1e-9 ? moment / weight : nil
        }
        let inOrder = zip(centres, centres.dropFirst()).count { $1 >= $0 - overlap }
        let path = WarpingPath(costs: energy.map { -($0 * $0) }, tokens: tokens, frames: frames)
        // As in the reference, an index beyond the border is the last one.
        let heard = path.points.map { point in
            Double(energy[(point.token + tokens) % tokens * frames + (point.frame + frames) % frames])
        }
        return Score(
            coverage: sung.isEmpty ? 1 : Double(clear.count) / Double(sung.count),
            monotonicity: centres.count > 1 ? Double(inOrder) / Double(centres.count - 1) : 1,
            confidence: heard.isEmpty ? 0 : heard.reduce(0, +) / Double(heard.count))
    }
}
