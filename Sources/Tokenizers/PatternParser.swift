/// Parses the text of a pattern.
///
/// Patterns of tokenizers are written for Oniguruma; Swift's own `Regex` differs in classes and in the order of attempts,
/// and one token split otherwise makes another song.
struct PatternParser {
    typealias Node = SplitPattern.Node

    private let pattern: [UInt32]
    private var position = 0
    private var depth = 0

    /// Repetitions with a count are unrolled; groups are parsed recursively.
    private static let largestCount = 64
    private static let maximumDepth = 32

    init(_ pattern: String) {
        self.pattern = pattern.unicodeScalars.map(\.value)
    }

    func fault(_ what: String) -> TokenizerFault {
        let text = String(String.UnicodeScalarView(pattern.compactMap(Unicode.Scalar.init)))
        return TokenizerFault(
            "its split pattern \(text) has \(what) near character \(position), which isn't supported",
            advice: "use a checkpoint with a byte-level BPE tokenizer such as Qwen's")
    }

    mutating func parse() throws -> Node {
        let node = try alternatives(ignoringCase: false)
        guard position == pattern.count else { throw fault("an unmatched )") }
        return node
    }

    // MARK: Structure

    private func at(_ character: Unicode.Scalar, _ offset: Int = 0) -> Bool {
        position + offset < pattern.count && pattern[position + offset] == character.value
    }

    private mutating func take(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.map(\.value)
        guard pattern[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    private mutating func alternatives(ignoringCase: Bool) throws -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw fault("too many groups") }
        var list = [try sequence(ignoringCase)]
        while take("|") { list.append(try sequence(ignoringCase)) }
        return list.count == 1 ? list[0] : .alternatives(list)
    }

    private mutating func sequence(_ ignoringCase: Bool) throws -> Node {
        var nodes: [Node] = []
        var lastLetter: UInt32?
        while position < pattern.count, !at("|"), !at(")") {
            let start = position
            let atom = try atom(ignoringCase)
            if ignoringCase {
                // Some pairs of letters equal one character without regard to case: ss and ß, st and ﬆ, fi and ﬁ.
                let letter = position == start + 1 ? pattern[start] | 0x20 : nil
                if let lastLetter, let letter, Self.foldsWith(lastLetter, letter) { throw fault("a folding pair") }
                lastLetter = letter
            }
            nodes.append(try quantified(atom))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private static func foldsWith(_ first: UInt32, _ second: UInt32) -> Bool {
        let pair = String(String.UnicodeScalarView([first, second].compactMap(Unicode.Scalar.init)))
        return ["ss", "st", "ff", "fi", "fl"].contains(pair)
    }

    private mutating func quantified(_ node: Node) throws -> Node {
        var minimum: Int
        var maximum: Int
        var isInterval = false
        if take("?") {
            (minimum, maximum) = (0, 1)
        } else if take("*") {
            (minimum, maximum) = (0, .max)
        } else if take("+") {
            (minimum, maximum) = (1, .max)
        } else if at("{") {
            position += 1
            isInterval = true
            let first = number()
            minimum = first ?? 0
            maximum = minimum
            if take(",") {
                let second = number()
                maximum = second ?? .max
                if first == nil, second == nil { throw fault("a { that starts no repetition") }
            } else if first == nil {
                throw fault("a { that starts no repetition")
            }
            guard take("}") else { throw fault("a { that starts no repetition") }
        } else {
            return node
        }
        let bound = maximum == .max ? minimum : maximum
        guard minimum <= maximum, maximum > 0, bound <= Self.largestCount else { throw fault("such a repetition") }
        if maximum > 1, node.canBeEmpty { throw fault("a repetition of what can be empty") }
        var mode = Node.Mode.greedy
        var repeatsAgain = false
        if take("?") {
            if isInterval, minimum == maximum { throw fault("a reluctant fixed count") }
            mode = .reluctant
        } else if take("+") {
            if isInterval { repeatsAgain = true } else { mode = .possessive }
        }
        if at("?") || at("*") || at("+") || at("{") { throw fault("a repetition of a repetition") }
        let result = Node.repetition(node, minimum: minimum, maximum: maximum, mode)
        guard repeatsAgain else { return result }
        guard !result.canBeEmpty else { throw fault("a repetition of what can be empty") }
        return .repetition(result, minimum: 1, maximum: .max, .greedy)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while position < pattern.count, (0x30...0x39).contains(pattern[position]), value ?? 0 < 1 << 20 {
            value = (value ?? 0) * 10 + Int(pattern[position] - 0x30)
            position += 1
        }
        return value
    }

    // MARK: Atoms

    private mutating func atom(_ ignoringCase: Bool) throws -> Node {
        if at("(") { return try group(ignoringCase) }
        if at("[") { return .set(try scalarClass(ignoringCase)) }
        let scalar = pattern[position]
        position += 1
        switch Unicode.Scalar(scalar) {
        case "\\":
            var set = SplitPattern.Set()
            guard let literal = try escape(into: &set) else { return .set(set) }
            return .set(try Self.literal(literal, ignoringCase, self))
        case ".", "^", "$", "?", "*", "+", "{":
            position -= 1
            throw fault("the character \(Unicode.Scalar(scalar).map(String.init) ?? "")")
        default: return .set(try Self.literal(scalar, ignoringCase, self))
        }
    }

    private mutating func group(_ ignoringCase: Bool) throws -> Node {
        let kinds: [(String, ignoresCase: Bool, wrap: (Node) -> Node)] = [
            ("(?:", ignoringCase, { $0 }), ("(?i:", true, { $0 }), ("(?-i:", false, { $0 }),
            ("(?>", ignoringCase, { .atomic($0) }), ("(?=", ignoringCase, { .look($0, isNegative: false) }),
            ("(?!", ignoringCase, { .look($0, isNegative: true) }),
        ]
        for kind in kinds where take(kind.0) { return try inner(ignoringCase: kind.ignoresCase, kind.wrap) }
        if at("?", 1) { throw fault("a group of that kind") }
        position += 1
        return try inner(ignoringCase: ignoringCase) { $0 }
    }

    private mutating func inner(ignoringCase: Bool, _ wrap: (Node) -> Node) throws -> Node {
        let inner = try alternatives(ignoringCase: ignoringCase)
        guard take(")") else { throw fault("a group without an end") }
        return wrap(inner)
    }

    private mutating func scalarClass(_ ignoringCase: Bool) throws -> SplitPattern.Set {
        position += 1
        var set = SplitPattern.Set()
        set.isInverted = take("^")
        var isFirst = true
        while !at("]") || isFirst {
            isFirst = false
            guard position < pattern.count else { throw fault("a class without an end") }
            if at("[") || (at("&") && at("&", 1)) { throw fault("a class within a class") }
            guard let lower = try classMember(into: &set) else {
                if at("-"), !at("]", 1) { throw fault("a range without a start") }
                continue
            }
            var upper = lower
            if at("-"), position + 1 < pattern.count, !at("]", 1) {
                position += 1
                if at("[") { throw fault("a class within a class") }
                guard let end = try classMember(into: &set), end >= lower else { throw fault("such a range") }
                upper = end
            }
            set.ranges.append(lower...upper)
        }
        position += 1
        if ignoringCase { try Self.addOtherCases(to: &set, self) }
        return set
    }

    /// Reads a scalar of a class, or a property, which goes into `set`.
    private mutating func classMember(into set: inout SplitPattern.Set) throws -> UInt32? {
        guard position < pattern.count else { throw fault("a class without an end") }
        let scalar = pattern[position]
        position += 1
        return scalar == 0x5C ? try escape(into: &set) : scalar
    }

    /// Reads what follows a backslash: a scalar, or a property, which goes into `set`.
    private mutating func escape(into set: inout SplitPattern.Set) throws -> UInt32? {
        guard position < pattern.count, let character = Unicode.Scalar(pattern[position]) else {
            throw fault("a backslash at its end")
        }
        position += 1
        switch character {
        case "s": set.hasWhitespace = true
        case "S": set.hasNonWhitespace = true
        case "d": set.categories |= UnicodeTables.categories(named: "Nd")
        case "D": set.categories |= ~UnicodeTables.categories(named: "Nd")
        case "p", "P": try property(isNegative: character == "P", into: &set)
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "f": return 0x0C
        case "v": return 0x0B
        case "a": return 0x07
        case "e": return 0x1B
        case "x": return try hexadecimal(inBraces: true, digits: 2)
        case "u": return try hexadecimal(inBraces: false, digits: 4)
        default:
            let isLetterOrDigit = character.properties.isAlphabetic || ("0"..."9").contains(character)
            if isLetterOrDigit || character.value >= 0x80 { throw fault("the escape \\\(character)") }
            return character.value
        }
        return nil
    }

    private mutating func property(isNegative: Bool, into set: inout SplitPattern.Set) throws {
        guard take("{"), let end = pattern[position...].firstIndex(of: 0x7D) else { throw fault("such a property") }
        var name = String(String.UnicodeScalarView(pattern[position..<end].compactMap(Unicode.Scalar.init)))
        var isNegative = isNegative
        if name.hasPrefix("^") {
            name.removeFirst()
            isNegative.toggle()
        }
        let categories = UnicodeTables.categories(named: name)
        guard categories != 0 else { throw fault("the property \(name)") }
        position = end + 1
        set.categories |= isNegative ? ~categories : categories
    }

    private mutating func hexadecimal(inBraces: Bool, digits: Int) throws -> UInt32 {
        var text = pattern[position...]
        let isBraced = inBraces && at("{")
        if isBraced {
            guard let end = text.firstIndex(of: 0x7D) else { throw fault("such a number") }
            text = pattern[position + 1..<end]
            position = end + 1
        } else {
            text = text.prefix(digits)
            position += text.count
        }
        let characters = String(String.UnicodeScalarView(text.compactMap(Unicode.Scalar.init)))
        guard isBraced || text.count == digits, let value = UInt32(characters, radix: 16),
            Unicode.Scalar(value) != nil, !characters.hasPrefix("+")
        else { throw fault("such a number") }
        return value
    }

    // MARK: Sets

    /// The set of one scalar.
    static func set(of scalar: UInt32) -> SplitPattern.Set {
        var set = SplitPattern.Set()
        set.ranges = [scalar...scalar]
        return set
    }

    private static func literal(
        _ scalar: UInt32, _ ignoringCase: Bool, _ parser: PatternParser
    ) throws -> SplitPattern.Set {
        var set = set(of: scalar)
        if ignoringCase { try addOtherCases(to: &set, parser) }
        return set
    }

    /// Adds to single ASCII letters those that differ from them in case only.
    private static func addOtherCases(to set: inout SplitPattern.Set, _ parser: PatternParser) throws {
        let isSimple = set.categories == 0 && !set.isInverted && !set.hasWhitespace && !set.hasNonWhitespace
        guard isSimple, set.ranges.allSatisfy({ $0.count == 1 && $0.lowerBound < 0x80 }) else {
            throw parser.fault("a class that ignores case")
        }
        for scalar in set.ranges.map(\.lowerBound) {
            let lower = scalar | 0x20
            guard (0x61...0x7A).contains(lower) else { continue }
            set.ranges.append(scalar ^ 0x20...scalar ^ 0x20)
            if lower == 0x73 { set.ranges.append(0x17F...0x17F) }  // the long s
            if lower == 0x6B { set.ranges.append(0x212A...0x212A) }  // the sign for kelvin
        }
    }
}
