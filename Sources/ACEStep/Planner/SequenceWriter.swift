import MLX
import ModelSupport
import MusicCore
import Qwen3

/// Lets a language model write sequences after a prompt, side by side, each by its own grammar and random numbers.
@MLXActor
struct SequenceWriter {
    let model: LanguageModel
    let vocabulary: PlanVocabulary

    /// What one sequence is written by.
    struct Sequence {
        /// The grammar; `nil` lets the model write what it wants until it ends its turn.
        var automaton: PlanAutomaton?
        var sampler: TokenSampler
        /// A token that ends the sequence beside those that end a turn, where there is no grammar.
        var stop: Int?
        /// Most tokens where there is no grammar.
        var limit = 4096
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
            _ logits: UnsafeMutableBufferPointer<Float>, firstID: Int, isEnd: (Int) -> Bool
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
                isFinished = isEnd(token) || token == stop || tokens.count >= limit
            }
            takeForced()
        }
    }

    /// Guidance: the prompt to lead away from, and how strongly.
    struct Guidance {
        var prompt: [Int]
        var scale: Float
    }

    /// Writes sequences that go on from one prompt.
    ///
    /// The prompt goes through the model once for all of them. A sequence gets the tokens that it would get alone.
    ///
    /// - Parameters:
    ///   - sequences: are written to their ends.
    ///   - prompt: tokens.
    ///   - guidance: `nil` for none.
    ///   - expected: tokens that are expected in each sequence.
    ///   - progress: takes the number of tokens of the longest sequence.
    /// - Throws: ``MusicError``, or `CancellationError` at the next token.
    func write(
        _ sequences: inout [Sequence], after prompt: [Int], guidance: Guidance? = nil, expecting expected: Int,
        progress: (Int) -> Void = { _ in }
    ) throws {
        let network = model.network
        let bound = min(network.configuration.vocabularySize, vocabulary.count)
        let count = sequences.count
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
        var (hidden, cache) = try evaluatingStep { try network.prefill(prompts, reserving: expected) }
        if count > 1 {
            let rows = prompts.indices.flatMap { Array(repeating: $0, count: count) }
            (hidden, cache) = try evaluatingStep {
                (take(hidden, MLXArray(rows.map(Int32.init)), axis: 0), cache.selecting(rows))
            }
        }
        while true {
            let open = sequences.filter { !$0.isFinished }
            if open.isEmpty { return }
            progress(sequences.map(\.tokens.count).max() ?? 0)
            let waiting = sequences.contains { !$0.isFinished && $0.pending.isEmpty }
            if waiting {
                let ids = Self.ids(open, bound)
                let logits = try evaluatingStep { try network.logits(hidden, ids: ids) }
                var values = logits.asArray(Float.self)
                try values.withUnsafeMutableBufferPointer { buffer in
                    for index in sequences.indices
                    where !sequences[index].isFinished && sequences[index].pending.isEmpty {
                        let row = UnsafeMutableBufferPointer(
                            rebasing: buffer[index * ids.count..<(index + 1) * ids.count])
                        if let guidance {
                            let other = count + index
                            LogitMath.guide(
                                row,
                                away: UnsafeBufferPointer(
                                    rebasing: buffer[other * ids.count..<(other + 1) * ids.count]),
                                scale: guidance.scale)
                        }
                        try sequences[index].draw(row, firstID: ids.lowerBound, isEnd: vocabulary.isEnd)
                    }
                }
            }
            if sequences.allSatisfy(\.isFinished) { return }
            let tokens = next(&sequences)
            hidden = try evaluatingStep {
                try network.step(prompts.indices.flatMap { _ in tokens }, cache)
            }
        }
    }

    /// The tokens that go through the model next, as many of each sequence: all that are settled, if they are as many,
    /// else one.
    private func next(_ sequences: inout [Sequence]) -> [[Int]] {
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

    private func evaluatingStep<Result>(_ body: () throws -> Result) throws -> Result {
        try model.target.withDevice { try evaluating("writing", body) }
    }
}
