import Foundation
import MusicCore
import StreamingJSON

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
        if try SystemFile.exists(file) {
            var parts = try reading(file) { try TokenizerFileReader.read($0) }
            try complete(&parts, configuration, file)
            return parts
        }
        if try SystemFile.exists(vocabulary), try SystemFile.exists(merges) {
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
            func isNamed(_ token: AddedToken) -> Bool {
                configuration.namedTokens.contains { $0.utf8.elementsEqual(token.content.utf8) }
            }
            let listed = configuration.addedTokens.map { token in
                var token = token
                if !token.isSpecial { token.isSpecial = isNamed(token) }
                return token
            }
            if !listed.isEmpty { try parts.addedVocabulary.add(listed, model: model) }
            let missing = configuration.specialTokens.compactMap { token -> AddedToken? in
                guard let number = parts.addedVocabulary.token(token.content) else { return token }
                guard var known = parts.addedVocabulary[number], !known.isSpecial,
                    isNamed(token)
                else { return nil }
                known.isSpecial = true
                return known
            }
            if !missing.isEmpty { try parts.addedVocabulary.add(missing, model: model) }
            parts.addedVocabulary.ignoresSpecialTokens = configuration.splitsSpecialTokens
        } catch let fault as TokenizerFault {
            throw fault.error(in: file)
        } catch let fault as JSONFault {
            throw TokenizerFault(fault).error(in: file)
        }
    }

    /// Passes the content of a file to `body` and names the file in errors.
    static func reading<Result>(_ file: URL, _ body: (Data) throws -> Result) throws -> Result {
        let data: Data
        do {
            data = try SystemFile.contents(of: file)
        } catch {
            throw error.error(.invalidCheckpoint, advice: "copy or download the model again")
        }
        do {
            return try body(data)
        } catch let fault as TokenizerFault {
            throw fault.error(in: file)
        } catch let fault as JSONFault {
            throw TokenizerFault(fault).error(in: file)
        }
    }
}
