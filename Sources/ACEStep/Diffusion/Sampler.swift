import MLX
import ModelSupport
import MusicCore

/// Turns noise to latents by following the transformer's velocity from flow time 1 to 0 in straight steps (Euler).
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

    /// What stays the same in all steps of all songs of a request.
    package struct Plan {
        let context: MLXArray
        let memory: [KeyValues]
        /// Memory of the learned "no condition"; `nil` without guidance.
        let unconditionalMemory: [KeyValues]?
        /// Flow times, as given and as they enter the steps.
        let schedule: NoiseSchedule
        let modulation: TimestepModulation
        let guidance: AdaptiveProjectedGuidance

        /// Number of latent frames.
        var frames: Int { context.dim(1) }
    }

    /// Prepares a request.
    ///
    /// - Parameters:
    ///   - schedule: flow times.
    ///   - context: source and mask.
    ///   - condition: `[1, S, condition width]`.
    ///   - nullCondition: the learned "no condition", `[1, 1, condition width]`; it stands for a sequence of equal
    ///     vectors of any length, of which attention gives the same as of one.
    ///   - guidance: a scale of 1 for none.
    @MLXActor
    package func plan(
        schedule: NoiseSchedule, context: TaskContext, condition: MLXArray, nullCondition: MLXArray,
        guidance: AdaptiveProjectedGuidance
    ) throws -> Plan {
        let shifted = schedule.shifted(by: scheduler.shift)
        return try evaluating("diffusion, preparation") {
            let plan = Plan(
                context: context.latents.asType(dtype), memory: transformer.memory(condition.asType(dtype)),
                unconditionalMemory: guidance.scale > 1 ? transformer.memory(nullCondition.asType(dtype)) : nil,
                schedule: shifted,
                modulation: transformer.modulation(times: shifted.times.map { $0 * scheduler.timeFactor }),
                guidance: guidance)
            let memories = plan.memory + (plan.unconditionalMemory ?? [])
            eval(
                memories.flatMap { [$0.keys, $0.values] }
                    + [plan.context, plan.modulation.embedding, plan.modulation.projection])
            return plan
        }
    }

    /// Makes the latents of one song.
    ///
    /// - Parameters:
    ///   - noise: `[1, T, channels]`, float32.
    ///   - plan: of the request.
    ///   - progress: called after each step with the number of finished steps.
    /// - Returns: `[1, T, channels]`, float32.
    /// - Throws: ``MusicError`` with code `numericalFailure` that names the step, or `CancellationError`, on a CPU within
    ///   a layer.
    @MLXActor
    package func sample(noise: MLXArray, plan: Plan, progress: (_ done: Int) -> Void) throws -> MLXArray {
        var latents = noise
        var guidance = plan.guidance
        for step in 0..<plan.schedule.count {
            try Task.checkCancellation()
            let place = "diffusion, step \(step + 1) of \(plan.schedule.count)"
            latents = try evaluating(place) {
                let velocity = try velocity(latents, step: step, plan: plan, guidance: &guidance)
                let next = latents + plan.schedule.change(step) * velocity
                eval(next)
                return next
            }
            try NumericGuard.check(latents.asArray(Float.self), "the latents", at: place)
            progress(step + 1)
        }
        return latents
    }

    private func velocity(
        _ latents: MLXArray, step: Int, plan: Plan, guidance: inout AdaptiveProjectedGuidance
    ) throws -> MLXArray {
        // On a CPU a layer of a long song takes seconds, and its intermediate results hundreds of megabytes, which the
        // next layer can reuse. A GPU would only wait for the next layer's orders.
        let isCPU = Device.defaultDevice().deviceType == .cpu
        func predict(_ memory: [KeyValues]) throws -> MLXArray {
            try transformer(
                latents.asType(dtype), context: plan.context, modulation: plan.modulation[step], memory: memory
            ) { layer in
                guard isCPU else { return }
                try Task.checkCancellation()
                eval(layer)
            }.asType(.float32)
        }
        let conditional = try predict(plan.memory)
        guard let unconditionalMemory = plan.unconditionalMemory,
            guidance.interval.contains(plan.schedule.times[step])
        else { return conditional }
        return guidance.guide(conditional: conditional, unconditional: try predict(unconditionalMemory))
    }
}
