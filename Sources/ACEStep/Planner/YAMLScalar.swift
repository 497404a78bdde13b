/// How YAML writes a string as a value of a block mapping, in the style that PyYAML chooses.
///
/// Lines are folded at a single space beyond column 80, and go on indented by two. Written here and not left to a YAML
/// library, since the language model was trained on PyYAML's very bytes: where a library quotes or folds otherwise, the
/// model's next tokens change.
enum YAMLScalar {
    private static let width = 80
    private static let indentation = "\n  "

    /// The value with the space before it.
    ///
    /// - Parameters:
    ///   - text: the value.
    ///   - column: how many characters its line has already.
    static func emit(_ text: String, column: Int) -> String {
        let scalars = Array(text.unicodeScalars)
        let traits = Traits(scalars)
        if traits.allowsPlain, !YAMLTypes.isTyped(text) { return folded(scalars, column, quoted: false) }
        return traits.allowsSingleQuotes ? folded(scalars, column, quoted: true) : doubleQuoted(scalars, column)
    }

    /// The value in single quotes on one line.
    static func singleQuoted(_ text: String) -> String {
        "'\(text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined())'"
    }

    static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    // MARK: Styles

    /// In which styles a text can be written.
    private struct Traits {
        var allowsPlain = true
        var allowsSingleQuotes = true

        init(_ text: [Unicode.Scalar]) {
            guard let first = text.first, let last = text.last else { return }
            let separators: Set<Unicode.Scalar> = [
                "\0", " ", "\t", "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}",
            ]
            func separates(_ index: Int) -> Bool { !text.indices.contains(index) || separators.contains(text[index]) }

            if text.starts(with: "---".unicodeScalars) || text.starts(with: "...".unicodeScalars) {
                allowsPlain = false
            }
            if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(first) { allowsPlain = false }
            if "?:-".unicodeScalars.contains(first), separates(1) { allowsPlain = false }
            if first == " " || isBreak(first) || last == " " || isBreak(last) { allowsPlain = false }
            for (index, scalar) in text.enumerated() {
                if index > 0 {
                    if scalar == ":", separates(index + 1) { allowsPlain = false }
                    if scalar == "#", separates(index - 1) { allowsPlain = false }
                    let previous = text[index - 1]
                    let isBroken = isBreak(previous) && scalar == " " || previous == " " && isBreak(scalar)
                    if isBroken { allowsSingleQuotes = false }
                }
                if isBreak(scalar) { allowsPlain = false }
                if !Self.isPrintable(scalar) { allowsSingleQuotes = false }
            }
            allowsPlain = allowsPlain && allowsSingleQuotes
        }

        private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0x0A, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFE: true
            default: false
            }
        }
    }

    /// Plain, or in single quotes.
    private static func folded(_ text: [Unicode.Scalar], _ column: Int, quoted: Bool) -> String {
        var output = quoted ? " '" : text.isEmpty ? "" : " "
        var column = column + output.count
        var index = 0
        while index < text.count {
            let start = index
            let scalar = text[index]
            if scalar == " " {
                while index < text.count, text[index] == " " { index += 1 }
                let isInside = !quoted || (start > 0 && index < text.count)
                if index == start + 1, column > width, isInside {
                    output += indentation
                    column = 2
                } else {
                    output += String(repeating: " ", count: index - start)
                    column += index - start
                }
            } else if isBreak(scalar) {
                // A line feed by itself would read as a space.
                if scalar == "\n" { output += "\n" }
                while index < text.count, isBreak(text[index]) {
                    output.unicodeScalars.append(text[index])
                    index += 1
                }
                output += "  "
                column = 2
            } else if quoted, scalar == "'" {
                output += "''"
                column += 2
                index += 1
            } else {
                while index < text.count, text[index] != " ", !isBreak(text[index]), !quoted || text[index] != "'" {
                    index += 1
                }
                output += String(text[start..<index])
                column += index - start
            }
        }
        return quoted ? output + "'" : output
    }

    /// In double quotes, with escapes; a folded line ends with a backslash.
    private static func doubleQuoted(_ text: [Unicode.Scalar], _ column: Int) -> String {
        var output = " \""
        var column = column + 2
        var start = 0
        func write(_ part: String) {
            output += part
            column += part.unicodeScalars.count
        }
        for index in 0...text.count {
            let scalar = index < text.count ? text[index] : nil
            if scalar.map(needsEscape) ?? true {
                if start < index {
                    write(String(text[start..<index]))
                    start = index
                }
                if let scalar {
                    write(escaped(scalar))
                    start = index + 1
                }
            }
            let isPlace = index > 0 && index < text.count - 1 && (scalar == " " || start >= index)
            guard isPlace, column + (index - start) > width else { continue }
            if start < index {
                write(String(text[start..<index]))
                start = index
            }
            output += "\\" + indentation
            column = 2
            if text[start] == " " { write("\\") }
        }
        return output + "\""
    }

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\\", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}": true
        case "\u{20}"..."\u{7E}", "\u{A0}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}": false
        default: true
        }
    }

    /// The letters after a backslash and what they stand for.
    static let escapes: [(letter: Unicode.Scalar, scalar: Unicode.Scalar)] = [
        ("0", "\0"), ("a", "\u{7}"), ("b", "\u{8}"), ("t", "\t"), ("n", "\n"), ("v", "\u{B}"), ("f", "\u{C}"),
        ("r", "\r"), ("e", "\u{1B}"), ("\"", "\""), ("\\", "\\"), ("N", "\u{85}"), ("_", "\u{A0}"), ("L", "\u{2028}"),
        ("P", "\u{2029}"),
    ]

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if let letter = escapes.first(where: { $0.scalar == scalar })?.letter { return "\\\(letter)" }
        let (mark, length) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\\(mark)" + String(repeating: "0", count: length - digits.count) + digits
    }
}

/// Which plain texts YAML 1.1 reads as something else than a string.
enum YAMLTypes {
    /// Whether a text would be read as a truth value, a number, a date, nothing, or a sign of YAML's own.
    static func isTyped(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy(\.isASCII) else { return false }
        switch text {
        case "", "~", "null", "Null", "NULL", "<<", "=": return true
        case "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON",
            "off", "Off", "OFF":
            return true
        default: return isInteger(text) || isFraction(text) || isDate(text)
        }
    }

    private static func isInteger(_ text: String) -> Bool {
        text.wholeMatch(of: #/[-+]?0b[01_]+/#) != nil || text.wholeMatch(of: #/[-+]?0[0-7_]+/#) != nil
            || text.wholeMatch(of: #/[-+]?(?:0|[1-9][0-9_]*)/#) != nil
            || text.wholeMatch(of: #/[-+]?0x[0-9a-fA-F_]+/#) != nil
            || text.wholeMatch(of: #/[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+/#) != nil
    }

    private static func isFraction(_ text: String) -> Bool {
        text.wholeMatch(of: #/[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?/#) != nil
            || text.wholeMatch(of: #/\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?/#) != nil
            || text.wholeMatch(of: #/[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*/#) != nil
            || text.wholeMatch(of: #/[-+]?\.(?:inf|Inf|INF)/#) != nil
            || text.wholeMatch(of: #/\.(?:nan|NaN|NAN)/#) != nil
    }

    private static func isDate(_ text: String) -> Bool {
        if text.wholeMatch(of: #/[0-9]{4}-[0-9]{2}-[0-9]{2}/#) != nil { return true }
        let moment =
            #/
            [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}                  # a date,
            (?:[Tt]|[\x20\t]+)                              # a T or space,
            [0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?       # a time,
            (?:[\x20\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))? # a zone
            /#
        return text.wholeMatch(of: moment) != nil
    }
}
