/// Tokens of a vocabulary that are forbidden, in a form that is quick to apply to logits.
///
/// Everything beyond the vocabulary is forbidden too: a model's head may be wider than its tokenizer.
package struct LogitMask: Sendable {
    /// Runs of forbidden tokens, ascending; empty if there are too many of them.
    private let spans: [Range<Int>]
    /// The most that each token's logit can be, which is infinite one way or the other; instead of spans.
    private let limits: [Float]
    /// One more than the last token that is allowed; 0 if none is.
    let count: Int

    /// More spans than this cost more than one pass over all logits.
    private static let mostSpans = 4096

    /// - Parameters:
    ///   - count: size of the vocabulary.
    ///   - isForbidden: whether a token is forbidden.
    package init(count: Int, isForbidden: (Int) -> Bool) {
        let count = (0..<count).last { !isForbidden($0) }.map { $0 + 1 } ?? 0
        self.count = count
        var spans: [Range<Int>] = []
        var start: Int?
        for token in 0..<count {
            if isForbidden(token) {
                if start == nil { start = token }
            } else if let first = start {
                spans.append(first..<token)
                start = nil
            }
        }
        let hasFew = spans.count <= Self.mostSpans
        self.spans = hasFew ? spans : []
        limits = hasFew ? [] : (0..<count).map { isForbidden($0) ? -.infinity : .infinity }
    }

    /// Sets the logits of forbidden tokens to minus infinity; the first logit is that of the token `firstID`.
    package func apply(to logits: UnsafeMutableBufferPointer<Float>, firstID: Int) {
        guard let base = logits.baseAddress else { return }
        if limits.isEmpty {
            for span in spans { forbid(span, base, firstID, logits.count) }
        } else {
            applyLimits(base, firstID, min(logits.count, count - firstID))
        }
        forbid(count..<max(count, firstID + logits.count), base, firstID, logits.count)
    }

    /// Forbids a run of tokens, as far as there are logits for it.
    private func forbid(_ span: Range<Int>, _ base: UnsafeMutablePointer<Float>, _ firstID: Int, _ length: Int) {
        let low = max(span.lowerBound, firstID)
        let high = min(span.upperBound, firstID + length)
        if low < high { (base + (low - firstID)).update(repeating: -.infinity, count: high - low) }
    }

    /// Holds `length` logits from that of the token `firstID` on within their limits.
    private func applyLimits(_ logits: UnsafeMutablePointer<Float>, _ firstID: Int, _ length: Int) {
        guard length > 0 else { return }
        let values = UnsafeMutableRawPointer(logits)
        limits.withUnsafeBytes { limits in
            guard let limits = limits.baseAddress.map({ $0 + firstID * 4 }) else { return }
            var place = 0
            while place + 64 <= length * 4 {
                let limit = limits.loadUnaligned(fromByteOffset: place, as: SIMD16<Float>.self)
                var part = values.loadUnaligned(fromByteOffset: place, as: SIMD16<Float>.self)
                part.replace(with: limit, where: limit .< part)
                values.storeBytes(of: part, toByteOffset: place, as: SIMD16<Float>.self)
                place += 64
            }
            for index in place / 4..<length {
                logits[index] = min(logits[index], limits.load(fromByteOffset: index * 4, as: Float.self))
            }
        }
    }
}

extension UnsafeMutableBufferPointer where Element == Float {
    /// Sets all logits but those of some tokens to minus infinity; the first logit is that of the token `firstID`.
    func keep(only tokens: some Collection<Int>, firstID: Int) {
        let bounds = firstID..<firstID + count
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Swift.max(1, tokens.count)) { kept in
            for (index, token) in tokens.enumerated() {
                kept.initializeElement(at: index, to: bounds.contains(token) ? self[token - firstID] : 0)
            }
            update(repeating: -.infinity)
            for (index, token) in tokens.enumerated() where bounds.contains(token) {
                self[token - firstID] = kept[index]
            }
        }
    }
}
