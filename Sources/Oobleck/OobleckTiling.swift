/// How a long signal is cut into tiles whose results join without a seam.
///
/// Every output of a convolutional network depends on a bounded stretch of its input. A tile is computed with that much
/// context on both sides, and only its core is kept; so the joined result is that of the whole signal, and memory is
/// bounded by the tile.
package struct OobleckTiling: Sendable, Equatable {
    /// Latent frames of context that a decoded frame depends on, on either side.
    package let decoderContext: Int
    /// Latent frames of context that an encoded frame depends on, on either side.
    package let encoderContext: Int

    package init(_ configuration: OobleckConfiguration) {
        // Reach of the three dilated convolutions of a block.
        let residualReach = residualDilations.reduce(0) { $0 + (ResidualUnit.kernelSize - 1) * $1 / 2 }

        // Decoder, from the output backwards: how far beyond an aligned stretch each layer looks.
        var reach = 3
        for stride in configuration.downsamplingRatios {
            reach += residualReach
            let padding = resamplingPadding(stride)
            // Output o of the transposed convolution depends on inputs (o + p - 2s + 1)/s ... (o + p)/s.
            let left = (reach + 2 * stride - 1 - padding) / stride
            let right = (reach + padding - 1) / stride + 1
            reach = max(left, right)
        }
        decoderContext = reach + 3

        // Encoder, from the output backwards: the strided convolution looks p before and at most p after.
        var samples = 1
        for stride in configuration.downsamplingRatios.reversed() {
            samples = samples * stride + resamplingPadding(stride) + residualReach
        }
        samples += 3
        encoderContext = (samples + configuration.hopLength - 1) / configuration.hopLength
    }

    /// Bytes of intermediate results while a tile is decoded, about: four of the last block's, which are the largest.
    ///
    /// - Parameters:
    ///   - tile: latent frames that it contributes.
    ///   - configuration: sizes of the network.
    ///   - elementSize: bytes of a number.
    package func workingBytes(tile: Int, _ configuration: OobleckConfiguration, elementSize: Int) -> Int {
        4 * (tile + 2 * decoderContext) * configuration.hopLength * configuration.decoderChannels * elementSize
    }

    /// One tile in latent frames: `core` is kept of what `window` gives.
    package struct Tile: Sendable, Equatable {
        package let core: Range<Int>
        package let window: Range<Int>
    }

    /// Cuts a length into tiles.
    ///
    /// - Parameters:
    ///   - length: latent frames in all.
    ///   - core: latent frames that each tile contributes, above 0.
    ///   - context: frames that are added on both sides, where there are any.
    package static func tiles(length: Int, core: Int, context: Int) -> [Tile] {
        stride(from: 0, to: length, by: core).map { start in
            let end = min(start + core, length)
            return Tile(core: start..<end, window: max(0, start - context)..<min(length, end + context))
        }
    }
}
