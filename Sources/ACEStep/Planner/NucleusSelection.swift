import MusicCore

/// Finds the likeliest of many weights without sorting them: top-k and top-p, and then the one to draw.
///
/// The bits of positive floats are ordered as the floats are. Counting and adding up weights by their upper bits finds
/// the few among which the limit lies; two more rounds among those find the limit itself.
package struct NucleusSelection: Sendable {
    /// The weights that are kept: those above a limit, and of those equal to it the first ones.
    package struct Cut {
        /// The bits of the smallest weight that is kept.
        package var limit: UInt32
        /// How many weights of just that size are kept; `Int.max` for all.
        package var ties: Int
        /// How many weights are kept.
        package var count: Int
        /// Their sum.
        package var mass: Double
    }

    /// Weights that one sum is kept of, a multiple of 16.
    private static let block = 256
    /// How many different upper 12 bits, next 12 bits and last 8 bits there are; the upper ones of 1 are 0x3F8.
    private static let bins = (upper: 0x3F9, middle: 4096, lower: 256)

    private var counts = [UInt32](repeating: 0, count: bins.middle)
    private var masses = [Double](repeating: 0, count: bins.middle)
    /// The bits of the weights among which the limit lies.
    private var candidates: [UInt32] = []
    /// The sum of the kept weights of each block.
    private var sums: [Double] = []

    package init() {}

    /// The weights to keep.
    ///
    /// - Parameters:
    ///   - weights: 0...1, relative to the largest one; those of 0 are never kept.
    ///   - topK: at least 1; all that equal the last of them stay too.
    ///   - topP: between 0 and 1, a part of the sum of what `topK` leaves. A weight stays if those before it, larger or
    ///     of a lower index, don't exceed it already.
    /// - Throws: `MusicError` with code `.numericalFailure` if the sum isn't finite or nothing is over 0.
    package mutating func select(_ weights: UnsafeBufferPointer<Float>, topK: Int?, topP: Double?) throws -> Cut {
        var cut = Cut(limit: 1, ties: .max, count: 0, mass: 0)
        if let topK, topK < weights.count { cut.limit = max(1, limit(weights, topK)) }
        if let topP { nucleus(weights, topP, &cut) }
        addUp(weights, &cut)
        guard cut.mass.isFinite, cut.count > 0 else { throw TokenSampler.failure }
        return cut
    }

    // MARK: Limits

    /// The bits of the k-th largest weight.
    private mutating func limit(_ weights: UnsafeBufferPointer<Float>, _ k: Int) -> UInt32 {
        var wanted = k
        func bin(_ counts: [UInt32], of bins: Int) -> Int {
            var bin = bins - 1
            while bin > 0, Int(counts[bin]) < wanted {
                wanted -= Int(counts[bin])
                bin -= 1
            }
            return bin
        }
        tally(weights, from: 1)
        let first = UInt32(bin(counts, of: Self.bins.upper))
        collect(weights, upperBits: first, from: 1)
        tallyCandidates(shift: 8, keeping: nil)
        let second = first << 12 | UInt32(bin(counts, of: Self.bins.middle))
        tallyCandidates(shift: 0, keeping: second)
        return second << 8 | UInt32(bin(counts, of: Self.bins.lower))
    }

    /// Sets the limit so that the weights whose predecessors in descending order don't exceed a part of all are kept.
    private mutating func nucleus(_ weights: UnsafeBufferPointer<Float>, _ part: Double, _ cut: inout Cut) {
        var before = 0.0
        /// The last bin with weights whose predecessors don't exceed the target.
        func bin(_ counts: [UInt32], _ masses: [Double], _ target: Double, of bins: Int) -> Int {
            var found: (bin: Int, before: Double) = (0, before)
            var sum = before
            var bin = bins - 1
            while bin >= 0, sum <= target {
                if counts[bin] > 0 {
                    found = (bin, sum)
                    sum += masses[bin]
                }
                bin -= 1
            }
            before = found.before
            return found.bin
        }
        tally(weights, from: cut.limit)
        // In the order in which they are added up again.
        let target = part * masses[..<Self.bins.upper].reversed().reduce(0, +)
        let first = UInt32(bin(counts, masses, target, of: Self.bins.upper))
        collect(weights, upperBits: first, from: cut.limit)
        tallyCandidates(shift: 8, keeping: nil)
        let second = first << 12 | UInt32(bin(counts, masses, target, of: Self.bins.middle))
        tallyCandidates(shift: 0, keeping: second)
        let third = bin(counts, masses, target, of: Self.bins.lower)
        cut.limit = second << 8 | UInt32(third)
        let weight = Double(Float(bitPattern: cut.limit))
        let equal = Int(counts[third])
        var ties = 1
        while ties < equal, before + Double(ties) * weight <= target { ties += 1 }
        if ties < equal { cut.ties = ties }
    }

    /// Counts and adds up the weights by their upper 12 bits, from those of some bits on.
    private mutating func tally(_ weights: UnsafeBufferPointer<Float>, from smallest: UInt32) {
        clear(Self.bins.upper)
        counts.withUnsafeMutableBufferPointer { counts in
            masses.withUnsafeMutableBufferPointer { masses in
                for index in 0..<weights.count {
                    let weight = weights[index]
                    guard weight.bitPattern >= smallest else { continue }
                    // Not a number lands in the uppermost bin, and makes its sum none either.
                    let bin = min(Int(weight.bitPattern >> 20), Self.bins.upper - 1)
                    counts[bin] &+= 1
                    masses[bin] += Double(weight)
                }
            }
        }
    }

    /// Takes out the weights with some upper 12 bits.
    private mutating func collect(_ weights: UnsafeBufferPointer<Float>, upperBits: UInt32, from smallest: UInt32) {
        candidates.removeAll(keepingCapacity: true)
        let low = max(upperBits << 20, smallest)
        let span = (upperBits << 20 | 0xF_FFFF) &- low
        for index in 0..<weights.count {
            let bits = weights[index].bitPattern
            if bits &- low <= span { candidates.append(bits) }
        }
    }

    /// Counts and adds up the candidates by 12 bits, or by the last 8 of those whose others are given.
    private mutating func tallyCandidates(shift: UInt32, keeping upper: UInt32?) {
        clear(upper == nil ? Self.bins.middle : Self.bins.lower)
        for bits in candidates {
            if let upper, bits >> 8 != upper { continue }
            let bin = Int(bits >> shift & (upper == nil ? 0xFFF : 0xFF))
            counts[bin] &+= 1
            masses[bin] += Double(Float(bitPattern: bits))
        }
    }

    private mutating func clear(_ bins: Int) {
        counts.withUnsafeMutableBufferPointer { $0[..<bins].update(repeating: 0) }
        masses.withUnsafeMutableBufferPointer { $0[..<bins].update(repeating: 0) }
    }

    // MARK: Draw

    /// Adds up the kept weights by blocks, and counts them.
    private mutating func addUp(_ weights: UnsafeBufferPointer<Float>, _ cut: inout Cut) {
        sums.removeAll(keepingCapacity: true)
        var tiesLeft = cut.ties
        var start = 0
        while start < weights.count {
            let end = min(start + Self.block, weights.count)
            let part = UnsafeBufferPointer(rebasing: weights[start..<end])
            let (sum, count) =
                cut.ties == .max && part.count == Self.block
                ? Self.wholeBlock(part, cut.limit) : Self.scalarBlock(part, cut.limit, &tiesLeft)
            sums.append(sum)
            cut.mass += sum
            cut.count += count
            start = end
        }
    }

    private static func wholeBlock(_ part: UnsafeBufferPointer<Float>, _ limit: UInt32) -> (Double, Int) {
        var sum = SIMD16<Float>.zero
        var count = SIMD16<Int32>.zero
        let raw = UnsafeRawPointer(part.baseAddress)
        let smallest = SIMD16<Float>(repeating: Float(bitPattern: limit))
        for index in 0..<block / 16 {
            guard let values = raw?.loadUnaligned(fromByteOffset: index * 64, as: SIMD16<Float>.self) else { break }
            // Not a number is kept, so that the sum tells.
            let isLess = values .< smallest
            sum += values.replacing(with: 0, where: isLess)
            count &+= SIMD16(repeating: 1).replacing(with: 0, where: isLess)
        }
        // Halves are added to halves: one order for all machines.
        let eight = sum.lowHalf + sum.highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return (Double(two[0] + two[1]), Int(count.wrappedSum()))
    }

    private static func scalarBlock(
        _ part: UnsafeBufferPointer<Float>, _ limit: UInt32, _ tiesLeft: inout Int
    ) -> (Double, Int) {
        var sum = 0.0
        var count = 0
        for weight in part where isKept(weight, limit, &tiesLeft) {
            sum += Double(weight)
            count += 1
        }
        return (sum, count)
    }

    @inline(__always)
    private static func isKept(_ weight: Float, _ limit: UInt32, _ tiesLeft: inout Int) -> Bool {
        let bits = weight.bitPattern
        guard bits == limit, tiesLeft != .max else { return bits >= limit }
        tiesLeft -= 1
        return tiesLeft >= 0
    }

    /// The index at which the running sum of the kept weights exceeds a value below their sum.
    package func pick(_ weights: UnsafeBufferPointer<Float>, _ cut: Cut, at target: Double) -> Int {
        var rest = target
        var block = 0
        // A block without kept weights has the sum 0 and is passed over.
        while block < sums.count - 1, rest >= sums[block] {
            rest -= sums[block]
            block += 1
        }
        while block > 0, sums[block] == 0 { block -= 1 }
        let start = block * Self.block
        var tiesLeft = cut.ties
        if tiesLeft != .max {
            for index in 0..<start where weights[index].bitPattern == cut.limit { tiesLeft -= 1 }
            tiesLeft = max(0, tiesLeft)
        }
        var last = start
        for index in start..<min(start + Self.block, weights.count)
        where Self.isKept(weights[index], cut.limit, &tiesLeft) {
            last = index
            rest -= Double(weights[index])
            if rest < 0 { break }
        }
        // Rounding can leave a little; the last kept weight of the block takes it.
        return last
    }
}
