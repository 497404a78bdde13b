import Foundation
import MLX

/// A convolution over a sequence, channels last.
open class Conv1d: Module, UnaryLayer {
    /// Kernels, (output channels, kernel size, input channels / groups).
    public let weight: MLXArray
    /// Offset, (output channels); nil for none.
    public let bias: MLXArray?
    /// Zeros put before and after the sequence.
    public let padding: Int
    /// Distance of a kernel's taps.
    public let dilation: Int
    /// Distance of the output's positions.
    public let stride: Int
    /// Number of independent groups of channels.
    public let groups: Int

    /// Makes a layer with weights uniform in ±1/√(input channels · kernel size) and offset 0.
    ///
    /// - Parameters:
    ///   - inputChannels: a multiple of `groups`.
    ///   - outputChannels: a multiple of `groups`.
    ///   - kernelSize: taps of a kernel.
    ///   - stride: distance of the output's positions.
    ///   - padding: zeros put before and after the sequence.
    ///   - dilation: distance of a kernel's taps.
    ///   - groups: number of independent groups of channels.
    ///   - bias: whether to add an offset.
    public init(
        inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true
    ) {
        precondition(inputChannels % groups == 0, "the input channels must be a multiple of the groups")
        weight = convolutionWeight(inputChannels, outputChannels, kernelSize: kernelSize, groups: groups)
        self.bias = bias ? MLX.zeros([outputChannels]) : nil
        self.padding = padding
        self.dilation = dilation
        self.stride = stride
        self.groups = groups
    }

    /// Convolves (batch, length, input channels) to (batch, new length, output channels).
    ///
    /// The new length is ⌊(length + 2·padding − dilation·(kernel size − 1) − 1) / stride⌋ + 1.
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        let y = conv1d(x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups)
        return bias.map { y + $0 } ?? y
    }
}

/// A transposed convolution over a sequence, channels last: the way back from a strided convolution.
open class ConvTransposed1d: Module, UnaryLayer {
    /// Kernels, (output channels, kernel size, input channels / groups).
    public let weight: MLXArray
    /// Offset, (output channels); nil for none.
    public let bias: MLXArray?
    /// Positions cut off at both ends.
    public let padding: Int
    /// Distance of a kernel's taps.
    public let dilation: Int
    /// Positions added at the end.
    public let outputPadding: Int
    /// Distance at which the input's positions are laid out.
    public let stride: Int
    /// Number of independent groups of channels.
    public let groups: Int

    /// Makes a layer with weights uniform in ±1/√(input channels · kernel size) and offset 0.
    ///
    /// - Parameters:
    ///   - inputChannels: a multiple of `groups`.
    ///   - outputChannels: a multiple of `groups`.
    ///   - kernelSize: taps of a kernel.
    ///   - stride: distance at which the input's positions are laid out.
    ///   - padding: positions cut off at both ends.
    ///   - outputPadding: positions added at the end.
    ///   - dilation: distance of a kernel's taps.
    ///   - groups: number of independent groups of channels.
    ///   - bias: whether to add an offset.
    public init(
        inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
        outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1, bias: Bool = true
    ) {
        precondition(inputChannels % groups == 0, "the input channels must be a multiple of the groups")
        weight = convolutionWeight(inputChannels, outputChannels, kernelSize: kernelSize, groups: groups)
        self.bias = bias ? MLX.zeros([outputChannels]) : nil
        self.padding = padding
        self.dilation = dilation
        self.outputPadding = outputPadding
        self.stride = stride
        self.groups = groups
    }

    /// Maps (batch, length, input channels) to (batch, new length, output channels).
    ///
    /// The new length is (length − 1)·stride − 2·padding + dilation·(kernel size − 1) + output padding + 1.
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        let y = convTransposed1d(
            x, weight, stride: stride, padding: padding, dilation: dilation, outputPadding: outputPadding,
            groups: groups)
        return bias.map { y + $0 } ?? y
    }
}

/// Random kernels, (output channels, kernel size, input channels / groups).
private func convolutionWeight(_ input: Int, _ output: Int, kernelSize: Int, groups: Int) -> MLXArray {
    let bound = (1 / Float(input * kernelSize)).squareRoot()
    return MLXRandom.uniform(low: -bound, high: bound, [output, kernelSize, input / groups])
}
