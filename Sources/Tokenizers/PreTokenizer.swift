import StreamingJSON

/// How text is cut into pieces before byte-pair encoding: merges never cross from one piece to the next.
struct PreTokenizer: Sendable {
    /// One step; steps cut the pieces of those before.
    private enum Step: Sendable {
        case split(SplitPattern, Behavior, isInverted: Bool)
        case digits(individually: Bool)
        /// A space before each piece that starts with none.
        case prefixSpace
    }

    /// What becomes of the matches of a pattern.
    private enum Behavior: String, Sendable {
        case removed = "Removed"
        case isolated = "Isolated"
        case mergedWithPrevious = "MergedWithPrevious"
        case mergedWithNext = "MergedWithNext"
        case contiguous = "Contiguous"
    }

    private var steps: [Step] = []

    /// The last step turns pieces into bytes.
    private(set) var isByteLevel = false

    /// The pattern of GPT-2, which a byte-level step brings with it.
    static let gpt2Pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// The pattern of Qwen2 and Qwen3.
    static let qwen2Pattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// Splits by a pattern, keeps its matches and what lies between them, and turns them into bytes.
    init(byteLevelPattern pattern: String) throws {
        steps = [.split(try SplitPattern(pattern), .isolated, isInverted: false)]
        isByteLevel = true
    }

    /// Reads the entry `pre_tokenizer` of `tokenizer.json`.
    init(_ json: JSONNode) throws {
        if json != .null { try add(json) }
    }

    private mutating func add(_ json: JSONNode) throws {
        let type = json["type"]?.string
        if isByteLevel {
            throw TokenizerFault("its pre_tokenizer \(type ?? "(none)") follows the one that turns text into bytes")
        }
        switch type {
        case "Sequence": for part in json["pretokenizers"]?.array ?? [] { try add(part) }
        case "Split":
            let behavior = json["behavior"]?.string
            guard let behavior = behavior.flatMap(Behavior.init) else {
                throw TokenizerFault.unsupported("split behavior", behavior)
            }
            steps.append(
                .split(try Self.pattern(json["pattern"]), behavior, isInverted: json["invert"]?.bool ?? false))
        case "Digits": steps.append(.digits(individually: json["individual_digits"]?.bool ?? false))
        case "ByteLevel":
            if json["add_prefix_space"]?.bool ?? true { steps.append(.prefixSpace) }
            if json["use_regex"]?.bool ?? true {
                steps.append(.split(try SplitPattern(Self.gpt2Pattern), .isolated, isInverted: false))
            }
            isByteLevel = true
        default: throw TokenizerFault.unsupported("pre_tokenizer", type)
        }
    }

    private static func pattern(_ json: JSONNode?) throws -> SplitPattern {
        if let pattern = json?["Regex"]?.string { return try SplitPattern(pattern) }
        if let text = json?["String"]?.string { return try SplitPattern(literal: text) }
        throw TokenizerFault("its pre_tokenizer Split has no pattern")
    }

    /// Calls `body` with the pieces of a text in order, until it returns `false`.
    func forEachPiece(of text: [UInt32], _ body: (ArraySlice<UInt32>) -> Bool) {
        var text = text
        var pieces = [0..<text.count]
        for step in steps {
            switch step {
            case .split(let pattern, let behavior, let isInverted):
                var matcher = SplitMatcher(pattern)
                pieces = pieces.flatMap { piece in
                    var parts = Parts()
                    matcher.forEachMatch(in: text, piece) { parts.addMatch($0, in: piece) }
                    return parts.finished(piece, behavior, isInverted)
                }
            case .digits(let individually):
                pieces = pieces.flatMap { piece in
                    var parts = Parts()
                    for position in piece where UnicodeTables.shared.isNumeric(text[position]) {
                        parts.addMatch(position..<position + 1, in: piece)
                    }
                    return parts.finished(piece, individually ? .isolated : .contiguous, false)
                }
            case .prefixSpace: (text, pieces) = Self.prefixed(text, pieces)
            }
        }
        for piece in pieces where !body(text[piece]) { return }
    }

    private static func prefixed(_ text: [UInt32], _ pieces: [Range<Int>]) -> ([UInt32], [Range<Int>]) {
        var result: [UInt32] = []
        var ranges: [Range<Int>] = []
        for piece in pieces where !piece.isEmpty {
            let start = result.count
            if text[piece.lowerBound] != 0x20 { result.append(0x20) }
            result.append(contentsOf: text[piece])
            ranges.append(start..<result.count)
        }
        return (result, ranges)
    }

    /// The matches in a piece and what lies between them.
    private struct Parts {
        private var list: [(range: Range<Int>, isMatch: Bool)] = []
        private var end: Int?

        mutating func addMatch(_ match: Range<Int>, in piece: Range<Int>) {
            addGap(until: match.lowerBound, piece)
            list.append((match, true))
            end = match.upperBound
        }

        private mutating func addGap(until position: Int, _ piece: Range<Int>) {
            let start = end ?? piece.lowerBound
            if start < position { list.append((start..<position, false)) }
        }

        /// The new pieces, none of them empty.
        mutating func finished(_ piece: Range<Int>, _ behavior: Behavior, _ isInverted: Bool) -> [Range<Int>] {
            addGap(until: piece.upperBound, piece)
            switch behavior {
            case .isolated: return list.map(\.range)
            case .removed: return list.filter { $0.isMatch == isInverted }.map(\.range)
            case .contiguous:
                return Self.joined(list, isInverted) { isMatch, previous in isMatch == previous }
            case .mergedWithPrevious:
                return Self.joined(list, isInverted) { isMatch, previous in isMatch && !previous }
            case .mergedWithNext:
                return Self.joined(list.reversed(), isInverted) { isMatch, next in isMatch && !next }.reversed()
            }
        }

        /// Joins a part to the one before it in `list` if `joins` says so of both being matches.
        private static func joined(
            _ list: [(range: Range<Int>, isMatch: Bool)], _ isInverted: Bool, _ joins: (Bool, Bool) -> Bool
        ) -> [Range<Int>] {
            var result: [Range<Int>] = []
            var previous = false
            for part in list {
                let isMatch = part.isMatch != isInverted
                if joins(isMatch, previous), let last = result.last {
                    let lower = min(last.lowerBound, part.range.lowerBound)
                    result[result.count - 1] = lower..<max(last.upperBound, part.range.upperBound)
                } else {
                    result.append(part.range)
                }
                previous = isMatch
            }
            return result
        }
    }
}
