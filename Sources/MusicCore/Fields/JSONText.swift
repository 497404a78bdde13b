import Foundation
import StreamingJSON

/// Reads JSON texts of people and of other programs, and says where they are wrong.
public enum JSONText {
    /// The value of a text.
    ///
    /// - Parameters:
    ///   - data: UTF-8.
    ///   - what: what the text is, for messages, such as `The request`.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the line, the column, and what is wrong there.
    public static func read(_ data: Data, what: String) throws -> JSONValue {
        if data.allSatisfy({ " \t\r\n".utf8.contains($0) }) {
            throw MusicError(.invalidRequest, "\(what) is empty", advice: "write it as {\"caption\": \"...\", ...}")
        }
        try checkForm(data, what)
        do {
            return try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw MusicError(
                .invalidRequest, "\(what) is JSON that can't be read",
                advice: "use whole numbers below 2^64, other numbers within ±1.8e308, and texts in UTF-8")
        }
    }

    private static func checkForm(_ data: Data, _ what: String) throws {
        try data.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            do {
                _ = try reader.value()
                try reader.end()
            } catch let fault as JSONFault {
                let place = Place(bytes, min(reader.position, bytes.count))
                throw MusicError(
                    .invalidRequest,
                    "\(what) is not valid JSON: line \(place.line), column \(place.column): "
                        + (place.explanation ?? fault.expected.map { "\($0) must stand here, not \(place.found)" }
                            ?? fault.reason))
            }
        }
    }

    /// A place in a text.
    private struct Place {
        let line: Int
        /// In characters, from 1.
        let column: Int
        /// What stands there, for people.
        let found: String
        /// What is wrong, where it is a mistake that many make.
        let explanation: String?

        init(_ bytes: UnsafeRawBufferPointer, _ offset: Int) {
            let before = bytes[..<offset]
            line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            column = String(decoding: bytes[start..<offset], as: UTF8.self).count + 1
            let rest = String(decoding: bytes[offset..<min(bytes.count, offset + 24)], as: UTF8.self)
            switch rest.first {
            case nil: found = "the end"
            case let character? where character.isNewline: found = "the end of the line"
            case let character?: found = "'\(character)'"
            }
            explanation = Self.mistakes.first { rest.hasPrefix($0.beginning) }?.explanation
        }

        private static let mistakes: [(beginning: String, explanation: String)] = [
            ("NaN", "JSON has no NaN; leave the field out, or write null"),
            ("nan", "JSON has no NaN; leave the field out, or write null"),
            ("Infinity", "JSON has no Infinity; write a number"),
            ("-Infinity", "JSON has no Infinity; write a number"),
            ("None", "JSON has no None; write null"),
            ("True", "JSON has no True; write true"),
            ("False", "JSON has no False; write false"),
            ("//", "JSON has no comments; leave them out"),
            ("/*", "JSON has no comments; leave them out"),
            ("#", "JSON has no comments; leave them out"),
            ("'", "texts stand in double quotes"),
            ("\u{201C}", "texts stand in straight double quotes"),
        ]
    }
}
