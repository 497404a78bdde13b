import ACEStep
import Testing
import Tokenizers

@Suite("Plan automaton")
struct PlanAutomatonTests {
    /// A run of the reference's logits processor.
    struct Golden: Decodable {
        var seed: Int
        var phase: String
        var stop: Bool
        var target: Double?
        var user: [String: String]
        var skipped: [String]
        var bias: [[Double]]
        var steps: [Int]

        var options: PlanAutomaton.Options {
            let mode: PlanAutomaton.Mode =
                switch phase {
                case "codes": .codes
                case "understand": .reasoningAndText
                default: stop ? .reasoning : .reasoningAndCodes
                }
            var userValues: [PlanField: String] = [:]
            for (field, value) in user { userValues[PlanField(rawValue: field) ?? .genres] = value }
            return .init(
                mode: mode, skipped: Set(skipped.compactMap(PlanField.init)), userValues: userValues,
                targetCodes: target.map(CodeBudget.codes))
        }
    }

    @Test("Allows what the reference allows, step for step")
    func reference() throws {
        let grammar = try PlanGrammar(PlannerFixtures.vocabulary())
        let count = grammar.vocabulary.count
        let goldens: [Golden] = try PlannerFixtures.json("automaton")
        #expect(goldens.count == 72)
        var stepCount = 0
        for (index, golden) in goldens.enumerated() {
            var automaton = PlanAutomaton(grammar, golden.options)
            for step in 0..<golden.steps.count / 3 {
                let (token, allowed, hash) = (
                    golden.steps[step * 3], golden.steps[step * 3 + 1], golden.steps[step * 3 + 2]
                )
                var logits = PlannerFixtures.logits(seed: golden.seed, step: step, count: count)
                for bias in golden.bias { logits[Int(bias[0])] += Float(bias[1]) }
                let choices = automaton.choices
                // The part of the logits that is enough gives what all give.
                let range = automaton.headRange
                var part = Array(logits[range])
                var partial = automaton
                part.withUnsafeMutableBufferPointer { partial.constrain($0, firstID: range.lowerBound) }
                logits.withUnsafeMutableBufferPointer { automaton.constrain($0, firstID: 0) }
                let own = logits.indices.filter { logits[$0] > -.infinity }
                #expect(part.indices.filter { part[$0] > -.infinity }.map { $0 + range.lowerBound } == own)
                try #require(
                    own.count == allowed && PlannerFixtures.fingerprint(own) == UInt32(hash),
                    "case \(index), step \(step): \(own.prefix(9)) of \(own.count) instead of \(allowed)")
                if let choices { #expect(own.allSatisfy(choices.contains)) }
                try #require(!automaton.isFinished)
                automaton.accept(token)
                stepCount += 1
            }
            let last = golden.steps[golden.steps.count - 3]
            #expect(automaton.isFinished == grammar.vocabulary.isEnd(last), "case \(index)")
        }
        #expect(stepCount > 3000)
    }

    @Test("Forced tokens come at once, and are those that a step each would give")
    func jumpAhead() throws {
        let grammar = try PlanGrammar(PlannerFixtures.vocabulary())
        var forcedCount = 0
        for (index, golden) in try PlannerFixtures.json("automaton", [Golden].self).enumerated() {
            var automaton = PlanAutomaton(grammar, golden.options)
            let count = golden.steps.count / 3
            var step = 0
            while step < count, !automaton.isFinished {
                let forced = automaton.takeForcedTokens()
                let expected = (step..<min(step + forced.count, count)).map { golden.steps[$0 * 3] }
                #expect(forced.prefix(expected.count) == expected[...], "case \(index), step \(step)")
                step += forced.count
                forcedCount += forced.count
                guard step < count, !automaton.isFinished else { break }
                var logits = PlannerFixtures.logits(seed: golden.seed, step: step, count: grammar.vocabulary.count)
                for bias in golden.bias { logits[Int(bias[0])] += Float(bias[1]) }
                logits.withUnsafeMutableBufferPointer { automaton.constrain($0, firstID: 0) }
                // The end of a caption, seen now, leaves nothing to sample.
                if automaton.choices?.count == 1 { continue }
                automaton.accept(golden.steps[step * 3])
                step += 1
            }
            #expect(step >= count, "case \(index)")
        }
        #expect(forcedCount > 1000)
    }

    @Test("A plan of nothing but the user's values is forced from end to end")
    func forcedPlan() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        var automaton = PlanAutomaton(
            try PlanGrammar(vocabulary),
            .init(
                mode: .reasoning, skipped: [.genres, .caption],
                userValues: [
                    .bpm: "97", .duration: "37", .keyscale: "F# minor", .language: "no", .timesignature: "3",
                ]))
        let tokens = automaton.takeForcedTokens()
        #expect(automaton.isFinished && automaton.phase == .finished)
        #expect(
            vocabulary.tokenizer.decode(tokens.map(Int32.init)) == """
                <think>
                bpm: 97
                duration: 37
                keyscale: F# minor
                language: no
                timesignature: 3
                <|im_end|>
                """)
    }

    @Test("37.4 seconds are 187 codes and the end, and only codes can come before it")
    func exactCodes() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        var automaton = PlanAutomaton(
            try PlanGrammar(vocabulary), .init(mode: .codes, targetCodes: CodeBudget.codes(for: 37.4)))
        for step in 0..<187 {
            #expect(automaton.takeForcedTokens().isEmpty)
            let codesOnly = try #require(automaton.codesOnly)
            #expect(codesOnly.ids == vocabulary.codeTokens && !codesOnly.endAllowed)
            var logits = [Float](repeating: 0, count: vocabulary.count)
            logits.withUnsafeMutableBufferPointer { automaton.constrain($0, firstID: 0) }
            #expect(logits.indices.filter { logits[$0] == 0 } == Array(vocabulary.codeTokens))
            automaton.accept(vocabulary.codeTokens.lowerBound + step % 150)
        }
        #expect(automaton.codesOnly == nil && automaton.choices == [vocabulary.end])
        #expect(automaton.takeForcedTokens() == [vocabulary.end])
        #expect(automaton.isFinished && automaton.codeCount == 187)

        var free = PlanAutomaton(automaton.grammar, .init(mode: .codes))
        #expect(free.codesOnly?.endAllowed == true)
        var part = [Float](repeating: 0, count: vocabulary.codeTokens.upperBound - vocabulary.end + 3)
        part.withUnsafeMutableBufferPointer { free.constrain($0, firstID: vocabulary.end) }
        #expect(part[0] == 0 && part[1] == -.infinity && part.suffix(4).map(\.isFinite) == [true, false, false, false])
        free.accept(vocabulary.padding)
        #expect(free.isFinished)
    }

    @Test("A caption ends at its limit, whatever would follow")
    func captionLimit() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        let word = Int(try #require(vocabulary.tokenizer.encode(" piano", addSpecialTokens: false).first))
        let grammar = try PlanGrammar(vocabulary)
        for lastIsNewline in [false, true] {
            var automaton = PlanAutomaton(grammar, .init(mode: .reasoning, userValues: [.bpm: "90"], captionLimit: 3))
            _ = automaton.takeForcedTokens()
            for step in 0..<3 {
                #expect(automaton.choices == nil && automaton.takeForcedTokens().isEmpty)
                automaton.accept(lastIsNewline && step == 2 ? vocabulary.newline : word)
            }
            let forced = vocabulary.tokenizer.decode(automaton.takeForcedTokens().map(Int32.init))
            #expect(forced.hasPrefix(lastIsNewline ? "duration:" : "\nduration:"))
        }
    }

    @Test("Values that can't be a line of YAML are written so that they are read back")
    func awkwardValues() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        let grammar = try PlanGrammar(vocabulary)
        for (value, read) in [
            ("two\nlines\r\nand: three", "two lines and: three"), ("'quoted'", "'quoted'"), ("  x ", "x"),
            ("<think>\n</think>", "<think> </think>"),
        ] {
            var automaton = PlanAutomaton(
                grammar,
                .init(
                    mode: .reasoning, skipped: [.genres, .language],
                    userValues: [
                        .bpm: "90", .caption: value, .duration: "30", .keyscale: "C major", .timesignature: "4",
                    ]))
            let tokens = automaton.takeForcedTokens()
            #expect(automaton.isFinished)
            #expect(tokens.filter { $0 == vocabulary.thinkStart }.count == 1)
            #expect(PlanParser.parse(tokens: tokens, vocabulary).metadata.caption == read)
        }
        // A blank value is none.
        var automaton = PlanAutomaton(grammar, .init(mode: .reasoning, userValues: [.bpm: " \n"]))
        _ = automaton.takeForcedTokens()
        #expect(automaton.choices != nil && !automaton.isFinished)
    }
}
