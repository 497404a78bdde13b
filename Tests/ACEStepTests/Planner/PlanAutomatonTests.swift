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
                logits.withUnsafeMutableBufferPointer { automaton.constrain($0, firstID: 0) }
                let own = logits.indices.filter { logits[$0] > -.infinity }
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
}
