/// The flow times at which the transformer is asked for a velocity, from noise (1) towards music (0).
package struct NoiseSchedule: Sendable, Equatable {
    /// Flow time of each step, above 0; the last step goes from the last of them to 0.
    package private(set) var times: [Float]

    /// A schedule of equal steps, bent by a shift: `t = s u / (1 + (s - 1) u)` for `u` from 1 in equal steps.
    ///
    /// Evaluated in float32, in the order of operations of Diffusers' pipeline and PyTorch's `linspace` (which counts
    /// from the nearer end, with a fused multiply-add), so that the times are the same to the last bit.
    ///
    /// - Parameters:
    ///   - steps: number of steps, above 0.
    ///   - shift: above 1 spends more steps on noisy times, below 1 on clean ones.
    package init(steps: Int, shift: Double) {
        let step = -1 / Float(steps)
        let half = (steps + 1) / 2
        let shift = (factor: Float(shift), slope: Float(shift - 1))
        times = (0..<steps).map { index in
            let even =
                index < half
                ? Float(1).addingProduct(step, Float(index)) : Float(0).addingProduct(-step, Float(steps - index))
            return shift.factor == 1 ? even : shift.factor * even / (1 + shift.slope * even)
        }
    }

    /// A schedule given by its times, without the final 0.
    package init(times: [Double]) {
        self.times = times.map { Float($0) }
    }

    /// Number of steps.
    package var count: Int { times.count }

    /// By how much the flow time changes in a step; negative.
    package func change(_ step: Int) -> Float {
        (step + 1 < times.count ? times[step + 1] : 0) - times[step]
    }
}

extension NoiseSchedule {
    /// The schedule bent once more, as a scheduler with a shift of its own does.
    package func shifted(by shift: Float) -> NoiseSchedule {
        guard shift != 1 else { return self }
        var result = self
        result.times = times.map { shift * $0 / (1 + (shift - 1) * $0) }
        return result
    }
}

extension NoiseSchedule {
    /// The end of the schedule, from the time on that is nearest to a level of noise; of two, the first.
    package func beginning(near level: Double) -> NoiseSchedule {
        let distances = times.map { abs(Double($0) - level) }
        guard let nearest = distances.min(), let first = distances.firstIndex(of: nearest) else { return self }
        var result = self
        result.times = Array(times[first...])
        return result
    }

    /// The times at which turbo models were trained, from high to low: those of eight steps with shifts 1, 2 and 3.
    package static let turboTimes: [Float] = {
        let all = [1.0, 2.0, 3.0].flatMap { NoiseSchedule(steps: 8, shift: $0).times }
        return Set(all).sorted(by: >)
    }()

    /// The schedule with every time moved to the nearest one that turbo models were trained at; of two, the higher.
    ///
    /// Times that fall together are passed through once.
    package func snappedToTurboTimes() -> NoiseSchedule {
        var snapped: [Float] = []
        for time in times {
            var nearest = Self.turboTimes[0]
            for candidate in Self.turboTimes where abs(candidate - time) < abs(nearest - time) { nearest = candidate }
            if snapped.last != nearest { snapped.append(nearest) }
        }
        var result = self
        result.times = snapped
        return result
    }
}
