import MLX
import MLXNN
import ModelSupport

/// Residual finite scalar quantisation: each dimension of a small vector is rounded to one of a few levels, and the
/// levels together are the index of a code (Mentzer et al., 2023).
///
/// Follows ACE-Step's use of it: the dimensions are bounded by `c tanh(x / c)` with `c = 1 + 1 / (levels - 1)`, clamped
/// to [-1, 1] and rounded symmetrically. All arithmetic is in float32, to which the arrays promote weights in other
/// formats.
package final class FiniteScalarQuantizer: Module {
    @ModuleInfo(key: "project_in") var input: any LinearLayer
    @ModuleInfo(key: "project_out") var output: any LinearLayer

    private let levels: [Int]
    private let quantizers: Int

    package init(width: Int, levels: [Int], quantizers: Int) {
        self.levels = levels
        self.quantizers = quantizers
        _input.wrappedValue = Linear(width, levels.count)
        _output.wrappedValue = Linear(levels.count, width)
    }

    convenience init(_ configuration: AudioTokenizerConfiguration) {
        self.init(
            width: configuration.codeWidth, levels: configuration.levels, quantizers: configuration.quantizers)
    }

    /// Number of different codes.
    package var codebookSize: Int { levels.reduce(1, *) }

    /// Place value of each dimension's level in a code's index.
    package static func basis(_ levels: [Int]) -> [Int] {
        var basis = [1]
        for level in levels.dropLast() { basis.append(basis[basis.count - 1] * level) }
        return basis
    }

    /// Rounds vectors to codes.
    ///
    /// - Parameter x: `[..., width]`.
    /// - Returns: the rounded vectors `[..., width]` in float32, and the codes' indices `[..., quantizers]`, int32.
    package func quantize(_ x: MLXArray) -> (states: MLXArray, indices: MLXArray) {
        let steps = MLXArray(levels.map { Float($0 - 1) })
        let bound = 1 + 1 / steps
        let projected = input(x.asType(.float32).reshaped(-1, x.dim(-1)))
        let bounded = tanh(projected / bound) * bound
        var residual = bounded
        var sum = MLXArray.zeros(like: bounded)
        var indices: [MLXArray] = []
        for stage in 0..<quantizers {
            let scale = stageScale(stage)
            let inRange = clip(residual / scale, min: MLXArray(Float(-1)), max: MLXArray(Float(1)))
            let numbers = floor(steps * (inRange + 1) / 2 + 0.5)
            let rounded = (2 / steps * numbers - 1) * scale
            residual = residual - rounded
            sum = sum + rounded
            let basis = MLXArray(Self.basis(levels).map(Int32.init))
            indices.append((numbers.asType(.int32) * basis).sum(axis: -1))
        }
        let shape = Array(x.shape.dropLast())
        return (
            output(sum).reshaped(shape + [-1]), stacked(indices, axis: -1).reshaped(shape + [quantizers])
        )
    }

    /// The vectors of codes.
    ///
    /// - Parameter indices: `[..., quantizers]`, from 0 up to `codebookSize`.
    /// - Returns: `[..., width]` in float32.
    package func states(of indices: MLXArray) -> MLXArray {
        let steps = MLXArray(levels.map { Float($0 - 1) })
        let basis = MLXArray(Self.basis(levels).map(Int32.init))
        let counts = MLXArray(levels.map(Int32.init))
        let flat = indices.asType(.int32).reshaped(-1, quantizers)
        var sum = MLXArray.zeros([flat.dim(0), levels.count])
        for stage in 0..<quantizers {
            let numbers = remainder(floorDivide(flat[0..., stage].expandedDimensions(axis: -1), basis), counts)
            sum = sum + (numbers.asType(.float32) * (2 / steps) - 1) * stageScale(stage)
        }
        return output(sum).reshaped(Array(indices.shape.dropLast()) + [-1])
    }

    /// Each stage works on a grid finer by the number of levels.
    private func stageScale(_ stage: Int) -> MLXArray {
        MLXArray(levels.map { level in (0..<stage).reduce(Float(1)) { value, _ in value / Float(level) } })
    }
}
