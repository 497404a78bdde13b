import StreamingJSON

/// The tokens that a model expects around every text.
struct PostProcessor: Sendable {
    private enum Piece: Sendable {
        case text
        case tokens([Int32])
    }

    private var pieces: [Piece] = [.text]
    private var isDecided = false

    /// How many tokens come in addition to a text's own.
    private(set) var addedCount = 0

    /// Nothing around the text.
    init() {}

    /// Some tokens before and after the text.
    init(prefix: [Int32], suffix: [Int32]) {
        pieces = [.tokens(prefix), .text, .tokens(suffix)]
        addedCount = prefix.count + suffix.count
    }

    /// Reads the entry `post_processor` of `tokenizer.json`.
    init(_ json: JSONNode) throws {
        if json != .null { try add(json) }
    }

    private mutating func add(_ json: JSONNode) throws {
        let type = json["type"]?.string
        switch type {
        case "ByteLevel": break  // concerns the positions of tokens, not the tokens
        case "Sequence": for part in json["processors"]?.array ?? [] { try add(part) }
        case "TemplateProcessing": try set(try Self.template(json))
        case "BertProcessing", "RobertaProcessing":
            try set([.tokens([try Self.token(json["cls"])]), .text, .tokens([try Self.token(json["sep"])])])
        default: throw TokenizerFault.unsupported("post_processor", type)
        }
    }

    private mutating func set(_ pieces: [Piece]) throws {
        guard !isDecided else { throw TokenizerFault("its post_processor adds tokens twice") }
        isDecided = true
        self.pieces = pieces
        addedCount = pieces.reduce(0) { count, piece in
            if case .tokens(let tokens) = piece { count + tokens.count } else { count }
        }
    }

    private static func template(_ json: JSONNode) throws -> [Piece] {
        try (json["single"]?.array ?? []).map { piece in
            if let sequence = piece["Sequence"] {
                guard sequence["id"]?.string == "A" else {
                    throw TokenizerFault("its template for one text refers to a second text")
                }
                return .text
            }
            guard let name = piece["SpecialToken"]?["id"]?.string,
                let ids = json["special_tokens"]?[name]?["ids"]?.array
            else {
                throw TokenizerFault("its template refers to a token that it doesn't describe")
            }
            return .tokens(try ids.map { try number($0) })
        }
    }

    /// A pair of a text and a number.
    private static func token(_ json: JSONNode?) throws -> Int32 {
        guard let pair = json?.array, pair.count == 2 else {
            throw TokenizerFault("its post_processor describes no token where one belongs")
        }
        return try number(pair[1])
    }

    private static func number(_ json: JSONNode) throws -> Int32 {
        guard let number = json.int.flatMap(Int32.init(exactly:)), number >= 0 else {
            throw TokenizerFault("its post_processor has something else than a number for a token")
        }
        return number
    }

    /// The text's tokens with those that come around them.
    func apply(_ tokens: [Int32]) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(tokens.count + addedCount)
        for piece in pieces {
            switch piece {
            case .text: result += tokens
            case .tokens(let added): result += added
            }
        }
        return result
    }
}
