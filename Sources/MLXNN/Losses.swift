import Foundation
import MLX

/// How the losses of many elements become one value.
public enum LossReduction: String, Sendable {
    /// Their mean, a scalar.
    case mean
    /// Their sum, a scalar.
    case sum
    /// As they are.
    case none

    /// Applies the reduction.
    public func reduce(loss: MLXArray) -> MLXArray {
        switch self {
        case .mean: loss.mean()
        case .sum: loss.sum()
        case .none: loss
        }
    }
}

/// Cross entropy of a softmax: `logsumexp(logits) − logits[target]`.
///
/// - Parameters:
///   - logits: unnormalized log probabilities; classes lie along `axis`.
///   - targets: class indices (the shape of `logits` without `axis`), or probabilities (the shape of `logits`).
///   - weights: factors of the losses, the shape of `logits` without `axis`.
///   - axis: the axis of the classes.
///   - labelSmoothing: share of the target's probability that is spread over all classes, 0 ..< 1.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func crossEntropy(
    logits: MLXArray, targets: MLXArray, weights: MLXArray? = nil, axis: Int = -1, labelSmoothing: Float = 0,
    reduction: LossReduction = .none
) -> MLXArray {
    precondition((0..<1).contains(labelSmoothing), "labelSmoothing must be in 0 ..< 1, is \(labelSmoothing)")
    var score =
        targets.ndim == logits.ndim
        ? (logits * targets).sum(axis: axis)
        : pick(targets, from: logits, axis: axis)
    if labelSmoothing > 0 {
        score = score * (1 - labelSmoothing) + logits.mean(axis: axis) * labelSmoothing
    }
    return reduction.reduce(loss: weighted(logSumExp(logits, axis: axis) - score, by: weights))
}

/// Cross entropy of binary decisions.
///
/// - Parameters:
///   - logits: log odds, or probabilities (whose logarithms are cut off at −100).
///   - targets: 0 or 1, or a probability, for each.
///   - weights: factors of the losses, shaped like them.
///   - withLogits: whether `logits` holds log odds.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func binaryCrossEntropy(
    logits: MLXArray, targets: MLXArray, weights: MLXArray? = nil, withLogits: Bool = true,
    reduction: LossReduction = .mean
) -> MLXArray {
    let loss: MLXArray
    if withLogits {
        loss = logAddExp(logits, 0) - targets * logits
    } else {
        let yes = maximum(log(logits), -100)
        let no = maximum(log(1 - logits), -100)
        loss = -(targets * yes + (1 - targets) * no)
    }
    return reduction.reduce(loss: weighted(loss, by: weights))
}

/// Absolute difference of predictions and targets of the same shape.
public func l1Loss(
    predictions: MLXArray, targets: MLXArray, reduction: LossReduction = .mean
) -> MLXArray {
    requireSameShape(predictions, targets)
    return reduction.reduce(loss: abs(predictions - targets))
}

/// Squared difference of predictions and targets of the same shape.
public func mseLoss(
    predictions: MLXArray, targets: MLXArray, reduction: LossReduction = .mean
) -> MLXArray {
    requireSameShape(predictions, targets)
    return reduction.reduce(loss: square(predictions - targets))
}

/// Negative log likelihood of the target classes.
///
/// - Parameters:
///   - inputs: log probabilities; classes lie along `axis`.
///   - targets: class indices, the shape of `inputs` without `axis`.
///   - axis: the axis of the classes.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func nllLoss(
    inputs: MLXArray, targets: MLXArray, axis: Int = -1, reduction: LossReduction = .none
) -> MLXArray {
    reduction.reduce(loss: -pick(targets, from: inputs, axis: axis))
}

/// Kullback-Leibler divergence `Σ exp(targets) · (targets − inputs)` along an axis.
///
/// - Parameters:
///   - inputs: log probabilities predicted.
///   - targets: log probabilities of the target.
///   - axis: the axis of the classes.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func klDivLoss(
    inputs: MLXArray, targets: MLXArray, axis: Int = -1, reduction: LossReduction = .none
) -> MLXArray {
    reduction.reduce(loss: (exp(targets) * (targets - inputs)).sum(axis: axis))
}

/// Absolute difference with a parabola, `d² / (2·beta)`, where it is below `beta`.
///
/// - Parameters:
///   - predictions: what was predicted.
///   - targets: the truth, of the same shape.
///   - beta: where the parabola ends.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func smoothL1Loss(
    predictions: MLXArray, targets: MLXArray, beta: Float = 1, reduction: LossReduction = .mean
) -> MLXArray {
    requireSameShape(predictions, targets)
    let difference = abs(predictions - targets)
    let loss = which(difference .< beta, square(difference) * (0.5 / beta), difference - 0.5 * beta)
    return reduction.reduce(loss: loss)
}

/// Half the squared error up to `delta` and straight lines from there: Huber's loss.
///
/// - Parameters:
///   - inputs: what was predicted.
///   - targets: the truth.
///   - delta: where the parabola ends.
///   - reduction: what becomes of the single losses.
/// - Returns: the loss.
public func huberLoss(
    inputs: MLXArray, targets: MLXArray, delta: Float = 1.0, reduction: LossReduction = .none
) -> MLXArray {
    let error = abs(inputs - targets)
    let quadratic = minimum(error, delta)
    return reduction.reduce(loss: 0.5 * square(quadratic) + delta * (error - quadratic))
}

/// Cosine similarity of vectors along an axis: `x1·x2 / max(|x1| |x2|, eps)`.
///
/// It is 1 for parallel vectors: to bring vectors together, minimize its negative.
///
/// - Parameters:
///   - x1: vectors.
///   - x2: vectors of the same shape.
///   - axis: the axis of the vectors' components.
///   - eps: the smallest denominator.
///   - reduction: what becomes of the single similarities.
/// - Returns: the similarity.
public func cosineSimilarityLoss(
    x1: MLXArray, x2: MLXArray, axis: Int = 1, eps: Float = 1e-8, reduction: LossReduction = .none
) -> MLXArray {
    func norm(_ x: MLXArray) -> MLXArray { sqrt(square(x).sum(axis: axis)) }
    return reduction.reduce(loss: (x1 * x2).sum(axis: axis) / maximum(norm(x1) * norm(x2), eps))
}

/// The values at `indices` along an axis, which goes away.
private func pick(_ indices: MLXArray, from array: MLXArray, axis: Int) -> MLXArray {
    takeAlong(array, indices.expandedDimensions(axis: axis), axis: axis).squeezed(axis: axis)
}

private func weighted(_ loss: MLXArray, by weights: MLXArray?) -> MLXArray {
    guard let weights else { return loss }
    precondition(
        weights.shape == loss.shape, "weights have the shape \(weights.shape), the losses \(loss.shape)")
    return loss * weights
}

private func requireSameShape(_ predictions: MLXArray, _ targets: MLXArray) {
    precondition(
        predictions.shape == targets.shape,
        "predictions have the shape \(predictions.shape), targets \(targets.shape)")
}
