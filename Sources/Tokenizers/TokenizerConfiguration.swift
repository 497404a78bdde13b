import Foundation
import MusicCore
import StreamingJSON

/// What `tokenizer_config.json` says beside the tokenizer itself.
///
/// Files of `transformers` say the same things in several places; a directory is read as `transformers` 5 reads it.
public struct TokenizerConfiguration: Sendable, Equatable {
    /// Which end of a sequence something concerns.
    public enum Side: String, Sendable {
        case left, right
    }

    /// The name of the class that wrote the files, such as `Qwen2Tokenizer`.
    public var tokenizerClass: String?
    /// The token that fills the shorter sequences of a batch.
    public var padToken: String?
    /// The token that ends a text.
    public var eosToken: String?
    /// The token that starts a text.
    public var bosToken: String?
    /// The token for what the vocabulary lacks.
    public var unkToken: String?
    /// The longest sequence that the model was made for; `nil` if the file sets no limit.
    public var modelMaxLength: Int?
    /// Where padding goes.
    public var paddingSide: Side = .right
    /// Which end of a text is cut off when it is too long.
    public var truncationSide: Side = .right
    /// The template, in the language Jinja, that turns a conversation into text.
    public var chatTemplate: String?
    /// Special tokens in a text are text like any other.
    public var splitsSpecialTokens = false

    /// Tokens that the files list with all their flags.
    var addedTokens: [AddedToken] = []
    /// Tokens that the files call special without listing them; those with a role come first.
    var specialTokens: [AddedToken] = []
    /// The special tokens that have a role, such as ending a text.
    var namedTokens: [String] = []
    /// A start and an end token around each text; only for tokenizers without `tokenizer.json`.
    var addsBosToken = false
    var addsEosToken = false

    /// A configuration that says nothing.
    public init() {}

    /// Reads `tokenizer_config.json` and the files that complete it.
    ///
    /// Those are `special_tokens_map.json`, `added_tokens.json` and `chat_template.jinja`. Missing files say nothing.
    ///
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if a file isn't what its name says, or what `SystemFault`
    ///   makes of one that can't be read.
    public init(directory: URL) throws {
        let file = directory.appending(path: "tokenizer_config.json")
        var addedTokens: [(Int32, AddedToken)] = []
        var config: [String: JSONNode] = [:]
        try Self.read(file) { reader in
            try reader.object { reader, key in
                let key = String(decoding: key, as: UTF8.self)
                if key == "added_tokens_decoder" {
                    addedTokens = try Self.readAddedTokens(&reader)
                } else {
                    config[key] = try reader.value()
                }
            }
        }
        if addedTokens.isEmpty { try Self.readOlderFiles(directory, &config, &addedTokens) }
        apply(config)
        self.addedTokens = addedTokens.sorted { $0.0 < $1.0 }.map(\.1)
        let templateFile = directory.appending(path: "chat_template.jinja")
        if try SystemFile.exists(templateFile) {
            let template = try TokenizerFiles.reading(templateFile) { $0 }
            if let content = FileContent(template), content.kind == .pointer || content.kind == .page {
                throw content.error(
                    .invalidCheckpoint, templateFile.path(percentEncoded: false), wanted: "a template")
            }
            chatTemplate = String(decoding: template, as: UTF8.self)
        }
    }

    /// Passes a reader of a file to `body`, if the file exists.
    private static func read(_ file: URL, _ body: (inout JSONReader) throws -> Void) throws {
        guard try SystemFile.exists(file) else { return }
        try TokenizerFiles.reading(file) { data in
            try data.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                try body(&reader)
            }
        }
    }

    /// Tokens by number: `{"151643": {"content": "<|endoftext|>", ...}, ...}`.
    private static func readAddedTokens(_ reader: inout JSONReader) throws -> [(Int32, AddedToken)] {
        var result: [(Int32, AddedToken)] = []
        try reader.object { reader, key in
            guard let number = Int32(String(decoding: key, as: UTF8.self)) else {
                throw reader.fault("a token's number")
            }
            result.append((number, try AddedToken.readNumbered(&reader).token))
        }
        return result
    }

    /// Reads the files of older versions, which count only where `tokenizer_config.json` lists no added tokens.
    private static func readOlderFiles(
        _ directory: URL, _ config: inout [String: JSONNode], _ addedTokens: inout [(Int32, AddedToken)]
    ) throws {
        try read(directory.appending(path: "special_tokens_map.json")) { reader in
            guard case .object(let entries) = try reader.value() else { throw reader.fault("an object") }
            config.merge(entries) { _, new in new }
        }
        let special = Set(specialTokens(config).map { Data($0.content.utf8) })
        try read(directory.appending(path: "added_tokens.json")) { reader in
            try reader.object { reader, key in
                let content = String(decoding: key, as: UTF8.self)
                let isSpecial = special.contains(Data(content.utf8))
                addedTokens.append((try reader.tokenID(), AddedToken(content, isSpecial: isSpecial)))
            }
        }
    }

    private mutating func apply(_ config: [String: JSONNode]) {
        tokenizerClass = config["tokenizer_class"]?.string
        padToken = Self.content(config["pad_token"])
        eosToken = Self.content(config["eos_token"])
        bosToken = Self.content(config["bos_token"])
        unkToken = Self.content(config["unk_token"])
        // Files without a limit have a number that no sequence reaches, such as 10³⁰.
        modelMaxLength = config["model_max_length"]?.int.flatMap { $0 > 0 && $0 < 1 << 40 ? $0 : nil }
        paddingSide = config["padding_side"]?.string.flatMap(Side.init) ?? .right
        truncationSide = config["truncation_side"]?.string.flatMap(Side.init) ?? .right
        splitsSpecialTokens = config["split_special_tokens"]?.bool ?? false
        addsBosToken = config["add_bos_token"]?.bool ?? false
        addsEosToken = config["add_eos_token"]?.bool ?? false
        namedTokens = Self.names.compactMap { Self.content(config[$0]) }
        specialTokens = Self.specialTokens(config)
        switch config["chat_template"] {
        case .string(let template): chatTemplate = template
        case .array(let templates):
            chatTemplate = templates.first { $0["name"]?.string == "default" }?["template"]?.string
        default: chatTemplate = nil
        }
    }

    private static let names = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// The special tokens that have a name or stand in a list of further ones.
    private static func specialTokens(_ config: [String: JSONNode]) -> [AddedToken] {
        let further = [config["extra_special_tokens"], config["additional_special_tokens"]].compactMap { $0 }
        let lists = further.flatMap { list in
            if case .object(let entries) = list {
                entries.sorted { $0.key < $1.key }.map(\.value)
            } else {
                list.array ?? []
            }
        }
        return (names.compactMap { config[$0] } + lists).compactMap { value in
            guard let content = content(value), !content.isEmpty else { return nil }
            return AddedToken(
                content, singleWord: value["single_word"]?.bool ?? false, stripsLeft: value["lstrip"]?.bool ?? false,
                stripsRight: value["rstrip"]?.bool ?? false, isNormalized: value["normalized"]?.bool ?? false,
                isSpecial: true)
        }
    }

    /// The text of a token that is written as a string or as an object.
    private static func content(_ value: JSONNode?) -> String? {
        value?.string ?? value?["content"]?.string
    }
}

extension AddedToken {
    /// Reads an object of a list of added tokens, with the number if it has one.
    static func readNumbered(_ reader: inout JSONReader) throws -> (number: Int32?, token: AddedToken) {
        var token = AddedToken("", isNormalized: true)
        var number: Int32?
        try reader.object { reader, key in
            if key.isText("id") {
                number = try reader.tokenID()
            } else if key.isText("content") {
                token.content = try reader.string()
            } else if key.isText("single_word") {
                token.singleWord = try reader.bool()
            } else if key.isText("lstrip") {
                token.stripsLeft = try reader.bool()
            } else if key.isText("rstrip") {
                token.stripsRight = try reader.bool()
            } else if key.isText("normalized") {
                token.isNormalized = try reader.bool()
            } else if key.isText("special") {
                token.isSpecial = try reader.bool()
            } else {
                try reader.skip()
            }
        }
        return (number, token)
    }
}
