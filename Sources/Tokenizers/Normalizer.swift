import StreamingJSON

/// What happens to text before it is split: a Unicode normalization form, or nothing.
enum Normalizer: Sendable, Equatable {
    case none
    /// Canonical decomposition.
    case canonicalDecomposition
    /// Canonical decomposition, then canonical composition.
    case canonicalComposition

    /// Reads the entry `normalizer` of `tokenizer.json`.
    init(_ json: JSONNode) throws {
        switch json["type"]?.string {
        case nil where json == .null: self = .none
        case "NFC": self = .canonicalComposition
        case "NFD": self = .canonicalDecomposition
        case "Sequence":
            let parts = try (json["normalizers"]?.array ?? []).map { try Normalizer($0) }.filter { $0 != .none }
            // Of several forms in a row the last one decides.
            self = parts.last ?? .none
        case let type: throw TokenizerFault.unsupported("normalizer", type)
        }
    }

    /// The normalized text.
    func apply(_ text: [UInt32]) -> [UInt32] {
        // Nothing below U+0300 combines with its neighbours, and below U+00C0 nothing decomposes.
        let firstAffected: UInt32 = self == .canonicalComposition ? 0x300 : 0xC0
        guard self != .none, text.contains(where: { $0 >= firstAffected }) else { return text }
        var scalars = NormalizationTables.shared.decomposed(text)
        if self == .canonicalComposition { NormalizationTables.shared.compose(&scalars) }
        return scalars
    }
}

/// Decompositions, compositions and combining classes (Unicode Standard Annex 15).
struct NormalizationTables: Sendable {
    /// The tables, unpacked at first use.
    static let shared = NormalizationTables()

    /// The scalars that decompose, ascending, and their two parts; the second is 0 if there is none.
    private var decomposing: [UInt32] = []
    private var parts: [(UInt32, UInt32)] = []
    /// Which blocks of 256 scalars have any that decompose.
    private var decomposingBlocks = [Bool](repeating: false, count: UnicodeTables.scalarCount >> 8)
    /// Both parts in one number, and the scalar that they compose to.
    private var compositions: [UInt64: UInt32] = [:]
    private var combiningClasses: [ClosedRange<UInt32>] = []
    private var combiningClassValues: [UInt8] = []

    private init() {
        var reader = PackedReader(UnicodeData.decompositions)
        var scalar: UInt32 = 0
        while let step = reader.next(), let first = reader.next(), let second = reader.next() {
            scalar += UInt32(step >> 1)
            decomposing.append(scalar)
            parts.append((UInt32(first), UInt32(second)))
            decomposingBlocks[Int(scalar >> 8)] = true
            if step & 1 != 0 { compositions[Self.pair(UInt32(first), UInt32(second))] = scalar }
        }
        var ranges: [ClosedRange<UInt32>] = []
        var values: [UInt8] = []
        forEachRun(UnicodeData.combiningClasses) { range, value in
            guard value != 0 else { return }
            ranges.append(UInt32(range.lowerBound)...UInt32(range.upperBound - 1))
            values.append(value)
        }
        (combiningClasses, combiningClassValues) = (ranges, values)
    }

    private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 { UInt64(first) << 32 | UInt64(second) }

    /// The canonical decomposition of a text, with combining marks in canonical order.
    func decomposed(_ text: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(text.count + text.count / 4)
        for scalar in text { appendDecomposition(of: scalar, to: &result) }
        sortMarks(&result)
        return result
    }

    private func appendDecomposition(of scalar: UInt32, to result: inout [UInt32]) {
        if scalar < 0xC0 {
            result.append(scalar)
        } else if Hangul.syllables.contains(scalar) {
            Hangul.appendDecomposition(of: scalar, to: &result)
        } else if scalar < UnicodeTables.scalarCount, decomposingBlocks[Int(scalar >> 8)],
            let index = position(of: scalar)
        {
            appendDecomposition(of: parts[index].0, to: &result)
            if parts[index].1 != 0 { appendDecomposition(of: parts[index].1, to: &result) }
        } else {
            result.append(scalar)
        }
    }

    private func position(of scalar: UInt32) -> Int? {
        var low = 0
        var high = decomposing.count
        while low < high {
            let middle = (low + high) / 2
            if decomposing[middle] < scalar { low = middle + 1 } else { high = middle }
        }
        return low < decomposing.count && decomposing[low] == scalar ? low : nil
    }

    /// The canonical combining class; 0 for a scalar that starts a sequence.
    func combiningClass(_ scalar: UInt32) -> UInt8 {
        if scalar < 0x300 { return 0 }
        var low = 0
        var high = combiningClasses.count
        while low < high {
            let middle = (low + high) / 2
            if combiningClasses[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < combiningClasses.count && combiningClasses[low].contains(scalar) ? combiningClassValues[low] : 0
    }

    /// Sorts each run of combining marks by class; marks of one class keep their order.
    private func sortMarks(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(scalars[start]) != 0 else {
                start += 1
                continue
            }
            var run: [(class: UInt8, scalar: UInt32)] = []
            var end = start
            while end < scalars.count {
                let combiningClass = combiningClass(scalars[end])
                if combiningClass == 0 { break }
                run.append((combiningClass, scalars[end]))
                end += 1
            }
            let sorted = run.enumerated().sorted {
                ($0.element.class, $0.offset) < ($1.element.class, $1.offset)
            }
            for (offset, mark) in sorted.enumerated() { scalars[start + offset] = mark.element.scalar }
            start = end
        }
    }

    /// Composes decomposed text in place: each mark joins the last starter unless a mark in between blocks it.
    func compose(_ scalars: inout [UInt32]) {
        var end = 0
        var starter: Int?
        var previousClass: UInt8 = 0
        for scalar in scalars {
            let combiningClass = combiningClass(scalar)
            let isAdjacent = starter.map { $0 + 1 == end } ?? false
            if let starter, isAdjacent || (previousClass != 0 && previousClass < combiningClass),
                let composite = composite(scalars[starter], scalar)
            {
                scalars[starter] = composite
                continue
            }
            scalars[end] = scalar
            if combiningClass == 0 {
                starter = end
                previousClass = 0
            } else {
                previousClass = combiningClass
            }
            end += 1
        }
        scalars.removeLast(scalars.count - end)
    }

    private func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.composite(first, second) ?? compositions[Self.pair(first, second)]
    }
}

/// Hangul syllables are composed of two or three letters by a rule (The Unicode Standard, section 3.12).
private enum Hangul {
    static let syllables: Range<UInt32> = 0xAC00..<0xAC00 + 11172
    private static let leading: Range<UInt32> = 0x1100..<0x1100 + 19
    private static let vowels: Range<UInt32> = 0x1161..<0x1161 + 21
    /// The first one stands for no trailing letter.
    private static let trailing: Range<UInt32> = 0x11A7..<0x11A7 + 28

    static func appendDecomposition(of syllable: UInt32, to result: inout [UInt32]) {
        let index = syllable - syllables.lowerBound
        let perVowel = UInt32(trailing.count)
        let perLeading = perVowel * UInt32(vowels.count)
        result.append(leading.lowerBound + index / perLeading)
        result.append(vowels.lowerBound + index % perLeading / perVowel)
        if index % perVowel != 0 { result.append(trailing.lowerBound + index % perVowel) }
    }

    static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let perVowel = UInt32(trailing.count)
        if leading.contains(first), vowels.contains(second) {
            let row = (first - leading.lowerBound) * UInt32(vowels.count) + second - vowels.lowerBound
            return syllables.lowerBound + row * perVowel
        }
        if syllables.contains(first), (first - syllables.lowerBound) % perVowel == 0, trailing.contains(second),
            second != trailing.lowerBound
        {
            return first + second - trailing.lowerBound
        }
        return nil
    }
}
