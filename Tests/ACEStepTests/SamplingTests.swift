import ACEStep
import Foundation
import MLX
import ModelSupport
import TestSupport
import Testing

/// Schedules and guidance, by the reference's tables and by hand.
@MLXActor
struct SamplingTests {
    @Test func schedulesAreThoseOfTheReference() throws {
        let golden = try Fixtures.tensors("tables/schedules")
        var checked = 0
        for (name, array) in golden.arrays where name.hasPrefix("steps.") {
            let parts = name.split(separator: ".", maxSplits: 3)
            let steps = try #require(Int(parts[1]))
            let shift = try #require(Double(parts[3]))
            let schedule = NoiseSchedule(steps: steps, shift: shift)
            // To the last bit; the reference ends with 0.
            #expect(schedule.times + [0] == array.asArray(Float.self), "\(name)")
            checked += 1
        }
        #expect(checked >= 50)
        let custom: [[Double]] = try Fixtures.json("tables/custom_timesteps")
        for (index, times) in custom.enumerated() {
            #expect(NoiseSchedule(times: times).times + [0] == (try golden.floats("custom.\(index)")))
        }
    }

    @Test func turboScheduleIsThePublishedTable() {
        let table: [Float] = [1, 0.954_545_4, 0.9, 0.833_333_3, 0.75, 0.642_857_1, 0.5, 0.3]
        #expect(largestDifference(NoiseSchedule(steps: 8, shift: 3).times, table) < 1e-6)
    }

    @Test func lastStepEndsAtZero() {
        let schedule = NoiseSchedule(times: [0.75, 0.5])
        #expect(schedule.change(0) == -0.25)
        #expect(schedule.change(1) == -0.5)
        #expect(schedule.count == 2)
    }

    @Test func schedulerBendsTheScheduleOnceMore() {
        let schedule = NoiseSchedule(times: [1, 0.5])
        #expect(schedule.shifted(by: 1) == schedule)
        // 3 * 0.5 / (1 + 2 * 0.5)
        #expect(schedule.shifted(by: 3).times == [1, 0.75])
    }

    @Test func guidanceIsThatOfTheReference() throws {
        let golden = try Fixtures.tensors("tables/guidance")
        var guidance = AdaptiveProjectedGuidance(scale: 7)
        for step in 0..<5 {
            let made = guidance.guide(
                conditional: try golden("input.\(step).conditional"),
                unconditional: try golden("input.\(step).unconditional"))
            expectNear(made, try golden("output.\(step)"), absolute: 1e-5)
        }
    }

    @Test func guidanceByHand() {
        // One channel, two frames: conditional (3, 4), unconditional (0, 0). The push (3, 4) has norm 5 and is cut to
        // 2.5; it is parallel to the conditional, so that nothing of it is left.
        var guidance = AdaptiveProjectedGuidance(scale: 3)
        let conditional = MLXArray([3, 4] as [Float], [1, 2, 1])
        let zero = MLXArray([0, 0] as [Float], [1, 2, 1])
        expectNear(guidance.guide(conditional: conditional, unconditional: zero), conditional, absolute: 1e-6)

        // Next step: conditional (1, 0), unconditional (1, -4). The push (0, 4) - 0.75 (3, 4) = (-2.25, 1) has norm
        // 2.46; orthogonal to (1, 0) is (0, 1); twice that is added.
        let next = guidance.guide(
            conditional: MLXArray([1, 0] as [Float], [1, 2, 1]),
            unconditional: MLXArray([1, -4] as [Float], [1, 2, 1]))
        expectNear(next, MLXArray([1, 2] as [Float], [1, 2, 1]), absolute: 1e-6)
    }

    @Test func equalPredictionsNeedNoGuidance() {
        var guidance = AdaptiveProjectedGuidance(scale: 7)
        let same = MLXArray([0.5, -0.25, 0, 1] as [Float], [1, 2, 2])
        expectNear(guidance.guide(conditional: same, unconditional: same), same, absolute: 0)
    }

    @Test func oneNullVectorStandsForMany() throws {
        // Attention over equal keys gives their common value whatever their number.
        let model = try TestCheckpoint("base-xl-bf16", .diffusers).load(dtype: .float32)
        let golden = try Fixtures.tensors("modules/base-xl-bf16/transformer")
        let null = try model.conditionEncoder.nullCondition
        func velocity(_ count: Int) throws -> MLXArray {
            try model.transformer(
                try golden("input.47.hidden_states")[0..<1], context: try golden("input.47.context_latents")[0..<1],
                time: 0.7, condition: broadcast(null, to: [1, count, null.dim(2)]))
        }
        expectNear(try velocity(1), try velocity(37), absolute: 1e-5)
    }
}
