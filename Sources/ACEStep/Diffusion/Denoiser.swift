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

    /// Whether the song was ended before its last step.
    private var isEnded = false
    private let sampler: Sampler
    private var guidance: Guidance
    private var solver: SolverStep
    /// Gives the stochastic solver its noise.
    private var generator: TorchGenerator

    /// Draws the noise of a song, or begins from noise that is given.
    ///
    /// - Parameters:
    ///   - sampler: gives the velocities.
    ///   - plan: what the steps follow.
    ///   - seed: of the noise; see `TorchGenerator`.
    ///   - noise: takes the place of what is drawn, `T * channels` values by rows; later draws are those that follow it
    ///     all the same.
    package init(_ sampler: Sampler, _ plan: SamplingPlan, seed: UInt64, noise: [Float]? = nil) {
        self.sampler = sampler
        self.plan = plan
        guidance = plan.guidance
        solver = SolverStep(plan.solver)
        generator = TorchGenerator(seed: seed)
        let drawn = Self.noise(&generator, plan)
        latents = plan.start(noise.map { MLXArray($0, drawn.shape) } ?? drawn)
    }

    /// Number of steps in all.
    package var count: Int { plan.schedule.count }

    /// Whether no step is left: the latents are music, unless the song was ended early.
    package var isFinished: Bool { isEnded || completed == count }

    /// Takes other latents, `T * channels` values by rows, for the next step to begin from.
    package mutating func replaceLatents(_ values: [Float]) { latents = MLXArray(values, latents.shape) }

    /// Leaves out the steps that are left.
    package mutating func end() { isEnded = true }

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
