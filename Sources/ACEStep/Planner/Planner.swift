import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import Tokenizers

/// The two phases of a plan, and what else a language model of songs is asked.
///
/// Every token takes a turn of its own, so that songs and other plans go on meanwhile (``ArrayScheduler``).
@MLXActor
final class Planner {
    nonisolated let vocabulary: PlanVocabulary
    private let grammar: PlanGrammar
    let model: LanguageModel
    let job: ArrayJob

    /// Tokens that a prompt and what follows may have together, as the models were trained.
    private static let contextLength = 4096

    init(_ model: LanguageModel) throws {
        self.model = model
        vocabulary = model.vocabulary
        grammar = try PlanGrammar(model.vocabulary, genres: model.genres)
        job = ArrayJob(model.target)
    }

    private var contextLength: Int { min(Self.contextLength, model.network.configuration.maximumPositions) }

    // MARK: Planning

    /// See ``MusicCore/MusicPlanner/plan(_:progress:)``.
    func plan(_ request: PlanRequest, progress: @escaping @Sendable (Int, Int) -> Void) async throws -> Plan {
        try request.options.validate()
        let options = request.options
        let seed = request.seeds.first ?? 0
        var plan = Plan(metadata: request.known)
        plan.sampling = options.sampling
        let clock = ContinuousClock()
        let start = clock.now
        var lyrics = request.lyrics
        if options.rewritesLyrics, !lyrics.trimmed.isEmpty {
            let description = try await formatSample(
                caption: request.caption, lyrics: lyrics, known: request.known, sampling: options.sampling, seed: seed)
            lyrics = description.lyrics
            plan.lyrics = lyrics
        }
        if Self.needsReasoning(request) {
            plan.found = try await reason(request, lyrics: lyrics, seed: seed).without(request.known)
            plan.metadata = request.known.completed(by: plan.found)
        }
        plan.reasoningSeconds = (clock.now - start) / .seconds(1)
        guard options.writesCodes else { return plan }
        let codesStart = clock.now
        plan.codes = try await codes(request, lyrics: lyrics, metadata: plan.metadata, progress: progress)
        plan.codesSeconds = (clock.now - codesStart) / .seconds(1)
        return plan
    }

    /// Whether there is a chain of thought to write: not if the user has said everything that it would find out, or
    /// wants nothing found out.
    ///
    /// Caption and language are part of it, and are left alone without it.
    private nonisolated static func needsReasoning(_ request: PlanRequest) -> Bool {
        request.options.fillsMetadata && !request.known.plan.isComplete
    }

    /// The first phase: the chain of thought.
    ///
    /// What the user has said is written into it as it is.
    private func reason(_ request: PlanRequest, lyrics: String, seed: UInt64) async throws -> SongMetadata {
        let options = request.options
        var skipped: Set<PlanField> = [.genres]
        if !options.rewritesCaption { skipped.insert(.caption) }
        if !options.detectsLanguage { skipped.insert(.language) }
        let prompt = PlannerPrompt.generation(caption: request.caption, lyrics: lyrics)
        let output = try await write(
            prompt, mode: .reasoning, skipped: skipped, known: request.known, duration: request.duration,
            maxDuration: options.maxDuration, sampling: options.sampling, seed: seed)
        return SongMetadata(output.metadata).plausible
    }

    /// The second phase: the audio codes of all songs, some at a time.
    private func codes(
        _ request: PlanRequest, lyrics: String, metadata: SongMetadata, progress: (Int, Int) -> Void
    ) async throws -> [[Int]] {
        let sampling = request.options.sampling
        let duration = request.duration ?? metadata.duration.map(Double.init)
        let target = duration.map(CodeBudget.codes(for:))
        var limit = CodeBudget.maxTokens(
            duration: duration, mode: .codes, maxDuration: request.options.maxDuration, contextLength: contextLength)
        let thought = PlanText.chainOfThought(metadata.plan)
        let prompt = try PlannerPrompt.generation(caption: request.caption, lyrics: lyrics).thinking(thought)
            .tokens(vocabulary)
        // Without a length the song may be as long as there is room.
        if target == nil { limit = min(limit, contextLength - prompt.count) }
        let expected = target.map { $0 + 1 } ?? limit
        guard prompt.count + expected <= contextLength, expected >= Self.leastCodes else {
            throw MusicError(
                .invalidRequest,
                "The prompt has \(prompt.count) tokens and the song \(max(expected, Self.leastCodes)), and the "
                    + "language model sees \(contextLength)",
                advice: "shorten the lyrics or the duration", suggestion: .set(field: "thinking", to: "false"))
        }
        var guidance: SequenceWriter.Guidance?
        if sampling.guidanceScale > 1 {
            guidance = .init(
                prompt: try PlannerPrompt.negativeCodes(negativePrompt: sampling.negativePrompt).tokens(vocabulary),
                scale: Float(sampling.guidanceScale))
        }
        let total = expected * request.seeds.count
        var codes: [[Int]] = []
        for chunk in request.seeds.chunks(of: chunkSize(request, tokens: prompt.count + expected)) {
            let sequences = chunk.map { seed in
                var sequence = SequenceWriter.Sequence(
                    sampling.isConstrained
                        ? PlanAutomaton(
                            grammar, .init(mode: .codes, targetCodes: target, maxTokens: target == nil ? limit : nil))
                        : nil, TokenSampler(sampling, seed: seed))
                sequence.limit = limit
                sequence.codeLimit = target
                return sequence
            }
            let done = codes.count * expected
            let written = try await write(sequences, after: prompt, guidance: guidance, expecting: expected) { count in
                progress(min(total, done + count * chunk.count), total)
            }
            codes += written.map { $0.tokens.compactMap(vocabulary.code) }
        }
        if let target, let index = codes.firstIndex(where: { !$0.isEmpty && $0.count < target }) {
            throw MusicError(
                .numericalFailure,
                "The language model wrote \(codes[index].count) audio codes for song \(index + 1), and its duration "
                    + "needs \(target)",
                advice: "use another seed", suggestion: .set(field: "use_constrained_decoding", to: "true"))
        }
        if let index = codes.firstIndex(where: \.isEmpty) {
            throw MusicError(
                .numericalFailure, "The language model wrote no audio codes for song \(index + 1)",
                advice: "use another seed or constrained decoding",
                suggestion: .set(field: "thinking", to: "false"))
        }
        return codes
    }

    /// How many songs are written at once: as many as are asked for, and as the memory holds keys and values for.
    private func chunkSize(_ request: PlanRequest, tokens: Int) -> Int {
        let configuration = model.network.configuration
        let bytes =
            2 * configuration.hiddenLayers * configuration.keyValueHeads * configuration.headDimensions * tokens
            * model.network.dtype.size
        let rows = request.options.sampling.guidanceScale > 1 ? 2 : 1
        return max(1, min(request.options.chunkSize, Machine.memory / 6 / max(1, bytes * rows)))
    }

    // MARK: Descriptions

    /// See ``MusicCore/MusicPlanner/understand(codes:sampling:seed:)``.
    func understand(codes: [Int], sampling: PlannerSampling, seed: UInt64) async throws -> SongDescription {
        let output = try await write(
            .understanding(codes: codes), mode: .reasoningAndText, skipped: [], known: SongMetadata(), duration: nil,
            sampling: sampling, seed: seed)
        return description(output, lyrics: output.lyrics ?? "")
    }

    /// See ``MusicCore/MusicPlanner/createSample(query:instrumental:language:sampling:seed:)``.
    func createSample(
        query: String, instrumental: Bool, language: String?, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        let known = SongMetadata(language: language.flatMap { $0 == "unknown" || $0.trimmed.isEmpty ? nil : $0 })
        let output = try await write(
            .creation(query: query, instrumental: instrumental), mode: .reasoningAndText, skipped: [], known: known,
            duration: nil, sampling: sampling, seed: seed)
        var lyrics = output.lyrics ?? ""
        if lyrics.isEmpty, instrumental { lyrics = Self.instrumentalMark }
        var result = description(output, lyrics: lyrics)
        result.metadata = known.completed(by: result.metadata)
        result.instrumental = instrumental || result.instrumental
        return result
    }

    /// See ``MusicCore/MusicPlanner/formatSample(caption:lyrics:known:sampling:seed:)``.
    func formatSample(
        caption: String, lyrics: String, known: SongMetadata, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        let known = known.stated
        // Lyrics are written again as a whole, or not at all.
        let lyricTokens = vocabulary.tokenizer.encodePlainly(lyrics).count
        let output = try await write(
            .formatting(caption: caption, lyrics: lyrics), mode: .reasoningAndText,
            skipped: known.language == nil ? [] : [.language], known: known, duration: nil,
            leastRoom: Self.leastRoom + lyricTokens, sampling: sampling, seed: seed)
        var result = description(output, lyrics: output.lyrics ?? lyrics)
        result.metadata = known.completed(by: result.metadata)
        return result
    }

    private static let instrumentalMark = "[Instrumental]"

    private func description(_ output: PlanOutput, lyrics: String) -> SongDescription {
        let lyrics = SungText.of(lyrics.withoutControls)
        let isInstrumental = lyrics.trimmed.isEmpty || lyrics.trimmed.lowercased() == Self.instrumentalMark.lowercased()
        return SongDescription(
            metadata: SongMetadata(output.metadata), lyrics: lyrics, instrumental: isInstrumental)
    }

    /// One sequence after a prompt, without guidance, which only audio codes have.
    private func write(
        _ prompt: PlannerPrompt, mode: PlanAutomaton.Mode, skipped: Set<PlanField>, known: SongMetadata,
        duration: Double?, maxDuration: Int = PlanValues.duration.upperBound, leastRoom: Int = leastRoom,
        sampling: PlannerSampling, seed: UInt64
    ) async throws -> PlanOutput {
        try sampling.validate()
        let grammar =
            maxDuration == self.grammar.maxDuration
            ? self.grammar : try PlanGrammar(vocabulary, maxDuration: maxDuration, genres: model.genres)
        let tokens = try prompt.tokens(vocabulary)
        let limit = CodeBudget.maxTokens(duration: duration, mode: mode, contextLength: contextLength)
        let room = contextLength - tokens.count
        guard room >= min(limit, leastRoom) else {
            throw MusicError(
                .invalidRequest,
                "The prompt has \(tokens.count) tokens, and the language model sees \(contextLength) with its answer",
                advice: "shorten the caption, the lyrics or the audio")
        }
        let userValues = Dictionary(
            uniqueKeysWithValues: PlanField.allCases.compactMap { field in
                known.plan[field].map { (field, $0) }
            })
        var sequence = SequenceWriter.Sequence(
            sampling.isConstrained
                ? PlanAutomaton(
                    grammar,
                    .init(mode: mode, skipped: skipped, userValues: userValues, maxTokens: min(limit, room))) : nil,
            TokenSampler(sampling, seed: seed))
        sequence.limit = min(limit, room)
        if mode == .reasoning { sequence.stop = vocabulary.thinkEnd }
        let written = try await write([sequence], after: tokens, expecting: min(limit, room))
        return PlanParser.parse(tokens: written[0].tokens, vocabulary)
    }

    /// Writes sequences to their ends, a token of each in a turn.
    ///
    /// - Parameter progress: takes the number of tokens of the longest sequence.
    private func write(
        _ sequences: [SequenceWriter.Sequence], after prompt: [Int], guidance: SequenceWriter.Guidance? = nil,
        expecting expected: Int, progress: (Int) -> Void = { _ in }
    ) async throws -> [SequenceWriter.Sequence] {
        let writer = try SequenceWriter(model, sequences, after: prompt, guidance: guidance, expecting: expected)
        progress(writer.written)
        while !writer.isFinished {
            try await job.step { try writer.next() }
            progress(writer.written)
        }
        return writer.sequences
    }

    /// Tokens that a chain of thought needs at least.
    private static let leastRoom = 256
    /// Tokens that a song needs at least.
    private static let leastCodes = 2
}

extension Array {
    /// Parts of at most so many elements, in order.
    fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min(count, $0 + size)] }
    }
}
