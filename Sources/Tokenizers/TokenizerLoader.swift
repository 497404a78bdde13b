import Foundation
import MusicCore

/// The parts of a tokenizer, as its files describe them.
struct TokenizerParts: Sendable {
    var normalizer = Normalizer.none
    var preTokenizer: PreTokenizer
    var encoder: BytePairEncoder
    var addedVocabulary: AddedVocabulary
    var postProcessor = PostProcessor()
    var decoder = TokenDecoder.byteLevel
    /// The token that fills the shorter sequences of a batch, if the tokenizer's own file names one.
    var padToken: Int32?
}

/// Reads `tokenizer.json`.
struct TokenizerFileReader {
    private var vocabulary = Vocabulary()
    private var merges = PairTable()
    private var options = BytePairEncoder.Options()
    private var addedTokens: [AddedToken] = []
    private var sections: [String: JSONValue] = [:]

    /// Reads the parts from the text of the file.
    static func read(_ data: Data) throws -> TokenizerParts {
        try data.withUnsafeBytes { bytes in
            var file = TokenizerFileReader()
            var reader = JSONReader(bytes)
            var hasModel = false
            try reader.object { reader, key in
                switch String(decoding: key, as: UTF8.self) {
                case "added_tokens":
                    try reader.array { file.addedTokens.append(try AddedToken.readNumbered(&$0).token) }
                case "model":
                    hasModel = true
                    try file.readModel(&reader, bytes)
                case let name: file.sections[name] = try reader.value()
                }
            }
            try reader.end()
            guard hasModel else { throw TokenizerFault("it has no model") }
            return try file.parts()
        }
    }

    private func section(_ name: String) -> JSONValue { sections[name] ?? .null }

    private consuming func parts() throws -> TokenizerParts {
        let normalizer = try Normalizer(section("normalizer"))
        let preTokenizer = try PreTokenizer(section("pre_tokenizer"))
        var added = AddedVocabulary(normalizer: normalizer)
        try added.add(addedTokens, model: vocabulary)
        return TokenizerParts(
            normalizer: normalizer, preTokenizer: preTokenizer,
            encoder: try BytePairEncoder(
                vocabulary: vocabulary, merges: merges, options: options, isByteLevel: preTokenizer.isByteLevel),
            addedVocabulary: added, postProcessor: try PostProcessor(section("post_processor")),
            decoder: try TokenDecoder(section("decoder")),
            padToken: section("padding")["pad_id"]?.int.flatMap(Int32.init(exactly:)))
    }

    // MARK: Model

    private mutating func readModel(_ reader: inout JSONReader, _ bytes: UnsafeRawBufferPointer) throws {
        var hasVocabulary = false
        var mergesPosition: Int?
        var hasMerges = false
        var fields: [String: JSONValue] = [:]
        try reader.object { reader, key in
            switch String(decoding: key, as: UTF8.self) {
            case "vocab":
                guard try reader.peek() == UInt8(ascii: "{") else { throw reader.fault("a vocabulary of a BPE model") }
                try readVocabulary(&reader)
                hasVocabulary = true
            case "merges" where hasVocabulary:
                try readMerges(&reader)
                hasMerges = true
            case "merges":
                // Merges can be understood only once the vocabulary is known.
                mergesPosition = reader.position
                try reader.skip()
            case let name: fields[name] = try reader.value()
            }
        }
        if let type = fields["type"], type.string != "BPE" { throw TokenizerFault.unsupported("model", type.string) }
        if let mergesPosition, hasVocabulary {
            var second = JSONReader(bytes, at: mergesPosition)
            try readMerges(&second)
            hasMerges = true
        }
        guard hasVocabulary, hasMerges else { throw TokenizerFault("its model lacks a vocabulary or merges") }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let text = fields[name]?.string, !text.isEmpty { throw TokenizerFault.unsupported(name, text) }
        }
        if let dropout = fields["dropout"]?.number, dropout > 0 {
            throw TokenizerFault("its model drops merges at random, which is meant for training")
        }
        options.unknownToken = fields["unk_token"]?.string
        options.fusesUnknown = fields["fuse_unk"]?.bool ?? false
        options.byteFallback = fields["byte_fallback"]?.bool ?? false
        options.ignoresMerges = fields["ignore_merges"]?.bool ?? false
    }

    private mutating func readVocabulary(_ reader: inout JSONReader) throws {
        vocabulary = Vocabulary(capacity: 1 << 17)
        try reader.object { reader, text in
            // Both happen before another string is read, which could move the text.
            let token = try reader.tokenID()
            try vocabulary.insert(text, token: token)
        }
    }

    private mutating func readMerges(_ reader: inout JSONReader) throws {
        var builder = MergeBuilder(vocabulary)
        try reader.array { reader in
            if try reader.peek() == UInt8(ascii: "[") {
                var halves = 0
                try reader.array { reader in
                    try reader.string { _, text in builder.addHalf(text) }
                    halves += 1
                }
                guard halves == 2 else { throw reader.fault("a pair of tokens") }
                try builder.finishMerge()
            } else {
                try reader.string { _, text in try builder.add(text) }
            }
        }
        merges = builder.merges
    }
}

/// Collects merges in the order in which they were learnt.
struct MergeBuilder {
    private let vocabulary: Vocabulary
    private(set) var merges: PairTable
    private var rank: UInt32 = 0
    private var joined: [UInt8] = []
    private var middle = 0

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        merges = PairTable(capacity: vocabulary.count)
    }

    /// Adds a merge that is written as two tokens with a space between; a line with a version is passed over.
    mutating func add(_ line: UnsafeRawBufferPointer) throws {
        if line.starts(with: "#version".utf8) { return }
        guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
            throw TokenizerFault("its merge \(rank + 1) isn't a pair of tokens")
        }
        addHalf(UnsafeRawBufferPointer(rebasing: line[..<space]))
        addHalf(UnsafeRawBufferPointer(rebasing: line[(space + 1)...]))
        try finishMerge()
    }

    /// Adds the first, then the second token of a merge.
    mutating func addHalf(_ text: UnsafeRawBufferPointer) {
        middle = joined.count
        joined.append(contentsOf: text)
    }

    /// Completes a merge of two halves.
    mutating func finishMerge() throws {
        try joined.withUnsafeBytes { joined in
            let first = vocabulary.token(UnsafeRawBufferPointer(rebasing: joined[..<middle]))
            let second = vocabulary.token(UnsafeRawBufferPointer(rebasing: joined[middle...]))
            guard let first, let second, let result = vocabulary.token(joined) else {
                throw TokenizerFault("its vocabulary lacks a token of merge \(rank + 1)")
            }
            merges.insert(UInt32(first), UInt32(second), UInt64(rank) << 32 | UInt64(result))
        }
        rank += 1
        joined.removeAll(keepingCapacity: true)
    }
}

/// Reads the older pair of files, `vocab.json` and `merges.txt`, of which the class in `tokenizer_config.json` makes a
/// tokenizer.
enum VocabularyFileReader {
    static func read(vocabulary: URL, merges: URL, _ configuration: TokenizerConfiguration) throws -> TokenizerParts {
        let texts = try TokenizerFiles.reading(vocabulary) { data in
            try data.withUnsafeBytes { bytes in
                var texts = Vocabulary(capacity: 1 << 17)
                var reader = JSONReader(bytes)
                try reader.object { reader, text in try texts.insert(text, token: try reader.tokenID()) }
                try reader.end()
                return texts
            }
        }
        let pairs = try TokenizerFiles.reading(merges) { data in
            try data.withUnsafeBytes { bytes in
                var builder = MergeBuilder(texts)
                for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
                    try builder.add(UnsafeRawBufferPointer(rebasing: line))
                }
                return builder.merges
            }
        }
        return try TokenizerFiles.reading(vocabulary) { _ in
            let (normalizer, pattern) = try pipeline(configuration.tokenizerClass)
            let preTokenizer = try PreTokenizer(byteLevelPattern: pattern)
            return TokenizerParts(
                normalizer: normalizer, preTokenizer: preTokenizer,
                encoder: try BytePairEncoder(
                    vocabulary: texts, merges: pairs, options: .init(), isByteLevel: true),
                addedVocabulary: AddedVocabulary(normalizer: normalizer))
        }
    }

    /// What a class does to text before byte-pair encoding.
    private static func pipeline(_ name: String?) throws -> (Normalizer, String) {
        switch name {
        case nil, "Qwen2Tokenizer", "Qwen2TokenizerFast":
            return (.canonicalComposition, PreTokenizer.qwen2Pattern)
        case "GPT2Tokenizer", "GPT2TokenizerFast": return (.none, PreTokenizer.gpt2Pattern)
        case let name: throw TokenizerFault.unsupported("tokenizer_class", name)
        }
    }

    /// The tokens around a text, once all special tokens have their numbers.
    static func postProcessor(_ configuration: TokenizerConfiguration, _ token: (String) -> Int32?) -> PostProcessor {
        let start = configuration.addsBosToken ? configuration.bosToken.flatMap(token) : nil
        let end = configuration.addsEosToken ? configuration.eosToken.flatMap(token) : nil
        return PostProcessor(prefix: start.map { [$0] } ?? [], suffix: end.map { [$0] } ?? [])
    }
}

/// The files of a tokenizer in a directory.
enum TokenizerFiles {
    /// Reads whichever files the directory has.
    static func read(_ directory: URL, _ configuration: TokenizerConfiguration) throws -> TokenizerParts {
        let file = directory.appending(path: "tokenizer.json")
        let vocabulary = directory.appending(path: "vocab.json")
        let merges = directory.appending(path: "merges.txt")
        if exists(file) {
            var parts = try reading(file) { try TokenizerFileReader.read($0) }
            try complete(&parts, configuration, file)
            return parts
        }
        if exists(vocabulary), exists(merges) {
            var parts = try VocabularyFileReader.read(vocabulary: vocabulary, merges: merges, configuration)
            try complete(&parts, configuration, vocabulary)
            let (added, model) = (parts.addedVocabulary, parts.encoder.vocabulary)
            parts.postProcessor = VocabularyFileReader.postProcessor(configuration) {
                added.token($0) ?? model.token($0)
            }
            return parts
        }
        throw MusicError(
            .invalidCheckpoint,
            "no tokenizer in \(directory.path(percentEncoded: false)): it has neither tokenizer.json nor vocab.json "
                + "with merges.txt", advice: "download the model again; all its files are needed")
    }

    /// Adds the tokens of the configuration to those of the tokenizer's own file.
    static func complete(_ parts: inout TokenizerParts, _ configuration: TokenizerConfiguration, _ file: URL) throws {
        do {
            let model = parts.encoder.vocabulary
            let named = Set(configuration.namedTokens.map { Data($0.utf8) })
            let listed = configuration.addedTokens.map { token in
                var token = token
                token.isSpecial = token.isSpecial || named.contains(Data(token.content.utf8))
                return token
            }
            if !listed.isEmpty { try parts.addedVocabulary.add(listed, model: model) }
            let missing = configuration.specialTokens.compactMap { token -> AddedToken? in
                guard let number = parts.addedVocabulary.token(token.content) else { return token }
                guard var known = parts.addedVocabulary[number], !known.isSpecial,
                    named.contains(Data(token.content.utf8))
                else { return nil }
                known.isSpecial = true
                return known
            }
            if !missing.isEmpty { try parts.addedVocabulary.add(missing, model: model) }
            parts.addedVocabulary.ignoresSpecialTokens = configuration.splitsSpecialTokens
        } catch let fault as TokenizerFault {
            throw fault.error(in: file)
        }
    }

    /// Passes the content of a file to `body` and names the file in errors.
    static func reading<Result>(_ file: URL, _ body: (Data) throws -> Result) throws -> Result {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw TokenizerFault(error.localizedDescription, advice: "check that the file may be read").error(in: file)
        }
        do {
            return try body(data)
        } catch let fault as TokenizerFault {
            throw fault.error(in: file)
        }
    }

    private static func exists(_ file: URL) -> Bool {
        FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
    }
}
