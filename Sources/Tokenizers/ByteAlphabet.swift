/// The printable character that stands for each byte in a byte-level vocabulary: those of Latin-1 that are visible
/// stand for themselves, the other bytes for U+0100 and on.
package enum ByteAlphabet {
    /// The scalar for each byte.
    package static let scalars: [UInt16] = {
        var next: UInt16 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return UInt16(byte)
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte for each scalar below 0x144; -1 for those that stand for none.
    private static let bytes: [Int16] = {
        var result = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { result[Int(scalar)] = Int16(byte) }
        return result
    }()

    /// Appends the characters for some bytes, as UTF-8.
    static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            let scalar = scalars[Int(byte)]
            if scalar < 0x80 {
                text.append(UInt8(scalar))
            } else {
                text.append(UInt8(0xC0 | scalar >> 6))
                text.append(UInt8(0x80 | scalar & 0x3F))
            }
        }
    }

    /// Appends the bytes that the characters of a token stand for; the token itself if one of them stands for none.
    static func appendBytes(of token: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        let start = result.count
        var position = 0
        while position < token.count {
            let first = token[position]
            var scalar = Int(first)
            var length = 1
            if first >= 0xC0 {
                guard first < 0xE0, position + 1 < token.count else { break }
                scalar = Int(first & 0x1F) << 6 | Int(token[position + 1] & 0x3F)
                length = 2
            }
            guard scalar < bytes.count, bytes[scalar] >= 0 else { break }
            result.append(UInt8(bytes[scalar]))
            position += length
        }
        if position < token.count {
            result.removeLast(result.count - start)
            result.append(contentsOf: token)
        }
    }
}
