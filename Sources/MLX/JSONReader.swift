import Foundation

/// A small JSON parser for file headers.
///
/// Unlike Foundation's it keeps duplicate keys, so that they can be refused, and does not accept what is not quite
/// JSON.
struct JSONReader {

    /// A JSON value.
    ///
    /// Numbers that are not whole, or do not fit, are kept apart from those that count something.
    indirect enum Value {
        case object([(String, Value)])
        case array([Value])
        case string(String)
        case integer(Int)
        case number
        case bool(Bool)
        case null
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0

    /// Values nested deeper than this come from nobody with good intentions.
    private static let greatestDepth = 32

    /// The value that the bytes are.
    ///
    /// Spaces may follow it, which safetensors uses for padding.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws -> Value {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.problem("something follows the end of the value") }
        return value
    }

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private func problem(_ reason: String) -> SafetensorsHeader.Problem {
        SafetensorsHeader.Problem("the header is not valid JSON: \(reason), at byte \(position)")
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws -> Value {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try nested { try $0.object() }
        case UInt8(ascii: "["): return try nested { try $0.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw problem("it ends too early")
        default: return try number()
        }
    }

    private mutating func nested(_ body: (inout JSONReader) throws -> Value) throws -> Value {
        position += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.greatestDepth else { throw problem("it is nested too deep") }
        return try body(&self)
    }

    private mutating func object() throws -> Value {
        var entries: [(String, Value)] = []
        skipSpace()
        if skip("}") { return .object(entries) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a name is missing") }
            let name = try string()
            skipSpace()
            guard skip(":") else { throw problem("a colon is missing") }
            entries.append((name, try value()))
            skipSpace()
            if skip("}") { return .object(entries) }
            guard skip(",") else { throw problem("a comma or a closing brace is missing") }
        }
    }

    private mutating func array() throws -> Value {
        var values: [Value] = []
        skipSpace()
        if skip("]") { return .array(values) }
        while true {
            values.append(try value())
            skipSpace()
            if skip("]") { return .array(values) }
            guard skip(",") else { throw problem("a comma or a closing bracket is missing") }
        }
    }

    private mutating func word(_ text: StaticString, _ value: Value) throws -> Value {
        for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard next == byte else { throw problem("there is an unknown word") }
            position += 1
        }
        return value
    }

    private mutating func number() throws -> Value {
        let start = position
        _ = skip("-")
        let digits = skipDigits()
        guard digits > 0 else { throw problem("there is an unexpected character") }
        let hasLeadingZero = digits > 1 && bytes[position - digits] == UInt8(ascii: "0")
        guard !hasLeadingZero else { throw problem("a number begins with 0") }
        var isWhole = true
        if skip(".") {
            isWhole = false
            guard skipDigits() > 0 else { throw problem("a number ends with its point") }
        }
        if skip("e") || skip("E") {
            isWhole = false
            _ = skip("+") || skip("-")
            guard skipDigits() > 0 else { throw problem("a number has no exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard isWhole, let integer = Int(text) else { return .number }
        return .integer(integer)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        return position - start
    }

    private mutating func string() throws -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("a string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw problem("a string has a control character")
            default:
                text.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = next else { throw problem("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("there is an unknown escape sequence")
        }
    }

    /// A scalar as four hexadecimal digits, or as two groups of these that form a surrogate pair.
    private mutating func unicodeEscape() throws -> Unicode.Scalar {
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) {
            return scalar
        }
        guard unit < 0xDC00, skip("\\"), skip("u") else { throw problem("half a surrogate pair is missing") }
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else {
            throw problem("half a surrogate pair is missing")
        }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw problem("a string does not end") }
        let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
        guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
            throw problem("there is an invalid escape sequence")
        }
        position += 4
        return value
    }
}
