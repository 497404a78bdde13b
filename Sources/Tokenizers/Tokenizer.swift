import Foundation
import MusicCore
import StreamingJSON

/// A byte-level byte-pair tokenizer, read from the files that the Hugging Face libraries write.
///
/// For Qwen2 and Qwen3 it gives the tokens that those libraries give.
///
/// ```swift
/// let tokenizer = try Tokenizer(directory: model.appending(path: "tokenizer"))
/// let tokens = tokenizer.encode("# Instruction\n", maxLength: 256)
/// ```
public struct Tokenizer: Sendable {
    /// What the files say beside the tokenizer itself.
    public let configuration: TokenizerConfiguration

    private let parts: TokenizerParts

    /// Reads `tokenizer.json`, or else `vocab.json` with `merges.txt`, and `tokenizer_config.json`, which completes
    /// either.
    ///
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if there is no tokenizer, if its files are damaged, or if
    ///   they ask for a component that isn't supported, which the error names.
    public init(directory: URL) throws {
        configuration = try TokenizerConfiguration(directory: directory)
        parts = try TokenizerFiles.read(directory, configuration)
    }

    /// Reads a tokenizer from the text of a `tokenizer.json`; `name` is how errors call it.
    public init(
        tokenizerJSON data: Data, configuration: TokenizerConfiguration = .init(), name: String = "tokenizer.json"
    ) throws {
        self.configuration = configuration
        let file = URL(filePath: name)
        do {
            var parts = try TokenizerFileReader.read(data)
            try TokenizerFiles.complete(&parts, configuration, file)
            self.parts = parts
        } catch let fault as TokenizerFault {
            throw fault.error(in: file)
        } catch let fault as JSONFault {
            throw TokenizerFault(fault).error(in: file)
        }
    }

    // MARK: Encoding

    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: any text; special tokens that it spells out become those tokens.
    ///   - addSpecialTokens: with the tokens that the model expects around a text, such as one at its end.
    ///   - maxLength: the most tokens to return, 1 or more. A longer text loses tokens of its own, at the end unless
    ///     the configuration says otherwise; those around it stay.
    public func encode(_ text: String, addSpecialTokens: Bool = true, maxLength: Int? = nil) -> [Int32] {
        let added = addSpecialTokens ? parts.postProcessor.addedCount : 0
        let limit = maxLength.map { max(0, $0 - added) }
        let tokens = ownTokens(text, limit: limit)
        return addSpecialTokens ? parts.postProcessor.apply(tokens) : tokens
    }

    /// The tokens of a text in which no added token is looked for.
    ///
    /// A text from outside that spells out `<|im_end|>` stays the characters that it is and ends nothing. Texts without
    /// added tokens give what ``encode(_:addSpecialTokens:maxLength:)`` gives without the tokens around them.
    public func encodePlainly(_ text: String) -> [Int32] {
        var tokens: [Int32] = []
        var workspace = BytePairEncoder.Workspace()
        var piece: [UInt8] = []
        let scalars = parts.addedVocabulary.normalize(text.scalarValues)
        guard !scalars.isEmpty else { return [] }
        parts.preTokenizer.forEachPiece(of: scalars) { scalars in
            piece.removeAll(keepingCapacity: true)
            for scalar in scalars { Self.appendUTF8(scalar, to: &piece) }
            parts.encoder.encode(piece, to: &tokens, &workspace)
            return true
        }
        return tokens
    }

    private func ownTokens(_ text: String, limit: Int?) -> [Int32] {
        let cutsEnd = configuration.truncationSide == .right
        var tokens: [Int32] = []
        var workspace = BytePairEncoder.Workspace()
        var piece: [UInt8] = []
        func isFull() -> Bool {
            guard let limit else { return false }
            return cutsEnd && tokens.count >= limit
        }
        parts.addedVocabulary.forEachPart(of: text.scalarValues) { part in
            switch part {
            case .token(let token): tokens.append(token)
            case .text(let scalars):
                parts.preTokenizer.forEachPiece(of: scalars) { scalars in
                    piece.removeAll(keepingCapacity: true)
                    for scalar in scalars { Self.appendUTF8(scalar, to: &piece) }
                    parts.encoder.encode(piece, to: &tokens, &workspace)
                    return !isFull()
                }
            }
            return !isFull()
        }
        guard let limit, tokens.count > limit else { return tokens }
        return Array(cutsEnd ? tokens.prefix(limit) : tokens.suffix(limit))
    }

    private static func appendUTF8(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case ..<0x80: bytes.append(UInt8(scalar))
        case ..<0x800:
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x10000:
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | scalar >> 18))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// The tokens of several texts, each encoded by itself and then padded to one length.
    ///
    /// - Parameters:
    ///   - texts: one text per row.
    ///   - addSpecialTokens: see ``encode(_:addSpecialTokens:maxLength:)``.
    ///   - maxLength: see ``encode(_:addSpecialTokens:maxLength:)``.
    ///   - padding: to which length to pad.
    ///   - paddingSide: where padding goes; `nil` for what the configuration says.
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if padding is needed and the tokenizer has no token for
    ///   it.
    public func encodeBatch(
        _ texts: [String], addSpecialTokens: Bool = true, maxLength: Int? = nil, padding: TokenBatch.Padding = .longest,
        paddingSide: TokenizerConfiguration.Side? = nil
    ) throws -> TokenBatch {
        let rows = texts.map { encode($0, addSpecialTokens: addSpecialTokens, maxLength: maxLength) }
        return try TokenBatch(
            rows, padding: padding, side: paddingSide ?? configuration.paddingSide, padToken: padTokenID)
    }

    // MARK: Decoding

    /// The text of some tokens.
    ///
    /// Numbers that are no token are passed over; bytes that are no UTF-8 become U+FFFD.
    ///
    /// - Parameters:
    ///   - tokens: the tokens.
    ///   - skipSpecialTokens: without tokens that are no text, such as one at the end.
    public func decode(_ tokens: [Int32], skipSpecialTokens: Bool = false) -> String {
        if decoder == .byteLevel {
            var bytes: [UInt8] = []
            for token in tokens {
                if let piece = piece(token, skippingSpecialTokens: skipSpecialTokens) { bytes += piece.bytes }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        var stream = stream(skipSpecialTokens: skipSpecialTokens)
        var text = ""
        for token in tokens { text += stream.append(token) }
        return text + stream.finish()
    }

    /// Decodes tokens one by one as they come.
    public func stream(skipSpecialTokens: Bool = false) -> TokenStream {
        TokenStream(self, skipsSpecialTokens: skipSpecialTokens)
    }

    var decoder: TokenDecoder { parts.decoder }

    /// The bytes of a token, and whether it is one that stands for a single byte.
    func piece(_ token: Int32, skippingSpecialTokens: Bool) -> (bytes: [UInt8], isByte: Bool)? {
        if let text = parts.addedVocabulary.text(of: token) {
            if skippingSpecialTokens, parts.addedVocabulary.isSpecial(text) { return nil }
            return Array(text.utf8).withUnsafeBufferPointer { piece($0) }
        }
        return parts.encoder.vocabulary.withText(of: token) { text in
            if skippingSpecialTokens, parts.addedVocabulary.isSpecial(String(decoding: text, as: UTF8.self)) {
                return nil
            }
            return piece(text)
        } ?? nil
    }

    private func piece(_ text: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], isByte: Bool) {
        switch decoder {
        case .byteLevel:
            var bytes: [UInt8] = []
            ByteAlphabet.appendBytes(of: text, to: &bytes)
            return (bytes, false)
        case .byteFallback:
            // Such as <0x0A>.
            if text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">"),
                let byte = UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
            {
                return ([byte], true)
            }
            return (Array(text), false)
        case .words: return (Array(text), false)
        }
    }

    // MARK: Vocabulary

    /// The number of a token, by its text as the vocabulary has it.
    public func tokenID(_ token: String) -> Int32? {
        parts.addedVocabulary.token(token) ?? parts.encoder.vocabulary.token(token)
    }

    /// The text of a token as the vocabulary has it, where printable characters may stand for bytes.
    public func token(_ id: Int32) -> String? {
        parts.addedVocabulary[id]?.content ?? parts.encoder.vocabulary.text(of: id)
    }

    /// The bytes of text that a token stands for, which need not be whole characters; `nil` if there is no such token.
    public func bytes(of id: Int32) -> [UInt8]? { piece(id, skippingSpecialTokens: false)?.bytes }

    /// The token with its flags, if it was added to the trained vocabulary.
    public func addedToken(_ id: Int32) -> AddedToken? { parts.addedVocabulary[id] }

    /// Number of tokens, with those that were added to the trained vocabulary.
    public var vocabularySize: Int {
        parts.encoder.vocabulary.count + parts.addedVocabulary.count(beyond: parts.encoder.vocabulary)
    }

    /// One more than the largest token: how many rows an embedding needs at least.
    public var tokenBound: Int { max(parts.encoder.vocabulary.tokenBound, parts.addedVocabulary.tokenBound) }

    /// The token that fills the shorter sequences of a batch.
    public var padTokenID: Int32? {
        configuration.padToken.flatMap(tokenID) ?? parts.padToken ?? tokenID("<|endoftext|>") ?? eosTokenID
    }

    /// The token that ends a text.
    public var eosTokenID: Int32? { configuration.eosToken.flatMap(tokenID) }

    /// The token that starts a text.
    public var bosTokenID: Int32? { configuration.bosToken.flatMap(tokenID) }

    /// How many tokens come around a text.
    public var addedTokenCount: Int { parts.postProcessor.addedCount }
}
