import Foundation
import MLX
import ModelSupport
import MusicCore

/// The latents of encoded silence that come with a checkpoint.
///
/// They stand for "no audio" wherever the networks take latents. Zeros are no substitute: the networks have never seen
/// them, and answer with a drone.
package struct SilenceLatents {
    /// `[1, frames, channels]`, float32.
    package let latents: MLXArray

    private static let advice = "use the latents that came with the weights: all files must be of one checkpoint"

    /// From a tensor of the Diffusers layout, `[1, frames, channels]`.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the shape is another, or `outOfMemory`.
    @MLXActor
    package init(_ array: MLXArray, channels: Int, label: String) throws {
        guard array.ndim == 3, array.dim(0) == 1, array.dim(1) > 0, array.dim(2) == channels else {
            throw MusicError(
                .invalidCheckpoint,
                "The silence latents of \(label) have the shape \(array.shape), "
                    + "expected [1, frames, \(channels)]",
                advice: Self.advice)
        }
        latents = try evaluating("reading the silence latents of \(label)") {
            let values = array.asType(.float32)
            eval(values)
            return values
        }
    }

    /// From `silence_latent.pt` of the official layout, `[1, channels, frames]`.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the file holds anything but one such tensor.
    @MLXActor
    package init(pickled file: URL, channels: Int) throws {
        let tensor = try TorchArchive(contentsOf: file).tensor()
        var shape = tensor.shape
        if shape.count == 2 { shape.insert(1, at: 0) }
        guard shape.count == 3, tensor.count > 0 else {
            throw MusicError(
                .invalidCheckpoint,
                "The silence latents of \(ConfigurationFile.shortName(file)) have the shape \(tensor.shape)",
                advice: Self.advice)
        }
        let array = MLXArray(tensor.floats(), shape)
        // Some tools write frames before channels.
        let isTransposed = shape[1] != channels && shape[2] == channels
        try self.init(
            isTransposed ? array : array.transposed(0, 2, 1), channels: channels,
            label: ConfigurationFile.shortName(file))
    }

    /// The first frames, `[1, frames, channels]`; fewer if there are fewer.
    package func prefix(_ frames: Int) -> MLXArray {
        latents[0..., 0..<min(frames, latents.dim(1))]
    }

    /// A number of frames, `[1, frames, channels]`, beginning again at the end.
    package func repeated(_ frames: Int) -> MLXArray {
        let length = latents.dim(1)
        if frames <= length { return prefix(frames) }
        let copies = Array(repeating: latents, count: (frames + length - 1) / length)
        return concatenated(copies, axis: 1)[0..., 0..<frames]
    }
}
