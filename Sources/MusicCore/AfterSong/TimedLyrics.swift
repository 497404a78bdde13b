import Foundation

/// When each line, word and token of a song's lyrics is sung.
public struct TimedLyrics: Sendable, Equatable {
    /// A text and when it is sung.
    public struct Span: Sendable, Equatable, Codable {
        public var text: String
        /// Seconds from the beginning of the song.
        public var start: Double
        /// Seconds; not before ``start``.
        public var end: Double

        public init(text: String, start: Double, end: Double) {
            self.text = text
            self.start = start
            self.end = end
        }
    }

    /// A line, which may be a section tag such as `[Verse]`.
    public struct Line: Sendable, Equatable, Codable {
        /// Without blanks at its ends.
        public var text: String
        /// Seconds, to the thousandth.
        public var start: Double
        public var end: Double
        public var words: [Span]

        public init(text: String, start: Double, end: Double, words: [Span]) {
            self.text = text
            self.start = start
            self.end = end
            self.words = words
        }

        /// Whether it says how the song goes on, and isn't sung.
        public var isTag: Bool { text.hasPrefix("[") && text.hasSuffix("]") }
    }

    public var lines: [Line]
    /// The tokens by which the lyrics were read; a text is empty where a character isn't complete yet.
    public var tokens: [Span]
    /// Length of the song in seconds.
    public var duration: Double

    public init(lines: [Line], tokens: [Span], duration: Double) {
        self.lines = lines
        self.tokens = tokens
        self.duration = duration
    }

    /// Lines and words of timed tokens.
    ///
    /// A line ends with the token whose text holds a line feed. Its text is that of all its tokens together, which
    /// single tokens can't tell where a character is several; blank lines are left out.
    ///
    /// - Parameters:
    ///   - tokens: in order.
    ///   - duration: of the song in seconds.
    ///   - text: the text of some of the tokens together, by their indices.
    public init(tokens: [Span], duration: Double, text: (Range<Int>) -> String) {
        var lines: [Line] = []
        var first = 0
        func close(_ end: Int) {
            defer { first = end }
            guard first < end else { return }
            let line = text(first..<end).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !line.isEmpty else { return }
            lines.append(
                Line(
                    text: line, start: Self.thousandths(tokens[first].start),
                    end: Self.thousandths(tokens[end - 1].end),
                    words: Self.words(first..<end, tokens, text)))
        }
        for (index, token) in tokens.enumerated() where token.text.contains("\n") { close(index + 1) }
        close(tokens.count)
        self.init(lines: lines, tokens: tokens, duration: duration)
    }

    /// The words of some tokens: a token that begins with a blank begins a word, as does each ideograph.
    private static func words(_ range: Range<Int>, _ tokens: [Span], _ text: (Range<Int>) -> String) -> [Span] {
        var words: [Span] = []
        var first = range.lowerBound
        func close(_ end: Int) {
            defer { first = end }
            guard first < end else { return }
            let word = text(first..<end).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !word.isEmpty else { return }
            words.append(Span(text: word, start: tokens[first].start, end: tokens[end - 1].end))
        }
        for index in range.dropFirst() {
            // A character that isn't complete goes on.
            if text(first..<index).hasSuffix("\u{FFFD}") { continue }
            let own = tokens[index].text
            if own.first?.isWhitespace ?? false || own.unicodeScalars.first.map(isIdeograph) ?? false {
                close(index)
            }
        }
        close(range.upperBound)
        return words
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value)
    }

    /// Rounded as Python's `round(value, 3)` rounds.
    static func thousandths(_ seconds: Double) -> Double { Double(String(format: "%.3f", seconds)) ?? seconds }
}

extension TimedLyrics: Codable {
    private enum CodingKeys: String, CodingKey {
        case text = "lrc_text"
        case lines = "sentence_timestamps"
        case tokens = "token_timestamps"
        case duration
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            lines: try values.decode([Line].self, forKey: .lines),
            tokens: try values.decode([Span].self, forKey: .tokens),
            duration: try values.decode(Double.self, forKey: .duration))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lrc, forKey: .text)
        try values.encode(lines, forKey: .lines)
        try values.encode(tokens, forKey: .tokens)
        try values.encode(duration, forKey: .duration)
    }
}
