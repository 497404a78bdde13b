import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import Tokenizers

/// How much audio codes help a language model to tell what was asked for.
extension Planner {
    /// Guesses among which a right one counts.
    private nonisolated static let guesses = 10
    /// Tokens whose scores are computed at a time.
    private nonisolated static let rows = 64

    /// See ``MusicCore/MusicPlanner/score(codes:asked:lyrics:scale:)``.
    func score(codes: [Int], asked: SongMetadata, lyrics: String, scale: Double) async throws -> HeardScore {
        let heard = try await prefill(.understanding(codes: codes))
        let unheard = try await prefill(.understanding(codes: []))
        func gain(_ target: [Int]) async throws -> Double {
            let with = try await logits(of: target, after: heard)
            let without = try await logits(of: target, after: unheard)
            return HeardScore.normalized(
                gain: TargetLogit.mean(with) - TargetLogit.mean(without), scale: scale)
        }
        var conditions: [String: Double] = [:]
        for (field, yaml) in Self.lines(asked) {
            let target = thought(yaml)
            conditions[field] =
                field == PlanField.caption.rawValue
                ? try await gain(target)
                : HeardScore.recall(
                    ranks: try await logits(of: target, after: heard).map(\.rank), best: Self.guesses)
        }
        if !lyrics.isEmpty {
            let text = vocabulary.tokenizer.encodePlainly("\n# Lyric\n\(lyrics)\n").map(Int.init)
            conditions["lyrics"] = try await gain(thought(nil).dropLast() + text)
        }
        return HeardScore(conditions: conditions)
    }

    /// A chain of thought with one line, or with none, and the line feed behind it.
    private func thought(_ yaml: String?) -> [Int] {
        func tokens(_ text: String) -> [Int] { vocabulary.tokenizer.encodePlainly(text).map(Int.init) }
        let body = yaml.map { "\n\($0)\n" } ?? "\n"
        return [vocabulary.thinkStart] + tokens(body) + [vocabulary.thinkEnd] + tokens("\n")
    }

    /// Each known field as PyYAML writes it alone, by its name.
    private nonisolated static func lines(_ asked: SongMetadata) -> [(String, String)] {
        asked.object.sorted { $0.key < $1.key }.map { name, value in
            let key = "\(name):"
            let line: String
            if case .text(let text) = value {
                line = key + YAMLScalar.emit(text, column: key.count)
            } else {
                line = "\(key) \(value.plainText)"
            }
            return (name, line.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// A prompt, each stretch of which takes a turn.
    private func prefill(_ prompt: PlannerPrompt) async throws -> Qwen3Prefill {
        var prefill = try Qwen3Prefill(model.network, [try prompt.tokens(vocabulary)])
        while try await job.step({ try prefill.next() }) {}
        return prefill
    }

    /// Runs a target after a prompt; logits are computed for its rows alone.
    private func logits(of target: [Int], after prompt: Qwen3Prefill) async throws -> [TargetLogit] {
        let cache = try await job.step { prompt.cache.selecting([0]) }
        let rest = try await job.step { try model.network.states(Array(target.dropLast()), cache) }
        let states = target.count > 1 ? concatenated([prompt.hidden, rest], axis: 0) : prompt.hidden
        var found: [TargetLogit] = []
        for start in stride(from: 0, to: target.count, by: Self.rows) {
            let end = min(target.count, start + Self.rows)
            let ids = Array(target[start..<end])
            found += try await job.step {
                let logits = try model.network.logits(states[start..<end])
                return try evaluating("scoring") { TargetLogit.read(logits, ids) }
            }
        }
        return found
    }
}

extension HeardScore {
    /// A gain in the mean logarithm of the probability as a score from 0 to 1, where 0.5 is no gain.
    ///
    /// - Parameters:
    ///   - gain: natural logarithm.
    ///   - scale: lower is more sensitive.
    package static func normalized(gain: Double, scale: Double) -> Double { 1 / (1 + exp(-gain / scale)) }

    /// The mean over tokens of 1 for the likeliest of all, less with its place, and 0 beyond some places.
    ///
    /// - Parameters:
    ///   - ranks: places among all tokens, from 1 on.
    ///   - best: how many places count.
    package static func recall(ranks: [Int], best: Int) -> Double {
        let scores = ranks.map { $0 <= best ? 1 - Double($0 - 1) / Double(best) : 0 }
        return scores.reduce(0, +) / Double(max(1, ranks.count))
    }
}
