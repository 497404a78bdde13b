import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore

/// The layers of a Qwen3 model without its output projection.
final class Qwen3Backbone: Module {
    @ModuleInfo(key: "embed_tokens") var embedding: Embedding
    let layers: [Qwen3Layer]
    let norm: RMSNorm
    /// Advances whenever a module of a layer is replaced.
    let revision = ModuleRevision()

    init(_ configuration: Qwen3Configuration) {
        let revision = revision
        _embedding.wrappedValue = Embedding(
            embeddingCount: configuration.vocabularySize, dimensions: configuration.hiddenSize)
        layers = (0..<configuration.hiddenLayers).map { _ in Qwen3Layer(configuration, revision) }
        norm = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
    }

    /// Token ids `[B, L]` to normalised hidden states `[B, L, hidden]`.
    func callAsFunction(_ tokens: MLXArray) -> MLXArray {
        norm(layers.reduce(embedding(tokens)) { $1($0) })
    }

    /// Token ids `[B, L]` that follow those of a cache, to normalised hidden states `[B, L, hidden]`.
    @MLXActor
    func callAsFunction(_ tokens: MLXArray, _ cache: KVCache) -> MLXArray {
        let pass = CachedPass(cache, count: tokens.dim(1))
        var hidden = embedding(tokens)
        for (index, layer) in layers.enumerated() { hidden = layer(hidden, pass, layer: index) }
        cache.advance(by: tokens.dim(1))
        return norm(hidden)
    }
}

/// A Qwen3 model used as a text encoder.
///
/// The network is that of Transformers' `Qwen3Model`: causal, without a padding mask. Sequences of a batch are padded
/// on the right, so that the padding changes nothing before it.
@MLXActor
public final class Qwen3 {
    /// Sizes of the network.
    public nonisolated let configuration: Qwen3Configuration
    /// Number of weights in the checkpoint.
    public nonisolated let parameterCount: Int
    let backbone: Qwen3Backbone

    /// Loads the model of a folder with `config.json` and weights.
    ///
    /// - Parameters:
    ///   - folder: such as `Qwen3-Embedding-0.6B`.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public convenience init(
        folder: URL, dtype: DType, quantization: LoadOptions.Quantization = .none
    ) throws {
        try self.init(
            try Self.configuration(folder: folder), weights: try WeightStore(folder: folder), dtype: dtype,
            quantization: quantization)
    }

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - configuration: its sizes.
    ///   - weights: its tensors, whose names may begin with `model.`.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public init(
        _ configuration: Qwen3Configuration, weights: WeightStore, dtype: DType,
        quantization: LoadOptions.Quantization = .none
    ) throws {
        self.configuration = configuration
        parameterCount = weights.parameterCount
        backbone = Qwen3Backbone(configuration)
        // A causal model's output projection is not part of the encoder.
        try backbone.load(
            from: Self.named(weights), dtype: dtype, quantization: quantization,
            ignoring: { $0 == Qwen3Head.weightName })
    }

    /// The tensors under the names of the modules.
    nonisolated static func named(_ weights: WeightStore) -> WeightStore {
        let prefix = "model."
        return weights.renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }

    /// The sizes that a folder's `config.json` tells.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`.
    public nonisolated static func configuration(folder: URL) throws -> Qwen3Configuration {
        let configuration = try ConfigurationFile.decode(
            Qwen3Configuration.self, at: folder.appendingPathComponent("config.json"))
        try configuration.validate()
        return configuration
    }

    /// The network as a tree of modules, in which projections can be replaced.
    package var modules: Module { backbone }

    /// Contextual states of tokens.
    ///
    /// - Parameter tokens: ids `[B, L]`, below the vocabulary's size.
    /// - Returns: `[B, L, hidden]`, after the final normalisation.
    public func hiddenStates(_ tokens: MLXArray) -> MLXArray {
        backbone(tokens)
    }

    /// The embedding table's rows of tokens, without any context.
    ///
    /// - Parameter tokens: ids `[B, L]`, below the vocabulary's size.
    /// - Returns: `[B, L, hidden]`.
    public func embeddings(_ tokens: MLXArray) -> MLXArray {
        backbone.embedding(tokens)
    }
}
