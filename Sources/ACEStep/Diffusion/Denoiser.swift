import MLX
import ModelSupport
import MusicCore

/// The way of one song from noise to latents, from flow time 1 to 0, a step at a time.
///
/// Whoever holds it decides when the next step comes, what is shown meanwhile, and whether the song goes on at all. It
/// is a value: a copy is the song as it stands, and goes its own way. Steps run on the device that is the default one
/// when ``next()`` is called.
@MLXActor
package struct Denoiser {
    /// What a step made.
    package struct Step {
        /// Number of steps by now.
        package let completed: Int
        fileprivate let music: MLXArray

        /// The music that the step predicts, `[T, channels]` by rows; computed when it is asked for.
        ///
        /// - Throws: ``MusicError``.
        @MLXActor
        package func preview() throws -> [Float] {
            try evaluating("diffusion, preview") { music.asArray(Float.self) }
        }
    }

    /// What all steps follow.
    package let plan: SamplingPlan
    /// The latents as they stand, `[1, T, channels]`, float32: noise at first, music in the end.
    package private(set) var latents: MLXArray
    /// Number of steps by now.
    package private(set) var completed = 0

    private let sampler: Sampler
    private var guidance: Guidance
    private var solver: SolverStep
    /// Gives the stochastic solver its noise.
    private var generator: TorchGenerator

    /// Draws the noise of a song.
    ///
    /// - Parameters:
    ///   - sampler: gives the velocities.
    ///   - plan: what the steps follow.
    ///   - seed: of the noise; see `TorchGenerator`.
    package init(_ sampler: Sampler, _ plan: SamplingPlan, seed: UInt64) {
        self.sampler = sampler
        self.plan = plan
        guidance = plan.guidance
        solver = SolverStep(plan.solver)
        generator = TorchGenerator(seed: seed)
        latents = plan.start(Self.noise(&generator, plan))
    }

    /// Number of steps in all.
    package var count: Int { plan.schedule.count }

    /// Whether the latents are music.
    package var isFinished: Bool { completed == count }

    /// Goes one step.
    ///
    /// - Returns: what the step made; `nil` if all steps are done.
    /// - Throws: ``MusicError`` with code `numericalFailure` that names the step, or `CancellationError`, on a CPU
    ///   after the layer in progress. The denoiser stands where it stood then.
    package mutating func next() throws -> Step? {
        guard !isFinished else { return nil }
        let place = "diffusion, step \(completed + 1) of \(count)"
        try Task.checkCancellation()
        // Kept if the step succeeds.
        var (guidance, solver, generator) = (guidance, solver, generator)
        let (plan, step, start) = (plan, completed, latents)
        let time = plan.schedule.times[step]
        let (next, music) = try evaluating(place) {
            let velocity = try sampler.velocity(start, step: step, at: step, plan: plan, guidance: &guidance)
            let next = try solver.step(
                start, velocity: velocity, time: time, next: time + plan.schedule.change(step),
                velocityAt: { predicted in
                    // What guidance remembers belongs to whole steps.
                    var guidance = guidance
                    return try sampler.velocity(predicted, step: step, at: step + 1, plan: plan, guidance: &guidance)
                }, freshNoise: { Self.noise(&generator, plan) })
            eval(next)
            return (next, start - time * velocity)
        }
        try NumericGuard.check(next.asArray(Float.self), "the latents", at: place)
        (self.guidance, self.solver, self.generator) = (guidance, solver, generator)
        latents = next
        completed += 1
        return Step(completed: completed, music: music)
    }

    /// Goes all steps that are left, without a pause.
    ///
    /// - Returns: the latents, `[1, T, channels]`, float32.
    /// - Throws: as ``next()`` does.
    @discardableResult
    package mutating func finish() throws -> MLXArray {
        while try next() != nil {}
        return latents
    }

    private static func noise(_ generator: inout TorchGenerator, _ plan: SamplingPlan) -> MLXArray {
        MLXArray(generator.randn(plan.frames * plan.channels), [1, plan.frames, plan.channels])
    }
}
