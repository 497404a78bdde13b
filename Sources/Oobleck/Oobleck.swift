import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore

/// The Oobleck autoencoder: stereo waveform to latent frames and back.
///
/// A convolutional variational autoencoder with Snake activations, introduced with Stable Audio.
@MLXActor
public final class Oobleck {
    /// Sizes of the network.
    public nonisolated let configuration: OobleckConfiguration
    /// Number of weights in the checkpoint.
    public nonisolated let parameterCount: Int
    private let network: OobleckNetwork
    private let dtype: DType
    private nonisolated let tiling: OobleckTiling

    /// Latent frames that a tile contributes unless told otherwise: ten seconds in bfloat16, five in float32.
    ///
    /// The largest results of the published network then take 125 MiB, of which there are four at a time.
    public nonisolated let defaultTile: Int

    /// Loads the autoencoder of a folder with `config.json` and weights.
    ///
    /// - Parameters:
    ///   - folder: usually `vae`.
    ///   - dtype: number format of weights and activations.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public convenience init(folder: URL, dtype: DType) throws {
        try self.init(
            try Self.configuration(folder: folder), weights: try WeightStore(folder: folder), dtype: dtype)
    }

    /// Loads an autoencoder.
    ///
    /// - Parameters:
    ///   - configuration: its sizes.
    ///   - weights: its tensors.
    ///   - dtype: number format of weights and activations.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public init(_ configuration: OobleckConfiguration, weights: WeightStore, dtype: DType) throws {
        self.configuration = configuration
        parameterCount = weights.parameterCount
        network = OobleckNetwork(configuration)
        self.dtype = dtype
        defaultTile = dtype == .float32 ? 128 : 256
        tiling = OobleckTiling(configuration)
        try network.load(
            from: weights, dtype: dtype, source: { OobleckNetwork.source($0, $1, in: weights) })
    }

    /// The sizes that a folder's `config.json` tells.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`.
    public nonisolated static func configuration(folder: URL) throws -> OobleckConfiguration {
        let configuration = try ConfigurationFile.decode(
            OobleckConfiguration.self, at: folder.appendingPathComponent("config.json"))
        try configuration.validate()
        return configuration
    }

    /// Number of samples per channel that a number of latent frames decodes to.
    ///
    /// It is `frames * hopLength` where all strides are even, as in every published model; an odd stride loses samples
    /// at the end.
    public nonisolated func sampleCount(frames: Int) -> Int {
        configuration.downsamplingRatios.reversed().reduce(frames) { length, stride in
            (length + 1) * stride - 2 * resamplingPadding(stride)
        }
    }

    /// Number of latent frames that a number of samples per channel encodes to.
    public nonisolated func frameCount(samples: Int) -> Int {
        configuration.downsamplingRatios.reduce(samples) { length, stride in
            max(0, (length + 2 * resamplingPadding(stride)) / stride - 1)
        }
    }

    /// Turns latents into a waveform, tile by tile.
    ///
    /// - Parameters:
    ///   - latents: `[frames, latent channels]`.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Returns: samples as the network gives them, without any level rule.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network.
    public func decode(
        _ latents: MLXArray, tile: Int? = nil, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> AudioBuffer {
        try decode(latents, tile: tile, reporting: { _, _ in }, progress: progress)
    }

    /// Turns latents into a waveform, tile by tile, and passes the tiles on.
    ///
    /// - Parameters:
    ///   - latents: `[frames, latent channels]`.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    ///   - decoded: called after each tile with its samples, and how many came before.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Returns: samples as the network gives them, without any level rule.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network.
    public func decode(
        _ latents: MLXArray, tile: Int? = nil,
        reporting decoded: (_ start: Int, _ channels: [[Float]]) -> Void, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> AudioBuffer {
        let frames = latents.dim(0)
        let hop = configuration.hopLength
        let total = sampleCount(frames: frames)
        guard total > 0 else {
            throw MusicError(.invalidRequest, "\(frames) latent frames are too few to decode")
        }
        let tiles = OobleckTiling.tiles(length: frames, core: tile ?? defaultTile, context: tiling.decoderContext)
        var channels = Array(repeating: [Float](), count: configuration.audioChannels)
        for channel in channels.indices { channels[channel].reserveCapacity(total) }
        let input = latents.asType(dtype)
        for (index, part) in tiles.enumerated() {
            let isLast = index == tiles.count - 1
            let first = (part.core.lowerBound - part.window.lowerBound) * hop
            let count = (isLast ? total : part.core.upperBound * hop) - part.core.lowerBound * hop
            let place = "decoding, tile \(index + 1) of \(tiles.count)"
            let made = try run(
                network.decoder.steps, on: input[part.window].expandedDimensions(axis: 0),
                keeping: first..<(first + count), at: place)
            let interleaved = made.asArray(Float.self)
            let start = channels[0].count
            for channel in channels.indices {
                for index in stride(from: channel, to: interleaved.count, by: channels.count) {
                    channels[channel].append(interleaved[index])
                }
            }
            decoded(start, channels.map { Array($0[start...]) })
            progress(index + 1, tiles.count)
        }
        return AudioBuffer(sampleRate: configuration.samplingRate, channels: channels)
    }

    /// Turns a waveform into the mean and standard deviation of its latents, tile by tile.
    ///
    /// - Parameters:
    ///   - audio: at the network's sampling rate and with its number of channels.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Returns: mean and standard deviation, float32, each `[frames, latent channels]`.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network.
    public func encode(
        _ audio: AudioBuffer, tile: Int? = nil,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> (mean: MLXArray, std: MLXArray) {
        guard audio.sampleRate == configuration.samplingRate, audio.channels.count == configuration.audioChannels else {
            throw MusicError(
                .internal,
                "The autoencoder takes \(configuration.audioChannels) channels at \(configuration.samplingRate) Hz, "
                    + "not \(audio.channels.count) at \(audio.sampleRate)")
        }
        guard configuration.hasEncoder else {
            throw MusicError(
                .unsupported,
                "The autoencoder's encoder gives \(configuration.encoderHiddenSize) channels, not twice the "
                    + "\(configuration.decoderInputChannels) of its latents",
                advice: "use a checkpoint whose autoencoder can encode")
        }
        let length = audio.frameCount
        let hop = configuration.hopLength
        let frames = frameCount(samples: length)
        guard frames > 0 else {
            throw MusicError(
                .invalidRequest, "\(length) samples are too few to encode", advice: "give at least \(hop) samples")
        }
        let tiles = OobleckTiling.tiles(length: frames, core: tile ?? defaultTile, context: tiling.encoderContext)
        var encoded: [MLXArray] = []
        for (index, part) in tiles.enumerated() {
            // The last window takes what is left beyond the last whole frame.
            let end = part.window.upperBound == frames ? length : part.window.upperBound * hop
            let window = (part.window.lowerBound * hop)..<end
            let interleaved = window.flatMap { index in audio.channels.map { $0[index] } }
            let first = part.core.lowerBound - part.window.lowerBound
            let input = MLXArray(interleaved, [1, window.count, audio.channels.count]).asType(dtype)
            let place = "encoding, tile \(index + 1) of \(tiles.count)"
            encoded.append(
                try run(network.encoder.steps, on: input, keeping: first..<(first + part.core.count), at: place))
            progress(index + 1, tiles.count)
        }
        let parts = concatenated(encoded, axis: 0).split(parts: 2, axis: -1)
        // softplus, plus the floor that keeps the deviation positive
        return (parts[0], logAddExp(parts[1], MLXArray(Float(0))) + 1e-4)
    }

    /// Runs a network step by step on a tile, and cuts out the part to keep.
    ///
    /// - Returns: `[kept, channels]`, float32, evaluated.
    private func run(
        _ steps: [LayerStep], on tile: MLXArray, keeping kept: Range<Int>, at place: String
    ) throws -> MLXArray {
        var x = tile
        for step in steps {
            try Task.checkCancellation()
            x = try evaluating(place) {
                let y = step(x)
                eval(y)
                return y
            }
        }
        return try evaluating(place) {
            let result = x[0, kept].asType(.float32)
            eval(result)
            return result
        }
    }
}
