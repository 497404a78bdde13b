import Foundation

/// Audio codes as text: `<|audio_code_123|><|audio_code_456|>`.
public enum AudioCodeText {
    /// What stands before the number of a code.
    package static let opening = "<|audio_code_"
    /// What stands behind it.
    package static let closing = "|>"

    /// The codes in a text, in order; anything else in it is passed over.
    ///
    /// A text without any such code that consists of whole numbers with commas or blanks between is understood too.
    public static func codes(in text: String) -> [Int] {
        let codes = spelledCodes(in: text)
        if !codes.isEmpty { return codes }
        let parts = text.split { $0 == "," || $0.isWhitespace }
        let numbers = parts.compactMap { Int($0) }.filter { $0 >= 0 }
        return numbers.count == parts.count ? numbers : []
    }

    /// The codes that a text spells out, in order; anything else in it is passed over. A number too large for an `Int`
    /// is `Int.max`.
    package static func spelledCodes(in text: String) -> [Int] {
        var codes: [Int] = []
        var rest = text[...]
        while let start = rest.range(of: opening) {
            rest = rest[start.upperBound...]
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let after = rest.dropFirst(digits.count)
            guard !digits.isEmpty, after.hasPrefix(closing) else { continue }
            codes.append(Int(digits) ?? Int.max)
            rest = after.dropFirst(closing.count)
        }
        return codes
    }

    /// The text of codes.
    public static func text(_ codes: some Sequence<Int>) -> String {
        codes.map { opening + String($0) + closing }.joined()
    }
}

extension AudioCodeText {
    /// The codes that a user wants to have described; none for a blank text or the words for no input.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` if the text holds no codes.
    public static func toUnderstand(_ text: String) throws -> [Int] {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty, trimmed != PlannerSampling.noInput else { return [] }
        let codes = codes(in: trimmed)
        guard !codes.isEmpty else {
            throw MusicError(
                .invalidRequest, "The text holds no audio codes",
                advice: "give <|audio_code_123|>..., or numbers with commas between")
        }
        return codes
    }
}
