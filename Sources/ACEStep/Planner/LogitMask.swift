/// Tokens of a vocabulary that are forbidden, in a form that is quick to apply to logits.
///
/// Everything beyond the vocabulary is forbidden too: a model's head may be wider than its tokenizer.
package struct LogitMask: Sendable {
    /// Runs of forbidden tokens, ascending.
    private let spans: [Range<Int>]
    /// One byte per token, 0 where it is allowed; instead of spans if there are too many of those.
    private let bytes: [UInt8]
    private let count: Int

    /// More spans than this cost more than one pass over all logits.
    private static let mostSpans = 4096

    /// - Parameters:
    ///   - count: size of the vocabulary.
    ///   - isForbidden: whether a token is forbidden.
    package init(count: Int, isForbidden: (Int) -> Bool) {
        self.count = count
        var spans: [Range<Int>] = []
        var token = 0
        while token < count {
            guard isForbidden(token) else {
                token += 1
                continue
            }
            let start = token
            while token < count, isForbidden(token) { token += 1 }
            spans.append(start..<token)
        }
        if spans.count > Self.mostSpans {
            self.spans = []
            bytes = (0..<count).map { isForbidden($0) ? 1 : 0 }
        } else {
            self.spans = spans
            bytes = []
        }
    }

    /// Sets the logits of forbidden tokens to minus infinity; the first logit is that of the token `firstID`.
    package func apply(to logits: UnsafeMutableBufferPointer<Float>, firstID: Int) {
        guard let base = logits.baseAddress else { return }
        let end = firstID + logits.count
        if bytes.isEmpty {
            for span in spans {
                let low = max(span.lowerBound, firstID)
                let high = min(span.upperBound, end)
                if low < high { (base + (low - firstID)).update(repeating: -.infinity, count: high - low) }
            }
        } else {
            applyBytes(base, firstID, min(end, count))
        }
        let beyond = max(count, firstID)
        if beyond < end { (base + (beyond - firstID)).update(repeating: -.infinity, count: end - beyond) }
    }

    private func applyBytes(_ base: UnsafeMutablePointer<Float>, _ firstID: Int, _ end: Int) {
        guard firstID < end else { return }
        let forbidden = SIMD16<Float>(repeating: -.infinity)
        let length = end - firstID
        bytes.withUnsafeBytes { bytes in
            guard let mask = bytes.baseAddress.map({ $0 + firstID }) else { return }
            let values = UnsafeMutableRawPointer(base)
            var index = 0
            while index + 16 <= length {
                let flags = mask.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
                var part = values.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
                let wide = SIMD16<Int32>(truncatingIfNeeded: flags)
                part.replace(with: forbidden, where: wide .!= 0)
                values.storeBytes(of: part, toByteOffset: index * 4, as: SIMD16<Float>.self)
                index += 16
            }
            while index < length {
                if mask.load(fromByteOffset: index, as: UInt8.self) != 0 { base[index] = -.infinity }
                index += 1
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
