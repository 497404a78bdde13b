import MusicCore

/// Suggestions in the words of the command line: flags, and commands to run.
struct CommandLineWording: ErrorWording {
    /// The families whose fields are options of the command line.
    var families: [any MusicFamily]

    /// Flags of what a request doesn't hold: which model it is for, and how that is loaded (``ComputationOptions``).
    private static let flags = [
        "dtype": "dtype", "quantization": "quantize", "low_memory": "low-memory", "max_memory": "max-memory",
        "model": "model",
    ]

    /// The option of a field, without its dashes; `nil` if it has none.
    private func option(of field: String) -> String? {
        Self.flags[field] ?? CommandFields.all(of: families).first { $0.name == field }?.flags.first
    }

    func phrase(for suggestion: Suggestion) -> String {
        switch suggestion {
        case .set(let field, let value):
            guard let flag = option(of: field) else { break }
            switch value {
            case "true": return "use --\(flag)"
            case "false": return "use --no-\(flag)"
            default: return "use --\(flag) \(value)"
            }
        case .give(let field):
            if let flag = option(of: field) { return "give --\(flag)" }
        case .leaveOut(let field):
            if let flag = option(of: field) { return "leave out --\(flag)" }
        // Some commands take the model as an argument, and others as an option.
        case .choose("model", let choices): return "use the model \(Wording.list(choices))"
        case .choose(let field, let choices):
            if let flag = option(of: field) { return "use --\(flag) \(Wording.list(choices))" }
        case .install(let models, let bytes):
            return "run 'vivace models pull \(models.joined(separator: " "))'\(Wording.size(bytes))"
        case .verify(let model): return "run 'vivace models verify \(model) --repair'"
        case .listModels: return "see 'vivace models list'"
        case .didYouMean, .anyOf: break
        }
        return NeutralWording().phrase(for: suggestion)
    }
}
