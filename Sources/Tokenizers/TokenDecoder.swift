import StreamingJSON

/// How tokens become text again.
enum TokenDecoder: Sendable, Equatable {
    /// Tokens are written in ``ByteAlphabet``; their bytes together are UTF-8.
    case byteLevel
    /// Tokens are text; those such as `<0x0A>` are bytes.
    case byteFallback
    /// Tokens are words with a space between each two.
    case words

    /// Reads the entry `decoder` of `tokenizer.json`.
    init(_ json: JSONNode) throws {
        if json == .null {
            self = .words
            return
        }
        let type = json["type"]?.string
        switch type {
        case "ByteLevel": self = .byteLevel
        case "ByteFallback", "Fuse": self = .byteFallback
        case "Sequence":
            let parts = try (json["decoders"]?.array ?? []).map { try TokenDecoder($0) }
            guard let first = parts.first, parts.allSatisfy({ $0 == first }), first != .words,
                first != .byteLevel || parts.count == 1
            else {
                throw TokenizerFault("its decoder is a sequence that isn't supported")
            }
            self = first
        default: throw TokenizerFault.unsupported("decoder", type)
        }
    }
}

/// Turns tokens into text as they come.
///
/// The pieces of text together are what decoding all tokens at once gives: a character whose bytes are spread over
/// several tokens appears when it is complete.
public struct TokenStream: Sendable {
    private let tokenizer: Tokenizer
    private let skipsSpecialTokens: Bool
    /// The first bytes of a character that isn't complete.
    private var pending: [UInt8] = []
    /// No token has come yet.
    private var isFirst = true

    init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skipsSpecialTokens = skipsSpecialTokens
    }

    /// Takes the next token and returns the text that is complete with it, which may be empty.
    public mutating func append(_ token: Int32) -> String {
        guard let piece = tokenizer.piece(token, skippingSpecialTokens: skipsSpecialTokens) else { return "" }
        switch tokenizer.decoder {
        case .byteLevel:
            pending += piece.bytes
            return takeComplete()
        case .byteFallback:
            if piece.isByte {
                pending += piece.bytes
                return ""
            }
            return takeFallback() + String(decoding: piece.bytes, as: UTF8.self)
        case .words:
            defer { isFirst = false }
            return (isFirst ? "" : " ") + String(decoding: piece.bytes, as: UTF8.self)
        }
    }

    /// Returns what is left: U+FFFD for a character that never became complete.
    ///
    /// The stream can start anew after it.
    public mutating func finish() -> String {
        defer { isFirst = true }
        switch tokenizer.decoder {
        case .byteLevel:
            defer { pending = [] }
            return String(decoding: pending, as: UTF8.self)
        case .byteFallback: return takeFallback()
        case .words: return ""
        }
    }

    /// Bytes in a row are a text if they are UTF-8, and U+FFFD each otherwise.
    private mutating func takeFallback() -> String {
        defer { pending = [] }
        return String(validating: pending, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: pending.count)
    }

    /// Takes all bytes but those at the end that more bytes could complete.
    private mutating func takeComplete() -> String {
        let kept = Self.incompleteSuffix(pending)
        let text = String(decoding: pending.dropLast(kept), as: UTF8.self)
        pending.removeFirst(pending.count - kept)
        return text
    }

    /// How many bytes at the end start a character without ending it.
    static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            if lead & 0xC0 == 0x80 { continue }
            let needed = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 ? 2 : 1
            guard lead < 0xF5, length < needed else { return 0 }
            return isPossibleStart(bytes.suffix(length)) ? length : 0
        }
        return 0
    }

    /// Some second bytes never follow their first: they would write a character longer than needed, a surrogate or
    /// one beyond U+10FFFF.
    private static func isPossibleStart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let lead = bytes.first, let second = bytes.dropFirst().first else { return true }
        return switch lead {
        case 0xE0: second >= 0xA0
        case 0xED: second < 0xA0
        case 0xF0: second >= 0x90
        case 0xF4: second < 0x90
        default: true
        }
    }
}
