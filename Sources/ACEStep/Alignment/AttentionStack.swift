import MLX
import ModelSupport

/// What the chosen heads of a pass pay to the lyrics: attention after its softmax, `[heads, tokens, frames]`, float32.
package struct AttentionStack {
    package let weights: MLXArray

    package init(_ weights: MLXArray) { self.weights = weights }

    package var tokens: Int { weights.dim(1) }
    package var frames: Int { weights.dim(2) }

    /// How strongly a token must exceed the middle to count.
    private static let suppression: Float = 2

    /// The heads' agreement on when each token is sung, `tokens * frames` values by rows.
    ///
    /// A place counts by its part of the token's time and by its part of the moment's tokens; what is usual for the
    /// token or for the moment is taken away, the rest squared, brought to mean 0 and deviation 1 over all heads, and
    /// averaged.
    @MLXActor
    package func consensus() throws -> [Float] {
        try evaluating("lyric alignment") {
            var shares = softmax(weights, axis: 2) * softmax(weights, axis: 1)
            for axis in [2, 1] {
                shares = maximum(shares - Self.suppression * median(shares, axis: axis, keepDims: true), 0)
                eval(shares)
            }
            shares = shares * shares
            let centred = shares - mean(shares)
            let deviation = sqrt(mean(centred * centred))
            return mean(centred / (deviation + 1e-9), axis: 0).asArray(Float.self)
        }
    }

    /// The mean of the heads, brought to 0 to 1, `tokens * frames` values by rows; all zero where it is the same
    /// everywhere.
    @MLXActor
    package func energy() throws -> [Float] {
        try evaluating("lyric alignment") {
            let average = mean(weights, axis: 0).asArray(Float.self)
            guard let low = average.min(), let high = average.max(), high - low > 1e-9 else {
                return Array(repeating: 0, count: average.count)
            }
            return average.map { ($0 - low) / (high - low) }
        }
    }
}
