import MLX
import ModelSupport
import MusicCore

/// Turns noise to latents by following the transformer's velocity from flow time 1 to 0.
package struct Sampler {
    package let transformer: DiffusionTransformer
    package let scheduler: SchedulerConfiguration
    /// Number format of the transformer; the latents themselves are kept in float32.
    package let dtype: DType

    package init(transformer: DiffusionTransformer, scheduler: SchedulerConfiguration, dtype: DType) {
        self.transformer = transformer
        self.scheduler = scheduler
        self.dtype = dtype
    }

    /// Makes the latents of one song.
    ///
    /// - Parameters:
    ///   - noise: `[1, T, channels]`, float32.
    ///   - plan: of the request.
    ///   - freshNoise: more noise of that shape; asked for by the stochastic solver.
    ///   - preview: called after each step with the music that it predicts, `[1, T, channels]`.
    ///   - progress: called after each step with the number of finished steps.
    /// - Returns: `[1, T, channels]`, float32.
    /// - Throws: ``MusicError`` with code `numericalFailure` that names the step, or `CancellationError`, on a CPU within
    ///   a layer.
    @MLXActor
    package func sample(
        noise: MLXArray, plan: SamplingPlan, freshNoise: () -> MLXArray = { preconditionFailure("no source of noise") },
        preview: ((MLXArray) -> Void)? = nil, progress: (_ done: Int) -> Void
    ) throws -> MLXArray {
        var latents = plan.start(noise)
        var guidance = plan.guidance
        var solver = SolverStep(plan.solver)
        for step in 0..<plan.schedule.count {
            try Task.checkCancellation()
            let place = "diffusion, step \(step + 1) of \(plan.schedule.count)"
            let time = plan.schedule.times[step]
            latents = try evaluating(place) {
                let velocity = try velocity(latents, step: step, at: step, plan: plan, guidance: &guidance)
                if let preview {
                    let music = latents - time * velocity
                    eval(music)
                    preview(music)
                }
                let next = try solver.step(
                    latents, velocity: velocity, time: time, next: time + plan.schedule.change(step),
                    velocityAt: { predicted in
                        // What guidance remembers belongs to whole steps.
                        var guidance = guidance
                        return try self.velocity(
                            predicted, step: step, at: step + 1, plan: plan, guidance: &guidance)
                    }, freshNoise: freshNoise)
                eval(next)
                return next
            }
            try NumericGuard.check(latents.asArray(Float.self), "the latents", at: place)
            progress(step + 1)
        }
        return latents
    }

    /// The velocity that a step follows.
    ///
    /// - Parameters:
    ///   - step: decides what the velocity is conditioned on.
    ///   - index: decides the flow time.
    @MLXActor
    private func velocity(
        _ latents: MLXArray, step: Int, at index: Int, plan: SamplingPlan, guidance: inout Guidance
    ) throws -> MLXArray {
        let condition = plan.condition(step)
        let time = plan.schedule.times[index]
        var velocity: MLXArray
        if guidance.applies(at: time), let pair = condition.paired {
            let both = try predict(concatenated([latents, latents], axis: 0), pair, index, plan)
            velocity = guidance.guide(
                conditional: both[0..<1], unconditional: both[1..<2], latents: latents, time: time)
        } else {
            velocity = try predict(latents, condition.single, index, plan)
            if guidance.applies(at: time), let unconditional = condition.unconditional {
                velocity = guidance.guide(
                    conditional: velocity, unconditional: try predict(latents, unconditional, index, plan),
                    latents: latents, time: time)
            }
        }
        if let blend = plan.blend {
            let other = try predict(latents, blend.input, index, plan)
            velocity = blend.strength * velocity + (1 - blend.strength) * other
        }
        return velocity
    }

    @MLXActor
    private func predict(
        _ latents: MLXArray, _ input: SamplingPlan.Input, _ index: Int, _ plan: SamplingPlan
    ) throws -> MLXArray {
        // On a CPU a layer of a long song takes seconds, and its intermediate results hundreds of megabytes, which the
        // next layer can reuse. A GPU would only wait for the next layer's orders.
        let isCPU = Device.defaultDevice().deviceType == .cpu
        return try transformer(
            latents.asType(dtype), context: input.context, modulation: plan.modulation[index],
            crossAttentionCache: input.crossAttentionCache
        ) { layer in
            guard isCPU else { return }
            try Task.checkCancellation()
            eval(layer)
        }.asType(.float32)
    }
}
