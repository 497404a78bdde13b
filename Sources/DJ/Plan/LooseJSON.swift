import MusicCore

/// Reads JSON as language models write it: with comments, commas too many, texts in single quotes, names without
/// quotes, line breaks within texts, and the words of Python.
struct LooseJSON {
    /// Why a text is no JSON.
    enum Fault: Error {
        /// It ends in the midst of a value.
        case cut
        case malformed
    }

    private let bytes: [UInt8]
    private var place: Int
    private var depth = 0

    /// How deep lists and objects may be within each other.
    private static let limit = 40

    private init(_ bytes: [UInt8], _ place: Int) {
        self.bytes = bytes
        self.place = place
    }

    /// The value that begins at a place of a text.
    ///
    /// - Returns: the value, and the place behind it.
    static func read(_ bytes: [UInt8], from place: Int = 0) throws(Fault) -> (value: JSONValue, end: Int) {
        var reader = LooseJSON(bytes, place)
        let value = try reader.value()
        return (value, reader.place)
    }

    static func read(_ text: String) throws(Fault) -> JSONValue { try read(Array(text.utf8)).value }

    // MARK: Parts

    private mutating func next() throws(Fault) -> UInt8 {
        skip()
        guard place < bytes.count else { throw .cut }
        return bytes[place]
    }

    /// Over spaces and comments.
    private mutating func skip() {
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): place += 1
            case UInt8(ascii: "#"): skipLine()
            case UInt8(ascii: "/") where follows(UInt8(ascii: "/")): skipLine()
            case UInt8(ascii: "/") where follows(UInt8(ascii: "*")):
                place += 2
                while place < bytes.count, !(bytes[place] == UInt8(ascii: "*") && follows(UInt8(ascii: "/"))) {
                    place += 1
                }
                place = min(bytes.count, place + 2)
            default: return
            }
        }
    }

    private mutating func skipLine() {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
    }

    private func follows(_ byte: UInt8) -> Bool { place + 1 < bytes.count && bytes[place + 1] == byte }

    private mutating func value() throws(Fault) -> JSONValue {
        switch try next() {
        case UInt8(ascii: "{"): return try nested { (reader) throws(Fault) in try reader.object() }
        case UInt8(ascii: "["): return try nested { (reader) throws(Fault) in try reader.list() }
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(try text())
        default: return try word()
        }
    }

    private mutating func nested(
        _ read: (inout LooseJSON) throws(Fault) -> JSONValue
    ) throws(Fault) -> JSONValue {
        depth += 1
        guard depth <= Self.limit else { throw .malformed }
        place += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Fault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        while true {
            switch try next() {
            case UInt8(ascii: "}"):
                place += 1
                return .object(members)
            case UInt8(ascii: ","): place += 1
            case let byte:
                let isQuoted = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
                let name = isQuoted ? try text() : try bareName()
                guard try next() == UInt8(ascii: ":") else { throw .malformed }
                place += 1
                members[name] = try value()
            }
        }
    }

    private mutating func list() throws(Fault) -> JSONValue {
        var items: [JSONValue] = []
        while true {
            switch try next() {
            case UInt8(ascii: "]"):
                place += 1
                return .list(items)
            case UInt8(ascii: ","): place += 1
            default: items.append(try value())
            }
        }
    }

    private mutating func bareName() throws(Fault) -> String {
        let start = place
        while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
        guard place > start else { throw .malformed }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// A number, or one of the words for truth and nothing.
    private mutating func word() throws(Fault) -> JSONValue {
        let word = try bareName()
        switch word {
        case "true", "True": return .flag(true)
        case "false", "False": return .flag(false)
        case "null", "None", "NaN", "undefined": return .null
        default:
            if let integer = Int64(word) { return .integer(integer) }
            if let number = Double(word), number.isFinite { return .number(number) }
            // A word that the text breaks off in may have been any.
            if place == bytes.count { throw .cut }
            throw .malformed
        }
    }

    private mutating func text() throws(Fault) -> String {
        let quote = bytes[place]
        place += 1
        var content: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == quote { return String(decoding: content, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") { content += try escape() } else { content.append(byte) }
        }
        throw .cut
    }

    private mutating func escape() throws(Fault) -> [UInt8] {
        guard place < bytes.count else { throw .cut }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "n"): return [UInt8(ascii: "\n")]
        case UInt8(ascii: "t"): return [UInt8(ascii: "\t")]
        case UInt8(ascii: "r"): return [UInt8(ascii: "\r")]
        case UInt8(ascii: "b"), UInt8(ascii: "f"): return [UInt8(ascii: " ")]
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            // Characters beyond the first plane come as two halves.
            if (0xD800..<0xDC00).contains(unit), place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
                bytes[place + 1] == UInt8(ascii: "u")
            {
                place += 2
                let low = try hexadecimal()
                unit = 0x10000 + (unit - 0xD800) << 10 + (low &- 0xDC00) & 0x3FF
            }
            return Array(String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
        default: return [byte]
        }
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        guard place + 4 <= bytes.count else { throw .cut }
        guard let number = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16) else {
            throw .malformed
        }
        place += 4
        return number
    }
}
