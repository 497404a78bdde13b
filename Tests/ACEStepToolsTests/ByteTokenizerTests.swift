import ACEStepTools
import Foundation
import TestSupport
import Testing
import Tokenizers

/// The tokenizer of checkpoints with random weights, read back.
struct ByteTokenizerTests {
    private func tokenizer(codes: Int) throws -> Tokenizer {
        try Fixtures.withTemporaryFolder { folder in
            try ByteTokenizer.json(addedTokens: ByteTokenizer.planningTokens(codes: codes))
                .write(to: folder.appendingPathComponent("tokenizer.json"))
            return try Tokenizer(directory: folder)
        }
    }

    @Test func everyByteHasAnIDInTheOrderOfTheAlphabet() throws {
        let tokenizer = try tokenizer(codes: 0)
        // "!" is the first visible byte, and NUL the first of those that a character from U+0100 on stands for.
        #expect(tokenizer.bytes(of: 0) == Array("!".utf8) && tokenizer.bytes(of: 188) == [0])
        #expect(Set((0..<256).compactMap { tokenizer.bytes(of: Int32($0))?.first }).count == 256)
        let text = "caf\u{E9} \u{4E2D}\u{6587} \u{1F3B9}\n"
        #expect(tokenizer.decode(tokenizer.encode(text), skipSpecialTokens: true) == text)
    }

    @Test func audioCodesAreTokens() throws {
        let tokenizer = try tokenizer(codes: 9)
        // Behind the 256 bytes and five other tokens.
        #expect(tokenizer.tokenID("<|audio_code_8|>") == 269)
        #expect(tokenizer.encode("<|audio_code_3|>", addSpecialTokens: false) == [264])
    }
}
