import Foundation

/// Audio codes as text: `<|audio_code_123|><|audio_code_456|>`.
public enum AudioCodeText {
    /// What stands before the number of a code.
    package static let opening = "<|audio_code_"
    /// What stands behind it.
    package static let closing = "|>"

    /// Codes of the longest song, at five a second.
    public static let maximumCount = Int(RequestLimits.duration.upperBound) * 5

    /// Bytes of the longest text that is looked at: room for ``maximumCount`` codes with words between them.
    public static let maximumBytes = maximumCount * 64

    /// The codes in a text, in order; anything else in it is passed over.
    ///
    /// A text without any such code that consists of whole numbers with commas or blanks between is understood too.
    public static func codes(in text: String) -> [Int] { read(text).codes }

    /// The codes in a text, and how many in it are none.
    public static func read(_ text: String) -> AudioCodes {
        let spelled = spelled(in: text)
        guard spelled.codes.isEmpty, spelled.passedOver == 0 else { return spelled }
        var result = AudioCodes()
        for part in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: ",") || isBlank($0) }) {
            guard let number = wholeNumber(part) else { return AudioCodes() }
            if number >= 0 { result.codes.append(number) } else { result.passOver(String(Substring(part))) }
        }
        return result
    }

    /// The codes that a text spells out, in order; anything else in it is passed over.
    ///
    /// A number too large for an `Int` is `Int.max`.
    package static func spelledCodes(in text: String) -> [Int] { spelled(in: text).codes }

    /// The text of codes.
    public static func text(_ codes: some Sequence<Int>) -> String {
        codes.map { opening + String($0) + closing }.joined()
    }

    // MARK: Reading

    private static func spelled(in text: String) -> AudioCodes {
        var text = text
        return text.withUTF8 { bytes in
            var result = AudioCodes()
            let opening = Array(opening.utf8)
            let closing = Array(closing.utf8)
            var position = 0
            while position + opening.count <= bytes.count {
                guard bytes[position] == opening[0], bytes[position...].starts(with: opening) else {
                    position += 1
                    continue
                }
                let start = position + opening.count
                let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
                if end > start, bytes[end...].starts(with: closing) {
                    result.codes.append(wholeNumber(bytes[start..<end]) ?? .max)
                    position = end + closing.count
                } else {
                    // As much of it as shows what it is.
                    let rest = bytes[position...].prefix(48)
                    let shown = rest.firstIndex(of: UInt8(ascii: ">")).map { rest[...$0] } ?? rest
                    result.passOver(String(decoding: shown, as: UTF8.self))
                    position = start
                }
            }
            return result
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// A number in decimal digits, with or without a sign; `nil` for anything else.
    ///
    /// A number beyond the range of `Int` is that range's end.
    private static func wholeNumber(_ text: some Collection<UInt8>) -> Int? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text.dropFirst(isNegative || text.first == UInt8(ascii: "+") ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return Int(String(decoding: text, as: UTF8.self)) ?? (isNegative ? .min : .max)
    }
}

/// Audio codes that were read from a text.
public struct AudioCodes: Sendable, Equatable {
    /// The codes in order.
    public internal(set) var codes: [Int] = []
    /// How many were written like codes and are none: their numbers are negative, missing, or have other signs in them.
    public private(set) var passedOver = 0
    /// The first of those.
    public private(set) var example = ""

    /// - Parameter codes: all of them numbers from 0 on.
    public init(_ codes: [Int] = []) { self.codes = codes }

    mutating func passOver(_ text: String) {
        if passedOver == 0 { example = text }
        passedOver += 1
    }

    /// What the user should know of codes that were passed over; `nil` if there were none.
    public var notice: String? {
        guard passedOver > 0 else { return nil }
        return
            "\(passedOver) of \(codes.count + passedOver) audio codes \(passedOver == 1 ? "is" : "are") passed over, "
            + "such as '\(example)': a code is a whole number from 0 on"
    }

    /// Codes as a model with a number of them takes them: those beyond become its last, as in the reference.
    ///
    /// - Returns: the codes, and what the user should know of those that were beyond; `nil` if there were none.
    public static func limited(_ codes: [Int], toModelOf count: Int) -> (codes: [Int], notice: String?) {
        let beyond = codes.count { $0 >= count }
        guard beyond > 0 else { return (codes, nil) }
        let notice =
            "\(beyond) of \(codes.count) audio codes \(beyond == 1 ? "is" : "are") beyond this model's \(count), and "
            + "\(beyond == 1 ? "becomes" : "become") its last, \(count - 1): codes belong to the model that made them"
        return (codes.map { min($0, count - 1) }, notice)
    }

    /// The error of codes for more music than a song may have.
    static func tooMany(_ what: String) -> MusicError {
        let (count, seconds) = (AudioCodeText.maximumCount, Int(RequestLimits.duration.upperBound))
        return MusicError(
            .invalidRequest, what, advice: "give at most \(count) codes, which are \(seconds) seconds of music",
            field: "audio_codes", expected: "at most \(count) codes")
    }
}

extension AudioCodeText {
    /// Makes sure that a text is not too long to be looked at.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public static func checkLength(_ text: String) throws {
        guard text.utf8.count > maximumBytes else { return }
        throw AudioCodes.tooMany("The audio codes are \(text.utf8.count) bytes of text")
    }

    /// The codes that a user wants to have described; none for a blank text or the words for no input.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` if the text holds no codes, or too many.
    public static func toUnderstand(_ text: String) throws -> AudioCodes {
        try checkLength(text)
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty, trimmed != PlannerSampling.noInput else { return AudioCodes() }
        let read = read(trimmed)
        guard !read.codes.isEmpty else {
            throw MusicError(
                .invalidRequest, "The text holds no audio codes",
                advice: "give <|audio_code_123|>..., or whole numbers from 0 on with commas between")
        }
        guard read.codes.count <= maximumCount else {
            throw AudioCodes.tooMany("There are \(read.codes.count) audio codes")
        }
        return read
    }
}
