import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// What a language model hears in audio codes, by the reference's numbers.
struct HeardScoreTests {
    private struct Vectors: Decodable {
        struct Gain: Decodable {
            var conditional: Double
            var unconditional: Double
            var score: Double
        }
        struct Reward: Decodable {
            var scores: [String: Double]
            var reward: Double
        }
        var logits: [[Float]]
        var targets: [Int]
        var averageLogProbability: Double
        var recall: Double
        var ranks: [Int]
        var pmi: [Gain]
        var rewards: [Reward]

        private enum CodingKeys: String, CodingKey {
            case logits, targets, ranks, pmi, rewards
            case averageLogProbability = "average_log_probability"
            case recall = "recall_top3"
        }
    }

    private struct Goldens: Decodable {
        struct Case: Decodable {
            var codes: [Int]
            var caption: String
            var lyrics: String
            var metadata: SongMetadata
            var scale: Double
            var scores: [String: Double]
            var reward: Double
        }
        var cases: [Case]
    }

    @MLXActor @Test func logitsBecomeScoresAsInTheReference() throws {
        let vectors: Vectors = try Fixtures.json("aftermath/pmi")
        let logits = MLXArray(vectors.logits.joined().map { $0 }, [vectors.logits.count, vectors.logits[0].count])
        let read = TargetLogit.read(logits, vectors.targets)
        #expect(read.map(\.rank) == vectors.ranks)
        #expect(abs(TargetLogit.mean(read) - vectors.averageLogProbability) < 1e-6)
        #expect(abs(HeardScore.recall(ranks: read.map(\.rank), best: 3) - vectors.recall) < 1e-6)
        for gain in vectors.pmi {
            let score = HeardScore.normalized(gain: gain.conditional - gain.unconditional, scale: 0.1)
            #expect(abs(score - gain.score) < 1e-6)
        }
        for reward in vectors.rewards {
            #expect(abs(HeardScore(conditions: reward.scores).reward - reward.reward) < 1e-6)
        }
    }

    @Test func aTinyModelHearsWhatItHearsInTheReference() async throws {
        let goldens: Goldens = try Fixtures.json("aftermath/heard")
        try await PlannerTests.withFolder { folder in
            let planner = try await ACEStepPlanner.load(
                ModelLocation(name: folder.path, directory: folder),
                options: LoadOptions(precision: .float32, device: .cpu))
            for (index, golden) in goldens.cases.enumerated() {
                var asked = golden.metadata
                asked.caption = golden.caption
                let heard = try await planner.score(
                    codes: golden.codes, asked: asked, lyrics: golden.lyrics, scale: golden.scale)
                #expect(heard.conditions.keys.sorted() == golden.scores.keys.sorted(), "case \(index)")
                for (name, score) in golden.scores {
                    // The scale makes much of little.
                    #expect(abs((heard.conditions[name] ?? 0) - score) < 2e-4, "case \(index), \(name)")
                }
                #expect(abs(heard.reward - golden.reward) < 2e-4, "case \(index)")
            }
        }
    }
}
