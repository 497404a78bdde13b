import MLX

/// What comes out of a language model where a token comes next that is known.
package struct TargetLogit: Sendable, Equatable {
    /// Natural logarithm of the token's probability.
    package var logProbability: Double
    /// Its place among all tokens, from 1 on.
    package var rank: Int

    /// Reads rows of logits.
    ///
    /// - Parameters:
    ///   - logits: `[tokens, vocabulary]`, float32.
    ///   - ids: the token that comes at each row.
    package static func read(_ logits: MLXArray, _ ids: [Int]) -> [TargetLogit] {
        let chosen = takeAlong(logits, MLXArray(ids.map(Int32.init), [ids.count, 1]), axis: 1)
        let probabilities = (chosen - logSumExp(logits, axis: 1, keepDims: true)).asArray(Float.self)
        let above = (logits .> chosen).asType(.int32).sum(axis: 1).asArray(Int32.self)
        return zip(probabilities, above).map { TargetLogit(logProbability: Double($0), rank: Int($1) + 1) }
    }

    /// The mean logarithm of the probability; 0 of no tokens.
    package static func mean(_ target: [TargetLogit]) -> Double {
        target.reduce(0) { $0 + $1.logProbability } / Double(max(1, target.count))
    }
}
