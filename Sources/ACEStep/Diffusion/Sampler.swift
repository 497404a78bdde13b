import MLX
import ModelSupport
import MusicCore

/// The transformer's velocity from music to noise, guided and mixed as a plan says; ``Denoiser`` follows it.
package struct Sampler {
    package let transformer: DiffusionTransformer
    package let scheduler: SchedulerConfiguration
    /// Number format of the transformer; the latents themselves are kept in float32.
    package let dtype: DType
    /// The model's own transformer where this one shares its weights; it stays loaded as long as somebody samples.
    private let base: DiffusionTransformer?

    package init(
        transformer: DiffusionTransformer, scheduler: SchedulerConfiguration, dtype: DType,
        base: DiffusionTransformer? = nil
    ) {
        self.transformer = transformer
        self.scheduler = scheduler
        self.dtype = dtype
        self.base = base
    }

    /// The velocity that a step follows.
    ///
    /// - Parameters:
    ///   - step: decides what the velocity is conditioned on.
    ///   - index: decides the flow time.
    @MLXActor
    func velocity(
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
