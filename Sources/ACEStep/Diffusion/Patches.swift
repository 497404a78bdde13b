import MLX

/// Latent frames and the patches of them that the transformer works on.
///
/// The convolution that makes patches has a stride of its kernel size, so that it is one matrix product after neighbouring
/// frames were joined; so is the transposed one that takes patches apart.
struct Patches {
    /// Frames in a patch.
    let size: Int

    /// `[B, T, channels]` to `[B, ceil(T / size), size * channels]`, frames before channels; missing frames at the end are
    /// zero.
    func joined(_ x: MLXArray) -> MLXArray {
        let (batch, length, channels) = x.shape3
        let missing = (size - length % size) % size
        let whole = missing == 0 ? x : padded(x, widths: [0, [0, missing], 0])
        return whole.reshaped(batch, (length + missing) / size, size * channels)
    }

    /// `[B, L, size * channels]`, frames before channels, to `[B, L * size, channels]`.
    func takenApart(_ x: MLXArray) -> MLXArray {
        x.reshaped(x.dim(0), x.dim(1) * size, -1)
    }
}
