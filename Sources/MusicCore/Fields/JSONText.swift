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
        return try data.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            do {
                let value = try value(&reader, bytes)
                try reader.end()
                return value
            } catch let fault as JSONFault {
                throw error(what, Place(bytes, reader.position), fault)
            } catch let fault as Fault {
                let place = Place(bytes, fault.position)
                throw MusicError(
                    .invalidRequest,
                    "\(what) can't be read: line \(place.line), column \(place.column): \(fault.reason)")
            }
        }
    }

    private static func error(_ what: String, _ place: Place, _ fault: JSONFault) -> MusicError {
        let reason = fault.expected.map { place.explanation ?? "\($0) must stand here, not \(place.found)" }
        return MusicError(
            .invalidRequest,
            "\(what) is not valid JSON: line \(place.line), column \(place.column): \(reason ?? fault.reason)")
    }

    /// What is wrong with a value that has the form of one.
    private struct Fault: Error {
        let reason: String
        let position: Int
    }

    /// Reads a value.
    ///
    /// Numbers keep all their digits where a whole number of 64 bits can hold them.
    private static func value(_ reader: inout JSONReader, _ bytes: UnsafeRawBufferPointer) throws -> JSONValue {
        switch try reader.peek() {
        case UInt8(ascii: "{"):
            var object: [String: JSONValue] = [:]
            try reader.object { reader, key in
                let end = reader.position
                let name = try text(key, end, "a name")
                guard object.updateValue(try value(&reader, bytes), forKey: name) == nil else {
                    throw Fault(reason: "'\(name.prefix(64))' is given twice; give it once", position: end)
                }
            }
            return .object(object)
        case UInt8(ascii: "["):
            var list: [JSONValue] = []
            try reader.array { list.append(try value(&$0, bytes)) }
            return .list(list)
        case UInt8(ascii: "\""):
            let start = reader.position
            let text = try reader.string { _, text in try Self.text(text, start, "a text") }
            let source = bytes[start..<reader.position]
            guard !text.unicodeScalars.contains("\u{FFFD}") || says(source, "\u{FFFD}") else {
                throw Fault(reason: "an escape is half a character; write both halves, or neither", position: start)
            }
            return .text(text)
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .flag(try reader.bool())
        case UInt8(ascii: "n"):
            try reader.skip()
            return .null
        default:
            let start = reader.position
            let text = try reader.numberText()
            if let integer = Int64(text) { return .integer(integer) }
            if let unsigned = UInt64(text) { return .unsigned(unsigned) }
            guard let number = Double(text), number.isFinite else {
                throw Fault(
                    reason: "the number \(text.prefix(64)) is too large; use one within ±1.8e308", position: start)
            }
            return Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ what: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(reason: "\(what) is not in UTF-8; save the document as UTF-8", position: position)
        }
        return text
    }

    /// Whether the source of a text has a character, as it is or as an escape.
    private static func says(_ source: Slice<UnsafeRawBufferPointer>, _ character: Unicode.Scalar) -> Bool {
        let text = String(decoding: source, as: UTF8.self)
        return text.unicodeScalars.contains(character)
            || text.lowercased().contains("\\u" + String(character.value, radix: 16))
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

        init(_ bytes: UnsafeRawBufferPointer, _ position: Int) {
            var offset = min(position, bytes.count)
            while offset < bytes.count, " \t\r\n".utf8.contains(bytes[offset]) { offset += 1 }
            let before = bytes[..<offset]
            line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            column = String(decoding: bytes[start..<offset], as: UTF8.self).count + 1
            let rest = String(decoding: bytes[offset..<min(bytes.count, offset + 24)], as: UTF8.self)
            let number = rest.prefix { "0123456789+-.eE".contains($0) }
            switch rest.first {
            case nil: found = "the end"
            case _? where number.contains(where: \.isNumber): found = "'\(number)'"
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
