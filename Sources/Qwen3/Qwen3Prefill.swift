import MLX
import ModelSupport
import MusicCore

/// Prompts on their way through a language model, a stretch of tokens at a time.
@MLXActor
public struct Qwen3Prefill {
    /// Keys and values of the stretches by now.
    public let cache: KVCache
    /// The state of each prompt's last token after the final normalisation, `[B, hidden]`, when all stretches are done.
    public private(set) var hidden = MLXArray(0)

    private let network: Qwen3CausalLM
    /// All of one length: shorter prompts are padded at their beginnings.
    private let rows: [[Int]]
    private var position = 0

    /// - Parameters:
    ///   - network: to run.
    ///   - prompts: token ids below the vocabulary's size; none may be empty.
    ///   - reserving: how many tokens are expected to follow.
    /// - Throws: ``MusicError`` with code `invalidRequest` for ids that don't exist and sequences that are too long.
    public init(_ network: Qwen3CausalLM, _ prompts: [[Int]], reserving: Int = 0) throws {
        let longest = prompts.map(\.count).max() ?? 0
        guard !prompts.isEmpty, prompts.allSatisfy({ !$0.isEmpty }) else {
            throw MusicError(.invalidRequest, "A prompt of the language model is empty", advice: "give it some text")
        }
        let padding = prompts.map { longest - $0.count }
        self.network = network
        cache = KVCache(padding: padding, reserving: longest + reserving)
        rows = zip(prompts, padding).map { prompt, padding in Array(repeating: 0, count: padding) + prompt }
        try network.checkRoom(for: rows, after: 0)
    }

    /// Runs the next stretch, whose keys and values are computed then.
    ///
    /// - Returns: whether there was one.
    /// - Throws: ``MusicError``, or `CancellationError`; the prompts can't go on then.
    public mutating func next() throws -> Bool {
        let count = rows[0].count
        guard position < count else { return false }
        let end = min(count, position + Qwen3CausalLM.stretch)
        hidden = try network.run(rows.map { $0[position..<end] }, cache)
        position = end
        try checkedEval(cache.state + (end == count ? [hidden] : []))
        return true
    }
}
