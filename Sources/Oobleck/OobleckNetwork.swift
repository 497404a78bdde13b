import MLX
import MLXNN
import ModelSupport

/// The encoder network: waveform to parameters of the latents' distribution.
final class OobleckEncoder: Module {
    let conv1: Conv1d
    let block: [EncoderBlock]
    let snake1: Snake
    let conv2: Conv1d

    init(_ configuration: OobleckConfiguration) {
        let width = configuration.encoderHiddenSize
        let multiples = [1] + configuration.channelMultiples
        conv1 = Conv1d(inputChannels: configuration.audioChannels, outputChannels: width, kernelSize: 7, padding: 3)
        block = configuration.downsamplingRatios.enumerated().map { index, stride in
            EncoderBlock(width * multiples[index], width * multiples[index + 1], stride: stride)
        }
        let last = width * multiples[multiples.count - 1]
        snake1 = Snake(last)
        conv2 = Conv1d(inputChannels: last, outputChannels: width, kernelSize: 3, padding: 1)
    }

    /// Samples `[N, L, audio channels]` to `[N, frames, 2 * latent channels]`: means, then scales before softplus.
    var steps: [LayerStep] {
        [{ [conv1] in FusedOps.convolve(conv1, $0) }] + block.flatMap(\.steps)
            + [{ [conv2, snake1] in FusedOps.convolve(conv2, $0, snake: snake1.factors) }]
    }
}

/// The decoder network: latents to waveform.
final class OobleckDecoder: Module {
    let conv1: Conv1d
    let block: [DecoderBlock]
    let snake1: Snake
    let conv2: Conv1d

    init(_ configuration: OobleckConfiguration) {
        let width = configuration.decoderChannels
        let multiples = [1] + configuration.channelMultiples
        let strides = Array(configuration.downsamplingRatios.reversed())
        conv1 = Conv1d(
            inputChannels: configuration.decoderInputChannels,
            outputChannels: width * multiples[multiples.count - 1], kernelSize: 7, padding: 3)
        block = strides.enumerated().map { index, stride in
            DecoderBlock(
                width * multiples[strides.count - index], width * multiples[strides.count - index - 1], stride: stride)
        }
        snake1 = Snake(width)
        conv2 = Conv1d(
            inputChannels: width, outputChannels: configuration.audioChannels, kernelSize: 7, padding: 3, bias: false)
    }

    /// Latents `[N, frames, latent channels]` to samples `[N, L, audio channels]`.
    var steps: [LayerStep] {
        [{ [conv1] in FusedOps.convolve(conv1, $0) }] + block.flatMap(\.steps)
            + [{ [conv2, snake1] in FusedOps.convolve(conv2, $0, snake: snake1.factors) }]
    }
}

/// The two networks under the names of the checkpoint.
final class OobleckNetwork: Module {
    let encoder: OobleckEncoder
    let decoder: OobleckDecoder

    init(_ configuration: OobleckConfiguration) {
        encoder = OobleckEncoder(configuration)
        decoder = OobleckDecoder(configuration)
    }

    /// How a parameter is made from the checkpoint: convolutions are stored channels-first and weight-normalised,
    /// Snake parameters as logarithms of shape `[1, C, 1]`.
    static func source(_ path: String, _ shape: [Int], in store: WeightStore) -> ParameterSource {
        if path.hasSuffix(".alpha") || path.hasSuffix(".beta") {
            return ParameterSource([path], shapes: [[1, shape[0], 1]]) { parts in
                exp(parts[0].asType(.float32)).reshaped(-1)
            }
        }
        if path.hasSuffix(".conv_t1.weight") {
            // [in, out, k] in the file, [out, k, in] here.
            return .weightNormalized(path, shape: shape, axes: [1, 2, 0], in: store)
        }
        if path.hasSuffix(".weight") {
            // [out, in, k] in the file, [out, k, in] here.
            return .weightNormalized(path, shape: shape, axes: [0, 2, 1], in: store)
        }
        return .same(path, shape: shape)
    }
}
