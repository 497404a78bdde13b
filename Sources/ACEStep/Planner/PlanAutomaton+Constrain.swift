extension PlanAutomaton {
    /// Sets the logits of all tokens that can't come next to minus infinity.
    ///
    /// Where the model's own inclination decides, the raw logits do: whether a caption ends after a line feed, which
    /// language it is, and when genres of free text end. If a caption has ended, ``takeForcedTokens()`` has tokens and
    /// there is nothing to sample.
    ///
    /// - Parameters:
    ///   - logits: those of the tokens from `firstID` on, after guidance and before sampling.
    ///   - firstID: the token of the first logit, for a head that is computed in part.
    package mutating func constrain(_ logits: UnsafeMutableBufferPointer<Float>, firstID: Int) {
        if let forcedToken { return logits.keep(only: CollectionOfOne(forcedToken), firstID: firstID) }
        let vocabulary = grammar.vocabulary
        switch stage {
        case .value(.language, TokenTree.root):
            let best = Self.best(of: allowed(.language, TokenTree.root), logits, firstID)
            logits.keep(only: CollectionOfOne(best), firstID: firstID)
        case .value(let field, let node): logits.keep(only: allowed(field, node), firstID: firstID)
        case .caption(_, afterNewline: false): vocabulary.captionMask.apply(to: logits, firstID: firstID)
        case .caption(_, afterNewline: true):
            let best = LogitMath.largest(UnsafeBufferPointer(logits)).map { firstID + $0.index }
            if let best, vocabulary.isIndented(best) {
                vocabulary.indentedMask.apply(to: logits, firstID: firstID)
            } else {
                endCaption()
                if let forcedToken { logits.keep(only: CollectionOfOne(forcedToken), firstID: firstID) }
            }
        case .line(_, let hasContent): constrainLine(logits, firstID, hasContent)
        case .codes:
            let end = options.targetCodes == nil ? vocabulary.end : nil
            let codes = vocabulary.codeTokens
            Self.forbid(from: firstID, to: codes.lowerBound, except: end, logits, firstID)
            Self.forbid(from: codes.upperBound, to: firstID + logits.count, except: end, logits, firstID)
        case .text: vocabulary.textMask.apply(to: logits, firstID: firstID)
        case .finished: break
        }
    }

    /// Genres without a list: text that ends when a line feed is likelier than all else, once there is some.
    private func constrainLine(_ logits: UnsafeMutableBufferPointer<Float>, _ firstID: Int, _ hasContent: Bool) {
        let vocabulary = grammar.vocabulary
        let newline = vocabulary.newline - firstID
        let hasNewline = logits.indices.contains(newline)
        if hasNewline, hasContent {
            let own = logits[newline]
            logits[newline] = -.infinity
            let others = LogitMath.largest(UnsafeBufferPointer(logits))?.value ?? -.infinity
            logits[newline] = own
            if own > others { return logits.keep(only: CollectionOfOne(vocabulary.newline), firstID: firstID) }
        }
        vocabulary.lineMask.apply(to: logits, firstID: firstID)
        if hasNewline, !hasContent { logits[newline] = -.infinity }
    }

    /// The token with the largest logit; the first one of several.
    private static func best(of tokens: [Int], _ logits: UnsafeMutableBufferPointer<Float>, _ firstID: Int) -> Int {
        var best = tokens.first ?? firstID
        var largest = -Float.infinity
        for token in tokens where logits.indices.contains(token - firstID) && logits[token - firstID] > largest {
            largest = logits[token - firstID]
            best = token
        }
        return best
    }

    /// Forbids the tokens from one to before another, but for one of them.
    private static func forbid(
        from low: Int, to high: Int, except kept: Int?, _ logits: UnsafeMutableBufferPointer<Float>, _ firstID: Int
    ) {
        let low = max(low, firstID)
        let high = min(high, firstID + logits.count)
        guard low < high, let base = logits.baseAddress else { return }
        let value = kept.flatMap { (low..<high).contains($0) ? base[$0 - firstID] : nil }
        (base + (low - firstID)).update(repeating: -.infinity, count: high - low)
        if let kept, let value { base[kept - firstID] = value }
    }
}
