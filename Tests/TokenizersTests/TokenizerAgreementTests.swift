import Foundation
import Testing
import Tokenizers

/// Every line of the corpus and every batch has the tokens that the reference libraries give it.
@Suite struct TokenizerAgreementTests {
    @Test(arguments: ["qwen-embedding", "small", "llama", "gpt2", "characters", "unknowns"])
    func corpus(name: String) throws {
        let tokenizer = try Tokenizer(directory: Fixtures.directory(name))
        let lines = try Fixtures.corpus()
        let golden = try Fixtures.tokens(name)
        #expect(lines.count >= 2000)
        try #require(lines.count == golden.count)
        var failures = 0
        for (line, tokens) in zip(lines, golden) where tokenizer.encode(line) != tokens {
            failures += 1
            if failures <= 3 {
                Issue.record("\(line.debugDescription): \(tokenizer.encode(line)) is not \(tokens)")
            }
        }
        #expect(failures == 0, "of \(lines.count) lines")
    }

    @Test(arguments: ["qwen-embedding", "small", "llama", "gpt2", "characters", "unknowns"])
    func decodingAnyTokens(name: String) throws {
        struct Case: Decodable {
            var tokens: [Int32]
            var text: String
            var plain: String
        }
        let tokenizer = try Tokenizer(directory: Fixtures.directory(name))
        for golden in try Fixtures.json("\(name)/decoded.json", [Case].self) {
            #expect(sameScalars(tokenizer.decode(golden.tokens), golden.text), "\(golden.tokens)")
            #expect(sameScalars(tokenizer.decode(golden.tokens, skipSpecialTokens: true), golden.plain))
            for skips in [false, true] {
                var stream = tokenizer.stream(skipSpecialTokens: skips)
                let streamed = golden.tokens.map { stream.append($0) }.joined() + stream.finish()
                #expect(sameScalars(streamed, skips ? golden.plain : golden.text), "\(golden.tokens)")
            }
        }
    }

    /// What goes in comes out again, but for normalization.
    @Test func roundTrip() throws {
        let tokenizer = try Tokenizer(directory: Fixtures.directory("llama"))
        for line in try Fixtures.corpus() {
            let tokens = tokenizer.encode(line, addSpecialTokens: false)
            #expect(sameScalars(tokenizer.decode(tokens), line))
        }
    }

    private struct Batch: Decodable {
        var texts: [String]
        var tokens: [[Int32]]
        var mask: [[Int32]]

        func check(_ batch: TokenBatch, _ name: Comment) {
            #expect(batch.count == tokens.count, name)
            #expect(batch.length == tokens[0].count, name)
            #expect(batch.tokens == tokens.flatMap { $0 }, name)
            #expect(batch.mask == mask.flatMap { $0 }, name)
        }
    }

    private struct Saved: Decodable {
        var vocabularySize: Int
        var padTokenID: Int32
        var eosTokenID: Int32?
        var longest: Batch
        var truncated: Batch?
        var full: Batch?
        var left: Batch?
        var right: Batch?
        var plain: Batch?
        var decoded: [String]?
    }

    @Test(arguments: ["saved-embedding", "saved-qwen2", "older-files"])
    func directoriesThatTransformersSaved(name: String) throws {
        let golden = try #require(try Fixtures.json("batches.json", [String: Saved].self)[name])
        let tokenizer = try Tokenizer(directory: Fixtures.directory(name))
        #expect(tokenizer.vocabularySize == golden.vocabularySize)
        #expect(tokenizer.tokenBound == golden.vocabularySize)
        #expect(tokenizer.padTokenID == golden.padTokenID)
        if let end = golden.eosTokenID { #expect(tokenizer.eosTokenID == end) }
        let texts = golden.longest.texts
        golden.longest.check(try tokenizer.encodeBatch(texts), "longest")
        golden.truncated?.check(try tokenizer.encodeBatch(texts, maxLength: 9), "truncated")
        golden.full?.check(try tokenizer.encodeBatch(texts, maxLength: 24, padding: .length(24)), "full")
        golden.left?.check(try tokenizer.encodeBatch(texts, maxLength: 11, paddingSide: .left), "left")
        golden.right?.check(try tokenizer.encodeBatch(texts, paddingSide: .right), "right")
        golden.plain?.check(try tokenizer.encodeBatch(texts, addSpecialTokens: false, maxLength: 7), "plain")
        for (text, decoded) in zip(texts, golden.decoded ?? []) {
            #expect(sameScalars(tokenizer.decode(tokenizer.encode(text), skipSpecialTokens: true), decoded))
        }
    }
}
