import Foundation

// A schedule maps the number of a step, counted from 0, to a learning rate. Set it before each step:
//
//     optimizer.learningRate = schedule(step)

/// `initial · decayRate ^ step`.
public func exponentialDecay(_ initial: Float, decayRate: Float) -> (Int) -> Float {
    { step in initial * pow(decayRate, Float(step)) }
}

/// `initial · decayRate ^ ⌊step / stepSize⌋`: constant for `stepSize` steps at a time.
public func stepDecay(_ initial: Float, decayRate: Float, stepSize: Int) -> (Int) -> Float {
    { step in initial * pow(decayRate, Float(step / stepSize)) }
}

/// Half a cosine from `initial` at step 0 to `end` at `decaySteps`, where it stays.
public func cosineDecay(_ initial: Float, decaySteps: Int, end: Float = 0.0) -> (Int) -> Float {
    { step in
        let progress = Float(min(step, decaySteps)) / Float(decaySteps)
        return end + (initial - end) * 0.5 * (1 + cos(.pi * progress))
    }
}

/// A straight line from `initial` at step 0 to `end` at `steps`, where it stays.
public func linearSchedule(_ initial: Float, end: Float, steps: Int) -> (Int) -> Float {
    precondition(steps >= 1, "a linear schedule needs at least one step, got \(steps)")
    return { step in
        initial + (end - initial) * Float(min(step, steps)) / Float(steps)
    }
}

/// Schedules one after the other, each counting its steps from its own start.
///
/// - Parameters:
///   - schedules: at least one.
///   - boundaries: the steps at which the second and later ones start, rising.
/// - Returns: the joined schedule.
public func joinSchedules(_ schedules: [(Int) -> Float], boundaries: [Int]) -> (Int) -> Float {
    precondition(
        schedules.count == boundaries.count + 1,
        "\(schedules.count) schedules need \(schedules.count - 1) boundaries, got \(boundaries.count)")
    return { step in
        let index = boundaries.lastIndex { $0 <= step }
        return index.map { schedules[$0 + 1](step - boundaries[$0]) } ?? schedules[0](step)
    }
}
