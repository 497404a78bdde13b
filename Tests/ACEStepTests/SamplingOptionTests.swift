import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// What the options of sampling do to whole runs.
@MLXActor
struct SamplingOptionTests {
    private func cover(_ request: inout ACEStepRequest) throws {
        request.task = .cover
        request.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
        request.duration = nil
    }

    @Test func everyTaskAndSolverGivesTheSameSongAloneAndInABatch() async throws {
        let run = try TestRun("base-xl-bf16", .diffusers)
        for solver in Solver.allCases {
            func change(_ request: inout ACEStepRequest) {
                request.solver = solver
                request.guidanceScale = 5
                request.guidanceMethod = solver == .heun ? .adg : .apg
                request.seeds = [3, 4]
                request.batchSize = 2
            }
            let batch = try await run.result(change)
            #expect(batch.songs[0].audio != batch.songs[1].audio)
            for song in batch.songs {
                let alone = try await run.song {
                    change(&$0)
                    $0.seeds = [song.seed]
                    $0.batchSize = 1
                }
                #expect(alone.audio == song.audio, "\(solver)")
            }
        }
    }

    @Test func stochasticStepsTakeTheirNoiseFromTheSongsOwnStream() async throws {
        // One step has no noise but the first; with two the fresh noise is the generator's next.
        let run = try TestRun("turbo-f32", .diffusers)
        let straight = try await run.song { $0.steps = 1 }
        let stochastic = try await run.song {
            $0.steps = 1
            $0.solver = .stochastic
        }
        #expect(largestDifference(try straight.latentValues, try stochastic.latentValues) < 1e-5)
        let two = try await run.song {
            $0.steps = 2
            $0.solver = .stochastic
        }
        let plain = try await run.song { $0.steps = 2 }
        #expect(try two.latentValues != plain.latentValues)
        let again = try await run.song {
            $0.steps = 2
            $0.solver = .stochastic
        }
        #expect(try two.latentValues == again.latentValues)
    }

    @Test func aCoverOfStrengthZeroIsTextToMusic() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let none = try await run.song {
            try cover(&$0)
            $0.coverStrength = 0
        }
        let text = try await run.song { $0.duration = 32 / 25.0 }
        // The model is told 1 second in both.
        #expect(largestDifference(try none.latentValues, try text.latentValues) < 1e-5)
    }

    @Test func theCoverSwitchFollowsTheSourceFirst() async throws {
        // Half of four steps: the first two are those of the cover, the last two those of text to music from there.
        let run = try TestRun("turbo-f32", .diffusers)
        let half = try await run.previews {
            try cover(&$0)
            $0.coverStrength = 0.5
        }
        let whole = try await run.previews { try cover(&$0) }
        #expect(half.count == 4)
        #expect(half[0] == whole[0] && half[1] == whole[1])
        #expect(half[2] != whole[2])
        // 0.74 of four steps is still two.
        let more = try await run.previews {
            try cover(&$0)
            $0.coverStrength = 0.74
        }
        #expect(more == half)
    }

    @Test func coverNoiseStartsNearTheSource() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let model = try TestCheckpoint("turbo-f32", .diffusers).load(dtype: .float32)
        let job = ArrayJob(try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
        let clean = try await SourceAudio(try model.autoencoder, job).latents(try Clip.read("source-48000.wav"))
            .asArray(Float.self)
        func distance(_ strength: Double) async throws -> Float {
            let song = try await run.song {
                try cover(&$0)
                $0.coverNoiseStrength = strength
                $0.steps = 8
            }
            return largestDifference(try song.latentValues, clean)
        }
        #expect(try await distance(1) < (try await distance(0)))
        let steps = try await run.previews {
            try cover(&$0)
            $0.coverNoiseStrength = 0.5
            $0.steps = 8
            $0.shift = 1
        }
        // From 0.5 on: 0.5, 0.375, 0.25, 0.125.
        #expect(steps.count == 4)
    }

    @Test func latentsCanBeScaledAndShifted() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let plain = try await run.song()
        let changed = try await run.song {
            $0.latentRescale = 0.5
            $0.latentShift = 0.25
        }
        #expect(try changed.latentValues == plain.latentValues.map { $0 * 0.5 + 0.25 })
    }

    @Test func pairedGuidanceIsThatOfTwoPasses() throws {
        // Beyond 1024 frames the two predictions are computed apart; the beginning of such a song is no other's, so
        // that parity with the reference is what both are held to. Here: one pass is near two at the limit.
        let model = try TestCheckpoint("base-xl-bf16", .diffusers).load(dtype: .float32)
        let sampler = Sampler(transformer: try model.transformer, scheduler: model.scheduler, dtype: .float32)
        func run(_ frames: Int, padding: Int) throws -> [Float] {
            let source = model.silence.repeated(frames)
            let width = model.configuration.transformer.conditionWidth
            var generator = TorchGenerator(seed: 5)
            // Equal vectors: attention gives the same for any number of them.
            let one = MLXArray(generator.randn(width), [1, 1, width])
            let request = ACEStepRequest(prompt: "", steps: 3, shift: 1, guidanceScale: 4)
            let task = PreparedTask(context: TaskContext(source: source, mask: MLXArray.ones(like: source)))
            let plan = try sampler.plan(
                request, task, conditions: [broadcast(one, to: [1, padding, width])],
                nullCondition: try model.nullCondition)
            var denoiser = Denoiser(sampler, plan, seed: 5)
            return try denoiser.finish().asArray(Float.self)
        }
        #expect(largestDifference(try run(40, padding: 8), try run(40, padding: 1100)) < 1e-3)
    }
}

extension TestRun {
    /// The previews of every step of one song.
    func previews(_ change: (inout ACEStepRequest) throws -> Void) async throws -> [[Float]] {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 0.6, steps: 4, seeds: [1])
        try change(&request)
        var previews: [[Float]] = []
        _ = try await pipeline.generate(try resolver.resolve(request), details: .previews) { event in
            if case .preview(let preview) = event { previews.append(preview.latents) }
        }
        return previews
    }
}
