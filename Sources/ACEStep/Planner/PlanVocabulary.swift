import MusicCore
import Tokenizers

/// A planner's vocabulary as the grammar sees it: the tokens that structure a plan, the audio codes, and which tokens
/// may come where.
package final class PlanVocabulary: Sendable {
    package let tokenizer: Tokenizer
    /// One more than the largest token.
    package let count: Int
    /// `<|im_end|>`, which ends a turn.
    package let end: Int
    /// `<|endoftext|>`, or what else the tokenizer pads with; it ends a sequence too.
    package let padding: Int
    /// `<|im_start|>`, which begins a turn.
    package let turnStart: Int
    /// `<think>`, which begins a chain of thought.
    package let thinkStart: Int
    /// `</think>`, which ends it.
    package let thinkEnd: Int
    /// The line feed by itself.
    package let newline: Int
    /// The token of the grave accent by itself.
    package let backtick: Int?
    /// The tokens of the audio codes from 0 on, without those that no codebook entry belongs to.
    package let codeTokens: Range<Int>

    /// Forbids what can't be in a caption: added tokens, audio codes, the grave accent, and tokens that go on after
    /// a line feed.
    let captionMask: LogitMask
    /// Forbids what ``captionMask`` does and all tokens that don't begin with a space or a tab.
    let indentedMask: LogitMask
    /// Forbids added tokens, audio codes and line feeds that are more than the token ``newline``.
    let lineMask: LogitMask
    /// Forbids audio codes.
    let textMask: LogitMask

    private let properties: [Properties]

    /// What the grammar asks about a token.
    private struct Properties: OptionSet {
        let rawValue: UInt8
        /// Its first character is a space or a tab.
        static let isIndented = Properties(rawValue: 1)
        /// It has a line feed.
        static let hasNewline = Properties(rawValue: 2)
        /// It has line feeds elsewhere than at its end.
        static let continuesLine = Properties(rawValue: 4)
        /// It is white space alone.
        static let isBlank = Properties(rawValue: 8)
        /// It was added to the trained vocabulary, and is no part of any text.
        static let isAdded = Properties(rawValue: 16)
        /// It is an audio code, be it one of the codebook or beyond.
        static let isCode = Properties(rawValue: 32)
        /// There is no such token.
        static let isMissing = Properties(rawValue: 64)
    }

    /// Reads what it needs from a tokenizer; this looks at every token once.
    ///
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if the tokenizer isn't that of a planner: it has no audio
    ///   codes, or lacks one of the tokens that structure a plan.
    package init(_ tokenizer: Tokenizer) throws {
        func single(_ text: String) throws -> Int {
            guard let token = tokenizer.tokenID(text) else { throw Self.unsuitable("it has no token \(text)") }
            return Int(token)
        }
        self.tokenizer = tokenizer
        count = tokenizer.tokenBound
        end = try single("<|im_end|>")
        turnStart = try single("<|im_start|>")
        thinkStart = try single("<think>")
        thinkEnd = try single("</think>")
        guard let newline = tokenizer.encode("\n", addSpecialTokens: false).last else {
            throw Self.unsuitable("it has no token for a line feed")
        }
        self.newline = Int(newline)
        padding = tokenizer.tokenID("<|endoftext|>").map(Int.init) ?? tokenizer.padTokenID.map(Int.init) ?? end
        let accents = tokenizer.encodePlainly("`")
        backtick = accents.last.map(Int.init)

        var properties: [Properties] = []
        properties.reserveCapacity(count)
        var codes: [(number: Int, token: Int)] = []
        for token in 0..<count {
            let bytes = tokenizer.bytes(of: Int32(token))
            var found = Self.properties(of: bytes)
            if tokenizer.addedToken(Int32(token)) != nil { found.insert(.isAdded) }
            if let bytes, let number = Self.codeNumber(bytes) {
                found.insert(.isCode)
                if number < PlanValues.codeCount { codes.append((number, token)) }
            }
            properties.append(found)
        }
        self.properties = properties
        codeTokens = try Self.range(of: codes)

        let accent = backtick
        let noText: Properties = [.isAdded, .isCode, .isMissing]
        func isNoCaption(_ token: Int) -> Bool {
            token == accent || !properties[token].isDisjoint(with: noText.union(.continuesLine))
        }
        let lineFeed = Int(newline)
        captionMask = LogitMask(count: count, isForbidden: isNoCaption)
        indentedMask = LogitMask(count: count) { isNoCaption($0) || !properties[$0].contains(.isIndented) }
        lineMask = LogitMask(count: count) {
            !properties[$0].isDisjoint(with: noText) || (properties[$0].contains(.hasNewline) && $0 != lineFeed)
        }
        textMask = LogitMask(count: count) { !properties[$0].isDisjoint(with: [.isCode, .isMissing]) }
    }

    // MARK: Audio codes

    /// How many different audio codes there are.
    package var codeCount: Int { codeTokens.count }

    /// The audio code of a token; `nil` for every other token.
    package func code(of token: Int) -> Int? {
        codeTokens.contains(token) ? token - codeTokens.lowerBound : nil
    }

    /// The token of an audio code; `nil` if there is none.
    package func token(ofCode code: Int) -> Int? {
        (0..<codeCount).contains(code) ? codeTokens.lowerBound + code : nil
    }

    // MARK: Text

    /// Whether a token ends a sequence.
    package func isEnd(_ token: Int) -> Bool { token == end || token == padding }

    /// Whether the text of a token begins with a space or a tab.
    func isIndented(_ token: Int) -> Bool { has(.isIndented, token) }

    /// Whether the text of a token has a line feed.
    func hasNewline(_ token: Int) -> Bool { has(.hasNewline, token) }

    /// Whether the text of a token is white space alone.
    func isBlank(_ token: Int) -> Bool { has(.isBlank, token) }

    private func has(_ property: Properties, _ token: Int) -> Bool {
        (0..<count).contains(token) && properties[token].contains(property)
    }

    private static func properties(of bytes: [UInt8]?) -> Properties {
        guard let bytes else { return .isMissing }
        var found: Properties = []
        if bytes.first == UInt8(ascii: " ") || bytes.first == UInt8(ascii: "\t") { found.insert(.isIndented) }
        if bytes.contains(UInt8(ascii: "\n")) { found.insert(.hasNewline) }
        let body = bytes.reversed().drop { $0 == UInt8(ascii: "\n") }
        if body.contains(UInt8(ascii: "\n")) { found.insert(.continuesLine) }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.unicodeScalars.allSatisfy(\.isSpace) { found.insert(.isBlank) }
        return found
    }

    /// The number in `<|audio_code_123|>`.
    private static func codeNumber(_ text: [UInt8]) -> Int? {
        let before = AudioCodeText.opening.utf8
        let after = AudioCodeText.closing.utf8
        guard text.count > before.count + after.count, text.starts(with: before),
            text.suffix(after.count).elementsEqual(after)
        else { return nil }
        let digits = text.dropFirst(before.count).dropLast(after.count)
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func range(of codes: [(number: Int, token: Int)]) throws -> Range<Int> {
        let codes = codes.sorted { $0.number < $1.number }
        guard let first = codes.first else {
            throw unsuitable("it has no audio codes such as <|audio_code_0|>")
        }
        for (index, code) in codes.enumerated() where code.number != index || code.token != first.token + index {
            throw unsuitable("its audio codes aren't numbered one after the other from <|audio_code_0|> on")
        }
        return first.token..<first.token + codes.count
    }

    private static func unsuitable(_ reason: String) -> MusicError {
        MusicError(
            .invalidCheckpoint, "the tokenizer isn't that of a 5 Hz language model: \(reason)",
            advice: "use the tokenizer files that come with an acestep-5Hz-lm model")
    }
}
