import MusicCore

/// Suggestions in the words of the command line: flags, and commands to run.
struct CommandLineWording: ErrorWording {
    /// Flags of fields whose names differ from theirs.
    private static let flags = [
        "dtype": "dtype", "quantization": "quantize", "low_memory": "low-memory", "thinking": "thinking",
        "src_audio": "source", "model": "model", "tracks": "track",
    ]

    func phrase(for suggestion: Suggestion) -> String {
        switch suggestion {
        case .set(let field, let value):
            guard let flag = Self.flags[field] else { break }
            switch value {
            case "true": return "use --\(flag)"
            case "false": return "use --no-\(flag)"
            default: return "use --\(flag) \(value)"
            }
        case .give(let field):
            if let flag = Self.flags[field] { return "give --\(flag)" }
        case .leaveOut(let field):
            if let flag = Self.flags[field] { return "leave out --\(flag)" }
        // Some commands take the model as an argument, and others as an option.
        case .choose("model", let choices): return "use the model \(Wording.list(choices))"
        case .choose(let field, let choices):
            if let flag = Self.flags[field] { return "use --\(flag) \(Wording.list(choices))" }
        case .install(let models, let bytes):
            return "run 'vivace models pull \(models.joined(separator: " "))'\(Wording.size(bytes))"
        case .verify(let model): return "run 'vivace models verify \(model) --repair'"
        case .listModels: return "see 'vivace models list'"
        case .didYouMean, .anyOf: break
        }
        return NeutralWording().phrase(for: suggestion)
    }
}
