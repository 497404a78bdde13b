/// Reads quoted YAML scalars.
enum YAMLReader {
    /// The string that a scalar in single or double quotes stands for; `nil` if it isn't quoted from end to end.
    ///
    /// Lines are unfolded: one break is a space, of several the first is left out, and white space around them goes.
    static func unquoted(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count >= 2, let quote = scalars.first, quote == scalars.last else { return nil }
        let inner = scalars.dropFirst().dropLast()
        switch quote {
        case "'": return single(inner)
        case "\"": return double(inner)
        default: return nil
        }
    }

    private static func single(_ text: ArraySlice<Unicode.Scalar>) -> String? {
        var output: [Unicode.Scalar] = []
        var index = text.startIndex
        while index < text.endIndex {
            let scalar = text[index]
            if scalar == "'" {
                guard index + 1 < text.endIndex, text[index + 1] == "'" else { return nil }
                output.append("'")
                index += 2
            } else if isBlank(scalar) || YAMLScalar.isBreak(scalar) {
                index = unfold(text, index, &output)
            } else {
                output.append(scalar)
                index += 1
            }
        }
        return String(output)
    }

    private static func double(_ text: ArraySlice<Unicode.Scalar>) -> String? {
        var output: [Unicode.Scalar] = []
        var index = text.startIndex
        while index < text.endIndex {
            let scalar = text[index]
            if scalar == "\"" { return nil }
            if scalar == "\\" {
                guard let next = escape(text, index + 1, &output) else { return nil }
                index = next
            } else if isBlank(scalar) || YAMLScalar.isBreak(scalar) {
                index = unfold(text, index, &output)
            } else {
                output.append(scalar)
                index += 1
            }
        }
        return String(output)
    }

    /// Reads what follows a backslash; `nil` if that is no escape.
    private static func escape(
        _ text: ArraySlice<Unicode.Scalar>, _ start: Int, _ output: inout [Unicode.Scalar]
    ) -> Int? {
        guard start < text.endIndex else { return nil }
        let letter = text[start]
        if let length = ["x": 2, "u": 4, "U": 8][letter] {
            let end = start + 1 + length
            guard end <= text.endIndex, text[(start + 1)..<end].allSatisfy(\.properties.isASCIIHexDigit),
                let value = UInt32(String(text[(start + 1)..<end]), radix: 16), let scalar = Unicode.Scalar(value)
            else { return nil }
            output.append(scalar)
            return end
        }
        if YAMLScalar.isBreak(letter) {
            // The line goes on where the text of the next one begins; further breaks are kept.
            var index = start + 1
            while index < text.endIndex, isBlank(text[index]) || YAMLScalar.isBreak(text[index]) {
                if YAMLScalar.isBreak(text[index]) { output.append(normalized(text[index])) }
                index += 1
            }
            return index
        }
        if letter == " " || letter == "/" {
            output.append(letter)
        } else if let scalar = YAMLScalar.escapes.first(where: { $0.letter == letter })?.scalar {
            output.append(scalar)
        } else {
            return nil
        }
        return start + 1
    }

    /// Reads white space, with or without breaks; returns where it ends.
    private static func unfold(
        _ text: ArraySlice<Unicode.Scalar>, _ start: Int, _ output: inout [Unicode.Scalar]
    ) -> Int {
        var index = start
        var breaks: [Unicode.Scalar] = []
        while index < text.endIndex, isBlank(text[index]) || YAMLScalar.isBreak(text[index]) {
            if YAMLScalar.isBreak(text[index]) { breaks.append(normalized(text[index])) }
            index += 1
        }
        guard let first = breaks.first else {
            output += text[start..<index]
            return index
        }
        if first != "\n" { output.append(first) } else if breaks.count == 1 { output.append(" ") }
        output += breaks.dropFirst()
        return index
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    /// YAML reads a next-line character as a line feed.
    private static func normalized(_ scalar: Unicode.Scalar) -> Unicode.Scalar { scalar == "\u{85}" ? "\n" : scalar }
}
