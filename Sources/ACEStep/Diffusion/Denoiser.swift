import Foundation
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
    let sampler: Sampler
    private var memory: StepMemory

    /// What steps leave to those after them.
    struct StepMemory {
        var guidance: Guidance
        var solver: SolverStep
        /// Gives fresh noise where a step needs it.
        var generator: TorchGenerator
        /// The velocity of the step before, as it was followed; kept where velocities are averaged.
        var velocity: MLXArray?
        /// What a flow edit remembers beside these.
        var edit: FlowEdit.Memory?
    }

    /// Draws the noise of a song, or begins from noise that is given.
    ///
    /// With a plan that varies the noise, it is turned towards that of a second seed by the angle that the variance is
    /// of a right one, which keeps its size. A flow edit begins from its source's music, and draws the noise of its
    /// steps from the second seed, or from the first where there is no second.
    ///
    /// - Parameters:
    ///   - sampler: gives the velocities.
    ///   - plan: what the steps follow.
    ///   - seed: of the noise; see `TorchGenerator`.
    ///   - noise: takes the place of what is drawn, `T * channels` values by rows; later draws are those that follow it
    ///     all the same.
    ///   - retakeSeed: the second seed.
    package init(
        _ sampler: Sampler, _ plan: SamplingPlan, seed: UInt64, noise: [Float]? = nil, retakeSeed: UInt64? = nil
    ) {
        self.sampler = sampler
        self.plan = plan
        memory = StepMemory(
            guidance: plan.guidance, solver: SolverStep(plan.solver), generator: TorchGenerator(seed: seed))
        if let edit = plan.edit {
            memory.generator = TorchGenerator(seed: retakeSeed ?? seed)
            memory.edit = FlowEdit.Memory(guidance: plan.guidance)
            latents = edit.music
            return
        }
        let drawn = Self.noise(&memory.generator, plan)
        var start = noise.map { MLXArray($0, drawn.shape) } ?? drawn
        if plan.retakeVariance > 0, let retakeSeed {
            var generator = TorchGenerator(seed: retakeSeed)
            start = Self.varied(start, towards: Self.noise(&generator, plan), variance: plan.retakeVariance)
        }
        latents = plan.start(start)
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
        var memory = memory
        let (step, start) = (completed, latents)
        let (next, music) = try evaluating(place) {
            let made =
                try plan.edit.map { try edited(start, step: step, $0, &memory) }
                ?? solved(start, step: step, &memory)
            eval(made.next)
            return made
        }
        try NumericGuard.check(next.asArray(Float.self), "the latents", at: place)
        self.memory = memory
        latents = next
        completed += 1
        return Step(completed: completed, music: music)
    }

    /// A step along the flow.
    ///
    /// - Returns: the latents after it, and the music that it predicts.
    private func solved(
        _ start: MLXArray, step: Int, _ memory: inout StepMemory
    ) throws -> (next: MLXArray, music: MLXArray) {
        let time = plan.schedule.times[step]
        let sampled = try sampler.velocity(start, step: step, at: step, plan: plan, guidance: &memory.guidance)
        let velocity =
            plan.shaping?.shaped(sampled, latents: start, previous: memory.velocity) ?? sampled
        var followed = velocity
        // What guidance remembers belongs to whole steps.
        var (guidance, generator) = (memory.guidance, memory.generator)
        let straight = try memory.solver.step(
            start, velocity: velocity, time: time, next: time + plan.schedule.change(step),
            velocityAt: { predicted in
                let sampled = try sampler.velocity(
                    predicted, step: step, at: step + 1, plan: plan, guidance: &guidance)
                guard let shaping = plan.shaping else { return sampled }
                let second = shaping.shaped(sampled, latents: predicted, previous: velocity)
                followed = 0.5 * (velocity + second)
                return second
            }, freshNoise: { Self.noise(&generator, plan) })
        memory.generator = generator
        if plan.shaping != nil { memory.velocity = followed }
        let music = start - time * velocity
        return (plan.correction?.corrected(straight, music: music, time: time) ?? straight, music)
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

    /// Noise turned towards other noise, of the same size.
    ///
    /// - Parameter variance: 0 for the first noise, 1 for the second.
    package static func varied(_ noise: MLXArray, towards other: MLXArray, variance: Double) -> MLXArray {
        let angle = variance * Double.pi / 2
        return Float(cos(angle)) * noise + Float(sin(angle)) * other
    }

    static func noise(_ generator: inout TorchGenerator, _ plan: SamplingPlan) -> MLXArray {
        MLXArray(generator.randn(plan.frames * plan.channels), [1, plan.frames, plan.channels])
    }
}
