extension OobleckConfiguration {
    /// Floating-point operations of decoding, two for every multiplication with addition in the convolutions.
    public func decoderOperations(frames: Int) -> Double {
        let multiples = [1] + channelMultiples
        let widths = multiples.reversed().map { Double($0 * decoderChannels) }
        var length = Double(frames)
        var total = 7 * length * Double(decoderInputChannels) * widths[0]
        for (index, stride) in downsamplingRatios.reversed().enumerated() {
            // Every input of a transposed convolution meets each of the 2 * stride taps.
            total += length * 2 * Double(stride) * widths[index] * widths[index + 1]
            length *= Double(stride)
            total += length * Self.residualOperations(widths[index + 1])
        }
        return 2 * (total + 7 * length * widths[widths.count - 1] * Double(audioChannels))
    }

    /// Floating-point operations of encoding, counted likewise.
    public func encoderOperations(frames: Int) -> Double {
        let widths = ([1] + channelMultiples).map { Double($0 * encoderHiddenSize) }
        var length = Double(frames * hopLength)
        var total = 7 * length * Double(audioChannels) * widths[0]
        for (index, stride) in downsamplingRatios.enumerated() {
            total += length * Self.residualOperations(widths[index])
            length /= Double(stride)
            total += length * 2 * Double(stride) * widths[index] * widths[index + 1]
        }
        return 2 * (total + 3 * length * widths[widths.count - 1] * Double(encoderHiddenSize))
    }

    /// Multiplications of a block's three residual units for one position.
    private static func residualOperations(_ width: Double) -> Double {
        Double(residualDilations.count * (ResidualUnit.kernelSize + 1)) * width * width
    }
}
