/// Tokens of a vocabulary that are forbidden, in a form that is quick to apply to logits.
///
/// Everything beyond the vocabulary is forbidden too: a model's head may be wider than its tokenizer.
package struct LogitMask: Sendable {
    /// Runs of forbidden tokens, ascending; empty if there are too many of them.
    private let spans: [Range<Int>]
    /// One bit per token, 1 where it is forbidden, lowest first; instead of spans.
    private let bits: [UInt8]
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
        var bits = [UInt8](repeating: 0, count: hasFew ? 0 : (count + 7) / 8)
        if !hasFew {
            for token in 0..<count where isForbidden(token) { bits[token / 8] |= 1 << UInt8(token % 8) }
        }
        self.bits = bits
    }

    /// Sets the logits of forbidden tokens to minus infinity; the first logit is that of the token `firstID`.
    package func apply(to logits: UnsafeMutableBufferPointer<Float>, firstID: Int) {
        guard let base = logits.baseAddress else { return }
        if bits.isEmpty {
            for span in spans { forbid(span, base, firstID, logits.count) }
        } else {
            applyBits(base, firstID, min(logits.count, count - firstID))
        }
        forbid(count..<max(count, firstID + logits.count), base, firstID, logits.count)
    }

    /// Forbids a run of tokens, as far as there are logits for it.
    private func forbid(_ span: Range<Int>, _ base: UnsafeMutablePointer<Float>, _ firstID: Int, _ length: Int) {
        let low = max(span.lowerBound, firstID)
        let high = min(span.upperBound, firstID + length)
        if low < high { (base + (low - firstID)).update(repeating: -.infinity, count: high - low) }
    }

    /// For each byte of bits, the most that eight logits can be: infinite one way or the other.
    private static let limits: [SIMD8<Float>] = (0..<256).map { byte in
        var limit = SIMD8<Float>(repeating: .infinity)
        for lane in 0..<8 where byte >> lane & 1 != 0 { limit[lane] = -.infinity }
        return limit
    }

    /// Holds `length` logits from that of the token `firstID` on within their limits.
    private func applyBits(_ logits: UnsafeMutablePointer<Float>, _ firstID: Int, _ length: Int) {
        guard length > 0 else { return }
        bits.withUnsafeBufferPointer { bits in
            Self.limits.withUnsafeBufferPointer { limits in
                guard let bits = bits.baseAddress, let limits = limits.baseAddress else { return }
                func single(_ index: Int) {
                    let token = firstID &+ index
                    if bits[token >> 3] >> UInt8(token & 7) & 1 != 0 { logits[index] = -.infinity }
                }
                // To the first whole byte, and on by bytes.
                var index = 0
                while index < length, (firstID &+ index) & 7 != 0 {
                    single(index)
                    index &+= 1
                }
                var byte = bits + ((firstID &+ index) >> 3)
                while index &+ 8 <= length {
                    let place = UnsafeMutableRawPointer(logits + index)
                    var part = place.loadUnaligned(as: SIMD8<Float>.self)
                    let limit = limits[Int(byte.pointee)]
                    part.replace(with: limit, where: limit .< part)
                    place.storeBytes(of: part, as: SIMD8<Float>.self)
                    byte += 1
                    index &+= 8
                }
                while index < length {
                    single(index)
                    index &+= 1
                }
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
