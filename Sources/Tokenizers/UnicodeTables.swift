import Foundation

/// Properties of Unicode scalars, as the reference tokenizer has them; see ``UnicodeData``.
///
/// The tables are the module's own because the operating system's are of another Unicode version on every machine,
/// and a new version moves scalars into other classes. MAINTENANCE.md says how to renew them.
struct UnicodeTables: Sendable {
    /// The tables, unpacked at first use.
    static let shared = UnicodeTables()

    /// One byte per scalar: the category in the lower five bits, then the flags.
    private let properties: [UInt8]

    private init() {
        var properties = [UInt8](repeating: 0, count: Self.scalarCount)
        forEachRun(UnicodeData.properties) { range, value in
            if value != 0 { properties.withUnsafeMutableBufferPointer { $0[range].update(repeating: value) } }
        }
        self.properties = properties
    }

    static let scalarCount = 0x110000
    static let categoryMask: UInt8 = 0x1F
    static let whitespaceFlag: UInt8 = 1 << 5
    static let wordFlag: UInt8 = 1 << 6
    static let numericFlag: UInt8 = 1 << 7

    /// Category and flags of a scalar.
    @inline(__always)
    func property(_ scalar: UInt32) -> UInt8 {
        scalar < Self.scalarCount ? properties[Int(scalar)] : 0
    }

    /// The scalar is white space.
    @inline(__always)
    func isWhitespace(_ scalar: UInt32) -> Bool { property(scalar) & Self.whitespaceFlag != 0 }

    /// The scalar is a letter, mark, digit, connector or joiner.
    @inline(__always)
    func isWord(_ scalar: UInt32) -> Bool { property(scalar) & Self.wordFlag != 0 }

    /// The scalar is a number of any kind.
    @inline(__always)
    func isNumeric(_ scalar: UInt32) -> Bool { property(scalar) & Self.numericFlag != 0 }

    /// One bit for each category that a name stands for: `L`, `Lu`, `Letter`; 0 for another name.
    static func categories(named name: String) -> UInt32 {
        let short = longNames[name.lowercased().filter { $0 != "_" && $0 != " " && $0 != "-" }] ?? name
        guard (1...2).contains(short.count) else { return 0 }
        var mask: UInt32 = 0
        for (index, category) in UnicodeData.categories.enumerated() where category.hasPrefix(short) {
            mask |= 1 << UInt32(index)
        }
        return mask
    }

    private static let longNames = [
        "letter": "L", "mark": "M", "number": "N", "punctuation": "P", "symbol": "S", "separator": "Z", "other": "C",
        "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm",
        "otherletter": "Lo", "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me",
        "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No",
    ]
}

/// Calls `body` for each run of equal values in packed data.
func forEachRun(_ packed: String, _ body: (Range<Int>, UInt8) -> Void) {
    var reader = PackedReader(packed)
    var start = 0
    while let length = reader.next(), let value = reader.nextByte() {
        body(start..<start + length, value)
        start += length
    }
}

/// Reads variable-length integers: seven bits per byte, lowest first; the top bit says that more follow.
struct PackedReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ base64: String) {
        bytes = [UInt8](Data(base64Encoded: base64) ?? Data())
    }

    mutating func nextByte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func next() -> Int? {
        var value = 0
        var shift = 0
        while let byte = nextByte() {
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}

extension String {
    /// The Unicode scalars as numbers.
    var scalarValues: [UInt32] {
        var text = self
        return text.withUTF8 { bytes in
            [UInt32](unsafeUninitializedCapacity: bytes.count) { values, count in
                var position = 0
                while position < bytes.count {
                    // A string's bytes are always valid UTF-8.
                    let lead = UInt32(bytes[position])
                    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
                    var value = length == 1 ? lead : lead & (0x7F >> UInt32(length))
                    for offset in 1..<length { value = value << 6 | UInt32(bytes[position + offset] & 0x3F) }
                    values[count] = value
                    count += 1
                    position += length
                }
            }
        }
    }
}
