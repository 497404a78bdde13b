import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Solvers and guidance by hand-computed cases.
@MLXActor
struct SolverTests {
    private func array(_ values: [Float]) -> MLXArray { MLXArray(values, [1, values.count, 1]) }

    private func step(
        _ solver: Solver, _ latents: Float, velocity: Float, time: Float, next: Float, at: Float = 0, noise: Float = 0
    ) -> Float {
        var step = SolverStep(solver)
        return step.step(
            array([latents]), velocity: array([velocity]), time: time, next: next, velocityAt: { _ in array([at]) },
            freshNoise: { array([noise]) }
        ).item(Float.self)
    }

    @Test func stepsByHand() {
        #expect(step(.euler, 2, velocity: 3, time: 0.75, next: 0.5) == 1.25)
        // Music 2 - 0.75 * 3 = -0.25; then 0.5 * 8 + 0.5 * -0.25.
        #expect(step(.stochastic, 2, velocity: 3, time: 0.75, next: 0.5, noise: 8) == 3.875)
        #expect(step(.stochastic, 2, velocity: 3, time: 0.75, next: 0, noise: 8) == -0.25)
        // 2 - 0.25 * (3 + 5) / 2
        #expect(step(.heun, 2, velocity: 3, time: 0.75, next: 0.5, at: 5) == 1)
        #expect(step(.heun, 2, velocity: 3, time: 0.75, next: 0, at: 5) == -0.25)
        #expect(abs(step(.multistep, 2, velocity: 3, time: 0.75, next: 0.5) - 1.25) < 1e-6)
    }

    @Test func multistepExtrapolatesInTheLogarithmOfTheRatio() {
        var solver = SolverStep(.multistep)
        func go(_ x: Float, _ v: Float, _ t: Float, _ next: Float) -> Float {
            solver.step(
                array([x]), velocity: array([v]), time: t, next: next, velocityAt: { $0 }, freshNoise: { array([0]) }
            ).item(Float.self)
        }
        _ = go(1, 0.5, 0.8, 0.5)
        // Music then 1 - 0.8 * 0.5 = 0.6, now 1 - 0.5 * 2 = 0; l(0.8) = -1.3863, l(0.5) = 0, l(0.2) = 1.3863: the
        // weight is 1/2, the estimate 1.5 * 0 - 0.5 * 0.6 = -0.3, and the result 0.4 * 1 + 0.6 * -0.3.
        #expect(abs(go(1, 2, 0.5, 0.2) - 0.22) < 1e-6)
    }

    /// Music and noise that are both Gaussian have a velocity in closed form, so that errors can be measured.
    private func error(_ solver: Solver, steps: Int) -> Float {
        let (mean, deviation) = (Float(1.5), Float(0.3))
        func velocity(_ x: MLXArray, _ t: Float) -> MLXArray {
            let variance = t * t + (1 - t) * (1 - t) * deviation * deviation
            let gain = ((1 - t) * deviation * deviation) / variance
            let music = mean + gain * (x - (1 - t) * mean)
            let noise = (t / variance) * (x - (1 - t) * mean)
            return noise - music
        }
        var x = array([0.7, -1.1])
        var stepper = SolverStep(solver)
        let schedule = NoiseSchedule(steps: steps, shift: 1)
        for (index, time) in schedule.times.enumerated() {
            let next = time + schedule.change(index)
            x = stepper.step(
                x, velocity: velocity(x, time), time: time, next: next, velocityAt: { velocity($0, next) },
                freshNoise: { x })
        }
        // The flow keeps the position in units of the deviation.
        let exact = [0.7, -1.1].map { mean + deviation * Float($0) }
        return largestDifference(x.asArray(Float.self), exact)
    }

    @Test func secondOrderSolversNeedFewerSteps() {
        for solver in [Solver.heun, .multistep] {
            #expect(error(solver, steps: 16) < error(.euler, steps: 16) / 3, "\(solver)")
            // A quarter of the step: about a sixteenth of the error, where Euler has a quarter.
            #expect(error(solver, steps: 256) < error(solver, steps: 64) / 8, "\(solver)")
        }
        #expect(error(.euler, steps: 256) > error(.euler, steps: 64) / 5)
        #expect(error(.euler, steps: 256) < 0.01)
    }

    @Test func angleGuidanceByHand() {
        // At time 1 with latents 0 the predicted music is the negative velocity: (1, 0) unconditionally and, 10 degrees
        // away, (cos 10°, sin 10°) with the condition. A scale of 2 has the weight 1.001.
        let tenth = Float.pi / 18
        let conditional = MLXArray([-cos(tenth), -sin(tenth)], [1, 1, 2])
        let unconditional = MLXArray([-1, 0] as [Float], [1, 1, 2])
        let zero = MLXArray([0, 0] as [Float], [1, 1, 2])
        func guided(_ scale: Float) -> [Float] {
            AngleGuidance.guide(
                conditional: conditional, unconditional: unconditional, latents: zero, time: 1, scale: scale
            ).asArray(Float.self)
        }
        func expected(_ angle: Float) -> [Float] {
            // The part of the difference across the unconditional prediction is (0, sin 10°).
            [-cos(angle) * cos(tenth), -cos(angle) * sin(tenth) - sin(angle)]
        }
        #expect(largestDifference(guided(2), expected(1.001 * tenth)) < 1e-5)
        // A strong push is limited to 3.14 / 6.
        #expect(largestDifference(guided(9), expected(3.14 / 6)) < 1e-5)
        // Equal predictions are left as they are.
        let same = AngleGuidance.guide(
            conditional: unconditional, unconditional: unconditional, latents: zero, time: 1, scale: 7)
        #expect(largestDifference(same.asArray(Float.self), [-1, 0]) < 1e-6)
    }

    @Test func guidanceKeepsToItsInterval() {
        let guidance = Guidance(scale: 7, interval: 0.25...0.75)
        #expect(guidance.applies(at: 0.25) && guidance.applies(at: 0.5) && guidance.applies(at: 0.75))
        #expect(!guidance.applies(at: 0.76) && !guidance.applies(at: 0.2))
        #expect(!Guidance(scale: 1).applies(at: 0.5))
    }

    @Test func schedulesCanBeginLateAndSnap() {
        let schedule = NoiseSchedule(times: [1, 0.75, 0.5, 0.25])
        #expect(schedule.beginning(near: 0.6).times == [0.5, 0.25])
        // Of two that are as near, the first.
        #expect(schedule.beginning(near: 0.625).times == [0.75, 0.5, 0.25])
        #expect(schedule.beginning(near: 0).times == [0.25])
        #expect(NoiseSchedule.turboTimes.count == 20)
        let table = NoiseSchedule(steps: 8, shift: 3)
        #expect(table.snappedToTurboTimes() == table)
        let snapped = NoiseSchedule(times: [0.97, 0.76, 0.755, 0.1]).snappedToTurboTimes().times
        #expect(largestDifference(snapped, [0.954_545_4, 0.769_230_8, 0.75, 0.125]) < 1e-6)
        #expect(NoiseSchedule(times: [0.13, 0.12, 0.01]).snappedToTurboTimes().times == [0.125])
    }
}
