/// The string literals of a Swift source file.
///
/// Comments are passed over; an interpolation stands as `\()` in its literal, and literals within it are found too.
struct StringLiterals {
    struct Literal: Equatable {
        /// Line of its first character, counted from 1.
        var line: Int
        var text: String
    }

    private let source: [Character]
    private var position = 0
    private var line = 1
    private var literals: [Literal] = []

    static func all(in source: String) -> [Literal] {
        var scanner = StringLiterals(source: Array(source))
        scanner.skipCode(isInterpolation: false)
        return scanner.literals
    }

    private init(source: [Character]) { self.source = source }

    private func starts(with text: String) -> Bool {
        source[position...].starts(with: text)
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < source.count {
            if source[position].isNewline { line += 1 }
            position += 1
        }
    }

    /// Passes over code to its end, or to the parenthesis that closes an interpolation.
    private mutating func skipCode(isInterpolation: Bool) {
        var depth = 0
        while position < source.count {
            if starts(with: "//") {
                while position < source.count, !source[position].isNewline { advance() }
            } else if starts(with: "/*") {
                while position < source.count, !starts(with: "*/") { advance() }
                advance(2)
            } else if let hashes = hashesBeforeQuote() {
                advance(hashes)
                readLiteral(hashes: hashes)
            } else {
                if source[position] == "(" { depth += 1 }
                if source[position] == ")" {
                    if isInterpolation, depth == 0 {
                        advance()
                        return
                    }
                    depth -= 1
                }
                advance()
            }
        }
    }

    /// The number of hashes before a quotation mark that begins here; `nil` if none does.
    private func hashesBeforeQuote() -> Int? {
        let hashes = source[position...].prefix { $0 == "#" }.count
        let quote = position + hashes
        return quote < source.count && source[quote] == "\"" ? hashes : nil
    }

    private mutating func readLiteral(hashes: Int) {
        let start = line
        let marks = String(repeating: "#", count: hashes)
        let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        advance(quote.count)
        var text = ""
        while position < source.count, !starts(with: quote + marks) {
            if starts(with: "\\" + marks + "(") {
                advance(hashes + 2)
                skipCode(isInterpolation: true)
                text += "\\()"
            } else if starts(with: "\\" + marks) {
                text += String(source[position...].prefix(hashes + 2))
                advance(hashes + 2)
            } else {
                text.append(source[position])
                advance()
            }
        }
        advance(quote.count + hashes)
        literals.append(Literal(line: start, text: text))
    }
}
