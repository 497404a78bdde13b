import MusicCore

/// Draws the tokens of one sequence.
///
/// It goes on from logits that are guided (``LogitMath/guide(_:away:scale:)``) and constrained
/// (``PlanAutomaton/constrain(_:firstID:)``): repetition penalty, temperature, top-k, top-p, draw.
///
/// A draw depends on the seed, on how many draws came before, and on the logits, by arithmetic that is the same on
/// every machine. A token without an alternative takes no draw: whether forced tokens pass through here or not changes
/// nothing.
package struct TokenSampler: Sendable {
    /// 0 or less takes the likeliest token.
    private let temperature: Float
    /// Only the likeliest tokens, with all that are as likely as the last of them; `nil` for all.
    private let topK: Int?
    /// Only the likeliest tokens that together have this probability, as float32 has it; `nil` for all.
    private let topP: Double?
    private var random: CounterRandom
    private var penalty: RepetitionPenalty
    /// Reused by every draw.
    private var weights: [Float] = []
    private var selection = NucleusSelection()

    /// - Parameters:
    ///   - sampling: how to draw; guidance and the form of a plan are no matter of the draw.
    ///   - seed: of the random numbers.
    package init(_ sampling: PlannerSampling, seed: UInt64) {
        temperature = Float(sampling.temperature)
        topK = sampling.topK > 0 ? sampling.topK : nil
        let share = Float(sampling.topP)
        topP = share > 0 && share < 1 ? Double(share) : nil
        random = CounterRandom(seed: seed)
        penalty = RepetitionPenalty(Float(sampling.repetitionPenalty))
    }

    /// Tells of tokens that came: those of the prompt, and every one accepted since, drawn or forced.
    ///
    /// Only a repetition penalty needs it.
    package mutating func note(_ tokens: some Sequence<Int>) { penalty.insert(tokens) }

    /// Draws a token.
    ///
    /// - Parameters:
    ///   - logits: those of the tokens from `firstID` on, of which a repetition penalty changes some.
    ///   - firstID: the token of the first logit.
    /// - Throws: `MusicError` with code `.numericalFailure` if no token has a finite logit, or one is infinite or NaN.
    package mutating func sample(_ logits: UnsafeMutableBufferPointer<Float>, firstID: Int) throws -> Int {
        penalty.apply(to: logits, firstID: firstID)
        let values = UnsafeBufferPointer(logits)
        guard let best = LogitMath.largest(values), best.value.isFinite else { throw Self.failure }
        if temperature <= 0 { return firstID + best.index }
        LogitMath.weights(of: values, largest: best.value, temperature: temperature, into: &weights)
        return try weights.withUnsafeBufferPointer { weights in
            let weights = UnsafeBufferPointer(rebasing: weights[..<values.count])
            let cut = try selection.select(weights, topK: topK, topP: topP)
            if cut.count == 1 { return firstID + best.index }
            return firstID + selection.pick(weights, cut, at: random.next() * cut.mass)
        }
    }

    static var failure: MusicError {
        MusicError(
            .numericalFailure, "the language model's output isn't finite",
            advice: "check the model's files, or compute it with a higher precision")
    }
}

/// Makes tokens that came already less likely.
///
/// The logit of a token that came is multiplied by the penalty if negative and divided by it otherwise, once.
package struct RepetitionPenalty: Sendable {
    package let penalty: Float
    private var seen: [UInt64] = []
    private var tokens: [Int] = []

    /// - Parameter penalty: over 0; 1 for none.
    package init(_ penalty: Float) { self.penalty = penalty > 0 ? penalty : 1 }

    /// Adds tokens that came.
    package mutating func insert(_ newTokens: some Sequence<Int>) {
        guard penalty != 1 else { return }
        for token in newTokens where token >= 0 {
            let word = token >> 6
            if word >= seen.count { seen.append(contentsOf: repeatElement(0, count: word + 1 - seen.count)) }
            let bit: UInt64 = 1 << UInt64(token & 63)
            guard seen[word] & bit == 0 else { continue }
            seen[word] |= bit
            tokens.append(token)
        }
    }

    /// Changes the logits of the tokens that came; the first one is that of the token `firstID`.
    package func apply(to logits: UnsafeMutableBufferPointer<Float>, firstID: Int) {
        guard penalty != 1 else { return }
        for token in tokens where logits.indices.contains(token - firstID) {
            let logit = logits[token - firstID]
            logits[token - firstID] = logit < 0 ? logit * penalty : logit / penalty
        }
    }
}

/// Random numbers by counting: the number at a place depends on the seed and the place alone.
///
/// The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014): the place times 2^64 / golden ratio, added to the
/// mixed seed, and mixed again.
struct CounterRandom: Sendable {
    private let key: UInt64
    private var place: UInt64 = 0

    init(seed: UInt64) { key = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }

    /// The next number, from 0 to before 1 in steps of 2^-53.
    mutating func next() -> Double {
        place &+= 1
        return Double(Self.mix(key &+ place &* 0x9E37_79B9_7F4A_7C15) >> 11) * 0x1p-53
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
