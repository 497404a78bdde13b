/// A regular expression as tokenizers use them to split text, over Unicode scalars.
///
/// Supported are literals, classes with ranges and properties (`[^\s\p{L}]`), `\s \S \d \D \p{..} \P{..}`, groups
/// `( ) (?: ) (?i: ) (?> )`, look-ahead `(?= ) (?! )`, alternatives, and the quantifiers `? * + {m,n}` in their greedy,
/// reluctant and possessive forms. They mean what they mean to Oniguruma, the engine of the reference: alternatives
/// are tried in order, and `{m,n}+` repeats the repetition. Everything else is refused with an error.
struct SplitPattern: Sendable {
    /// A set of scalars.
    struct Set: Sendable {
        /// Membership of U+0000 to U+007F.
        private var ascii: (UInt64, UInt64) = (0, 0)
        var categories: UInt32 = 0
        var hasWhitespace = false
        var hasNonWhitespace = false
        var ranges: [ClosedRange<UInt32>] = []
        var isInverted = false

        @inline(__always)
        func contains(_ scalar: UInt32, _ tables: UnicodeTables) -> Bool {
            if scalar < 64 { return ascii.0 >> UInt64(scalar) & 1 != 0 }
            if scalar < 128 { return ascii.1 >> UInt64(scalar - 64) & 1 != 0 }
            return isListed(scalar, tables) != isInverted
        }

        private func isListed(_ scalar: UInt32, _ tables: UnicodeTables) -> Bool {
            let property = tables.property(scalar)
            if categories >> UInt32(property & UnicodeTables.categoryMask) & 1 != 0 { return true }
            if property & UnicodeTables.whitespaceFlag != 0 ? hasWhitespace : hasNonWhitespace { return true }
            return ranges.contains { $0.contains(scalar) }
        }

        /// Computes the bits for ASCII once all members are known.
        mutating func finish() {
            ascii = (0, 0)
            for scalar in UInt32(0)..<64 {
                if isListed(scalar, .shared) != isInverted { ascii.0 |= 1 << UInt64(scalar) }
                if isListed(scalar + 64, .shared) != isInverted { ascii.1 |= 1 << UInt64(scalar) }
            }
        }
    }

    /// One step of the compiled pattern; a failed step goes back to the last choice.
    enum Instruction: Sendable {
        /// A scalar of a set.
        case one(set: Int)
        /// As many scalars of a set as there are, at least `minimum` and at most `maximum`; gives them back one by
        /// one unless it is possessive.
        case run(set: Int, minimum: Int, maximum: Int, isPossessive: Bool)
        /// The next scalar is, or isn't, one of a set; nothing is consumed.
        case peek(set: Int, isNegative: Bool)
        /// Tries the first address, then the second.
        case choice(Int, Int)
        case jump(Int)
        /// The code that follows up to ``accept`` must match, or must not; goes on at `end`, nothing consumed.
        case look(isNegative: Bool, end: Int)
        /// The code that follows up to ``accept`` matches in one way only; goes on at `end`.
        case atomic(end: Int)
        case accept
    }

    private(set) var sets: [Set] = []
    private(set) var program: [Instruction] = []

    /// Compiles a pattern.
    init(_ pattern: String) throws {
        var parser = PatternParser(pattern)
        let node = try parser.parse()
        guard !node.canBeEmpty else { throw parser.fault("a pattern that can match nothing") }
        compile(node)
        program.append(.accept)
    }

    /// Compiles a pattern that is the text itself.
    init(literal text: String) throws {
        guard !text.isEmpty else { throw TokenizerFault("its split pattern is empty") }
        compile(.sequence(text.unicodeScalars.map { .set(PatternParser.set(of: $0.value)) }))
        program.append(.accept)
    }

    // MARK: Compilation

    indirect enum Node {
        case set(Set)
        case sequence([Node])
        case alternatives([Node])
        case repetition(Node, minimum: Int, maximum: Int, Mode)
        case look(Node, isNegative: Bool)
        case atomic(Node)

        enum Mode { case greedy, reluctant, possessive }

        var canBeEmpty: Bool {
            switch self {
            case .set: false
            case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
            case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
            case .repetition(let node, let minimum, _, _): minimum == 0 || node.canBeEmpty
            case .look: true
            case .atomic(let node): node.canBeEmpty
            }
        }
    }

    private mutating func add(_ set: Set) -> Int {
        sets.append(set)
        sets[sets.count - 1].finish()
        return sets.count - 1
    }

    private mutating func compile(_ node: Node) {
        switch node {
        case .set(let set): program.append(.one(set: add(set)))
        case .sequence(let nodes): nodes.forEach { compile($0) }
        case .alternatives(let nodes): compileAlternatives(nodes[...])
        case .look(.set(let set), let isNegative): program.append(.peek(set: add(set), isNegative: isNegative))
        case .look(let node, let isNegative): compileInner(node) { .look(isNegative: isNegative, end: $0) }
        case .atomic(let node): compileInner(node) { .atomic(end: $0) }
        case .repetition(.set(let set), let minimum, let maximum, let mode) where mode != .reluctant:
            program.append(
                .run(set: add(set), minimum: minimum, maximum: maximum, isPossessive: mode == .possessive))
        case .repetition(let node, let minimum, let maximum, .possessive):
            compileInner(.repetition(node, minimum: minimum, maximum: maximum, .greedy)) { .atomic(end: $0) }
        case .repetition(let node, let minimum, let maximum, let mode):
            for _ in 0..<minimum { compile(node) }
            if maximum == .max {
                compileLoop(node, mode)
            } else {
                var exits: [Int] = []
                for _ in minimum..<maximum {
                    exits.append(program.count)
                    program.append(.accept)  // replaced below, when the end is known
                    compile(node)
                }
                for exit in exits { program[exit] = choice(enter: exit + 1, leave: program.count, mode) }
            }
        }
    }

    private mutating func compileLoop(_ node: Node, _ mode: Node.Mode) {
        let start = program.count
        program.append(.accept)
        compile(node)
        program.append(.jump(start))
        program[start] = choice(enter: start + 1, leave: program.count, mode)
    }

    private func choice(enter: Int, leave: Int, _ mode: Node.Mode) -> Instruction {
        mode == .reluctant ? .choice(leave, enter) : .choice(enter, leave)
    }

    private mutating func compileInner(_ node: Node, _ instruction: (Int) -> Instruction) {
        let start = program.count
        program.append(.accept)
        compile(node)
        program.append(.accept)
        program[start] = instruction(program.count)
    }

    private mutating func compileAlternatives(_ nodes: ArraySlice<Node>) {
        guard let first = nodes.first else { return }
        guard nodes.count > 1 else { return compile(first) }
        let start = program.count
        program.append(.accept)
        compile(first)
        let end = program.count
        program.append(.accept)
        program[start] = .choice(start + 1, program.count)
        compileAlternatives(nodes.dropFirst())
        program[end] = .jump(program.count)
    }
}
