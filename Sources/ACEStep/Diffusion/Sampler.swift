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
        let (conditional, unconditional) = try predictions(
            latents, condition, at: index, plan: plan, isGuided: guidance.applies(at: time))
        var velocity = conditional
        if let unconditional {
            velocity = guidance.guide(
                conditional: conditional, unconditional: unconditional, latents: latents, time: time)
        }
        if let blend = plan.blend {
            let other = try predict(latents, blend.input, index, plan)
            velocity = blend.strength * velocity + (1 - blend.strength) * other
        }
        return velocity
    }

    /// The velocities with a condition and, where there is guidance, without it.
    ///
    /// - Parameter index: decides the flow time.
    @MLXActor
    func predictions(
        _ latents: MLXArray, _ condition: SamplingPlan.Condition, at index: Int, plan: SamplingPlan, isGuided: Bool
    ) throws -> (conditional: MLXArray, unconditional: MLXArray?) {
        if isGuided, let pair = condition.paired {
            let both = try predict(concatenated([latents, latents], axis: 0), pair, index, plan)
            return (both[0..<1], both[1..<2])
        }
        let conditional = try predict(latents, condition.single, index, plan)
        guard isGuided, let unconditional = condition.unconditional else { return (conditional, nil) }
        return (conditional, try predict(latents, unconditional, index, plan))
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
