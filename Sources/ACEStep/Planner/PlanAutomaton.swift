/// Leads one sequence through the grammar of a plan: says which tokens may come next and takes those that came.
///
/// ```swift
/// var automaton = PlanAutomaton(grammar, .init(mode: .reasoning, userValues: [.bpm: "120"]))
/// while true {
///     let forced = automaton.takeForcedTokens()   // feed them without sampling
///     if automaton.isFinished { break }
///     automaton.constrain(logits, firstID: 0)     // forbidden tokens become -infinity
///     automaton.accept(sampled)
/// }
/// ```
///
/// It follows the official software's state machine, and departs from it where that can leave the grammar:
///
/// - After a caption the name of the next field is forced. There the model writes any text up to a colon, and a field
///   may be missing.
/// - A line that goes on with a caption begins with a space or a tab; there only the most likely token has to.
/// - A caption ends at its limit even if an indented line would follow; there line feeds follow without end.
/// - Added tokens, such as the end of the turn, can't be in a caption or in genres; nor can tokens that go on after a
///   line feed, or in genres tokens with a line feed beside text.
/// - The name after genres of free text is written from its first letter on; there it may lose it. Such genres have
///   the limit of a caption.
/// - Listed genres are spelled as the tokenizer spells them after `genres: `; there by characters, without the space.
/// - Codes beyond the codebook are blocked wherever codes are.
/// - A user's value stays one line, has no special tokens, and is quoted if it would be read back as another.
package struct PlanAutomaton: Sendable {
    /// What a sequence consists of.
    package enum Mode: Sendable {
        /// The chain of thought, ended instead of being closed: the planner's first phase.
        case reasoning
        /// Audio codes after a chain of thought in the prompt: the planner's second phase.
        case codes
        /// The chain of thought, then audio codes.
        case reasoningAndCodes
        /// The chain of thought, then text, such as lyrics: what understands, creates and formats.
        case reasoningAndText
    }

    /// What is asked of one sequence.
    package struct Options: Sendable {
        package var mode: Mode
        /// Fields that are left out: of `caption`, `genres` and `language`; the others are always there.
        package var skipped: Set<PlanField>
        /// Values that are written as they are, instead of the model's; none of them is checked.
        package var userValues: [PlanField: String]
        /// The exact number of audio codes; `nil` leaves it to the model.
        package var targetCodes: Int?
        /// The most tokens of a caption, or of genres without a list.
        package var captionLimit: Int
        /// The most tokens of the sequence, after which codes or text are ended; a chain of thought isn't cut short.
        package var maxTokens: Int?

        /// - Parameters:
        ///   - mode: what the sequence consists of.
        ///   - skipped: fields that are left out.
        ///   - userValues: values that are written as they are.
        ///   - targetCodes: the exact number of audio codes, or `nil`.
        ///   - captionLimit: the most tokens of a caption.
        ///   - maxTokens: the most tokens of the sequence with the one that ends it, or `nil`.
        package init(
            mode: Mode, skipped: Set<PlanField> = [.genres], userValues: [PlanField: String] = [:],
            targetCodes: Int? = nil, captionLimit: Int = PlanValues.captionLimit, maxTokens: Int? = nil
        ) {
            self.mode = mode
            self.skipped = skipped.intersection([.caption, .genres, .language])
            self.userValues = userValues
            self.targetCodes = targetCodes
            self.captionLimit = captionLimit
            self.maxTokens = maxTokens
        }
    }

    /// Where a sequence is.
    package enum Phase: Sendable { case reasoning, codes, text, finished }

    /// What follows the tokens that are forced.
    enum Stage {
        /// Within a value of the grammar; no node if it was left, so that the line has to end.
        case value(PlanField, TokenTree.Node?)
        /// Within a caption: its tokens so far, and whether the last one ended a line.
        case caption(count: Int, afterNewline: Bool)
        /// Within genres of free text: the tokens so far, and whether they are more than white space.
        case line(count: Int, hasContent: Bool)
        case codes
        case text
        case finished
    }

    package let grammar: PlanGrammar
    package let options: Options
    private let userTokens: [PlanField: [Int]]

    /// Tokens that have to come next, last one first.
    private var queue: [Int] = []
    private(set) var stage: Stage = .finished

    /// How many tokens were accepted.
    package private(set) var tokenCount = 0
    /// How many of them are audio codes.
    package private(set) var codeCount = 0

    package init(_ grammar: PlanGrammar, _ options: Options) {
        self.grammar = grammar
        self.options = options
        userTokens = options.userValues.mapValues { grammar.tokens(ofValue: $0) }.filter { !$0.value.isEmpty }
        if options.mode == .codes {
            stage = .codes
        } else {
            begin(.bpm, after: grammar.opening)
        }
    }

    // MARK: State

    /// Whether the sequence is complete; its last token is the one that ends a turn.
    package var isFinished: Bool { phase == .finished }

    /// Where the sequence is, such as to choose a temperature.
    package var phase: Phase {
        guard queue.isEmpty else { return .reasoning }
        return switch stage {
        case .value, .caption, .line: .reasoning
        case .codes: .codes
        case .text: .text
        case .finished: .finished
        }
    }

    /// The audio codes and whether the sequence may end, if nothing else can come next.
    ///
    /// `nil` where other tokens can come, or where the next one is forced.
    package var codesOnly: (ids: Range<Int>, endAllowed: Bool)? {
        guard case .codes = stage, forcedToken == nil else { return nil }
        return (grammar.vocabulary.codeTokens, options.targetCodes == nil)
    }

    /// The tokens that can come next, ascending, if they are few enough to be listed: those of a value of the grammar.
    ///
    /// ``constrain(_:firstID:)`` may take all but one of them away.
    package var choices: [Int]? {
        if let forcedToken { return [forcedToken] }
        guard case .value(let field, let node) = stage else { return nil }
        return allowed(field, node)
    }

    /// The tokens whose logits ``constrain(_:firstID:)`` needs: those that can come next, or that decide what can.
    ///
    /// A head computed for this range alone gives the same tokens as all of it: where text is written, audio codes
    /// can't come, and the other way round.
    package var headRange: Range<Int> {
        let vocabulary = grammar.vocabulary
        if let forcedToken { return forcedToken..<forcedToken + 1 }
        switch stage {
        case .value(let field, let node):
            let allowed = allowed(field, node)
            return (allowed.first ?? 0)..<(allowed.last ?? 0) + 1
        case .caption(_, afterNewline: false): return 0..<vocabulary.captionMask.count
        case .line(_, hasContent: false): return 0..<vocabulary.lineMask.count
        case .caption, .line: return 0..<vocabulary.count
        case .codes:
            let codes = vocabulary.codeTokens
            guard options.targetCodes == nil else { return codes }
            return min(codes.lowerBound, vocabulary.end)..<max(codes.upperBound, vocabulary.end + 1)
        case .text: return 0..<vocabulary.textMask.count
        case .finished: return 0..<0
        }
    }

    /// The token that has to come next, if there is only one.
    var forcedToken: Int? {
        if let next = queue.last { return next }
        let vocabulary = grammar.vocabulary
        switch stage {
        case .value(let field, let node):
            let allowed = allowed(field, node)
            return allowed.count == 1 ? allowed[0] : nil
        case .caption(let count, _): return count >= options.captionLimit ? vocabulary.newline : nil
        case .line(let count, _): return count >= options.captionLimit ? vocabulary.newline : nil
        case .codes:
            let isComplete = options.targetCodes.map { codeCount >= $0 } ?? false
            return isComplete || isAtLimit ? vocabulary.end : nil
        case .text: return isAtLimit ? vocabulary.end : nil
        case .finished: return nil
        }
    }

    private var isAtLimit: Bool { options.maxTokens.map { tokenCount >= $0 - 1 } ?? false }

    /// The tokens of a value of the grammar that can come next, ascending.
    func allowed(_ field: PlanField, _ node: TokenTree.Node?) -> [Int] {
        let newline = grammar.vocabulary.newline
        guard let node, let tree = grammar.tree(field) else { return [newline] }
        guard tree.isComplete(node) else { return Array(tree.successors(of: node)) }
        if grammar.endsWhenComplete(field) { return [newline] }
        var tokens = Array(tree.successors(of: node))
        tokens.insert(newline, at: tokens.firstIndex { $0 > newline } ?? tokens.endIndex)
        return tokens
    }

    // MARK: Steps

    /// The tokens that have to come next, up to the next choice or the end; they count as accepted.
    package mutating func takeForcedTokens() -> [Int] {
        var tokens: [Int] = []
        while let token = forcedToken {
            accept(token)
            tokens.append(token)
        }
        return tokens
    }

    /// Takes the token that came: one that was allowed.
    package mutating func accept(_ token: Int) {
        guard !isFinished else { return }
        tokenCount += 1
        if queue.popLast() != nil { return }
        let vocabulary = grammar.vocabulary
        switch stage {
        case .value(let field, let node):
            if token == vocabulary.newline {
                end(field)
            } else {
                stage = .value(field, node.flatMap { grammar.tree(field)?.child(of: $0, token) })
            }
        case .caption(let count, _):
            let hasNewline = vocabulary.hasNewline(token)
            if hasNewline, count + 1 >= options.captionLimit {
                end(.caption)
            } else {
                stage = .caption(count: count + 1, afterNewline: hasNewline)
            }
        case .line(let count, let hasContent):
            if token == vocabulary.newline {
                end(.genres)
            } else {
                stage = .line(count: count + 1, hasContent: hasContent || !vocabulary.isBlank(token))
            }
        case .codes:
            if vocabulary.codeTokens.contains(token) { codeCount += 1 }
            if vocabulary.isEnd(token) { stage = .finished }
        case .text: if vocabulary.isEnd(token) { stage = .finished }
        case .finished: break
        }
    }

    /// Ends a caption after a line feed: the model would go on with an unindented line.
    mutating func endCaption() { end(.caption) }

    /// Goes on after a field's line.
    private mutating func end(_ field: PlanField) {
        let fields = PlanField.allCases
        let rest = fields.drop { $0 != field }.dropFirst()
        if let next = rest.first(where: { !options.skipped.contains($0) }) { return begin(next, after: []) }
        switch options.mode {
        case .reasoning:
            force([grammar.vocabulary.end])
            stage = .finished
        case .codes, .reasoningAndCodes:
            force(grammar.closing)
            stage = .codes
        case .reasoningAndText:
            force(grammar.closing)
            stage = .text
        }
    }

    /// Forces a field's name, and its value and the next name as well if the user gave it.
    private mutating func begin(_ field: PlanField, after tokens: [Int]) {
        let tokens = tokens + grammar.name(field)
        if let value = userTokens[field] {
            // What follows the value comes after it in the queue, and is known when `end` has put it there.
            end(field)
            force(tokens + value)
            return
        }
        force(tokens)
        switch field {
        case .caption: stage = .caption(count: 0, afterNewline: false)
        case .genres where grammar.tree(.genres) == nil: stage = .line(count: 0, hasContent: false)
        default: stage = .value(field, TokenTree.root)
        }
    }

    /// Puts tokens before those that are forced already.
    private mutating func force(_ tokens: [Int]) { queue.append(contentsOf: tokens.reversed()) }
}
