/// Writes a chain of thought as the planner was trained on it: YAML, as PyYAML dumps a mapping with sorted keys.
package enum PlanText {
    /// The chain of thought with its tags; fields that aren't known are left out, and genres always.
    package static func chainOfThought(_ metadata: PlanMetadata) -> String {
        "<think>\n\(yaml(metadata))\n</think>"
    }

    /// The lines of a chain of thought, without a line feed at the end.
    package static func yaml(_ metadata: PlanMetadata) -> String {
        var text = ""
        for field in PlanField.allCases where field != .genres {
            guard var value = metadata[field] else { continue }
            if field == .timesignature, value.hasSuffix("/4") {
                value = String(value.split(separator: "/", omittingEmptySubsequences: false)[0])
            }
            let key = "\(field.rawValue):"
            switch field {
            case .bpm, .duration: text += "\(key) \(value)\n"
            default: text += key + (number(value).map { " \($0)" } ?? YAMLScalar.emit(value, column: key.count)) + "\n"
            }
        }
        return text.trimmed
    }

    /// The number that a text of nothing but digits stands for, in decimal.
    private static func number(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        var digits = ""
        for scalar in text.unicodeScalars {
            guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
                return nil
            }
            digits += String(Int(value))
        }
        let significant = digits.drop { $0 == "0" }
        return significant.isEmpty ? "0" : String(significant)
    }
}
