import MLX

/// Music from text alone: the source is silence, all of which is to be made.
package enum Text2Music {
    /// The sentence that names the task in the prompt.
    package static let instruction = "Fill the audio semantic mask based on the given conditions:"

    /// Source and mask for a length.
    ///
    /// - Parameters:
    ///   - frames: latent frames to make.
    ///   - silence: latents of silence, repeated if the song is longer.
    ///   - dtype: number format.
    package static func context(frames: Int, silence: SilenceLatents, dtype: DType) -> TaskContext {
        let source = silence.repeated(frames).asType(dtype)
        return TaskContext(source: source, mask: MLXArray.ones(like: source))
    }
}
