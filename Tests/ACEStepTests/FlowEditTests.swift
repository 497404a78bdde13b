import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Flow edits, by what must hold for any weights.
@MLXActor
struct FlowEditTests {
    private func edit(_ request: inout ACEStepRequest) throws {
        request.flowEdit = true
        request.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
        request.duration = nil
        request.guidanceScale = 3
        request.flowEditSourceCaption = "fast rock"
    }

    @Test func theSameTextLeavesTheSourceAsItIs() async throws {
        let run = try TestRun("base-xl-bf16", .diffusers)
        let same = try await run.song {
            try edit(&$0)
            $0.flowEditSourceCaption = $0.prompt
        }
        let none = try await run.song {
            try edit(&$0)
            $0.flowEditStart = 1
        }
        // All steps are left out: the latents are the source's.
        #expect(largestDifference(try same.latentValues, try none.latentValues) < 1e-4)
        let other = try await run.song { try edit(&$0) }
        #expect(largestDifference(try other.latentValues, try none.latentValues) > 1e-3)
    }

    @Test func stepsAfterTheWindowFollowTheNewTextAlone() async throws {
        // Without a window, noise is put on the source at the first step, which is all noise at flow time 1: the song
        // of the retake seed.
        let run = try TestRun("base-xl-bf16", .diffusers)
        let edited = try await run.song {
            try edit(&$0)
            $0.flowEditEnd = 0
            $0.retakeSeeds = [21]
        }
        let plain = try await run.song {
            $0.duration = 32 / 25.0
            $0.guidanceScale = 3
            $0.seeds = [21]
        }
        #expect(try edited.latentValues.count == plain.latentValues.count)
        #expect(largestDifference(try edited.latentValues, try plain.latentValues) < 1e-3)
    }

    @Test func severalNoisesAreAveraged() async throws {
        let run = try TestRun("base-xl-bf16", .diffusers)
        let one = try await run.song { try edit(&$0) }
        let four = try await run.song {
            try edit(&$0)
            $0.flowEditDraws = 4
            $0.velocityAverage = 0.1
            $0.velocityNormThreshold = 2
        }
        #expect(try one.latentValues != four.latentValues)
        #expect(try four.latentValues.allSatisfy(\.isFinite))
    }

    @Test func whatAFlowEditNeedsIsSaid() throws {
        let base = RequestResolver(variant: .base), turbo = RequestResolver(variant: .turbo)
        var request = ACEStepRequest(prompt: "x")
        try edit(&request)
        #expect(throws: MusicError.self) { try turbo.resolve(request) }
        #expect(try base.resolve(request).request.source != nil)
        func error(_ change: (inout ACEStepRequest) -> Void) -> MusicError? {
            var changed = request
            change(&changed)
            do {
                _ = try base.resolve(changed)
                return nil
            } catch { return error as? MusicError }
        }
        #expect(error { $0.source = nil }?.field == "src_audio")
        #expect(error { $0.flowEditSourceCaption = nil }?.field == "flow_edit_source_caption")
        #expect(error { ($0.flowEditStart, $0.flowEditEnd) = (0.6, 0.5) }?.field == "flow_edit_n_min")
        #expect(error { $0.task = .cover }?.field == "flow_edit_morph")
        let solver = try base.resolve(
            ACEStepRequest(prompt: "x") { changed in
                changed = request
                changed.solver = .heun
            })
        #expect(solver.request.solver == .euler && solver.notices.contains { $0.contains("infer_method") })
    }
}
