import MusicCore

/// Several sequences of tokens, padded to one length.
public struct TokenBatch: Sendable, Equatable {
    /// To which length sequences are padded.
    public enum Padding: Sendable, Equatable {
        /// The length of the longest one.
        case longest
        /// A given length, unless a sequence is longer.
        case length(Int)
    }

    /// Number of sequences.
    public let count: Int

    /// Length of each sequence.
    public let length: Int

    /// The tokens in row-major order, shape (count, length).
    public let tokens: [Int32]

    /// 1 for a token and 0 for padding, shape (count, length).
    public let mask: [Int32]

    /// Pads some sequences.
    ///
    /// - Parameters:
    ///   - rows: one sequence per row.
    ///   - padding: to which length to pad.
    ///   - side: where padding goes.
    ///   - padToken: what to pad with; needed only if sequences differ in length.
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if padding is needed and there is no token for it.
    public init(
        _ rows: [[Int32]], padding: Padding = .longest, side: TokenizerConfiguration.Side = .right, padToken: Int32?
    ) throws {
        var length = rows.map(\.count).max() ?? 0
        if case .length(let fixed) = padding { length = max(length, fixed) }
        var tokens: [Int32] = []
        var mask: [Int32] = []
        tokens.reserveCapacity(rows.count * length)
        mask.reserveCapacity(rows.count * length)
        for row in rows {
            let missing = length - row.count
            if missing > 0, padToken == nil {
                throw MusicError(
                    .invalidCheckpoint, "the tokenizer has no token to pad with",
                    advice: "add a pad_token to tokenizer_config.json")
            }
            let fill = [Int32](repeating: padToken ?? 0, count: missing)
            let unmasked = [Int32](repeating: 0, count: missing)
            let own = [Int32](repeating: 1, count: row.count)
            tokens += side == .right ? row + fill : fill + row
            mask += side == .right ? own + unmasked : unmasked + own
        }
        self.count = rows.count
        self.length = length
        self.tokens = tokens
        self.mask = mask
    }
}
