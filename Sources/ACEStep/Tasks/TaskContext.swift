import MLX

/// What a task gives the transformer besides condition and noise: the latents to work from, and which of them to make.
package struct TaskContext {
    /// Source latents and mask side by side, `[1, T, 2 * channels]`.
    package let latents: MLXArray

    /// Number of latent frames.
    package var frames: Int { latents.dim(1) }
    /// Latent channels.
    package var channels: Int { latents.dim(2) / 2 }

    /// - Parameters:
    ///   - source: `[1, T, channels]`.
    ///   - mask: 1 where music is to be made and 0 where the source is to be kept, `[1, T, channels]`.
    package init(source: MLXArray, mask: MLXArray) {
        latents = concatenated([source, mask.asType(source.dtype)], axis: -1)
    }
}
