import ACEStep
import Foundation
import MusicCore
import Testing
import Tokenizers

@Suite("Plan vocabulary")
struct PlanVocabularyTests {
    @Test("Codes and tokens are each other's inverse")
    func codes() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        // Three more codes are tokens, but beyond the codebook.
        #expect(vocabulary.codeCount == 150)
        #expect(vocabulary.count == vocabulary.codeTokens.upperBound + 3)
        for code in 0..<150 {
            let token = try #require(vocabulary.token(ofCode: code))
            #expect(vocabulary.tokenizer.token(Int32(token)) == "<|audio_code_\(code)|>")
            #expect(vocabulary.code(of: token) == code)
        }
        #expect(vocabulary.token(ofCode: 150) == nil && vocabulary.token(ofCode: -1) == nil)
        #expect(vocabulary.code(of: vocabulary.codeTokens.upperBound) == nil && vocabulary.code(of: -1) == nil)
        #expect(vocabulary.isEnd(vocabulary.end) && vocabulary.isEnd(vocabulary.padding))
        #expect(!vocabulary.isEnd(vocabulary.thinkEnd))
    }

    @Test("A tokenizer without a planner's tokens is refused by what it lacks")
    func unsuitable() throws {
        let data = try Data(contentsOf: PlannerFixtures.folder.appending(path: "tokenizer.json"))
        let whole = String(decoding: data, as: UTF8.self)
        for (name, other, reason) in [
            ("<|audio_code_", "<|audio_kode_", "audio codes"), ("\"<think>", "\"<thunk>", "<think>"),
            ("\"</think>", "\"</thunk>", "</think>"), ("<|im_end|>", "<|im_over|>", "<|im_end|>"),
            ("<|audio_code_7|>", "<|audio_kode_7|>", "numbered"),
        ] {
            let text = whole.replacingOccurrences(of: name, with: other)
            let tokenizer = try Tokenizer(tokenizerJSON: Data(text.utf8))
            let error = #expect(throws: MusicError.self) { try PlanVocabulary(tokenizer) }
            #expect(error?.code == .invalidCheckpoint && error?.message.contains(reason) == true)
        }
    }

    @Test("Limits of a grammar are checked")
    func grammar() throws {
        let vocabulary = try PlannerFixtures.vocabulary()
        #expect(try PlanGrammar(vocabulary, maxDuration: 10).maxDuration == 10)
        for duration in [-1, 9, 601] {
            #expect(throws: MusicError.self) { try PlanGrammar(vocabulary, maxDuration: duration) }
        }
        #expect(throws: MusicError.self) { try PlanGrammar(vocabulary, genres: [" ", ""]) }
        #expect(PlanValues.keyscales.count == 70 && Set(PlanValues.keyscales).count == 70)
        #expect(PlanValues.languages.count == 51 && Set(PlanValues.languages).count == 51)
    }

    @Test("A mask forbids what it says wherever the logits begin, in runs and one by one; the largest is the first")
    func mask() {
        var generator = SeededGenerator(seed: 2)
        for count in [1, 40, 1500, 20_000] {
            let forbidden = (0..<count).map { _ in Bool.random(using: &generator) }
            let mask = LogitMask(count: count) { forbidden[$0] }
            for _ in 0..<20 {
                let first = Int.random(in: 0..<count + 3, using: &generator)
                let length = Int.random(in: 0...count + 50, using: &generator)
                let values = (0..<length).map { _ in Float.random(in: -1...1, using: &generator).rounded() }
                let expected = values.indices.map { index in
                    first + index < count && !forbidden[first + index] ? values[index] : -.infinity
                }
                var one = values
                one.withUnsafeMutableBufferPointer { mask.apply(to: $0, firstID: first) }
                #expect(one == expected)
                let largest = values.withUnsafeBufferPointer { LogitMath.largest($0) }
                #expect(largest?.value == values.max())
                #expect(largest?.index == values.max().flatMap(values.firstIndex))
            }
        }
    }
}
