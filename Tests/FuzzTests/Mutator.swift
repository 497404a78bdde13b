/// A generator whose numbers follow from its seed alone (SplitMix64).
struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A generator for one round of one reader.
    init(_ name: String, round: Int) {
        // FNV-1a: the same on every machine, as `hashValue` is not.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        state = hash &+ UInt64(round) &* 0xD134_2543_DE82_EF95
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}

/// Damages good files.
struct Mutator {
    enum Mutation: CaseIterable {
        case flipBit, setByte, insert, delete, duplicate, swap, truncate, littleEndianNumber, bigEndianNumber,
            decimalNumber, nesting
    }

    /// The most bytes that a file grows by.
    static let growth = 1 << 14

    var random: FuzzRandom

    /// A file with one to four mutations.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0...random.below(4) { apply(random.pick(Mutation.allCases), to: &result) }
        return Array(result.prefix(bytes.count + Self.growth))
    }

    mutating func apply(_ mutation: Mutation, to bytes: inout [UInt8]) {
        switch mutation {
        case .flipBit:
            guard let place = place(in: bytes) else { return }
            bytes[place] ^= 1 << UInt8(random.below(8))
        case .setByte:
            guard let place = place(in: bytes) else { return }
            bytes[place] = random.below(2) == 0 ? random.pick([0, 1, 0x7F, 0x80, 0xFF]) : UInt8(random.below(256))
        case .insert:
            let new = (0...random.below(8)).map { _ in UInt8(random.below(256)) }
            bytes.insert(contentsOf: new, at: place(in: bytes) ?? 0)
        case .delete:
            bytes.removeSubrange(block(of: bytes))
        case .duplicate:
            let block = block(of: bytes)
            bytes.insert(contentsOf: bytes[block], at: place(in: bytes) ?? 0)
        case .swap:
            let blocks = [block(of: bytes), block(of: bytes)].sorted { $0.lowerBound < $1.lowerBound }
            guard blocks[0].upperBound <= blocks[1].lowerBound else { return }
            let (first, second) = (Array(bytes[blocks[0]]), Array(bytes[blocks[1]]))
            bytes.replaceSubrange(blocks[1], with: first)
            bytes.replaceSubrange(blocks[0], with: second)
        case .truncate:
            bytes.removeLast(bytes.count - (place(in: bytes) ?? 0))
        case .littleEndianNumber: overwriteNumber(in: &bytes, isBigEndian: false)
        case .bigEndianNumber: overwriteNumber(in: &bytes, isBigEndian: true)
        case .decimalNumber: replaceDecimalNumber(in: &bytes)
        case .nesting: nest(&bytes)
        }
    }

    // MARK: Numbers

    /// Where lengths are off by one, change their sign or leave their type.
    private static let boundaries: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0,
        0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, 1 << 53, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000,
        0xFFFF_FFFF_FFFF_FFF8, 0xFFFF_FFFF_FFFF_FFFF,
    ]

    private static let decimals = [
        "0", "-0", "-1", "00", "1.5", "1e3", "1e308", "1e999", "-1e999", "1e-999", "2147483647", "2147483648",
        "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "99999999999999999999999999", "null", "true", "\"nan\"", "[]", "{}", "\"\"",
    ]

    private mutating func overwriteNumber(in bytes: inout [UInt8], isBigEndian: Bool) {
        let width = random.pick([2, 3, 4, 8])
        guard let start = place(in: bytes), start + width <= bytes.count else { return }
        var number = random.pick(Self.boundaries)
        // Nearly as long as the file itself is.
        if random.below(3) == 0 { number = UInt64(bytes.count) &- 16 &+ UInt64(random.below(32)) }
        for index in 0..<width {
            let byte = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
            bytes[start + (isBigEndian ? width - 1 - index : index)] = byte
        }
    }

    private mutating func replaceDecimalNumber(in bytes: inout [UInt8]) {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let place = place(in: bytes), let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: random.pick(Self.decimals).utf8)
    }

    /// Brackets in brackets: as JSON and as pickles have them.
    private mutating func nest(_ bytes: inout [UInt8]) {
        let depth = random.pick([1, 3, 60, 130, 600, 1200])
        let (open, close) = random.pick([("[", "]"), ("{\"a\":", "}"), ("(", "t"), ("]", "a"), ("\"", "\"")])
        let block = block(of: bytes)
        var nested = Array(repeatElement(open, count: depth).joined().utf8) + bytes[block]
        if random.below(3) > 0 { nested += Array(repeatElement(close, count: depth).joined().utf8) }
        bytes.replaceSubrange(block, with: nested)
    }

    // MARK: Places

    /// A place in the file: often near its beginning or its end, where headers and directories are; `nil` in an empty
    /// file.
    private mutating func place(in bytes: [UInt8]) -> Int? {
        guard !bytes.isEmpty else { return nil }
        let near = min(bytes.count, 256)
        return switch random.below(4) {
        case 0: random.below(near)
        case 1: bytes.count - 1 - random.below(near)
        default: random.below(bytes.count)
        }
    }

    private mutating func block(of bytes: [UInt8]) -> Range<Int> {
        let start = place(in: bytes) ?? 0
        let longest = random.pick([1, 4, 16, 256, 4096])
        return start..<min(bytes.count, start + 1 + random.below(longest))
    }
}
