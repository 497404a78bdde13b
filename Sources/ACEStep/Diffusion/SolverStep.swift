import Foundation
import MLX
import MusicCore

/// The steps from one flow time to the next, for every ``MusicCore/Solver``.
///
/// With noisy latents `x = t n + (1 - t) m` of noise `n` and music `m`, and the velocity `v = n - m`, the music that a
/// velocity predicts is `x - t v`.
package struct SolverStep {
    package let solver: Solver
    /// The last prediction of the music, and the flow time at which it was made; for the multistep solver.
    private var last: (music: MLXArray, time: Double)?

    package init(_ solver: Solver) {
        self.solver = solver
    }

    /// Goes one step.
    ///
    /// - Parameters:
    ///   - latents: at `time`.
    ///   - velocity: there.
    ///   - time: from where, above 0.
    ///   - next: to where, below `time`; 0 is the music itself.
    ///   - velocityAt: the velocity of other latents at `next`; asked for by Heun's method unless `next` is 0.
    ///   - freshNoise: new noise; asked for by the stochastic solver unless `next` is 0.
    /// - Returns: the latents at `next`.
    package mutating func step(
        _ latents: MLXArray, velocity: MLXArray, time: Float, next: Float,
        velocityAt: (MLXArray) throws -> MLXArray, freshNoise: () -> MLXArray
    ) rethrows -> MLXArray {
        let straight = latents + (next - time) * velocity
        switch solver {
        case .euler:
            return straight
        case .stochastic:
            let music = latents - time * velocity
            return next > 0 ? next * freshNoise() + (1 - next) * music : music
        case .heun:
            guard next > 0 else { return straight }
            return latents + (next - time) * 0.5 * (velocity + (try velocityAt(straight)))
        case .multistep:
            return multistep(latents, velocity: velocity, time: Double(time), next: Double(next))
        }
    }

    /// DPM-Solver++ (2M) with `t` as the noise's and `1 - t` as the music's part.
    ///
    /// The logarithm of their ratio is the variable in which it extrapolates. It is infinite at flow time 1, so that
    /// the first two steps from there are of first order, as is the one to 0.
    private mutating func multistep(
        _ latents: MLXArray, velocity: MLXArray, time: Double, next: Double
    ) -> MLXArray {
        let music = latents - Float(time) * velocity
        defer { last = (music, time) }
        func logRatio(_ t: Double) -> Double { log((1 - t) / t) }
        var estimate = music
        if let last, last.time < 1, next > 0 {
            let weight = (logRatio(next) - logRatio(time)) / (logRatio(time) - logRatio(last.time)) / 2
            estimate = Float(1 + weight) * music - Float(weight) * last.music
        }
        return Float(next / time) * latents + Float(1 - next / time) * estimate
    }
}
