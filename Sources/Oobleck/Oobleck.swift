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
    let network: OobleckNetwork
    let dtype: DType
    nonisolated let tiling: OobleckTiling

    /// Latent frames that a tile contributes unless told otherwise: ten seconds in bfloat16, five in float32.
    ///
    /// The largest results of the published network then take 125 MiB, of which there are four at a time.
    public nonisolated let defaultTile: Int

    /// ``defaultTile`` of a number format.
    public nonisolated static func defaultTile(_ dtype: DType) -> Int { dtype == .float32 ? 128 : 256 }

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
        defaultTile = Self.defaultTile(dtype)
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
    public nonisolated func frameCount(samples: Int) -> Int { configuration.frameCount(samples: samples) }

    /// Runs a network step by step on a tile, and cuts out the part to keep.
    ///
    /// - Returns: `[kept, channels]`, float32, evaluated.
    static func run(
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
