import Foundation

/// Reads JSON from start to end without building a tree.
///
/// So a vocabulary of 150,000 entries goes straight into its table. Strings come as UTF-8 bytes, most of them without
/// a copy. The bytes must stay alive as long as the reader.
///
/// Functions that read long lists are inlinable, so that what a caller does with each element is compiled into the
/// loop.
public struct JSONReader {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    /// How many bytes have been read.
    public var position: Int { offset }
    @usableFromInline var offset: Int
    @usableFromInline var scratch: [UInt8] = []
    @usableFromInline var depth = 0

    @usableFromInline static let maximumDepth = 128

    /// - Parameters:
    ///   - bytes: what a document lies in.
    ///   - position: where to begin.
    public init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        offset = position
        // A byte order mark is no part of the document.
        if position == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The error for something else than `expected` at the current position.
    public func fault(_ expected: String) -> JSONFault {
        offset < bytes.count
            ? JSONFault("\(expected) is expected at byte \(offset)", expected: expected)
            : JSONFault("it ends after \(offset) bytes where \(expected) is expected", expected: expected)
    }

    /// Requires that nothing but white space follows.
    public mutating func end() throws {
        skipWhitespace()
        if offset != bytes.count { throw fault("the end") }
    }

    // MARK: Structure

    /// The first byte of the next value.
    @inlinable public mutating func peek() throws -> UInt8 {
        skipWhitespace()
        guard offset < bytes.count else { throw fault("a value") }
        return bytes[offset]
    }

    /// Calls `body` with each key of an object; `body` must read or skip the value.
    @inlinable public mutating func object(_ body: (inout JSONReader, UnsafeRawBufferPointer) throws -> Void) throws {
        try elements(from: "{", to: "}") { reader in
            try reader.string { reader, key in
                try reader.expect(":")
                try body(&reader, key)
            }
        }
    }

    /// Calls `body` for each element of an array; `body` must read or skip it.
    @inlinable public mutating func array(_ body: (inout JSONReader) throws -> Void) throws {
        try elements(from: "[", to: "]", body)
    }

    @inlinable mutating func elements(
        from open: Unicode.Scalar, to close: Unicode.Scalar, _ body: (inout JSONReader) throws -> Void
    ) throws {
        try expect(open)
        depth += 1
        guard depth <= Self.maximumDepth else { throw JSONFault("its objects are nested too deep") }
        defer { depth -= 1 }
        if try peek() == UInt8(ascii: close) {
            offset += 1
            return
        }
        while true {
            try body(&self)
            let byte = try peek()
            offset += 1
            if byte == UInt8(ascii: close) { return }
            if byte != UInt8(ascii: ",") {
                offset -= 1
                throw fault("a comma or \(close)")
            }
        }
    }

    @inlinable mutating func expect(_ character: Unicode.Scalar) throws {
        skipWhitespace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { throw fault("\(character)") }
        offset += 1
    }

    @inlinable @inline(__always)
    mutating func skipWhitespace() {
        var offset = offset
        while offset < bytes.count, bytes[offset] <= 0x20, Self.isWhitespace(bytes[offset]) { offset += 1 }
        self.offset = offset
    }

    @inlinable static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    // MARK: Values

    /// Reads a value as a tree.
    public mutating func value() throws -> JSONNode {
        switch try peek() {
        case UInt8(ascii: "{"):
            var entries: [String: JSONNode] = [:]
            try object { reader, key in
                let name = String(decoding: key, as: UTF8.self)
                entries[name] = try reader.value()
            }
            return .object(entries)
        case UInt8(ascii: "["):
            var list: [JSONNode] = []
            try array { list.append(try $0.value()) }
            return .array(list)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try bool())
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: return .number(try number())
        }
    }

    /// Reads past a value.
    public mutating func skip() throws {
        switch try peek() {
        case UInt8(ascii: "{"): try object { reader, _ in try reader.skip() }
        case UInt8(ascii: "["): try array { try $0.skip() }
        case UInt8(ascii: "\""): try string { _, _ in }
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    public mutating func bool() throws -> Bool {
        let isTrue = try peek() == UInt8(ascii: "t")
        try literal(isTrue ? "true" : "false")
        return isTrue
    }

    private mutating func literal(_ text: StaticString) throws {
        skipWhitespace()
        let length = text.utf8CodeUnitCount
        guard length <= bytes.count - offset,
            UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]).isText(text)
        else { throw fault("\(text)") }
        offset += length
    }

    public mutating func number() throws -> Double {
        let text = try numberText()
        guard let value = Double(text), value.isFinite else {
            offset -= text.utf8.count
            throw fault("a number within ±1.8e308")
        }
        return value
    }

    /// Reads past a number, which may be larger than any type holds.
    ///
    /// - Returns: how it is written.
    public mutating func numberText() throws -> String {
        skipWhitespace()
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                offset += 1
                continue
            default: break
            }
            break
        }
        guard Self.isNumber(bytes[start..<offset]) else {
            let isEmpty = offset == start
            offset = start
            throw fault(isEmpty ? "a value" : "a number such as 120, -0.5 or 1e3")
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// Whether these bytes are a number by RFC 8259: a sign, digits without a superfluous zero, fraction, exponent.
    private static func isNumber(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = text
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ characters: StaticString) -> Bool {
            guard let first = rest.first,
                UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount).contains(first)
            else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("-")
        let hasZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !hasZero || whole == 1 else { return false }
        if take("."), digits() == 0 { return false }
        if take("eE") {
            _ = take("+-")
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    /// Reads a whole number from 0 up, written in digits alone.
    ///
    /// - Parameters:
    ///   - what: what the number is, for the error: `a length`.
    ///   - limit: the largest that is accepted; below 2⁵⁹.
    @inlinable public mutating func wholeNumber(_ what: StaticString, upTo limit: Int) throws -> Int {
        skipWhitespace()
        let start = offset
        var value = 0
        while offset < bytes.count, case let digit = bytes[offset] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + Int(digit)
            guard value <= limit else { throw fault("\(what)") }
            offset += 1
        }
        let hasLeadingZero = offset > start + 1 && bytes[start] == UInt8(ascii: "0")
        guard offset > start, !hasLeadingZero, !endsInFraction else {
            offset = start
            throw fault("\(what)")
        }
        return value
    }

    /// Whether the digits that were read are the beginning of a number such as 1.5 or 1e3.
    @usableFromInline var endsInFraction: Bool {
        offset < bytes.count && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[offset])
    }

    /// Reads a string.
    public mutating func string() throws -> String {
        try string { _, text in String(decoding: text, as: UTF8.self) }
    }

    /// Reads a string and passes its bytes, which are valid until `body` returns.
    @inlinable public mutating func string<Result>(
        _ body: (inout JSONReader, UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        skipWhitespace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw fault("a string") }
        offset += 1
        let start = offset
        offset = endOfPlainText(from: start)
        guard offset < bytes.count else { throw fault("the end of a string") }
        switch bytes[offset] {
        case UInt8(ascii: "\""):
            let text = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
            offset += 1
            return try body(&self, text)
        case UInt8(ascii: "\\"): return try escapedString(from: start, body)
        default: throw fault("a character that isn't a control character")
        }
    }

    /// The position of the next quotation mark, backslash or control character.
    @inlinable func endOfPlainText(from start: Int) -> Int {
        var offset = start
        // Eight bytes at a time: a byte becomes 0 by exclusive or with what it is looked for, and subtracting 1 from
        // a 0, or 0x20 from a control character, sets its top bit.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while offset + 8 <= bytes.count {
            let block = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let quotation = block ^ (ones &* 0x22)
            let backslash = block ^ (ones &* 0x5C)
            let quotations = (quotation &- ones) & ~quotation
            let backslashes = (backslash &- ones) & ~backslash
            let controls = (block &- ones &* 0x20) & ~block
            if (quotations | backslashes | controls) & tops != 0 { break }
            offset += 8
        }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
            offset += 1
        }
        return offset
    }

    /// Reads on in a string whose first escape is at the current position.
    @inlinable mutating func escapedString<Result>(
        from start: Int, _ body: (inout JSONReader, UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        var text = scratch
        scratch = []
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\"") {
                let result = try text.withUnsafeBytes { try body(&self, $0) }
                scratch = text
                return result
            }
            if byte == UInt8(ascii: "\\") {
                try appendEscape(to: &text)
            } else if byte < 0x20 {
                throw fault("a character that isn't a control character")
            } else {
                text.append(byte)
            }
        }
        throw fault("the end of a string")
    }

    @usableFromInline mutating func appendEscape(to text: inout [UInt8]) throws {
        guard offset < bytes.count else { throw fault("an escape") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexadecimal()
            if (0xD800..<0xDC00).contains(scalar), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u")
            {
                let afterFirst = offset
                offset += 2
                let second = try hexadecimal()
                if (0xDC00..<0xE000).contains(second) {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (second - 0xDC00)
                } else {
                    offset = afterFirst
                }
            }
            // Half of a surrogate pair is no text; U+FFFD takes its place.
            text.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
        default:
            offset -= 1
            throw fault("an escape")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard offset + 4 <= bytes.count else { throw fault("four hexadecimal digits") }
        var value: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fault("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        offset += 4
        return value
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes are those of a text.
    public func isText(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let baseAddress else { return count == text.utf8CodeUnitCount }
        return memcmp(baseAddress, text.utf8Start, count) == 0
    }
}
