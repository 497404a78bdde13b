import MusicCore

/// Finds the likeliest of many weights without sorting them: top-k and top-p.
///
/// The bits of positive floats are ordered as the floats are. Counting (or adding up) weights by their upper bits finds
/// the part where the limit lies; two more rounds within that part find the limit itself.
package struct NucleusSelection: Sendable {
    /// The weights that are kept: those above a limit, and of those equal to it the first ones.
    package struct Cut {
        /// The bits of the smallest weight that is kept.
        package var limit: UInt32
        /// How many weights of just that size are kept.
        package var ties: Int
        /// How many weights are kept.
        package var count: Int
        /// Their sum.
        package var mass: Double

        /// The index at which the running sum of the kept weights exceeds a value.
        func pick(_ weights: UnsafeBufferPointer<Float>, at target: Double) -> Int {
            var sum = 0.0
            var tiesLeft = ties
            var last = 0
            for index in 0..<weights.count {
                let bits = weights[index].bitPattern
                if bits < limit { continue }
                if bits == limit {
                    if tiesLeft == 0 { continue }
                    tiesLeft -= 1
                }
                sum += Double(weights[index])
                last = index
                if sum > target { return index }
            }
            // Rounding can leave the sum a little short.
            return last
        }
    }

    private static let fields: [(shift: UInt32, bits: UInt32)] = [(20, 12), (8, 12), (0, 8)]
    private var counts = [UInt32](repeating: 0, count: 4096)
    private var masses = [Double](repeating: 0, count: 4096)

    package init() {}

    /// The weights to keep.
    ///
    /// - Parameters:
    ///   - weights: 0...1, relative to the largest one.
    ///   - topK: at least 1; all that equal the last of them stay too.
    ///   - topP: between 0 and 1, a part of the sum of what `topK` leaves. A weight stays if those before it, larger or
    ///     of a lower index, don't exceed it already.
    /// - Throws: `MusicError` with code `.numericalFailure` if the sum isn't finite.
    package mutating func select(_ weights: UnsafeBufferPointer<Float>, topK: Int?, topP: Double?) throws -> Cut {
        var smallest: UInt32 = 1
        if let topK, topK < weights.count { smallest = max(1, limit(weights, topK)) }
        var count = 0
        var mass = 0.0
        for weight in weights where weight.bitPattern >= smallest {
            count += 1
            mass += Double(weight)
        }
        guard mass.isFinite, count > 0 else { throw TokenSampler.failure }
        guard let topP else { return Cut(limit: smallest, ties: .max, count: count, mass: mass) }
        return nucleus(weights, smallest, topP * mass)
    }

    /// The bits of the k-th largest weight.
    private mutating func limit(_ weights: UnsafeBufferPointer<Float>, _ k: Int) -> UInt32 {
        var prefix: UInt32 = 0
        var mask: UInt32 = 0
        var wanted = k
        for (shift, bits) in Self.fields {
            tally(weights, from: 1, prefix, mask, shift, bits)
            var bin = (1 << Int(bits)) - 1
            while bin > 0, Int(counts[bin]) < wanted {
                wanted -= Int(counts[bin])
                bin -= 1
            }
            prefix |= UInt32(bin) << shift
            mask |= ((1 << bits) - 1) << shift
        }
        return prefix
    }

    /// The weights whose predecessors in descending order don't exceed `target`, of those from `smallest` on.
    private mutating func nucleus(_ weights: UnsafeBufferPointer<Float>, _ smallest: UInt32, _ target: Double) -> Cut {
        var prefix: UInt32 = 0
        var mask: UInt32 = 0
        var before = 0.0
        var count = 0
        for (shift, bits) in Self.fields {
            tally(weights, from: smallest, prefix, mask, shift, bits)
            // The last bin with weights whose predecessors don't exceed the target.
            var chosen: (bin: Int, before: Double, count: Int)?
            var bin = (1 << Int(bits)) - 1
            while bin >= 0, before <= target {
                if counts[bin] > 0 {
                    chosen = (bin, before, count)
                    before += masses[bin]
                    count += Int(counts[bin])
                }
                bin -= 1
            }
            guard let chosen else { break }
            (before, count) = (chosen.before, chosen.count)
            prefix |= UInt32(chosen.bin) << shift
            mask |= ((1 << bits) - 1) << shift
        }
        let weight = Double(Float(bitPattern: prefix))
        let equal = Int(counts[Int(prefix & 0xFF)])
        var ties = 1
        while ties < equal, before + Double(ties) * weight <= target { ties += 1 }
        return Cut(limit: prefix, ties: ties, count: count + ties, mass: before + Double(ties) * weight)
    }

    /// Counts and adds up the weights from `smallest` on that have some upper bits, by the bits that follow.
    private mutating func tally(
        _ weights: UnsafeBufferPointer<Float>, from smallest: UInt32, _ prefix: UInt32, _ mask: UInt32,
        _ shift: UInt32, _ bits: UInt32
    ) {
        let bins = 1 << Int(bits)
        for bin in 0..<bins {
            counts[bin] = 0
            masses[bin] = 0
        }
        let field = UInt32(bins - 1)
        counts.withUnsafeMutableBufferPointer { counts in
            masses.withUnsafeMutableBufferPointer { masses in
                for weight in weights {
                    let pattern = weight.bitPattern
                    guard pattern & mask == prefix, pattern >= smallest else { continue }
                    let bin = Int(pattern >> shift & field)
                    counts[bin] &+= 1
                    masses[bin] += Double(weight)
                }
            }
        }
    }
}
