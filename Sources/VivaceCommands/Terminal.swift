import Foundation

/// The standard streams, as the commands use them: results on standard output, everything else on standard error.
enum Terminal {
    /// Whether a person reads standard error as it is written.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// Writes a line of result.
    static func output(_ text: String) {
        write(text, to: .standardOutput)
    }

    /// Writes a line for the user.
    static func note(_ text: String) {
        write(text, to: .standardError)
    }

    /// Writes an error as one line.
    static func error(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        write("vivace: error: \(line)", to: .standardError)
    }

    /// A document for people and programs alike.
    static func json(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes a text and a line end; a closed pipe is no error.
    static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }

    /// Rewrites the current line of standard error.
    static func rewriteLine(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[2K\(text)".utf8))
    }
}
