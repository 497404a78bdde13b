import MLX
import MLXNN
import ModelSupport

/// Snake activation with one frequency and one magnitude per channel: `y = x + sin²(alpha x) / (beta + 1e-9)`.
///
/// The checkpoint stores the logarithms of both; they are taken out of the logarithm at load.
///
/// It is computed by the convolution that follows it, in the same pass over memory.
final class Snake: Module {
    @ParameterInfo(key: "alpha") var alpha: MLXArray
    @ParameterInfo(key: "beta") var beta: MLXArray

    init(_ channels: Int) {
        _alpha.wrappedValue = MLXArray.ones([channels])
        _beta.wrappedValue = MLXArray.ones([channels])
    }

    /// What the convolution needs to know.
    var factors: (alpha: MLXArray, beta: MLXArray) { (alpha, beta) }
}

/// Two convolutions, the first dilated, around which the input is added.
final class ResidualUnit: Module, UnaryLayer {
    static let kernelSize = 7

    let snake1: Snake
    let conv1: Conv1d
    let snake2: Snake
    let conv2: Conv1d

    init(_ channels: Int, dilation: Int) {
        snake1 = Snake(channels)
        conv1 = Conv1d(
            inputChannels: channels, outputChannels: channels, kernelSize: Self.kernelSize,
            padding: (Self.kernelSize - 1) * dilation / 2, dilation: dilation)
        snake2 = Snake(channels)
        conv2 = Conv1d(inputChannels: channels, outputChannels: channels, kernelSize: 1)
    }

    /// `[N, L, C]` to `[N, L, C]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let h = FusedOps.convolve(conv1, x, snake: snake1.factors)
        return FusedOps.convolve(conv2, h, snake: snake2.factors, residual: x)
    }
}

/// A part of a network between two points at which what it made may be evaluated.
///
/// A tile's intermediate results are hundreds of megabytes each. Evaluated step by step, the next step reuses the memory
/// of the one before last; evaluated at once, they are all alive together.
typealias LayerStep = (MLXArray) -> MLXArray

/// Dilations of the three residual units of every block.
let residualDilations = [1, 3, 9]

/// Padding of the resampling convolution with a stride; its kernel is twice the stride.
func resamplingPadding(_ stride: Int) -> Int { (stride + 1) / 2 }

/// One stage of the encoder: three residual units, then a strided convolution.
final class EncoderBlock: Module {
    @ModuleInfo(key: "res_unit1") var unit1: ResidualUnit
    @ModuleInfo(key: "res_unit2") var unit2: ResidualUnit
    @ModuleInfo(key: "res_unit3") var unit3: ResidualUnit
    let snake1: Snake
    let conv1: Conv1d

    init(_ inputChannels: Int, _ outputChannels: Int, stride: Int) {
        _unit1.wrappedValue = ResidualUnit(inputChannels, dilation: residualDilations[0])
        _unit2.wrappedValue = ResidualUnit(inputChannels, dilation: residualDilations[1])
        _unit3.wrappedValue = ResidualUnit(inputChannels, dilation: residualDilations[2])
        snake1 = Snake(inputChannels)
        conv1 = Conv1d(
            inputChannels: inputChannels, outputChannels: outputChannels, kernelSize: 2 * stride, stride: stride,
            padding: resamplingPadding(stride))
    }

    /// `[N, L, Cin]` to `[N, L / stride, Cout]` in four steps.
    var steps: [LayerStep] {
        [
            { [unit1] in unit1($0) }, { [unit2] in unit2($0) }, { [unit3] in unit3($0) },
            { [conv1, snake1] in FusedOps.convolve(conv1, $0, snake: snake1.factors) },
        ]
    }
}

/// One stage of the decoder: a transposed convolution, then three residual units.
final class DecoderBlock: Module {
    let snake1: Snake
    @ModuleInfo(key: "conv_t1") var upsampling: ConvTransposed1d
    @ModuleInfo(key: "res_unit1") var unit1: ResidualUnit
    @ModuleInfo(key: "res_unit2") var unit2: ResidualUnit
    @ModuleInfo(key: "res_unit3") var unit3: ResidualUnit

    init(_ inputChannels: Int, _ outputChannels: Int, stride: Int) {
        snake1 = Snake(inputChannels)
        _upsampling.wrappedValue = ConvTransposed1d(
            inputChannels: inputChannels, outputChannels: outputChannels, kernelSize: 2 * stride, stride: stride,
            padding: resamplingPadding(stride))
        _unit1.wrappedValue = ResidualUnit(outputChannels, dilation: residualDilations[0])
        _unit2.wrappedValue = ResidualUnit(outputChannels, dilation: residualDilations[1])
        _unit3.wrappedValue = ResidualUnit(outputChannels, dilation: residualDilations[2])
    }

    /// `[N, L, Cin]` to `[N, L * stride, Cout]` in four steps.
    var steps: [LayerStep] {
        [
            { [upsampling, snake1] in FusedOps.convolve(upsampling, $0, snake: snake1.factors) },
            { [unit1] in unit1($0) }, { [unit2] in unit2($0) }, { [unit3] in unit3($0) },
        ]
    }
}
