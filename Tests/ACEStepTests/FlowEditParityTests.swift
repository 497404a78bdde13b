import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Flow edits by the rules of the reference's loop on Diffusers' networks (`tools/reference/flow_edit_goldens.py`).
@MLXActor
struct FlowEditParityTests {
    private struct Goldens: Decodable {
        struct Words: Decodable {
            var caption: String
            var lyrics: String
        }
        struct Case: Decodable {
            var start: Double
            var end: Double
            var draws: Int
            var seed: UInt64
            var steps: Int
            var guidance: Double
            var shift: Double
            var threshold: Double
            var factor: Double
            var latents: [Float]

            private enum CodingKeys: String, CodingKey {
                case seed, steps, guidance, shift, threshold, factor, latents
                case start = "n_min"
                case end = "n_max"
                case draws = "n_avg"
            }
        }
        var target: Words
        var source: Words
        var cases: [Case]
    }

    @Test func editsAreThoseOfTheReference() async throws {
        let goldens: Goldens = try Fixtures.json("aftermath/flow_edit")
        let run = try TestRun("base-xl-bf16", .diffusers)
        for (index, golden) in goldens.cases.enumerated() {
            let song = try await run.song {
                $0.prompt = goldens.target.caption
                $0.lyrics = goldens.target.lyrics
                $0.vocalLanguage = "en"
                $0.flowEdit = true
                $0.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
                $0.duration = nil
                $0.flowEditSourceCaption = goldens.source.caption
                $0.flowEditSourceLyrics = goldens.source.lyrics
                $0.flowEditStart = golden.start
                $0.flowEditEnd = golden.end
                $0.flowEditDraws = golden.draws
                $0.seeds = [golden.seed]
                $0.steps = golden.steps
                $0.guidanceScale = golden.guidance
                $0.shift = golden.shift
                $0.velocityNormThreshold = golden.threshold
                $0.velocityAverage = golden.factor
            }
            let scale = golden.latents.map { abs($0) }.max() ?? 1
            #expect(largestDifference(try song.latentValues, golden.latents) < 1e-3 * scale, "case \(index)")
        }
    }
}
