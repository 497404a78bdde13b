import MLX
import ModelSupport
import MusicCore

/// What stays the same in all steps of all songs of a request.
package struct SamplingPlan {
    /// What a prediction is conditioned on.
    package struct Input {
        /// Source latents and mask, `[B, T, 2 * channels]`.
        let context: MLXArray
        /// Keys and values of the condition for every layer.
        let crossAttentionCache: [KeyValues]
    }

    /// The inputs of one stretch of steps.
    package struct Condition {
        let single: Input
        /// With the learned "no condition"; `nil` without guidance.
        let unconditional: Input?
        /// Both in one batch; `nil` if they are better computed one after the other.
        let paired: Input?
    }

    /// What the steps follow first.
    let first: Condition
    /// What they follow from a step on.
    let later: (condition: Condition, from: Int)?
    /// What every velocity is mixed with: its input, and the share of the velocity proper.
    let blend: (input: Input, strength: Float)?
    /// Flow times, as given and as they enter the steps.
    let schedule: NoiseSchedule
    let modulation: TimestepModulation
    let guidance: Guidance
    var solver: Solver
    /// What is done to velocities before they are followed; `nil` for nothing.
    let shaping: VelocityShaping?
    /// What is done to the latents after each step; `nil` for nothing.
    let correction: WaveletCorrection?
    /// How much of a song's noise is that of its second seed, 0 to 1; see ``Denoiser``.
    let retakeVariance: Double
    /// The music that is carried to another text; `nil` for songs from noise.
    let edit: FlowEdit?
    /// Music to start near to, `[1, T, channels]`, float32; `nil` starts from noise alone.
    let clean: MLXArray?

    /// Number of latent frames.
    var frames: Int { first.single.context.dim(1) }
    /// Latent channels.
    let channels: Int

    func condition(_ step: Int) -> Condition {
        if let later, step >= later.from { return later.condition }
        return first
    }

    /// The latents before the first step.
    func start(_ noise: MLXArray) -> MLXArray {
        guard let clean, let time = schedule.times.first else { return noise }
        return time * noise + (1 - time) * clean
    }
}

extension Sampler {
    /// Above this many positions of latents or condition, predictions with and without the condition are computed one
    /// after the other: a batch of two would save no time then, and take twice the memory.
    private static let pairLimit = 1024

    /// The flow times of a song.
    ///
    /// - Parameters:
    ///   - request: resolved.
    ///   - scheduler: of the checkpoint.
    ///   - hasStart: whether there is music that the song can start near to.
    static func schedule(
        _ request: ACEStepRequest, _ scheduler: SchedulerConfiguration, hasStart: Bool
    ) -> NoiseSchedule {
        let schedule = RequestResolver.schedule(request).shifted(by: scheduler.shift)
        guard hasStart, request.coverNoiseStrength > 0 else { return schedule }
        return schedule.beginning(near: 1 - request.coverNoiseStrength)
    }

    /// Prepares what the steps of a song follow.
    ///
    /// - Parameters:
    ///   - request: resolved.
    ///   - task: what the song is made from.
    ///   - conditions: `[1, S, condition width]` for the task, and for the text alone if the song leaves its source on
    ///     the way.
    ///   - nullCondition: the learned "no condition", `[1, 1, condition width]`; it stands for a sequence of equal
    ///     vectors of any length, of which attention gives the same as of one.
    @MLXActor
    package func plan(
        _ request: ACEStepRequest, _ task: PreparedTask, conditions: [MLXArray], nullCondition: MLXArray
    ) throws -> SamplingPlan {
        let schedule = Self.schedule(request, scheduler, hasStart: task.clean != nil)
        let guidance = Guidance(
            scale: Float(request.guidanceScale ?? 1), method: request.guidanceMethod,
            interval: request.guidanceStart...request.guidanceEnd)
        return try evaluating("diffusion, preparation") {
            let context = task.context.latents.asType(dtype)
            let first = condition(conditions[0], context, guidance, nullCondition)
            var later: (condition: SamplingPlan.Condition, from: Int)?
            var blend: (input: SamplingPlan.Input, strength: Float)?
            var edit: FlowEdit?
            if request.flowEdit, conditions.count > 1, let music = task.clean {
                edit = FlowEdit(
                    request, source: condition(conditions[1], context, guidance, nullCondition), music: music,
                    steps: schedule.count)
            } else if conditions.count > 1 {
                if let silence = task.withoutSource {
                    later = (
                        condition(conditions[1], silence.latents.asType(dtype), guidance, nullCondition),
                        Int(Double(schedule.count) * request.coverStrength)
                    )
                } else {
                    let input = SamplingPlan.Input(
                        context: context,
                        crossAttentionCache: transformer.crossAttentionCache(conditions[1].asType(dtype)))
                    evaluate(input)
                    blend = (input, Float(request.coverStrength))
                }
            }
            let plan = SamplingPlan(
                first: first, later: later, blend: blend, schedule: schedule,
                modulation: transformer.modulation(times: schedule.times.map { $0 * scheduler.timeFactor }),
                guidance: guidance, solver: request.solver,
                shaping: VelocityShaping(
                    normThreshold: request.velocityNormThreshold, average: request.velocityAverage),
                correction: request.options.waveletCorrection, retakeVariance: request.retakeVariance, edit: edit,
                clean: request.coverNoiseStrength > 0 ? task.clean : nil, channels: task.context.channels)
            eval(plan.modulation.embedding, plan.modulation.projection)
            return plan
        }
    }

    private func condition(
        _ states: MLXArray, _ context: MLXArray, _ guidance: Guidance, _ nullCondition: MLXArray
    ) -> SamplingPlan.Condition {
        let states = states.asType(dtype)
        let single = SamplingPlan.Input(
            context: context, crossAttentionCache: transformer.crossAttentionCache(states))
        evaluate(single)
        guard guidance.isActive else {
            return SamplingPlan.Condition(single: single, unconditional: nil, paired: nil)
        }
        let null = nullCondition.asType(dtype)
        guard max(context.dim(1), states.dim(1)) <= Self.pairLimit else {
            let unconditional = SamplingPlan.Input(
                context: context, crossAttentionCache: transformer.crossAttentionCache(null))
            evaluate(unconditional)
            return SamplingPlan.Condition(single: single, unconditional: unconditional, paired: nil)
        }
        let pair = concatenated([states, broadcast(null, to: states.shape)], axis: 0)
        let paired = SamplingPlan.Input(
            context: concatenated([context, context], axis: 0),
            crossAttentionCache: transformer.crossAttentionCache(pair))
        evaluate(paired)
        return SamplingPlan.Condition(single: single, unconditional: nil, paired: paired)
    }

    private func evaluate(_ input: SamplingPlan.Input) {
        eval(input.crossAttentionCache.flatMap { [$0.keys, $0.values] } + [input.context])
    }
}
