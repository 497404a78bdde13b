import Foundation

/// Texts and their numbers, both ways.
///
/// Texts are compared byte by byte: Swift strings that differ in their bytes may be equal, tokens never are.
struct Vocabulary: Sendable {
    /// All texts, one after the other, as UTF-8.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Open addressing: the upper half of a hash and the index of an entry plus 1; 0 is empty.
    private var slots: [UInt64]
    private let seed: UInt64
    /// Index of the entry by token; -1 where there is none.
    private var entryOfToken: [Int32] = []
    private(set) var longestText = 0

    private struct Entry {
        var start: UInt32
        var length: UInt32
        var token: Int32
    }

    /// Numbers beyond this are refused: the table by token would take more memory than any vocabulary needs.
    static let largestToken: Int32 = 1 << 24

    /// - Parameter capacity: how many texts to make room for.
    init(capacity: Int = 1 << 10) {
        // An adversary can't prepare texts that all fall into one slot without knowing the seed.
        seed = UInt64.random(in: .min ... .max)
        slots = [UInt64](repeating: 0, count: Self.slotCount(for: capacity))
        entries.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 8)
    }

    /// Number of different texts.
    var count: Int { entries.count }

    /// One more than the largest token.
    var tokenBound: Int { entryOfToken.count }

    /// Adds a text or gives a known one another token.
    mutating func insert(_ text: UnsafeRawBufferPointer, token: Int32) throws {
        guard (0...Self.largestToken).contains(token) else {
            throw TokenizerFault("it gives a token the number \(token), beyond \(Self.largestToken)")
        }
        guard bytes.count + text.count <= Int(UInt32.max) else { throw TokenizerFault("its vocabulary is too large") }
        let hash = hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        var index = entries.count
        while slots[slot] != 0 {
            let candidate = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == hash >> 32, matches(candidate, text) {
                index = candidate
                break
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        if index == entries.count {
            slots[slot] = (hash >> 32) << 32 | UInt64(index + 1)
            entries.append(Entry(start: UInt32(bytes.count), length: UInt32(text.count), token: token))
            bytes.append(contentsOf: text)
            longestText = max(longestText, text.count)
            if entries.count * 4 > slots.count * 3 { grow() }
        } else {
            entries[index].token = token
        }
        if Int(token) >= entryOfToken.count {
            let missing = Int(token) + 1 - entryOfToken.count
            entryOfToken.append(contentsOf: repeatElement(-1, count: missing))
        }
        entryOfToken[Int(token)] = Int32(index)
    }

    /// The token of a text.
    func token(_ text: UnsafeRawBufferPointer) -> Int32? {
        let hash = hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == hash >> 32, matches(index, text) { return entries[index].token }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The token of a text.
    func token(_ text: String) -> Int32? {
        var text = text
        return text.withUTF8 { token(UnsafeRawBufferPointer($0)) }
    }

    /// Calls `body` with the text of a token.
    func withText<Result>(of token: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        guard token >= 0, Int(token) < entryOfToken.count, entryOfToken[Int(token)] >= 0 else { return nil }
        let entry = entries[Int(entryOfToken[Int(token)])]
        return bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[Int(entry.start)..<Int(entry.start + entry.length)]))
        }
    }

    /// The text of a token.
    func text(of token: Int32) -> String? {
        withText(of: token) { String(decoding: $0, as: UTF8.self) }
    }

    private func matches(_ index: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let entry = entries[index]
        guard Int(entry.length) == text.count else { return false }
        guard let other = text.baseAddress else { return true }
        return bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp($0 + Int(entry.start), other, text.count) == 0 } ?? false
        }
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for (index, entry) in entries.enumerated() {
            let hash = bytes.withUnsafeBytes { bytes in
                self.hash(UnsafeRawBufferPointer(rebasing: bytes[Int(entry.start)..<Int(entry.start + entry.length)]))
            }
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = (hash >> 32) << 32 | UInt64(index + 1)
        }
    }

    private static func slotCount(for capacity: Int) -> Int {
        var count = 64
        while count * 3 < capacity * 4 { count *= 2 }
        return count
    }

    /// Multiplies and folds eight bytes at a time.
    private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed ^ UInt64(text.count)
        var position = 0
        while position + 8 <= text.count {
            state = fold(state ^ text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        while position < text.count {
            rest = rest << 8 | UInt64(text[position])
            position += 1
        }
        return fold(fold(state ^ rest))
    }

    @inline(__always)
    private func fold(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return high ^ low
    }
}

/// A table from pairs of 32-bit numbers to pairs of 32-bit numbers.
struct PairTable: Sendable {
    private struct Slot {
        var key: UInt64
        var value: UInt64
    }

    /// Open addressing; the key of an empty slot has all bits set, which no pair of tokens has.
    private var slots: [Slot]
    private var count = 0
    private static let empty = UInt64.max

    /// - Parameter capacity: how many pairs to make room for.
    init(capacity: Int = 0) {
        var size = 64
        while size * 5 < capacity * 8 { size *= 2 }
        slots = [Slot](repeating: Slot(key: Self.empty, value: 0), count: size)
    }

    /// The value of a pair, as upper and lower half of one number.
    @inline(__always)
    func value(_ first: UInt32, _ second: UInt32) -> UInt64? {
        let key = UInt64(first) << 32 | UInt64(second)
        var slot = Self.start(key, slots.count)
        while slots[slot].key != key {
            if slots[slot].key == Self.empty { return nil }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slots[slot].value
    }

    /// Sets the value of a pair.
    mutating func insert(_ first: UInt32, _ second: UInt32, _ value: UInt64) {
        if (count + 1) * 8 > slots.count * 5 { grow() }
        let key = UInt64(first) << 32 | UInt64(second)
        var slot = Self.start(key, slots.count)
        while slots[slot].key != Self.empty, slots[slot].key != key { slot = (slot + 1) & (slots.count - 1) }
        if slots[slot].key == Self.empty { count += 1 }
        slots[slot] = Slot(key: key, value: value)
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(key: Self.empty, value: 0), count: old.count * 2)
        for entry in old where entry.key != Self.empty {
            var slot = Self.start(entry.key, slots.count)
            while slots[slot].key != Self.empty { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    @inline(__always)
    private static func start(_ key: UInt64, _ size: Int) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (size - 1)
    }
}
