import MLX
import ModelSupport
import MusicCore

/// Flow edit: carries music from one text to another by the difference of the velocities that the two texts give.
///
/// Follows ACE-Step's `flowedit_sampling_loop`. In the steps of a window, noise is put on the source's music `x` and on
/// the edited `z` alike, and `z` goes along the velocity for the new text less that for the source's text. After the
/// window the noisy `z` is denoised with the new text alone.
package struct FlowEdit {
    /// What the source's text gives.
    let source: SamplingPlan.Condition
    /// The source's music, `[1, T, channels]`, float32.
    let music: MLXArray
    /// Steps in which velocities are compared; those before it are left out.
    let window: Range<Int>
    /// How many noises the velocities of a step are the mean of.
    let draws: Int

    /// - Parameters:
    ///   - request: resolved.
    ///   - steps: number of steps in all.
    init(_ request: ACEStepRequest, source: SamplingPlan.Condition, music: MLXArray, steps: Int) {
        self.source = source
        self.music = music
        let start = Int(Double(steps) * request.flowEditStart)
        window = start..<max(start, Int(Double(steps) * request.flowEditEnd))
        draws = request.flowEditDraws
    }

    /// What is remembered from step to step.
    struct Memory {
        /// Guidance for the source's text.
        var guidance: Guidance
        /// The velocities of the step before: for the source's text, and for the new one.
        var source: MLXArray?
        var target: MLXArray?
        /// Whether the latents carry noise, as they do after the window.
        var isNoisy = false
    }
}

extension Denoiser {
    /// A step of a flow edit.
    ///
    /// - Returns: the latents after it, and the music that it predicts.
    @MLXActor
    func edited(
        _ latents: MLXArray, step: Int, _ edit: FlowEdit, _ memory: inout StepMemory
    ) throws -> (next: MLXArray, music: MLXArray) {
        guard step >= edit.window.lowerBound else { return (latents, latents) }
        let time = plan.schedule.times[step]
        let change = plan.schedule.change(step)
        let isGuided = plan.guidance.applies(at: time)
        guard step < edit.window.upperBound else {
            let start = memory.edit?.isNoisy == true ? latents : latents + noisy(edit, time, &memory) - edit.music
            memory.edit?.isNoisy = true
            let velocity = try guidedVelocity(start, plan.first, step, isGuided, &memory.guidance).velocity
            let shaped =
                plan.shaping?.shaped(velocity, latents: start, previous: memory.edit?.target) ?? velocity
            memory.edit?.target = shaped
            return (start + change * shaped, start - time * shaped)
        }
        guard var own = memory.edit else { return (latents, latents) }
        var sums: (source: MLXArray, target: MLXArray)?
        var pushes: (source: MLXArray, target: MLXArray)?
        for _ in 0..<edit.draws {
            // Each draw is guided by what was remembered before the step.
            var (sourceGuidance, targetGuidance) = (own.guidance, memory.guidance)
            let source = noisy(edit, time, &memory)
            let target = latents + source - edit.music
            let was = try guidedVelocity(source, edit.source, step, isGuided, &sourceGuidance)
            let new = try guidedVelocity(target, plan.first, step, isGuided, &targetGuidance)
            let limited = (
                source: plan.shaping?.limited(was.velocity, latents: source) ?? was.velocity,
                target: plan.shaping?.limited(new.velocity, latents: target) ?? new.velocity
            )
            sums = sums.map { ($0.source + limited.source, $0.target + limited.target) } ?? limited
            if let one = was.push, let other = new.push {
                pushes = pushes.map { ($0.source + one, $0.target + other) } ?? (one, other)
            }
        }
        guard let sums else { return (latents, latents) }
        let share = 1 / Float(edit.draws)
        if let pushes {
            own.guidance.remember(share * pushes.source)
            memory.guidance.remember(share * pushes.target)
        }
        var (source, target) = (share * sums.source, share * sums.target)
        if let shaping = plan.shaping {
            source = shaping.averaged(source, previous: own.source)
            target = shaping.averaged(target, previous: own.target)
        }
        (own.source, own.target) = (source, target)
        memory.edit = own
        let next = latents + change * (target - source)
        return (next, next)
    }

    /// The source's music with new noise at a flow time.
    private func noisy(_ edit: FlowEdit, _ time: Float, _ memory: inout StepMemory) -> MLXArray {
        (1 - time) * edit.music + time * Self.noise(&memory.generator, plan)
    }

    /// A guided velocity, and the difference of the predictions with and without the text where there is guidance.
    @MLXActor
    private func guidedVelocity(
        _ latents: MLXArray, _ condition: SamplingPlan.Condition, _ step: Int, _ isGuided: Bool,
        _ guidance: inout Guidance
    ) throws -> (velocity: MLXArray, push: MLXArray?) {
        let (conditional, unconditional) = try sampler.predictions(
            latents, condition, at: step, plan: plan, isGuided: isGuided)
        guard let unconditional else { return (conditional, nil) }
        let velocity = guidance.guide(
            conditional: conditional, unconditional: unconditional, latents: latents,
            time: plan.schedule.times[step])
        return (velocity, conditional - unconditional)
    }
}
