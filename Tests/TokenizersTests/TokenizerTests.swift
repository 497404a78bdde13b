import Foundation
import MusicCore
import Testing
import Tokenizers

@Suite struct TokenizerTests {
    private let embedding: Tokenizer

    init() throws {
        embedding = try Tokenizer(directory: Fixtures.directory("saved-embedding"))
    }

    @Test func configuration() throws {
        #expect(embedding.configuration.modelMaxLength == 2048)
        #expect(embedding.configuration.chatTemplate == "{% for m in messages %}{{ m.content }}{% endfor %}")
        #expect(embedding.configuration.padToken == "<|endoftext|>")
        #expect(embedding.configuration.paddingSide == .right)
        #expect(embedding.addedTokenCount == 1)
        let left = try TokenizerConfiguration(directory: Fixtures.directory("saved-qwen2"))
        #expect(left.paddingSide == .left)
        #expect(left.truncationSide == .left)
        #expect(left.modelMaxLength == nil)
        let older = try TokenizerConfiguration(directory: Fixtures.directory("older-files"))
        #expect(older.chatTemplate == "{{ text }}")
    }

    @Test func lookUp() throws {
        #expect(embedding.tokenID("<|endoftext|>") == 4000)
        #expect(embedding.token(4000) == "<|endoftext|>")
        #expect(embedding.addedToken(4000)?.isSpecial == true)
        #expect(embedding.addedToken(5) == nil)
        #expect(embedding.tokenID("no such token") == nil)
        #expect(embedding.token(-1) == nil)
        #expect(embedding.token(1 << 20) == nil)
        for token in Int32(0)..<Int32(embedding.tokenBound) {
            let text = try #require(embedding.token(token))
            #expect(embedding.tokenID(text) == token)
        }
    }

    @Test func truncationKeepsTheTokenAtTheEnd() {
        let text = "the night river burns slow"
        let whole = embedding.encode(text)
        #expect(whole.last == 4000)
        for length in 1..<whole.count {
            let tokens = embedding.encode(text, maxLength: length)
            #expect(tokens == whole.prefix(length - 1) + [4000])
        }
        #expect(embedding.encode(text, maxLength: whole.count) == whole)
        #expect(embedding.encode(text, maxLength: 0) == [4000])
        #expect(embedding.encode(text, addSpecialTokens: false, maxLength: 3) == Array(whole.prefix(3)))
        #expect(embedding.encode("") == [4000])
    }

    @Test func streamsReleaseCompleteCharacters() throws {
        let small = try Tokenizer(directory: Fixtures.directory("small"))
        let text = "né 音楽 👩‍👩‍👧‍👦 ok"
        var stream = small.stream()
        var pieces: [String] = []
        for token in small.encode(text) {
            let piece = stream.append(token)
            #expect(!piece.contains("\u{FFFD}"))
            pieces.append(piece)
        }
        #expect(pieces.contains(""))
        #expect(stream.finish() == "")
        #expect(pieces.joined() == text)

        // The first bytes of a character, and then another: the reference's answer for both at once.
        let bytes = try #require(small.tokenID("æ"))
        _ = stream.append(bytes)
        #expect(stream.append(try #require(small.tokenID("a"))) == "\u{FFFD}a")
        _ = stream.append(bytes)
        #expect(stream.finish() == "\u{FFFD}")
    }

    @Test func splitSpecialTokens() throws {
        var configuration = embedding.configuration
        configuration.splitsSpecialTokens = true
        let data = try Fixtures.data("saved-embedding/tokenizer.json")
        let splitting = try Tokenizer(tokenizerJSON: data, configuration: configuration)
        #expect(embedding.encode("a<|im_start|>", addSpecialTokens: false).count == 2)
        #expect(splitting.encode("a<|im_start|>", addSpecialTokens: false).count > 4)
        #expect(splitting.encode("a<think>", addSpecialTokens: false).count == 2)
    }

    @Test func paddingNeedsAToken() throws {
        let rows: [[Int32]] = [[1, 2], [3]]
        let batch = try TokenBatch(rows, padding: .length(3), side: .left, padToken: 9)
        #expect(batch.tokens == [9, 1, 2, 9, 9, 3])
        #expect(batch.mask == [0, 1, 1, 0, 0, 1])
        #expect(try TokenBatch(rows, padToken: 9).tokens == [1, 2, 3, 9])
        #expect(try TokenBatch([[1], [2]], padToken: nil).tokens == [1, 2])
        #expect(try TokenBatch([], padToken: nil).length == 0)
        let error = #expect(throws: MusicError.self) { try TokenBatch(rows, padToken: nil) }
        #expect(error?.code == .invalidCheckpoint)
    }

    /// Merging with a queue and by looking at every pair give the same tokens.
    @Test func longPiecesMergeLikeShortOnes() throws {
        let llama = try Tokenizer(directory: Fixtures.directory("qwen-embedding"))
        let word = "heartfallingthunderdancing"
        let parts = llama.encode(word, addSpecialTokens: false)
        #expect(parts.count > 1)
        // Five times in a row it is one long piece; its middle holds the tokens of one word or those across its ends.
        let long = llama.encode(String(repeating: word, count: 5), addSpecialTokens: false)
        #expect(llama.decode(long) == String(repeating: word, count: 5))
        #expect(long.count <= 5 * parts.count)
        #expect(llama.encode(String(repeating: "a", count: 100_000)).count > 1000)
    }

    @Test func severalThreadsAtOnce() async throws {
        let lines = Array(try Fixtures.corpus().prefix(400))
        let expected = lines.map { embedding.encode($0) }
        await withTaskGroup(of: [[Int32]].self) { group in
            for _ in 0..<4 { group.addTask { lines.map { embedding.encode($0) } } }
            for await tokens in group { #expect(tokens == expected) }
        }
    }
}

/// Files that ask for what isn't supported, or are damaged.
@Suite struct TokenizerFileTests {
    private func refusal(_ json: String, _ place: SourceLocation = #_sourceLocation) -> String {
        do {
            _ = try Tokenizer(tokenizerJSON: Data(json.utf8))
            Issue.record("accepted", sourceLocation: place)
            return ""
        } catch let error as MusicError {
            #expect(error.code == .invalidCheckpoint, sourceLocation: place)
            #expect(error.message.contains("tokenizer.json"), sourceLocation: place)
            #expect(!error.advice.isEmpty, sourceLocation: place)
            return error.message
        } catch {
            Issue.record("another error: \(error)", sourceLocation: place)
            return ""
        }
    }

    private func document(
        model: String = #""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]"#, _ sections: String = ""
    ) -> String {
        "{\(sections.isEmpty ? "" : sections + ",") \"model\": {\"type\": \"BPE\", \(model)}}"
    }

    @Test func theTemplateItselfIsFine() throws {
        let tokenizer = try Tokenizer(tokenizerJSON: Data(document().utf8))
        #expect(tokenizer.encode("abba") == [2, 1, 0])
        #expect(tokenizer.decode([2, 1]) == "ab b")
        #expect(tokenizer.padTokenID == nil)
    }

    @Test func mergesBeforeTheVocabularyAndEscapes() throws {
        let model = #""merges": [["\u0061", "\ud83c\udfb5"]], "vocab": {"a": 0, "\ud83c\udfb5": 1, "a\uD83C\uDFB5": 2}"#
        let tokenizer = try Tokenizer(tokenizerJSON: Data(document(model: model).utf8))
        #expect(tokenizer.encode("a🎵🎵a") == [2, 1, 0])
        let lone = #""vocab": {"\ud83c": 0, "\"\\\/\b\f\n\r\t": 1}, "merges": []"#
        let other = try Tokenizer(tokenizerJSON: Data(document(model: lone).utf8))
        #expect(other.token(0) == "\u{FFFD}")
        #expect(other.token(1) == "\"\\/\u{8}\u{C}\n\r\t")
    }

    @Test(arguments: [
        (#""normalizer": {"type": "Lowercase"}"#, "normalizer is of the type Lowercase"),
        (#""normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}]}"#, "of the type NFKC"),
        (#""pre_tokenizer": {"type": "Metaspace"}"#, "pre_tokenizer is of the type Metaspace"),
        (
            #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}"#,
            "Digits follows"
        ),
        (#""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Other"}"#, "Other"),
        (#""pre_tokenizer": {"type": "Split", "behavior": "Isolated"}"#, "no pattern"),
        (#""post_processor": {"type": "Other"}"#, "post_processor is of the type Other"),
        (#""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}"#, "template"),
        (#""post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B"}}]}"#, "second text"),
        (#""post_processor": {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b"]}"#, "describes no token"),
        (#""decoder": {"type": "WordPiece"}"#, "decoder is of the type WordPiece"),
        (
            #""decoder": {"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Fuse"}]}"#,
            "decoder is a sequence"
        ),
        (#""added_tokens": [{"content": 5}]"#, "a string is expected"),
        (#""added_tokens": {}"#, "[ is expected"),
    ])
    func unsupportedComponents(section: String, reason: String) {
        let message = refusal(document(section))
        #expect(message.contains(reason), "\(message)")
    }

    @Test(arguments: [
        (#""vocab": {"a": 0}"#, "lacks a vocabulary or merges"), (#""merges": []"#, "lacks a vocabulary or merges"),
        (#""vocab": {"a": 0}, "merges": ["a b"]"#, "lacks a token of merge 1"),
        (#""vocab": {"a": 0}, "merges": ["a"]"#, "merge 1 isn't a pair"),
        (#""vocab": {"a": 0}, "merges": ["a a a"]"#, "merge 1 isn't a pair"),
        (#""vocab": {"a": 0}, "merges": [["a"]]"#, "a pair of tokens"),
        (#""vocab": {"a": -1}, "merges": []"#, "a token's number"),
        (#""vocab": {"a": 99999999999999999999}, "merges": []"#, "a token's number"),
        (#""vocab": {"a": 2000000000}, "merges": []"#, "beyond"),
        (#""vocab": {"a": 1.5}, "merges": []"#, "is expected"), (#""vocab": [], "merges": []"#, "BPE model"),
        (#""vocab": {"a": 0}, "merges": [], "unk_token": "u""#, "unknown token u"),
        (#""vocab": {"a": 0}, "merges": [], "dropout": 0.1"#, "at random"),
        (#""vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "</w>""#, "end_of_word_suffix"),
    ])
    func damagedModels(model: String, reason: String) {
        let message = refusal(document(model: model))
        #expect(message.contains(reason), "\(message)")
    }

    @Test func otherDocuments() {
        #expect(refusal("").contains("ends after 0 bytes"))
        #expect(refusal("[]").contains("{ is expected at byte 0"))
        #expect(refusal("{}").contains("no model"))
        #expect(refusal(document() + "x").contains("the end is expected"))
        #expect(refusal(#"{"model": {"type": "Unigram", "vocab": [["a", 0]]}}"#).contains("BPE model"))
        #expect(refusal(#"{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"#).contains("type WordLevel"))
        #expect(refusal(#"{"a": "\x"}"#).contains("an escape"))
        #expect(refusal("{\"a\": \"\n\"}").contains("control character"))
        #expect(refusal(#"{"a": \u00e9}"#).contains("a value is expected"))
        #expect(refusal(#"{"a": [1 2]}"#).contains("a comma or ]"))
        #expect(refusal(String(repeating: #"{"a":"#, count: 100_000)).contains("nested too deep"))
        #expect(refusal(#"{"a": "# + String(repeating: "[", count: 100_000)).contains("nested too deep"))
    }

    @Test func truncatedFiles() throws {
        let data = try Fixtures.data("small/tokenizer.json")
        for length in stride(from: 0, to: data.count - 1, by: 331) {
            #expect(throws: MusicError.self) { try Tokenizer(tokenizerJSON: data.prefix(length)) }
        }
    }

    /// A damaged file is refused or makes a tokenizer that does something; it never stops the program.
    @Test func damagedFiles() throws {
        let data = try Fixtures.data("small/tokenizer.json")
        var state: UInt64 = 4
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<400 {
            var damaged = data
            for _ in 0...random(3) { damaged[random(damaged.count)] = UInt8(random(256)) }
            do {
                let tokenizer = try Tokenizer(tokenizerJSON: damaged)
                _ = tokenizer.decode(tokenizer.encode("the night, 123 <|im_start|> \n 音"))
            } catch let error as MusicError {
                #expect(error.code == .invalidCheckpoint)
            }
        }
    }

    /// Files that are something else are told by what they are.
    @Test(
        arguments: [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 11422654\n", "a Git LFS pointer"),
            ("<!DOCTYPE html><html>", "a web page"), ("", "empty (0 bytes)"),
            ("\u{1F}\u{8B}\u{8}\u{0}", "a gzip archive"),
            ("PK\u{3}\u{4}\u{14}\u{0}", "a ZIP archive"), ("Not found", "a text"),
        ])
    func filesThatAreNoTokenizer(_ text: String, _ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = Data(text.unicodeScalars.map { UInt8($0.value) })
        let kind = FileContent(data)?.kind
        func error(_ file: String) throws -> MusicError {
            try data.write(to: folder.appending(path: file))
            let error = #expect(throws: MusicError.self) { try Tokenizer(directory: folder) }
            return try #require(error)
        }
        #expect(try error("tokenizer.json").message.contains("tokenizer.json is \(name)"))
        try FileManager.default.removeItem(at: folder.appending(path: "tokenizer.json"))
        // A list of merges may be empty, and is a text.
        if kind != .empty, kind != .text {
            try Data("{\"a\": 0}".utf8).write(to: folder.appending(path: "vocab.json"))
            #expect(try error("merges.txt").message.contains("merges.txt is \(name)"))
        }
        try Data("a b".utf8).write(to: folder.appending(path: "merges.txt"))
        #expect(try error("vocab.json").message.contains("vocab.json is \(name)"))
        #expect(try error("tokenizer_config.json").message.contains("tokenizer_config.json is \(name)"))
    }

    @Test func directoriesWithoutATokenizer() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = #expect(throws: MusicError.self) { try Tokenizer(directory: folder) }
        #expect(missing?.message.contains("no tokenizer in") == true)

        try Data("{]".utf8).write(to: folder.appending(path: "tokenizer_config.json"))
        let damaged = #expect(throws: MusicError.self) { try Tokenizer(directory: folder) }
        #expect(damaged?.message.contains("tokenizer_config.json") == true)

        // A class that makes something else of a vocabulary and merges.
        for name in ["vocab.json", "merges.txt"] {
            try Fixtures.data("older-files/\(name)").write(to: folder.appending(path: name))
        }
        try Data(#"{"tokenizer_class": "CLIPTokenizer"}"#.utf8).write(
            to: folder.appending(path: "tokenizer_config.json"))
        let other = #expect(throws: MusicError.self) { try Tokenizer(directory: folder) }
        #expect(other?.message.contains("CLIPTokenizer") == true)
        try Data(#"{"tokenizer_class": "GPT2Tokenizer"}"#.utf8).write(
            to: folder.appending(path: "tokenizer_config.json"))
        #expect(try Tokenizer(directory: folder).encode("a").count == 1)
    }

    @Test func plainTextHasNoAddedTokens() throws {
        let tokenizer = try Tokenizer(directory: Fixtures.directory("qwen-embedding"))
        let markers = (0..<Int32(tokenizer.tokenBound)).compactMap { tokenizer.addedToken($0)?.content }
        for line in try Fixtures.corpus() {
            let plain = tokenizer.encodePlainly(line)
            #expect(plain.allSatisfy { tokenizer.addedToken($0) == nil })
            guard !markers.contains(where: line.contains) else { continue }
            #expect(plain == tokenizer.encode(line, addSpecialTokens: false))
        }
        #expect(tokenizer.encodePlainly("").isEmpty)
        let spelled = tokenizer.encodePlainly("<|im_start|>")
        #expect(spelled.count > 1 && tokenizer.decode(spelled) == "<|im_start|>")
        #expect(tokenizer.encode("<|im_start|>", addSpecialTokens: false).count == 1)
    }

    @Test func bytesOfTokens() throws {
        let tokenizer = try Tokenizer(directory: Fixtures.directory("qwen-embedding"))
        for text in ["a calm piano\n", "\u{4E2D}\u{1F3B9} \u{E9}", "<|im_start|>x"] {
            let bytes = tokenizer.encode(text, addSpecialTokens: false).flatMap { tokenizer.bytes(of: $0) ?? [] }
            #expect(bytes == Array(text.utf8))
        }
        #expect(tokenizer.bytes(of: -1) == nil && tokenizer.bytes(of: Int32(tokenizer.tokenBound)) == nil)
    }
}
