import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing
import Tokenizers

/// Times and scores of lyrics, by the reference's numbers.
@MLXActor
struct LyricAlignmentTests {
    private struct ConsensusCases: Decodable {
        struct Case: Decodable {
            var weights: [[[Float]]]
            var matrix: [[Float]]
            var path: [[Int]]
            var total: Float
        }
        var cases: [Case]
    }
    private struct PathCases: Decodable {
        struct Case: Decodable {
            var cost: [[Float]]
            var path: [[Int]]
            var total: Float
        }
        var cases: [Case]
    }
    private struct TimesCase: Decodable {
        struct Token: Decodable {
            var start: Double
            var end: Double
        }
        struct Sentence: Decodable {
            var text: String
            var start: Double
            var end: Double
        }
        var weights: [[[Float]]]
        var texts: [String]
        var duration: Double
        var tokens: [Token]
        var sentences: [Sentence]
        var lrc: String
    }
    private struct ScoreCases: Decodable {
        struct Case: Decodable {
            var weights: [[[Float]]]
            var texts: [String]
            var mask: [Int]
            var coverage: Double
            var monotonicity: Double
            var confidence: Double
            var score: Double
        }
        var cases: [Case]
    }

    private func stack(_ weights: [[[Float]]]) -> AttentionStack {
        AttentionStack(
            MLXArray(weights.joined().joined().map { $0 }, [weights.count, weights[0].count, weights[0][0].count]))
    }

    @Test func headsAgreeAsInTheReference() throws {
        let cases = (try Fixtures.json("aftermath/consensus") as ConsensusCases).cases
        for (index, example) in cases.enumerated() {
            let made = try stack(example.weights).consensus()
            #expect(largestDifference(made, example.matrix.joined().map { $0 }) < 2e-4, "case \(index)")
            let path = WarpingPath(
                costs: made.map { -$0 }, tokens: example.matrix.count, frames: example.matrix[0].count)
            #expect(path.points.map { [$0.token, $0.frame] } == example.path, "case \(index)")
            #expect(abs(path.total - example.total) < 2e-3 * max(1, abs(example.total)), "case \(index)")
        }
        #expect(cases.count >= 4)
    }

    @Test func theCheapestWayIsTheReferences() throws {
        for (index, example) in (try Fixtures.json("aftermath/dtw") as PathCases).cases.enumerated() {
            let path = WarpingPath(
                costs: example.cost.joined().map { $0 }, tokens: example.cost.count, frames: example.cost[0].count)
            #expect(path.points.map { [$0.token, $0.frame] } == example.path, "case \(index)")
            #expect(path.total == example.total, "case \(index)")
        }
    }

    @Test func timesAndLinesAreTheReferences() throws {
        let example: TimesCase = try Fixtures.json("aftermath/lrc")
        let times = LyricAlignment.times(
            consensus: try stack(example.weights).consensus(), texts: example.texts, duration: example.duration)
        for (made, expected) in zip(times, example.tokens) {
            #expect(abs(made.start - expected.start) < 1e-9 && abs(made.end - expected.end) < 1e-9)
        }
        let lyrics = TimedLyrics(tokens: times, duration: example.duration) { example.texts[$0].joined() }
        #expect(lyrics.lines.map(\.text) == example.sentences.map(\.text))
        #expect(lyrics.lines.map(\.start) == example.sentences.map(\.start))
        #expect(lyrics.lines.map(\.end) == example.sentences.map(\.end))
        #expect(lyrics.lrc == example.lrc)
        #expect(lyrics.lines[1].words.map(\.text) == ["Sunshine", "on", "me"])
        #expect(try JSONDecoder().decode(TimedLyrics.self, from: JSONEncoder().encode(lyrics)) == lyrics)
    }

    @Test func scoresAreTheReferences() throws {
        for (index, example) in (try Fixtures.json("aftermath/lyric_score") as ScoreCases).cases.enumerated() {
            let areSung = LyricTokens.areSung(example.texts)
            #expect(areSung.map { $0 ? 1 : 0 } == example.mask, "case \(index)")
            let score = LyricAlignment.score(energy: try stack(example.weights).energy(), areSung: areSung)
            #expect(abs(score.coverage - example.coverage) < 1e-4, "case \(index)")
            #expect(abs(score.monotonicity - example.monotonicity) < 1e-4, "case \(index)")
            #expect(abs(score.confidence - example.confidence) < 1e-4, "case \(index)")
            #expect(abs(score.value - example.score) < 1e-4, "case \(index)")
        }
    }

    @Test func characterOfSeveralTokensAreTextWhenTheyAreComplete() throws {
        let folder = try CheckpointLayout(try TestCheckpoint("turbo-f32", .diffusers).location).tokenizer
        let tokenizer = try Tokenizer(directory: folder)
        for text in ["la la\nlo", "你好，世界\n我", "😀 é ok", ""] {
            let ids = tokenizer.encode(text, addSpecialTokens: false)
            // By the definition: what decoding one token more adds to the bytes.
            var known: [UInt8] = []
            let expected = ids.indices.map { index -> String in
                let bytes = Array(tokenizer.decode(Array(ids[...index])).utf8)
                defer { known = bytes }
                return bytes.count >= known.count ? String(validating: bytes[known.count...], as: UTF8.self) ?? "" : ""
            }
            #expect(LyricTokens.texts(ids, tokenizer) == expected, "\(text)")
        }
    }

    @Test func headsAreTheCheckpointsOrThoseOfAKnownModel() {
        let own = AlignmentHeads(configured: [1: [0, 9], 7: [1]], layers: 3, headCount: 4)
        #expect(own.heads == [1: [0]] && own.notice == nil)
        let none = AlignmentHeads(configured: [:], layers: 24, headCount: 16)
        #expect(none.isEmpty && none.notice != nil)
        #expect(AlignmentHeads(configured: nil, layers: 24, headCount: 16).heads[3] == [10, 11])
        #expect(AlignmentHeads(configured: nil, layers: 32, headCount: 32).heads.values.joined().count == 11)
        let unknown = AlignmentHeads(configured: nil, layers: 4, headCount: 12)
        #expect(unknown.heads == [2: [6], 3: [10, 11]] && unknown.notice != nil)
        #expect(AlignmentHeads(configured: nil, layers: 2, headCount: 2).isEmpty)
    }

    @Test func songsThatAreAskedGetTimesAndScores() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        func ask(_ request: inout ACEStepRequest) {
            request.lyrics = "[Verse]\nla la\nlo"
            request.vocalLanguage = "en"
            request.duration = 2
        }
        let plain = try await run.song(ask)
        #expect(plain.lyrics == nil && plain.scores == nil)
        let sizes = run.pipeline.model.configuration.transformer
        let hasHeads = !AlignmentHeads(
            configured: sizes.alignmentHeads, layers: sizes.stack.layers, headCount: sizes.stack.heads
        ).isEmpty
        let asked = try await run.song {
            ask(&$0)
            $0.findsLyricTimes = true
            $0.findsScores = true
        }
        #expect(asked.audio == plain.audio && asked.latents == plain.latents)
        #expect((asked.lyrics != nil) == hasHeads)
        #expect((asked.scores?.ditScore != nil) == hasHeads)
        if let lyrics = asked.lyrics {
            #expect(lyrics.lines.map(\.text) == ["[Verse]", "la la", "lo"])
            #expect(lyrics.duration == 2 && lyrics.lines.allSatisfy { $0.end <= 2 && $0.start <= $0.end })
        }
        let wordless = try await run.song {
            $0.instrumental = true
            $0.findsLyricTimes = true
        }
        #expect(wordless.lyrics == nil)
    }
}
