import MLX
import MLXNN

/// Joins neighbouring latent frames to one vector: a convolution whose stride is its kernel size, as one matrix
/// product.
final class PatchEmbedding: Module {
    /// `[hidden, patch * channels]`, frames before channels.
    @ParameterInfo(key: "weight") var weight: MLXArray
    @ParameterInfo(key: "bias") var bias: MLXArray
    private let patch: Int

    init(channels: Int, hiddenSize: Int, patch: Int) {
        self.patch = patch
        _weight.wrappedValue = MLXArray.zeros([hiddenSize, patch * channels])
        _bias.wrappedValue = MLXArray.zeros([hiddenSize])
    }

    /// `[B, T, channels]` to `[B, ceil(T / patch), hidden]`; missing frames at the end are zero.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let (batch, length, channels) = x.shape3
        let missing = (patch - length % patch) % patch
        let whole = missing == 0 ? x : padded(x, widths: [0, [0, missing], 0])
        return addMM(bias, whole.reshaped(batch, (length + missing) / patch, patch * channels), weight.T)
    }
}

/// Takes a vector apart to neighbouring latent frames: a transposed convolution whose stride is its kernel size, as one
/// matrix product.
final class PatchProjection: Module {
    /// `[patch * channels, hidden]`, frames before channels.
    @ParameterInfo(key: "weight") var weight: MLXArray
    /// `[channels]`.
    @ParameterInfo(key: "bias") var bias: MLXArray
    private let patch: Int

    init(hiddenSize: Int, channels: Int, patch: Int) {
        self.patch = patch
        _weight.wrappedValue = MLXArray.zeros([patch * channels, hiddenSize])
        _bias.wrappedValue = MLXArray.zeros([channels])
    }

    /// `[B, L, hidden]` to `[B, L * patch, channels]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        matmul(x, weight.T).reshaped(x.dim(0), x.dim(1) * patch, -1) + bias
    }
}
