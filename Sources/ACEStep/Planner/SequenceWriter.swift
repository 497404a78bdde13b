import MLX
import ModelSupport
import MusicCore
import Qwen3

/// Sequences that a language model writes after one prompt, side by side, each by its own grammar and random numbers.
///
/// ``next()`` goes on by a stretch of the prompt, and then by a token of each sequence; between two calls the writer
/// can be held for as long as one likes. The prompt goes through the model once for all sequences, and each gets the
/// tokens that it would get alone. The keys and values belong to the writer.
@MLXActor
final class SequenceWriter {
    /// What one sequence is written by.
    struct Sequence {
        /// The grammar; `nil` lets the model write what it wants until it ends its turn.
        var automaton: PlanAutomaton?
        var sampler: TokenSampler
        /// A token that ends the sequence beside those that end a turn, where there is no grammar.
        var stop: Int?
        /// Most tokens where there is no grammar.
        var limit = 4096
        /// Most audio codes where there is no grammar; `nil` for as many as come.
        var codeLimit: Int?
        private var codeCount = 0
        private(set) var tokens: [Int] = []
        private(set) var isFinished = false
        /// Tokens that are settled but have not gone through the model.
        fileprivate var pending: [Int] = []

        init(_ automaton: PlanAutomaton?, _ sampler: TokenSampler) {
            self.automaton = automaton
            self.sampler = sampler
        }

        /// Takes what the grammar forces, and notes whether that was all.
        fileprivate mutating func takeForced() {
            guard let forced = automaton?.takeForcedTokens() else { return }
            tokens += forced
            pending += forced
            sampler.note(forced)
            isFinished = automaton?.isFinished ?? isFinished
        }

        fileprivate mutating func draw(
            _ logits: UnsafeMutableBufferPointer<Float>, firstID: Int, vocabulary: PlanVocabulary
        ) throws {
            automaton?.constrain(logits, firstID: firstID)
            // The grammar may have found that a part is over, and have something to say itself.
            takeForced()
            if !pending.isEmpty || isFinished { return }
            let token = try sampler.sample(logits, firstID: firstID)
            automaton?.accept(token)
            sampler.note(CollectionOfOne(token))
            tokens.append(token)
            pending.append(token)
            if let automaton {
                isFinished = automaton.isFinished
            } else {
                if vocabulary.code(of: token) != nil { codeCount += 1 }
                isFinished =
                    vocabulary.isEnd(token) || token == stop || tokens.count >= limit
                    || codeLimit.map { codeCount >= $0 } ?? false
            }
            takeForced()
        }
    }

    /// Guidance: the prompt to lead away from, and how strongly.
    struct Guidance {
        var prompt: [Int]
        var scale: Float
    }

    /// What is written by now.
    private(set) var sequences: [Sequence]
    private let network: Qwen3CausalLM
    private let vocabulary: PlanVocabulary
    private let guidance: Guidance?
    private var state: State

    private enum State {
        case reading(Qwen3Prefill)
        /// The state of each sequence's last token, those of guidance behind the others.
        case writing(hidden: MLXArray, KVCache)
    }

    /// - Parameters:
    ///   - model: writes.
    ///   - sequences: to be written to their ends.
    ///   - prompt: tokens.
    ///   - guidance: `nil` for none.
    ///   - expected: tokens that are expected in each sequence.
    /// - Throws: ``MusicError`` if the prompt is no prompt for the model.
    init(
        _ model: LanguageModel, _ sequences: [Sequence], after prompt: [Int], guidance: Guidance? = nil,
        expecting expected: Int
    ) throws {
        network = model.network
        vocabulary = model.vocabulary
        self.guidance = guidance
        var sequences = sequences
        for index in sequences.indices {
            sequences[index].sampler.note(prompt)
            sequences[index].takeForced()
        }
        var prompts = [prompt] + (guidance.map { [$0.prompt] } ?? [])
        // What all sequences begin with goes along with the prompt.
        if let beginning = sequences.first?.pending, sequences.allSatisfy({ $0.pending == beginning }) {
            prompts = prompts.map { $0 + beginning }
            for index in sequences.indices { sequences[index].pending = [] }
        }
        self.sequences = sequences
        state = .reading(try Qwen3Prefill(model.network, prompts, reserving: expected))
    }

    /// Number of tokens of the longest sequence.
    var written: Int { sequences.map(\.tokens.count).max() ?? 0 }

    /// Whether all sequences are written to their ends.
    var isFinished: Bool { sequences.allSatisfy(\.isFinished) }

    /// Goes on by one stretch of the prompt, or by one token of each sequence that is not at its end.
    ///
    /// - Throws: ``MusicError``, or `CancellationError`; the sequences can't go on then.
    func next() throws {
        guard !isFinished else { return }
        try evaluating("writing") {
            switch state {
            case .reading(var prefill):
                if try prefill.next() {
                    state = .reading(prefill)
                } else {
                    state = writing(after: prefill)
                    try write()
                }
            case .writing:
                try write()
            }
        }
    }

    /// Each sequence goes on from the prompt.
    private func writing(after prefill: Qwen3Prefill) -> State {
        let count = sequences.count
        guard count > 1 else { return .writing(hidden: prefill.hidden, prefill.cache) }
        let rows = (0..<prefill.cache.batchSize).flatMap { Array(repeating: $0, count: count) }
        return .writing(
            hidden: take(prefill.hidden, MLXArray(rows.map(Int32.init)), axis: 0), prefill.cache.selecting(rows))
    }

    private func write() throws {
        guard case .writing(let hidden, let cache) = state else { return }
        let isWaiting = sequences.contains { !$0.isFinished && $0.pending.isEmpty }
        if isWaiting { try draw(hidden) }
        guard !isFinished else { return }
        let tokens = nextTokens()
        let batch = Array(repeating: tokens, count: guidance == nil ? 1 : 2).flatMap { $0 }
        state = .writing(hidden: try network.step(batch, cache), cache)
    }

    /// Draws a token for each sequence that waits for one.
    private func draw(_ hidden: MLXArray) throws {
        let bound = min(network.configuration.vocabularySize, vocabulary.count)
        let count = sequences.count
        let ids = Self.ids(sequences.filter { !$0.isFinished }, bound)
        var values = try network.logits(hidden, ids: ids).asArray(Float.self)
        try values.withUnsafeMutableBufferPointer { buffer in
            for index in sequences.indices where !sequences[index].isFinished && sequences[index].pending.isEmpty {
                let row = UnsafeMutableBufferPointer(rebasing: buffer[index * ids.count..<(index + 1) * ids.count])
                if let guidance {
                    let other = count + index
                    LogitMath.guide(
                        row, away: UnsafeBufferPointer(rebasing: buffer[other * ids.count..<(other + 1) * ids.count]),
                        scale: guidance.scale)
                }
                try sequences[index].draw(row, firstID: ids.lowerBound, vocabulary: vocabulary)
            }
        }
    }

    /// The tokens that go through the model next, as many of each sequence: all that are settled, if they are as many,
    /// else one.
    private func nextTokens() -> [[Int]] {
        let lengths = Set(sequences.filter { !$0.isFinished }.map(\.pending.count))
        let count = lengths.count == 1 ? lengths.first ?? 1 : 1
        return sequences.indices.map { index in
            // A sequence that is finished goes along with what ends it; nobody reads what comes of it.
            guard !sequences[index].isFinished else { return Array(repeating: vocabulary.end, count: count) }
            let tokens = Array(sequences[index].pending.prefix(count))
            sequences[index].pending.removeFirst(count)
            return tokens
        }
    }

    /// The token ids whose scores are needed: of all sequences that wait for a token, what can come next.
    private static func ids(_ open: [Sequence], _ bound: Int) -> Range<Int> {
        var ids: Range<Int>?
        for sequence in open where sequence.pending.isEmpty {
            let own = sequence.automaton?.headRange ?? 0..<bound
            ids = ids.map { min($0.lowerBound, own.lowerBound)..<max($0.upperBound, own.upperBound) } ?? own
        }
        return (ids ?? 0..<bound).clamped(to: 0..<bound)
    }
}
