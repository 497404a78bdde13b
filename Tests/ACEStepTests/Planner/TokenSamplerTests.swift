import ACEStep
import Foundation
import MusicCore
import Testing

@Suite("Token sampler")
struct TokenSamplerTests {
    struct Golden: Decodable {
        var seed: Int
        var count: Int
        var temperature: Float
        var topK: Int
        var topP: Float
        var penalty: Float
        var came: [Int]
        var rounded: Bool
        var kept: Int
        var hash: UInt32
    }

    @Test("Penalty, top-k and top-p leave what the reference's leave")
    func filters() throws {
        let goldens: [Golden] = try PlannerFixtures.json("sampling")
        #expect(goldens.count > 40)
        for golden in goldens {
            var logits = PlannerFixtures.logits(seed: golden.seed, step: 0, count: golden.count)
            if golden.rounded { logits = logits.map { ($0 * 2).rounded(.toNearestOrEven) / 2 } }
            var penalty = RepetitionPenalty(golden.penalty)
            penalty.insert(golden.came)
            logits.withUnsafeMutableBufferPointer { penalty.apply(to: $0, firstID: 0) }
            let kept = try kept(logits, temperature: golden.temperature, topK: golden.topK, topP: golden.topP)
            #expect(kept.count == golden.kept, "\(golden)")
            #expect(PlannerFixtures.fingerprint(kept) == golden.hash, "\(golden)")
        }
    }

    /// The tokens that can be drawn.
    private func kept(_ logits: [Float], temperature: Float, topK: Int, topP: Float) throws -> [Int] {
        var weights: [Float] = []
        let largest = try #require(logits.max())
        logits.withUnsafeBufferPointer {
            LogitMath.weights(of: $0, largest: largest, temperature: temperature, into: &weights)
        }
        var selection = NucleusSelection()
        return try weights.withUnsafeBufferPointer { weights in
            let cut = try selection.select(
                UnsafeBufferPointer(rebasing: weights[..<logits.count]), topK: topK > 0 ? topK : nil,
                topP: topP < 1 ? Double(topP) : nil)
            var ties = cut.ties
            let mass = (0..<logits.count).reduce(0.0) {
                $0 + (weights[$1].bitPattern >= cut.limit ? Double(weights[$1]) : 0)
            }
            #expect(cut.ties != .max || abs(cut.mass / mass - 1) < 1e-5)
            let kept = (0..<logits.count).filter { index in
                let bits = weights[index].bitPattern
                guard bits == cut.limit else { return bits > cut.limit }
                ties -= 1
                return ties >= 0
            }
            #expect(kept.count == cut.count)
            return kept
        }
    }

    @Test("Top-p and top-k agree with sorting, ties included")
    func sorting() throws {
        var generator = SeededGenerator(seed: 4)
        for round in 0..<400 {
            let count = Int.random(in: 1...200, using: &generator)
            let scale: Float = round % 2 == 0 ? 1 : 0.25
            let logits = (0..<count).map { _ in (Float.random(in: -8...8, using: &generator) * scale).rounded() / scale
            }
            let topK = round % 3 == 0 ? Int.random(in: 1...count, using: &generator) : 0
            let topP = Float.random(in: 0.01...0.999, using: &generator)
            var order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
            if topK > 0 { order = order.filter { logits[$0] >= logits[order[topK - 1]] } }
            // The same weights, in double precision.
            var weights: [Float] = []
            logits.withUnsafeBufferPointer {
                LogitMath.weights(of: $0, largest: logits.max() ?? 0, temperature: 1, into: &weights)
            }
            let target = order.reduce(0.0) { $0 + Double(weights[$1]) } * Double(topP)
            var sum = 0.0
            var expected: [Int] = []
            for index in order {
                if sum > target * (1 + 1e-12) { break }
                expected.append(index)
                sum += Double(weights[index])
            }
            let own = try kept(logits, temperature: 1, topK: topK, topP: topP)
            #expect(own == expected.sorted(), "round \(round)")
        }
    }

    @Test("The weight that a sum falls on is picked, ties included")
    func picking() throws {
        var generator = SeededGenerator(seed: 8)
        for round in 0..<60 {
            let count = Int.random(in: 1...1500, using: &generator)
            let weights = (0..<count).map { _ -> Float in
                round % 3 == 0
                    ? Float(Int.random(in: 0...4, using: &generator)) / 4 : .random(in: 0...1, using: &generator)
            }
            guard weights.contains(where: { $0 > 0 }) else { continue }
            var selection = NucleusSelection()
            try weights.withUnsafeBufferPointer { weights in
                let cut = try selection.select(weights, topK: nil, topP: round % 2 == 0 ? 0.6 : nil)
                var ties = cut.ties
                let kept = weights.indices.filter { index in
                    guard weights[index].bitPattern == cut.limit, ties != .max else {
                        return weights[index].bitPattern >= cut.limit
                    }
                    ties -= 1
                    return ties >= 0
                }
                #expect(kept.count == cut.count)
                // The middle of each weight's part of the sum.
                var sum = 0.0
                for index in kept {
                    let weight = Double(weights[index])
                    if weight > 1e-3 { #expect(selection.pick(weights, cut, at: sum + weight / 2) == index) }
                    sum += weight
                }
                #expect(selection.pick(weights, cut, at: 0) == kept.first)
                #expect(selection.pick(weights, cut, at: sum) == kept.last)
            }
        }
    }

    @Test("Draws follow the probabilities")
    func distribution() throws {
        let logits: [Float] = [0, 1, -.infinity, 2, 0.5]
        let sampling = PlannerSampling(temperature: 0.7, topP: 1)
        var sampler = TokenSampler(sampling, seed: 9)
        var counts = [Int](repeating: 0, count: 5)
        let draws = 40_000
        for _ in 0..<draws {
            var copy = logits
            counts[try copy.withUnsafeMutableBufferPointer { try sampler.sample($0, firstID: 100) } - 100] += 1
        }
        let weights = logits.map { exp(Double($0) / 0.7) }
        let total = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            #expect(abs(Double(count) / Double(draws) - weight / total) < 0.01)
        }
    }

    @Test("The numbers drawn are those of the documented generator")
    func reproducible() throws {
        var sampler = TokenSampler(.init(temperature: 1, topP: 1), seed: 42)
        let drawn = try (0..<12).map { _ in
            var logits = [Float](repeating: 0, count: 1000)
            return try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, firstID: 0) }
        }
        #expect(drawn == Self.drawn)
    }

    /// The first draws of seed 42 among a thousand equal tokens, by the formula in a few lines of Python.
    private static let drawn = [343, 955, 486, 67, 676, 67, 195, 734, 111, 717, 641, 175]

    @Test("Temperature 0 takes the largest logit, the first of several")
    func greedy() throws {
        var sampler = TokenSampler(.init(temperature: 0, topK: 3, repetitionPenalty: 2), seed: 0)
        var logits: [Float] = [1, 3, 5, 3, 5, -1]
        #expect(try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, firstID: 10) } == 12)
        sampler.note([12, 14, 12])
        logits = [1, 3, 5, 3, 5, -1]
        #expect(try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, firstID: 10) } == 11)
    }

    @Test("A token without an alternative takes no draw")
    func forced() throws {
        var one = TokenSampler(.init(temperature: 1, topP: 1), seed: 7)
        var other = one
        var single: [Float] = [-.infinity, 4, -.infinity]
        #expect(try single.withUnsafeMutableBufferPointer { try one.sample($0, firstID: 0) } == 1)
        for _ in 0..<20 {
            var logits = [Float](repeating: 0, count: 99)
            var copy = logits
            #expect(
                try logits.withUnsafeMutableBufferPointer { try one.sample($0, firstID: 0) }
                    == copy.withUnsafeMutableBufferPointer { try other.sample($0, firstID: 0) })
        }
    }

    @Test("Logits that aren't finite are refused")
    func failure() {
        for values: [Float] in [[.nan, .nan], [-.infinity, -.infinity], [0, .infinity], [0, .nan], []] {
            var sampler = TokenSampler(.init(temperature: 1), seed: 0)
            var logits = values
            #expect(throws: MusicError.self) {
                try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, firstID: 0) }
            }
        }
    }

    @Test("Guidance is u + s (c - u) in float32")
    func guidance() {
        var conditional: [Float] = [1, 2, -3]
        let unconditional: [Float] = [0.5, 4, -3]
        conditional.withUnsafeMutableBufferPointer { conditional in
            unconditional.withUnsafeBufferPointer {
                LogitMath.guide(conditional, away: $0, scale: 2.5)
            }
        }
        #expect(conditional == [1.75, -1, -3])
    }
}

extension PlannerSampling {
    /// What a draw depends on; what is left out has its default.
    init(temperature: Double = 0.85, topK: Int = 0, topP: Double = 0.9, repetitionPenalty: Double = 1) {
        self.init()
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.repetitionPenalty = repetitionPenalty
    }
}
