import MLX

/// The order in which two padded sequences become one: real positions of the first, real positions of the second, then
/// the padding of both.
package struct SequencePacking: Sendable, Equatable {
    /// For each item, the position in the concatenation of both that each position of the result comes from.
    package let order: [[Int]]
    /// Number of real positions of each item.
    package let counts: [Int]
    /// Positions of the result, real or not.
    package let length: Int

    /// - Parameters:
    ///   - firstCounts: real positions of the first sequence, per item.
    ///   - firstLength: its length with padding.
    ///   - secondCounts: real positions of the second sequence, per item.
    ///   - secondLength: its length with padding.
    package init(firstCounts: [Int], firstLength: Int, secondCounts: [Int], secondLength: Int) {
        length = firstLength + secondLength
        counts = zip(firstCounts, secondCounts).map { $0 + $1 }
        order = zip(firstCounts, secondCounts).map { first, second in
            Array(0..<first) + Array(firstLength..<(firstLength + second))
                + Array(first..<firstLength) + Array((firstLength + second)..<(firstLength + secondLength))
        }
    }

    /// Packs `[B, first length, D]` and `[B, second length, D]` to `[B, length, D]`.
    package func packed(_ first: MLXArray, _ second: MLXArray) -> MLXArray {
        let both = concatenated([first, second], axis: 1)
        if order.allSatisfy({ $0 == Array(0..<length) }) { return both }
        let indices = MLXArray(order.flatMap { $0.map(Int32.init) }, [order.count, length, 1])
        return takeAlong(both, broadcast(indices, to: both.shape), axis: 1)
    }
}
