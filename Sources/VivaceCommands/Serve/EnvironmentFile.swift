import Foundation
import MusicCore

/// Variables in a file `.env`, as python-dotenv reads them: `NAME=value`, `export NAME=value`, quotes, comments, and
/// `${NAME}` or `${NAME:-otherwise}` outside of single quotes.
package struct EnvironmentFile {
    package private(set) var values: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - text: of the file.
    ///   - environment: where `${NAME}` is looked up, before the file itself.
    ///   - path: for messages.
    /// - Throws: ``MusicError`` `invalidRequest` with the line.
    package init(_ text: String, environment: [String: String], path: String) throws {
        var known: [String: String] = [:]
        var rest = text[...]
        if rest.hasPrefix("\u{FEFF}") { rest = rest.dropFirst() }
        var line = 1
        while !rest.isEmpty {
            let start = rest.startIndex
            var reader = Reader(rest)
            guard let entry = reader.entry() else {
                throw MusicError(
                    .invalidRequest, "Line \(line) of \(path) is no variable",
                    advice: "write NAME=value, and a quote at both ends or at none")
            }
            rest = reader.rest
            line += text[start..<rest.startIndex].count(where: \.isNewline)
            guard case .variable(let name, let raw, let isLiteral) = entry else { continue }
            let value = isLiteral ? raw : Self.expanded(raw) { environment[$0] ?? known[$0] }
            known[name] = value
            values.append((name, value))
        }
    }

    /// The file of a folder, if it has one.
    ///
    /// - Throws: ``MusicError``.
    static func load(_ path: String, isRequired: Bool) throws -> EnvironmentFile? {
        let data: Data
        switch PlainFile(path: path, limit: 1 << 20) {
        case .content(let content): data = content
        case .tooLarge: throw MusicError(.invalidRequest, "\(path) is larger than 1 MiB", advice: "shorten it")
        case .none:
            guard isRequired else { return nil }
            throw MusicError(
                .unreadableInput, "There is no readable file \(path)", advice: "check the path and who may read it")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw MusicError(.invalidRequest, "\(path) is not UTF-8", advice: "save it as UTF-8")
        }
        return try EnvironmentFile(text, environment: ProcessInfo.processInfo.environment, path: path)
    }

    /// Gives the variables to this process and to those that it starts; those that are set already win.
    func apply() { for (name, value) in values { setenv(name, value, 0) } }

    private static func expanded(_ text: String, _ look: (String) -> String?) -> String {
        text.replacing(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/) { match in
            look(String(match.output.1)) ?? match.output.2.map { String($0) } ?? ""
        }
    }

    // MARK: Reading

    private enum Entry {
        case nothing
        case variable(String, String, isLiteral: Bool)
    }

    private struct Reader {
        var rest: Substring

        init(_ text: Substring) { rest = text }

        /// The next line, or the next lines where a quoted value goes on; `nil` if it is none of a file like this.
        mutating func entry() -> Entry? {
            skipBlanks()
            if rest.first == "#" || rest.first?.isNewline != false {
                skipLine()
                return .nothing
            }
            if rest.hasPrefix("export "), rest.dropFirst(7).contains("=") { rest = rest.dropFirst(7) }
            skipBlanks()
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard let first = name.first, !first.isNumber else { return nil }
            rest = rest.dropFirst(name.count)
            skipBlanks()
            guard rest.first == "=" else { return nil }
            rest = rest.dropFirst()
            skipBlanks()
            guard let quote = rest.first, quote == "'" || quote == "\"" else {
                let line = rest.prefix { !$0.isNewline }
                rest = rest.dropFirst(line.count)
                skipLine()
                return .variable(String(name), plain(line), isLiteral: false)
            }
            rest = rest.dropFirst()
            guard let value = quoted(by: quote) else { return nil }
            skipBlanks()
            guard rest.first == "#" || rest.first?.isNewline != false else { return nil }
            skipLine()
            return .variable(String(name), value, isLiteral: quote == "'")
        }

        private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

        private mutating func skipLine() { rest = rest.drop { !$0.isNewline }.dropFirst() }

        /// Without the comment behind a blank.
        private func plain(_ line: Substring) -> String {
            var value = line
            if let comment = line.firstRange(of: /(^|\s)#/) { value = line[..<comment.lowerBound] }
            return value.trimmingCharacters(in: .whitespaces)
        }

        private mutating func quoted(by quote: Character) -> String? {
            var value = ""
            while let character = rest.popFirst() {
                if character == quote { return value }
                guard character == "\\", let next = rest.first else {
                    value.append(character)
                    continue
                }
                rest = rest.dropFirst()
                if next == quote || next == "\\" {
                    value.append(next)
                } else if quote == "\"", let escape = ["n": "\n", "r": "\r", "t": "\t"][String(next)] {
                    value += escape
                } else {
                    value.append(character)
                    value.append(next)
                }
            }
            return nil
        }
    }
}
