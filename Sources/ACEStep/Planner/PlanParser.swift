import MusicCore
import Tokenizers

/// What the planner wrote.
package struct PlanOutput: Sendable, Equatable {
    /// What its chain of thought says.
    package var metadata: PlanMetadata
    /// The text after the chain of thought; `nil` if there is none.
    package var lyrics: String?
    /// The numbers of its audio codes.
    package var codes: [Int]
}

/// Reads what the planner wrote.
package enum PlanParser {
    /// Reads text with tokens spelled out.
    package static func parse(_ text: String) -> PlanOutput {
        let codes = AudioCodeText.spelledCodes(in: text).filter { $0 != .max }
        return PlanOutput(metadata: metadata(text), lyrics: lyrics(text), codes: codes)
    }

    /// Reads tokens, those that end a sequence included or not.
    ///
    /// Tags and codes are those tokens alone: a text that spells one out is text.
    package static func parse(tokens: [Int], _ vocabulary: PlanVocabulary) -> PlanOutput {
        func text(_ tokens: ArraySlice<Int>) -> String {
            let words = tokens.filter { vocabulary.code(of: $0) == nil && !vocabulary.isEnd($0) }
            return vocabulary.tokenizer.decode(words.map { Int32($0) })
        }
        let isMarked = tokens.firstIndex(of: vocabulary.thinkStart)
        let start = isMarked.map { $0 + 1 } ?? tokens.startIndex
        let end =
            tokens[start...].firstIndex(of: vocabulary.thinkEnd)
            ?? tokens[start...].firstIndex { vocabulary.code(of: $0) != nil } ?? tokens.endIndex
        let thinkEnd = tokens.firstIndex(of: vocabulary.thinkEnd)
        return PlanOutput(
            metadata: fields(text(tokens[start..<end]).trimmed),
            lyrics: thinkEnd.flatMap { cleanLyrics(text(tokens[($0 + 1)...])) },
            codes: tokens.compactMap(vocabulary.code))
    }

    // MARK: Metadata

    /// A field and its lines: those with text, and all of them.
    private struct Entry {
        var key: String
        var lines: [String]
        var allLines: [String]
    }

    /// The fields of the chain of thought, or of what comes before the audio codes if it isn't marked.
    ///
    /// Unknown fields are passed over, and so are lines that begin with `<` or that no field can own; of a field that
    /// comes twice the last counts.
    package static func metadata(_ text: String) -> PlanMetadata { fields(reasoning(text)) }

    private static func fields(_ reasoning: String) -> PlanMetadata {
        var metadata = PlanMetadata()
        for entry in entries(reasoning) {
            guard let field = PlanField(rawValue: entry.key) else { continue }
            let whole = entry.allLines.joined(separator: "\n").trimmed
            let unquoted = unquoted(whole)
            // A caption's lines are one text; other values keep what the lines are.
            let plain =
                field == .caption
                ? entry.lines.map(\.trimmed).filter { !$0.isEmpty }.joined(separator: " ")
                : entry.lines.joined(separator: "\n").trimmed
            let value = unquoted == whole ? plain : unquoted
            switch field {
            case .bpm: metadata.bpm = Int(value)
            case .caption: metadata.caption = value
            case .duration: metadata.duration = Int(value)
            case .genres: metadata.genres = value
            case .keyscale: metadata.keyscale = value
            case .language: metadata.language = value
            case .timesignature: metadata.timesignature = value
            }
        }
        return metadata
    }

    /// The chain of thought without its tags.
    private static func reasoning(_ text: String) -> String {
        for tag in ["think", "reasoning"] {
            guard let start = text.firstRange(of: "<\(tag)>") else { continue }
            let rest = text[start.upperBound...]
            guard let end = rest.firstRange(of: "</\(tag)>") else { continue }
            let inner = rest[..<end.lowerBound].trimmed
            if !inner.isEmpty { return inner }
            break
        }
        let codes = text.firstRange(of: AudioCodeText.opening)?.lowerBound ?? text.endIndex
        return text[..<codes].trimmed
    }

    private static func entries(_ text: String) -> [Entry] {
        var entries: [Entry] = []
        var current: Entry?
        func close() {
            if let current, !current.lines.isEmpty, !current.key.isEmpty { entries.append(current) }
        }
        for line in text.feedLines {
            let isIndented = line.unicodeScalars.first.map { $0 == " " || $0 == "\t" } ?? false
            if isIndented || line.trimmed.isEmpty { current?.allLines.append(line) }
            if line.trimmed.unicodeScalars.first == "<" { continue }
            let startsWithSpace = line.unicodeScalars.first?.isSpace ?? true
            let scalars = Array(line.unicodeScalars)
            if !startsWithSpace, let colon = scalars.firstIndex(of: ":") {
                close()
                let value = String(scalars[(colon + 1)...])
                current = Entry(
                    key: String(scalars[..<colon]).trimmed.lowercased(),
                    lines: value.trimmed.isEmpty ? [] : [value], allLines: [value])
            } else if isIndented {
                current?.lines.append(line)
            }
        }
        close()
        return entries
    }

    /// The string that a quoted YAML scalar stands for; any other text as it is.
    static func unquoted(_ text: String) -> String { YAMLReader.unquoted(text) ?? text }

    // MARK: Lyrics

    /// The text after the chain of thought, without its heading and without tokens that end it.
    package static func lyrics(_ text: String) -> String? {
        text.firstRange(of: "</think>").flatMap { cleanLyrics(text[$0.upperBound...]) }
    }

    private static func cleanLyrics(_ text: some StringProtocol) -> String? {
        var rest = text.trimmed
        if let heading = rest.prefixMatch(of: #/#\s*(?i:lyri(?:cs?|s)?)\s*\n/#) {
            rest = String(rest[heading.range.upperBound...])
        }
        for token in ["<|im_end|>", "<|endoftext|>"] {
            let trimmed = rest.trimmed
            if trimmed.hasSuffix(token) { rest = String(trimmed.dropLast(token.count)) }
        }
        rest = rest.trimmed
        return rest.isEmpty ? nil : rest
    }
}
