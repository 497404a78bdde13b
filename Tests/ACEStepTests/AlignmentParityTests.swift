import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import TestSupport
import Testing

/// Times and scores of whole songs of tiny checkpoints, as the official repository's aligner finds them
/// (`tools/reference/alignment_goldens.py`).
@MLXActor
struct AlignmentParityTests {
    private struct Goldens: Decodable {
        struct Case: Decodable {
            struct Token: Decodable {
                var text: String
                var start: Double
                var end: Double

                init(from decoder: any Decoder) throws {
                    var values = try decoder.unkeyedContainer()
                    text = try values.decode(String.self)
                    start = try values.decode(Double.self)
                    end = try values.decode(Double.self)
                }
            }
            struct Request: Decodable {
                var caption: String
                var lyrics: String
                var vocalLanguage: String
                var duration: Double
                var bpm: Int
                var keyscale: String
                var timesignature: String
                var seeds: [UInt64]
                var steps: Int

                private enum CodingKeys: String, CodingKey {
                    case caption, lyrics, duration, bpm, keyscale, timesignature, seeds
                    case vocalLanguage = "vocal_language"
                    case steps = "inference_steps"
                }
            }
            var checkpoint: String
            var request: Request
            var heads: [String: [Int]]
            var lrc: String
            var tokens: [Token]
            var sentences: [Token]
            var noiseScore: Double
            var finishedScore: Double

            private enum CodingKeys: String, CodingKey {
                case checkpoint, request, heads, lrc, tokens, sentences
                case noiseScore = "lm_score"
                case finishedScore = "dit_score"
            }
        }
        var cases: [Case]
    }

    @Test(arguments: 0..<3)
    func timesAndScoresAreThoseOfTheOfficialAligner(_ index: Int) async throws {
        let golden = (try Fixtures.json("aftermath/alignment") as Goldens).cases[index]
        try await TestCheckpoint.withCopy(of: golden.checkpoint, .diffusers) { copy in
            try copy.edit("transformer/config.json") { $0["lyric_alignment_layers_config"] = golden.heads }
            let model = try copy.load(dtype: .float32)
            let pipeline = Pipeline(
                model: model,
                target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
            let resolver = RequestResolver(
                variant: model.configuration.variant, latentRate: model.autoencoderConfiguration.latentRate)
            let asked = golden.request
            let request = ACEStepRequest(prompt: asked.caption) {
                $0.lyrics = asked.lyrics
                $0.vocalLanguage = asked.vocalLanguage
                $0.duration = asked.duration
                $0.bpm = asked.bpm
                $0.keyScale = asked.keyscale
                $0.timeSignature = asked.timesignature
                $0.steps = asked.steps
                $0.seeds = asked.seeds
                $0.findsLyricTimes = true
                $0.findsScores = true
            }
            let song = try await pipeline.generate(try resolver.resolve(request)) { _ in }.songs[0]
            let lyrics = try #require(song.lyrics)
            #expect(lyrics.tokens.map(\.text) == golden.tokens.map(\.text))
            for (made, expected) in zip(lyrics.tokens, golden.tokens) {
                #expect(abs(made.start - expected.start) < 1e-5 && abs(made.end - expected.end) < 1e-5, "\(made)")
            }
            #expect(lyrics.lrc == golden.lrc)
            #expect(lyrics.lines.map(\.end) == golden.sentences.map(\.end))
            #expect(abs(try #require(song.scores?.lmScore) - golden.noiseScore) < 2e-4)
            #expect(abs(try #require(song.scores?.ditScore) - golden.finishedScore) < 2e-4)
        }
    }
}
