/// A token that was added to a trained vocabulary.
///
/// It is found in a text before the text is split into pieces.
public struct AddedToken: Sendable, Equatable {
    /// The text that the token stands for.
    public var content: String
    /// The token is found only where no word goes on to its left or right.
    public var singleWord: Bool
    /// White space to its left belongs to it.
    public var stripsLeft: Bool
    /// White space to its right belongs to it.
    public var stripsRight: Bool
    /// The token is looked for in normalized text, in its own normalized form.
    public var isNormalized: Bool
    /// The token controls a model and is no text; decoding can leave it out.
    public var isSpecial: Bool

    /// - Parameters:
    ///   - content: the text that the token stands for.
    ///   - singleWord: the token is found only where no word goes on to its left or right.
    ///   - stripsLeft: white space to its left belongs to it.
    ///   - stripsRight: white space to its right belongs to it.
    ///   - isNormalized: the token is looked for in normalized text; `nil` for all but special tokens.
    ///   - isSpecial: decoding can leave the token out.
    public init(
        _ content: String, singleWord: Bool = false, stripsLeft: Bool = false, stripsRight: Bool = false,
        isNormalized: Bool? = nil, isSpecial: Bool = false
    ) {
        self.content = content
        self.singleWord = singleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized ?? !isSpecial
        self.isSpecial = isSpecial
    }

    /// Swift strings that differ in their bytes may be equal, tokens never are.
    public static func == (one: AddedToken, other: AddedToken) -> Bool {
        one.content.utf8.elementsEqual(other.content.utf8) && one.singleWord == other.singleWord
            && one.stripsLeft == other.stripsLeft && one.stripsRight == other.stripsRight
            && one.isNormalized == other.isNormalized && one.isSpecial == other.isSpecial
    }
}

/// The tokens that were added to a trained vocabulary, and the search for them.
struct AddedVocabulary: Sendable {
    private let normalizer: Normalizer
    private var vocabulary = Vocabulary()
    private var tokens: [Int32: AddedToken] = [:]
    /// The numbers of all tokens in the order in which they were added.
    private var order: [Int32] = []
    /// Texts that are special, in the form in which decoding meets them.
    private var specialTexts = Vocabulary()
    /// How tokens are written whose normalized form differs from their content.
    private var normalizedTexts: [Int32: [UInt32]] = [:]
    /// Special tokens are text like any other.
    var ignoresSpecialTokens = false

    private var rawSearch = TokenSearch()
    private var normalizedSearch = TokenSearch()

    init(normalizer: Normalizer) {
        self.normalizer = normalizer
    }

    /// How many of the tokens `model` lacks.
    func count(beyond model: Vocabulary) -> Int {
        tokens.values.count { model.token($0.content) == nil }
    }

    /// One more than the largest token.
    var tokenBound: Int { vocabulary.tokenBound }

    /// Adds tokens.
    ///
    /// One that the model or this vocabulary knows keeps its number and takes the new flags; the others are numbered
    /// from the end of both.
    mutating func add(_ newTokens: some Sequence<AddedToken>, model: Vocabulary) throws {
        var next = Int32(max(model.count, vocabulary.tokenBound))
        var isChanged = false
        for token in newTokens where !token.content.isEmpty {
            let known = vocabulary.token(token.content)
            if let known, tokens[known] == token { continue }
            var number = known ?? model.token(token.content) ?? -1
            if number < 0 {
                number = next
                next += 1
            }
            let content = token.content.scalarValues
            normalizedTexts[number] = nil
            if token.isNormalized {
                let normalized = normalizer.apply(content)
                if normalized != content { normalizedTexts[number] = normalized }
            }
            try Self.insert(token.content, number, into: &vocabulary)
            if token.isSpecial { try Self.insert(token.content, number, into: &specialTexts) }
            if tokens.updateValue(token, forKey: number) == nil { order.append(number) }
            isChanged = true
        }
        if isChanged { rebuildSearch() }
    }

    private static func insert(_ text: String, _ number: Int32, into vocabulary: inout Vocabulary) throws {
        var text = text
        try text.withUTF8 { try vocabulary.insert(UnsafeRawBufferPointer($0), token: number) }
    }

    private mutating func rebuildSearch() {
        rawSearch = TokenSearch()
        normalizedSearch = TokenSearch()
        for number in order {
            guard let token = tokens[number] else { continue }
            if token.isNormalized {
                let text = normalizedTexts[number] ?? token.content.scalarValues
                normalizedSearch.insert(text, token: number)
            } else {
                rawSearch.insert(token.content.scalarValues, token: number)
            }
        }
    }

    // MARK: Look-up

    /// The number of a token.
    func token(_ content: String) -> Int32? { vocabulary.token(content) }

    /// The token with a number.
    subscript(number: Int32) -> AddedToken? { tokens[number] }

    /// The text that a token is decoded to.
    func text(of number: Int32) -> String? {
        guard let token = tokens[number] else { return nil }
        guard let normalized = normalizedTexts[number] else { return token.content }
        return String(String.UnicodeScalarView(normalized.compactMap(Unicode.Scalar.init)))
    }

    /// Decoding leaves out a token with this text.
    func isSpecial(_ text: String) -> Bool { specialTexts.token(text) != nil }

    // MARK: Search

    /// A part of a text: a token, or text without one.
    enum Part {
        case token(Int32)
        case text([UInt32])
    }

    /// Calls `body` with the parts of a text in order, text normalized, until it returns `false`.
    func forEachPart(of text: [UInt32], _ body: (Part) -> Bool) {
        _ = forEachPart(of: text, rawSearch) { part in
            guard case .text(let raw) = part else { return body(part) }
            return forEachPart(of: normalizer.apply(raw), normalizedSearch, body)
        }
    }

    /// The form in which a text without added tokens reaches the model.
    func normalize(_ text: [UInt32]) -> [UInt32] { text.isEmpty ? text : normalizer.apply(text) }

    private func forEachPart(of text: [UInt32], _ search: TokenSearch, _ body: (Part) -> Bool) -> Bool {
        guard !text.isEmpty else { return true }
        guard !search.isEmpty else { return body(.text(text)) }
        let tables = UnicodeTables.shared
        var done = 0
        var position = 0
        while let match = search.next(in: text, from: position) {
            position = match.range.upperBound
            guard let token = tokens[match.token], !(ignoresSpecialTokens && isSpecial(token.content)) else { continue }
            var (start, end) = (match.range.lowerBound, match.range.upperBound)
            if token.singleWord {
                let continuesLeft = start > 0 && tables.isWord(text[start - 1])
                let continuesRight = end < text.count && tables.isWord(text[end])
                if continuesLeft || continuesRight { continue }
            }
            if token.stripsLeft {
                while start > 0, tables.isWhitespace(text[start - 1]) { start -= 1 }
                // White space that a token before has taken stays with it.
                start = max(start, done)
            }
            if token.stripsRight {
                while end < text.count, tables.isWhitespace(text[end]) { end += 1 }
            }
            if done < start, !body(.text(Array(text[done..<start]))) { return false }
            if !body(.token(match.token)) { return false }
            done = end
        }
        return done < text.count ? body(.text(done == 0 ? text : Array(text[done...]))) : true
    }
}

/// A trie of texts: finds the leftmost one in a text, and of several there the longest.
private struct TokenSearch: Sendable {
    /// The child of a node by scalar (upper half of the value), with the token that ends there plus 1 (lower half).
    private var edges = PairTable()
    private var nodeCount: UInt32 = 1
    private var firstScalars: Set<UInt32> = []
    /// The text that was inserted last and the nodes along it: many tokens differ from their neighbour at the end only.
    private var lastText: [UInt32] = []
    private var lastNodes: [UInt32] = []

    var isEmpty: Bool { firstScalars.isEmpty }

    mutating func insert(_ text: [UInt32], token: Int32) {
        guard let first = text.first else { return }
        firstScalars.insert(first)
        var known = 0
        while known < lastText.count, known < text.count - 1, lastText[known] == text[known] { known += 1 }
        lastText = text
        lastNodes.removeLast(lastNodes.count - known)
        for index in known..<text.count {
            let node = lastNodes.last ?? 0
            var value = edges.value(node, text[index]) ?? 0
            let isNew = value == 0
            if isNew {
                value = UInt64(nodeCount) << 32
                nodeCount += 1
            }
            let isLast = index == text.count - 1
            if isLast { value = (value >> 32) << 32 | UInt64(token) + 1 }
            if isNew || isLast { edges.insert(node, text[index], value) }
            lastNodes.append(UInt32(truncatingIfNeeded: value >> 32))
        }
    }

    func next(in text: [UInt32], from start: Int) -> (range: Range<Int>, token: Int32)? {
        var position = start
        while position < text.count {
            if firstScalars.contains(text[position]), let match = longest(in: text, at: position) { return match }
            position += 1
        }
        return nil
    }

    private func longest(in text: [UInt32], at start: Int) -> (range: Range<Int>, token: Int32)? {
        var best: (range: Range<Int>, token: Int32)?
        var node: UInt32 = 0
        var position = start
        while position < text.count, let value = edges.value(node, text[position]) {
            position += 1
            node = UInt32(truncatingIfNeeded: value >> 32)
            let token = UInt32(truncatingIfNeeded: value)
            if token != 0 { best = (start..<position, Int32(token) - 1) }
        }
        return best
    }
}
