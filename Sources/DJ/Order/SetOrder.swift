import Foundation

/// How loud and fast a set is from its begin to its end.
public enum MoodCurve: String, Sendable, CaseIterable, Codable {
    case `static`, building, wave
    case peakValley = "peak_valley"
    case windDown = "wind_down"

    /// The energy, 0 to 1, at a part of the way through the set.
    public func energy(at part: Double) -> Double {
        switch self {
        case .static: 0.5
        case .building: 0.2 + 0.7 * part
        case .wave: 0.5 - 0.3 * cos(2 * .pi * part * 1.5)
        case .peakValley: 0.25 + 0.7 * abs(cos(2 * .pi * part))
        case .windDown: 0.9 - 0.7 * part
        }
    }
}

/// Puts tracks into an order in which each leads to the next: near keys, small steps of tempo, along a curve of energy.
public enum SetOrder {
    /// - Parameters:
    ///   - tracks: at most ``SetPlan/limit``.
    ///   - curve: `nil` cares for keys and tempi alone.
    ///   - fixed: whether a place keeps its track, by number from 0.
    /// - Returns: the tracks in their new order; the old order where nothing is better.
    public static func ordered(_ tracks: [SetTrack], along curve: MoodCurve?, keeping fixed: Set<Int> = [])
        -> [SetTrack]
    {
        guard tracks.count > 2 || curve != nil, tracks.count > 1 else { return tracks }
        var order = Array(tracks.indices)
        var best = cost(order, tracks, curve)
        // Moves and exchanges until nothing gets better: sets are small.
        var isBetter = true
        while isBetter {
            isBetter = false
            for from in order.indices where !fixed.contains(from) {
                for to in order.indices where to != from && !fixed.contains(to) {
                    for isMove in fixed.isEmpty ? [true, false] : [false] {
                        var other = order
                        if isMove { other.insert(other.remove(at: from), at: to) } else { other.swapAt(from, to) }
                        let price = cost(other, tracks, curve)
                        if price < best - 1e-9 { (order, best, isBetter) = (other, price, true) }
                    }
                }
            }
        }
        return order.map { tracks[$0] }
    }

    /// What an order costs: steps between keys, and of tempo in units of 6 %, which is as far as beats can be matched;
    /// and four for energy that is all wrong.
    static func cost(_ order: [Int], _ tracks: [SetTrack], _ curve: MoodCurve?) -> Double {
        var sum = 0.0
        for (first, second) in zip(order, order.dropFirst()) {
            sum += step(tracks[first], tracks[second])
        }
        guard let curve, order.count > 1 else { return sum }
        for (place, index) in order.enumerated() {
            let wanted = curve.energy(at: Double(place) / Double(order.count - 1))
            sum += 4 * abs(energy(of: tracks[index]) - wanted)
        }
        return sum
    }

    /// What it costs to go from one track to another.
    static func step(_ first: SetTrack, _ second: SetTrack) -> Double {
        var sum = 0.0
        if let a = first.key.flatMap({ KeyWheel($0) }), let b = second.key.flatMap({ KeyWheel($0) }) {
            sum += Double(a.distance(to: b))
        }
        if let a = first.bpm, let b = second.bpm, a > 0, b > 0 {
            // Half and double tempo have the same beats.
            let octaves = [0.5, 1, 2].map { abs(log(b * $0 / a)) }.min() ?? 0
            sum += min(4, octaves / log(1.06))
        }
        return sum
    }

    /// What a track says of its energy, or what its tempo does.
    static func energy(of track: SetTrack) -> Double {
        track.energy ?? track.bpm.map { min(1, max(0, ($0 - 60) / 100)) } ?? 0.5
    }
}
