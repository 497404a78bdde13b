/// How a face puts suggestions into words: a command line in flags and commands, a server in fields of its JSON.
public protocol ErrorWording: Sendable {
    /// What to do, in the imperative, such as `set dtype to bf16`; or a question that ends in a question mark.
    ///
    /// - Parameter suggestion: never ``Suggestion/anyOf(_:)``, whose parts are asked for one by one.
    func phrase(for suggestion: Suggestion) -> String
}

/// Suggestions in terms of the request's JSON names, for logs, for programs, and for faces without words of their own.
public struct NeutralWording: ErrorWording {
    public init() {}

    public func phrase(for suggestion: Suggestion) -> String {
        switch suggestion {
        case .set(let field, let value): "set \(field) to \(value)"
        case .give(let field): "give \(field)"
        case .leaveOut(let field): "leave out \(field)"
        case .choose(let field, let choices): "set \(field) to \(Wording.list(choices))"
        case .didYouMean(let names): "did you mean \(Wording.list(names))?"
        case .install(let models, let bytes):
            "install the model\(models.count == 1 ? "" : "s") \(Wording.list(models, "and"))\(Wording.size(bytes))"
        case .verify(let model): "verify the files of the model \(model)"
        case .listModels: "look at the list of models"
        case .anyOf(let suggestions): Wording.list(suggestions.map(phrase))
        }
    }
}

/// What wordings share.
public enum Wording {
    /// Words with commas and a conjunction between: `a, b or c`.
    public static func list(_ words: [String], _ conjunction: String = "or") -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }

    /// The size of a download behind what it is said of: ` (about 6.33 GB)`; nothing if it is not known.
    public static func size(_ bytes: Int64?) -> String {
        guard let bytes, bytes > 0 else { return "" }
        return " (about \(ByteCount.text(bytes)))"
    }

    /// Free advice and suggestions as one text: questions first, then what to do.
    static func advice(_ text: String, _ suggestion: Suggestion?, in wording: any ErrorWording) -> String {
        let phrases = flattened(suggestion).map(wording.phrase)
        let questions = phrases.filter { $0.hasSuffix("?") }
        let actions = ([text] + list(sharingVerb: phrases.filter { !$0.hasSuffix("?") })).filter { !$0.isEmpty }
        return (questions + [actions.joined(separator: ", or ")]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func flattened(_ suggestion: Suggestion?) -> [Suggestion] {
        guard let suggestion else { return [] }
        if case .anyOf(let parts) = suggestion { return parts.flatMap(flattened) }
        return [suggestion]
    }

    /// The phrases as one list, in which a verb that all have stands once: `use --dtype bf16, --quantize q8 or ...`.
    private static func list(sharingVerb phrases: [String]) -> [String] {
        let verbs = Set(phrases.map { $0.prefix { $0 != " " } })
        guard phrases.count > 1, verbs.count == 1, let verb = verbs.first else {
            return phrases.isEmpty ? [] : [list(phrases)]
        }
        return [list([phrases[0]] + phrases.dropFirst().map { String($0.dropFirst(verb.count + 1)) })]
    }
}
