/// Compression as RFC 1951 describes it, with matches of repeated bytes and the fixed Huffman codes.
enum Deflate {
    /// Compressed bytes with the header and the checksum of RFC 1950.
    static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var low: UInt32 = 1, high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let sum = high << 16 | low
        return [0x78, 0x01] + compress(bytes) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    }

    /// One block with fixed codes.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var output = BitWriter()
        output.write(1, bits: 1)  // the last block
        output.write(1, bits: 2)  // fixed codes
        // The latest place of each hash of three bytes, and the place before it with the same hash.
        var latest = [Int32](repeating: -1, count: 1 << 15)
        var earlier = [Int32](repeating: -1, count: bytes.count)
        func hash(_ at: Int) -> Int {
            (Int(bytes[at]) << 10 ^ Int(bytes[at + 1]) << 5 ^ Int(bytes[at + 2])) & 0x7FFF
        }
        func remember(_ at: Int) {
            guard at + 2 < bytes.count else { return }
            let slot = hash(at)
            earlier[at] = latest[slot]
            latest[slot] = Int32(at)
        }
        var at = 0
        while at < bytes.count {
            var best = (length: 0, distance: 0)
            if at + 2 < bytes.count {
                var candidate = Int(latest[hash(at)]), tries = 32
                let limit = min(258, bytes.count - at)
                while candidate >= 0, at - candidate <= 32_768, tries > 0 {
                    var length = 0
                    while length < limit, bytes[candidate + length] == bytes[at + length] { length += 1 }
                    if length > best.length { best = (length, at - candidate) }
                    candidate = Int(earlier[candidate])
                    tries -= 1
                }
            }
            if best.length >= 4 {
                output.writeMatch(length: best.length, distance: best.distance)
                for passed in at..<at + best.length { remember(passed) }
                at += best.length
            } else {
                output.writeSymbol(Int(bytes[at]))
                remember(at)
                at += 1
            }
        }
        output.writeSymbol(256)
        return output.finish()
    }
}

/// Bits packed into bytes from the least significant one.
private struct BitWriter {
    private var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var count = 0

    mutating func write(_ value: Int, bits: Int) {
        pending |= UInt64(value) << UInt64(count)
        count += bits
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// A literal byte, the end (256) or a length code, by the fixed codes.
    mutating func writeSymbol(_ symbol: Int) {
        switch symbol {
        case 0..<144: writeCode(0x30 + symbol, bits: 8)
        case 144..<256: writeCode(0x190 + symbol - 144, bits: 9)
        case 256..<280: writeCode(symbol - 256, bits: 7)
        default: writeCode(0xC0 + symbol - 280, bits: 8)
        }
    }

    mutating func writeMatch(length: Int, distance: Int) {
        // 258 has a code of its own; other lengths and all distances double their step every four and two codes.
        if length == 258 {
            writeSymbol(285)
        } else {
            let (code, extra, bits) = Self.bucket(length - 3, perDoubling: 4)
            writeSymbol(257 + code)
            write(extra, bits: bits)
        }
        let (code, extra, bits) = Self.bucket(distance - 1, perDoubling: 2)
        writeCode(code, bits: 5)
        write(extra, bits: bits)
    }

    mutating func finish() -> [UInt8] {
        if count > 0 { write(0, bits: 8 - count) }
        return bytes
    }

    /// Huffman codes are written from their most significant bit.
    private mutating func writeCode(_ code: Int, bits: Int) {
        for bit in stride(from: bits - 1, through: 0, by: -1) { write(code >> bit & 1, bits: 1) }
    }

    /// The code of a value, what it leaves to be said, and in how many bits.
    private static func bucket(_ value: Int, perDoubling: Int) -> (code: Int, extra: Int, bits: Int) {
        var code = 0, base = 0, bits = 0
        while true {
            let doublings = max(0, code / perDoubling - 1)
            bits = doublings
            if value < base + 1 << bits { return (code, value - base, bits) }
            base += 1 << bits
            code += 1
        }
    }
}
