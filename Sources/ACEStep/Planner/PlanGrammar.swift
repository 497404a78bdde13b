import MusicCore
import Tokenizers

/// The form of a plan in the tokens of a vocabulary; built once and shared by all sequences.
///
/// ```
/// <think>
/// bpm: 30...300
/// caption: text, lines after the first indented
/// duration: 10...600
/// genres: text
/// keyscale: one of 70 keys
/// language: one of 51 codes
/// timesignature: 2, 3, 4 or 6
/// </think>
/// ```
package final class PlanGrammar: Sendable {
    package let vocabulary: PlanVocabulary

    /// The longest duration that a plan may have, in seconds.
    package let maxDuration: Int

    /// `<think>` and the line feed after it.
    let opening: [Int]
    /// `</think>`, which ends a chain of thought.
    let closing: [Int]
    private let names: [PlanField: [Int]]
    private let trees: [PlanField: TokenTree]

    /// Prepares the grammar.
    ///
    /// - Parameters:
    ///   - vocabulary: the planner's vocabulary.
    ///   - maxDuration: the longest duration that a plan may have, 10...600 seconds.
    ///   - genres: the values that `genres` may have; `nil` for free text.
    /// - Throws: `MusicError` with code `.invalidRequest` if `maxDuration` is out of range or there are no genres, and
    ///   `.invalidCheckpoint` if the tokenizer can't spell the values of a field after its name.
    package init(
        _ vocabulary: PlanVocabulary, maxDuration: Int = PlanValues.duration.upperBound, genres: [String]? = nil
    ) throws {
        guard PlanValues.duration.contains(maxDuration) else {
            throw MusicError(
                .invalidRequest, "a plan can't have a maximum duration of \(maxDuration) seconds",
                advice: "choose from \(PlanValues.duration.lowerBound) to \(PlanValues.duration.upperBound) seconds")
        }
        self.vocabulary = vocabulary
        self.maxDuration = maxDuration
        opening = try Self.spell("<think>", vocabulary) + [vocabulary.newline]
        closing = try Self.spell("</think>", vocabulary)
        var names: [PlanField: [Int]] = [:]
        for field in PlanField.allCases { names[field] = try Self.spell("\(field.rawValue):", vocabulary) }
        self.names = names

        var values: [PlanField: [String]] = [
            .bpm: PlanValues.bpm.map(String.init),
            .duration: (PlanValues.duration.lowerBound...maxDuration).map(String.init),
            .keyscale: PlanValues.keyscales,
            .language: PlanValues.languages,
            .timesignature: PlanValues.timesignatures,
        ]
        if let genres { values[.genres] = try Self.clean(genres) }
        var trees: [PlanField: TokenTree] = [:]
        for (field, values) in values {
            let tree = Self.tree(field, values, vocabulary.tokenizer)
            guard !tree.isEmpty else {
                throw MusicError(
                    .invalidCheckpoint, "the tokenizer can't spell the values of \(field.rawValue) after its name",
                    advice: "use the tokenizer files that come with an acestep-5Hz-lm model")
            }
            trees[field] = tree
        }
        self.trees = trees
    }

    /// The tokens of a field's name and its colon.
    func name(_ field: PlanField) -> [Int] { names[field] ?? [] }

    /// The values of a field; `nil` if it is free text.
    func tree(_ field: PlanField) -> TokenTree? { trees[field] }

    /// Whether a value ends as soon as it is complete, though a longer one begins with it.
    func endsWhenComplete(_ field: PlanField) -> Bool {
        switch field {
        case .keyscale, .language, .timesignature: true
        case .bpm, .caption, .duration, .genres: false
        }
    }

    /// The tokens of a value that the user gave, from the space after the colon to the line feed.
    ///
    /// Line breaks become spaces, and tokens that the text spells out stay text: a value stays within its line. One
    /// that would be read back as another is quoted.
    func tokens(ofValue value: String) -> [Int] {
        var value = value.split(whereSeparator: \.isNewline).joined(separator: " ")
        value = value.trimmed
        guard !value.isEmpty else { return [] }
        if PlanParser.unquoted(value) != value { value = YAMLScalar.singleQuoted(value) }
        return vocabulary.tokenizer.encodePlainly(" \(value)\n").map(Int.init)
    }

    /// A fixed text: at each place the longest single token that goes on with it.
    private static func spell(_ text: String, _ vocabulary: PlanVocabulary) throws -> [Int] {
        var tokens: [Int] = []
        var rest = text[...]
        while !rest.isEmpty {
            var prefix = rest
            var single: Int32?
            while single == nil, !prefix.isEmpty {
                let encoded = vocabulary.tokenizer.encode(String(prefix), addSpecialTokens: false)
                if encoded.count == 1 { single = encoded[0] } else { prefix.removeLast() }
            }
            guard let single else {
                throw MusicError(
                    .invalidCheckpoint, "the tokenizer has no tokens for \"\(text)\"",
                    advice: "use the tokenizer files that come with an acestep-5Hz-lm model")
            }
            tokens.append(Int(single))
            rest = rest[prefix.endIndex...]
        }
        return tokens
    }

    /// The values in the tokens that they have after `name: `; a space may be part of a value's first token.
    private static func tree(_ field: PlanField, _ values: [String], _ tokenizer: Tokenizer) -> TokenTree {
        let name = tokenizer.encodePlainly("\(field.rawValue):")
        return TokenTree(
            values.compactMap { value in
                let tokens = tokenizer.encodePlainly("\(field.rawValue): \(value)")
                return tokens.starts(with: name) ? tokens.dropFirst(name.count).map(Int.init) : nil
            })
    }

    private static func clean(_ genres: [String]) throws -> [String] {
        let genres = Set(
            genres.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed.lowercased() }
        )
        .subtracting([""])
        guard !genres.isEmpty else {
            throw MusicError(
                .invalidRequest, "the list of genres is empty", advice: "name at least one genre, or give no list")
        }
        return genres.sorted()
    }
}
