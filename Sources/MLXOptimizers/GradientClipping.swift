import MLX
import MLXNN

/// Scales gradients down so that their common Euclidean norm is at most `maxNorm`.
///
/// - Parameters:
///   - gradients: arrays of any shapes.
///   - maxNorm: the largest norm to let pass.
/// - Returns: the scaled gradients, and the norm of the given ones, a scalar.
public func clipGradNorm(
    gradients: some Collection<MLXArray>, maxNorm: Float
) -> ([MLXArray], MLXArray) {
    let norm = norm(of: gradients)
    return (gradients.map { clip($0, norm: norm, maxNorm: maxNorm) }, norm)
}

/// Scales a tree of gradients down so that their common Euclidean norm is at most `maxNorm`.
///
/// - Parameters:
///   - gradients: a gradient by a model's parameters.
///   - maxNorm: the largest norm to let pass.
/// - Returns: the scaled gradient, and the norm of the given one, a scalar.
public func clipGradNorm(
    gradients: ModuleParameters, maxNorm: Float
) -> (ModuleParameters, MLXArray) {
    let norm = norm(of: gradients.flattenedValues())
    return (gradients.mapValues { clip($0, norm: norm, maxNorm: maxNorm) }, norm)
}

private func norm(of gradients: some Collection<MLXArray>) -> MLXArray {
    sqrt(gradients.reduce(MLXArray(Float(0))) { $0 + square($1.asType(.float32)).sum() })
}

private func clip(_ gradient: MLXArray, norm: MLXArray, maxNorm: Float) -> MLXArray {
    which(norm .< maxNorm, gradient, gradient * (maxNorm / (norm + 1e-6))).asType(gradient.dtype)
}
