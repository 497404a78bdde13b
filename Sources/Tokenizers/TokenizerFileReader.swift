import Foundation
import StreamingJSON

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
    private var sections: [String: JSONNode] = [:]

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

    private func section(_ name: String) -> JSONNode { sections[name] ?? .null }

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
        var fields: [String: JSONNode] = [:]
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
