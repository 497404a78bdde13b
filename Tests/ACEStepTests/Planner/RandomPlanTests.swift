import ACEStep
import Testing
import Tokenizers

@Suite("Random plans")
struct RandomPlanTests {
    private static let captions = [
        "a calm piece: slow", "'quoted'", "\"quoted\"", "it's", "no", "# one", "<|im_end|></think>", "<b>bold</b>",
        "duration: 3", "caf\u{E9} \u{4E2D}\u{6587} \u{1F3B9}", "- a", "'half", "<|audio_code_3|>", "a  b",
        "'a' and 'b'",
    ]

    private static func options(_ run: Int, _ generator: inout SeededGenerator) -> PlanAutomaton.Options {
        let modes: [PlanAutomaton.Mode] = [.reasoning, .codes, .reasoningAndCodes, .reasoningAndText]
        let mode = modes[run % modes.count]
        var user: [PlanField: String] = [:]
        func maybe() -> Bool { Int.random(in: 0..<4, using: &generator) == 0 }
        if maybe() { user[.bpm] = String(Int.random(in: 30...300, using: &generator)) }
        if maybe() { user[.caption] = captions.randomElement(using: &generator) }
        if maybe() { user[.duration] = String(Int.random(in: 10...120, using: &generator)) }
        if maybe() { user[.genres] = "pop, rock: \(run)" }
        if maybe() { user[.keyscale] = PlanValues.keyscales.randomElement(using: &generator) }
        if maybe() { user[.language] = PlanValues.languages.randomElement(using: &generator) }
        if maybe() { user[.timesignature] = ["2", "3", "4", "6", "6/8"].randomElement(using: &generator) }
        let skipped = Set([PlanField.caption, .genres, .language].filter { _ in Bool.random(using: &generator) })
        let target = Bool.random(using: &generator) ? Int.random(in: 0...40, using: &generator) : nil
        return .init(
            mode: mode, skipped: skipped, userValues: user, targetCodes: target,
            captionLimit: Int.random(in: 1...20, using: &generator),
            maxTokens: target == nil || mode == .reasoningAndText ? Int.random(in: 1...160, using: &generator) : nil)
    }

    /// Ten thousand sequences from random logits.
    @Test("Every sequence ends as a plan that can be read", arguments: 0..<4)
    func plans(part: Int) throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        let grammars = try [
            PlanGrammar(vocabulary, maxDuration: 120),
            PlanGrammar(vocabulary, maxDuration: 120, genres: ["pop", "Pop Rock", "jazz, folk", "\u{4E2D}\u{6587}"]),
        ]
        var generator = SeededGenerator(seed: UInt64(part + 1))
        // A few more logits than tokens; each step takes its own from this pool.
        let pool = (0..<100_000).map { _ in Float.random(in: -4...4, using: &generator) }
        let count = vocabulary.count + 5
        for run in 0..<2500 {
            let grammar = grammars[run / 4 % 2]
            let options = Self.options(run, &generator)
            var automaton = PlanAutomaton(grammar, options)
            var sampler = TokenSampler(
                .init(temperature: [0, 0.5, 1, 3][run / 8 % 4], topK: run % 5 == 0 ? 7 : 0, topP: 0.95),
                seed: UInt64(run))
            var tokens: [Int] = []
            while true {
                let forced = automaton.takeForcedTokens()
                tokens += forced
                if automaton.isFinished { break }
                let start = Int.random(in: 0..<pool.count - count, using: &generator)
                var logits = Array(pool[start..<start + count])
                // Lines that end now and then, and some that are indented.
                logits[vocabulary.newline] += Float.random(in: -1...2, using: &generator)
                let choices = automaton.choices
                let token = try logits.withUnsafeMutableBufferPointer { logits in
                    if let range = automaton.codesOnly {
                        // Only this part of a head has to be computed.
                        let part = UnsafeMutableBufferPointer(rebasing: logits[vocabulary.end..<range.ids.upperBound])
                        automaton.constrain(part, firstID: vocabulary.end)
                        return try sampler.sample(part, firstID: vocabulary.end)
                    }
                    automaton.constrain(logits, firstID: 0)
                    return try sampler.sample(logits, firstID: 0)
                }
                if let choices { #expect(choices.contains(token)) }
                tokens.append(token)
                automaton.accept(token)
                try #require(tokens.count < 400, "run \(run) doesn't end")
            }
            #expect(vocabulary.isEnd(try #require(tokens.last)))
            #expect(tokens.dropLast().allSatisfy { !vocabulary.isEnd($0) })
            #expect(automaton.tokenCount == tokens.count && automaton.takeForcedTokens().isEmpty)
            let output = PlanParser.parse(tokens: tokens, vocabulary)
            check(output, tokens, options, grammar, "run \(run)")
            // Spelled out, the same is read.
            let text = vocabulary.tokenizer.decode(tokens.map(Int32.init))
            let userCaption = options.userValues[.caption] ?? ""
            if !userCaption.contains("<|") {
                #expect(PlanParser.metadata(text) == output.metadata)
            }
        }
    }

    private func check(
        _ output: PlanOutput, _ tokens: [Int], _ options: PlanAutomaton.Options, _ grammar: PlanGrammar, _ run: String
    ) {
        let plan = output.metadata
        let hasCodes = options.mode == .codes || options.mode == .reasoningAndCodes
        if hasCodes, let target = options.targetCodes { #expect(output.codes.count == target, "\(run)") }
        if !hasCodes { #expect(output.codes.isEmpty, "\(run)") }
        if hasCodes, let limit = options.maxTokens, options.mode == .codes { #expect(tokens.count <= limit, "\(run)") }
        guard options.mode != .codes else {
            #expect(plan == PlanMetadata())
            return
        }
        #expect(plan.bpm.map(PlanValues.bpm.contains) == true, "\(run): \(plan)")
        #expect(plan.duration.map { (10...grammar.maxDuration).contains($0) } == true, "\(run): \(plan)")
        #expect(plan.keyscale.map(PlanValues.keyscales.contains) == true, "\(run): \(plan)")
        #expect(plan.timesignature.map((PlanValues.timesignatures + ["6/8"]).contains) == true, "\(run): \(plan)")
        if options.skipped.contains(.language) {
            #expect(plan.language == nil)
        } else {
            #expect(plan.language.map(PlanValues.languages.contains) == true, "\(run): \(plan)")
        }
        if options.skipped.contains(.caption) { #expect(plan.caption == nil) }
        if options.skipped.contains(.genres) { #expect(plan.genres == nil) }
        for (field, value) in options.userValues where !options.skipped.contains(field) {
            #expect(plan[field] == value, "\(run): \(plan)")
        }
    }
}
