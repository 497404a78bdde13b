/// Byte-pair encoding (Sennrich et al., 2016): a piece of text starts as one token per character; then the pair of
/// neighbours that was learnt first is merged, again and again, until no pair of neighbours is a learnt one.
struct BytePairEncoder: Sendable {
    /// What `tokenizer.json` says of the model besides vocabulary and merges.
    struct Options: Sendable {
        /// The token for characters that the vocabulary lacks; without one they are left out.
        var unknownToken: String?
        /// Neighbouring unknown characters become one unknown token.
        var fusesUnknown = false
        /// A character that the vocabulary lacks becomes tokens such as `<0x0A>`, one per byte.
        var byteFallback = false
        /// A piece that is in the vocabulary as a whole becomes that token, whatever the merges say.
        var ignoresMerges = false
    }

    let vocabulary: Vocabulary
    private let merges: PairTable
    private let options: Options
    private let unknown: Int32?
    /// Pieces come as bytes that stand for characters of ``ByteAlphabet``.
    private let isByteLevel: Bool
    /// The token of each byte's character; empty if one of them is missing.
    private let byteTokens: [Int32]
    /// The tokens `<0x00>` to `<0xFF>`, -1 where missing.
    private let fallbackTokens: [Int32]

    /// - Parameters:
    ///   - vocabulary: the model's texts.
    ///   - merges: by the tokens of a pair, its rank (upper half) and the token that it becomes (lower half).
    ///   - options: see ``Options``.
    ///   - isByteLevel: pieces are raw bytes and the vocabulary is written in ``ByteAlphabet``.
    init(vocabulary: Vocabulary, merges: PairTable, options: Options, isByteLevel: Bool) throws {
        self.vocabulary = vocabulary
        self.merges = merges
        self.options = options
        self.isByteLevel = isByteLevel
        unknown = try options.unknownToken.map { text in
            guard let token = vocabulary.token(text) else {
                throw TokenizerFault("its vocabulary lacks the unknown token \(text)")
            }
            return token
        }
        let bytes = (UInt8.min...UInt8.max).map { byte in
            var text: [UInt8] = []
            ByteAlphabet.append([byte], to: &text)
            return text.withUnsafeBytes { vocabulary.token($0) } ?? -1
        }
        byteTokens = isByteLevel && !bytes.contains(-1) ? bytes : []
        fallbackTokens = (UInt8.min...UInt8.max).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.token("<0x\(digits.count < 2 ? "0" : "")\(digits)>") ?? -1
        }
    }

    /// Memory that encoding one piece after the other uses again and again.
    struct Workspace {
        fileprivate var symbols: [Int32] = []
        fileprivate var values: [UInt64] = []
        fileprivate var text: [UInt8] = []
        fileprivate var list = SymbolList()
    }

    /// Appends the tokens of a piece of text in UTF-8.
    func encode(_ piece: [UInt8], to tokens: inout [Int32], _ workspace: inout Workspace) {
        guard !piece.isEmpty else { return }
        if !byteTokens.isEmpty, !options.ignoresMerges {
            workspace.symbols.removeAll(keepingCapacity: true)
            for byte in piece { workspace.symbols.append(byteTokens[Int(byte)]) }
        } else {
            workspace.text.removeAll(keepingCapacity: true)
            if isByteLevel {
                ByteAlphabet.append(piece, to: &workspace.text)
            } else {
                workspace.text.append(contentsOf: piece)
            }
            if options.ignoresMerges, let token = workspace.text.withUnsafeBytes({ vocabulary.token($0) }) {
                tokens.append(token)
                return
            }
            collectSymbols(&workspace)
        }
        merge(&workspace)
        tokens.append(contentsOf: workspace.symbols)
    }

    /// Turns each character of `workspace.text` into a symbol.
    private func collectSymbols(_ workspace: inout Workspace) {
        workspace.symbols.removeAll(keepingCapacity: true)
        var pendingUnknown: Int32?
        workspace.text.withUnsafeBytes { text in
            var position = 0
            while position < text.count {
                let length = min(Self.length(ofSequenceStartingWith: text[position]), text.count - position)
                let character = UnsafeRawBufferPointer(rebasing: text[position..<position + length])
                position += length
                if let token = vocabulary.token(character) {
                    // An unknown character is held back until one that is known, even behind fallback tokens.
                    if let unknown = pendingUnknown { workspace.symbols.append(unknown) }
                    pendingUnknown = nil
                    workspace.symbols.append(token)
                } else if options.byteFallback, character.allSatisfy({ fallbackTokens[Int($0)] >= 0 }) {
                    for byte in character { workspace.symbols.append(fallbackTokens[Int(byte)]) }
                } else if let unknown {
                    if let pending = pendingUnknown, !options.fusesUnknown { workspace.symbols.append(pending) }
                    pendingUnknown = unknown
                }
            }
        }
        if let pendingUnknown { workspace.symbols.append(pendingUnknown) }
    }

    private static func length(ofSequenceStartingWith byte: UInt8) -> Int {
        switch byte {
        case ..<0xC0: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    // MARK: Merging

    /// Up to this many symbols, looking at every pair for every merge is faster than keeping a queue.
    private static let shortPiece = 32

    private func merge(_ workspace: inout Workspace) {
        guard workspace.symbols.count > 1 else { return }
        if workspace.symbols.count <= Self.shortPiece {
            mergeShort(&workspace.symbols, &workspace.values)
        } else {
            workspace.list.merge(&workspace.symbols, value)
        }
    }

    /// Rank and result of a pair; the largest number if it was never learnt.
    @inline(__always)
    private func value(_ first: Int32, _ second: Int32) -> UInt64 {
        merges.value(UInt32(bitPattern: first), UInt32(bitPattern: second)) ?? .max
    }

    private func mergeShort(_ symbols: inout [Int32], _ values: inout [UInt64]) {
        values.removeAll(keepingCapacity: true)
        for index in 0..<symbols.count - 1 { values.append(value(symbols[index], symbols[index + 1])) }
        while true {
            var best = UInt64.max
            var position = 0
            for (index, value) in values.enumerated() where value < best {
                best = value
                position = index
            }
            if best == .max { return }
            symbols[position] = Int32(truncatingIfNeeded: best)
            symbols.remove(at: position + 1)
            values.remove(at: position)
            if position < values.count { values[position] = value(symbols[position], symbols[position + 1]) }
            if position > 0 { values[position - 1] = value(symbols[position - 1], symbols[position]) }
        }
    }
}

/// A linked list of symbols with a queue of the pairs that can be merged: a piece of n symbols takes n log n steps.
private struct SymbolList {
    private struct Pair {
        /// Rank and result.
        var value: UInt64
        var position: Int32

        /// Lower ranks come first, and of equal pairs the left one.
        static func precedes(_ one: Pair, _ other: Pair) -> Bool {
            (one.value >> 32, one.position) < (other.value >> 32, other.position)
        }
    }

    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap: [Pair] = []

    /// Merges all learnt pairs of `symbols`.
    mutating func merge(_ symbols: inout [Int32], _ value: (Int32, Int32) -> UInt64) {
        let count = Int32(symbols.count)
        next = (1...count).map { $0 < count ? $0 : -1 }
        previous = (0..<count).map { $0 - 1 }
        heap.removeAll(keepingCapacity: true)
        for position in 0..<count - 1 { push(position, symbols, value) }
        let removed: Int32 = -1
        while let pair = pop() {
            let left = Int(pair.position)
            guard symbols[left] != removed, next[left] >= 0 else { continue }
            let right = Int(next[left])
            // The neighbours may have been merged with others since the pair was queued.
            guard value(symbols[left], symbols[right]) == pair.value else { continue }
            symbols[left] = Int32(truncatingIfNeeded: pair.value)
            symbols[right] = removed
            next[left] = next[right]
            if next[left] >= 0 {
                previous[Int(next[left])] = pair.position
                push(pair.position, symbols, value)
            }
            if previous[left] >= 0 { push(previous[left], symbols, value) }
        }
        symbols.removeAll { $0 == removed }
    }

    private mutating func push(_ position: Int32, _ symbols: [Int32], _ value: (Int32, Int32) -> UInt64) {
        let pair = Pair(value: value(symbols[Int(position)], symbols[Int(next[Int(position)])]), position: position)
        guard pair.value != .max else { return }
        heap.append(pair)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Pair.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> Pair? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Pair.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Pair.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
