import MLX
import MLXNN
import ModelSupport

/// Counts how often modules within a network were replaced, so that whoever gathered them knows when to look again.
final class ModuleRevision {
    private(set) var count = 0

    func advance() { count += 1 }
}

/// Self-attention of each token to itself and those before it.
final class Qwen3Attention: GroupedAttention {
    private let revision: ModuleRevision

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        self.revision = revision
        super.init(configuration.attention)
    }

    override func updateModule(key: String, _ value: Any) throws {
        try super.updateModule(key: key, value)
        revision.advance()
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        attend(queries: rotated(queries(x)), keys: rotated(keys(x)), values: values(x), mask: .causal)
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`, each token seeing those of the cache too.
    @MLXActor
    func callAsFunction(_ x: MLXArray, _ pass: CachedPass, layer: Int) -> MLXArray {
        let turned = rotated(queries(x), from: pass.positions)
        let (keys, values) = pass.cache.append(
            keys: rotated(self.keys(x), from: pass.positions), values: self.values(x), layer: layer)
        return attend(queries: turned, keys: keys, values: values, mask: pass.mask)
    }
}

/// What all layers share when tokens go through a model with a cache.
@MLXActor
struct CachedPass {
    let cache: KVCache
    /// Of the first token of each sequence, int32 `[B]`.
    let positions: MLXArray
    let mask: MLXFast.ScaledDotProductAttentionMaskMode

    /// - Parameter count: number of tokens of each sequence.
    init(_ cache: KVCache, count: Int) {
        self.cache = cache
        positions = cache.positions
        mask = cache.mask(for: count)
    }
}

/// The feed-forward part of a layer.
final class Qwen3MLP: GatedFeedForward {
    private let revision: ModuleRevision

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        self.revision = revision
        super.init(width: configuration.hiddenSize, inner: configuration.intermediateSize)
    }

    override func updateModule(key: String, _ value: Any) throws {
        try super.updateModule(key: key, value)
        revision.advance()
    }
}

/// One transformer layer with normalisation before each part.
final class Qwen3Layer: Module {
    @ModuleInfo(key: "self_attn") var attention: Qwen3Attention
    @ModuleInfo(key: "mlp") var mlp: Qwen3MLP
    @ModuleInfo(key: "input_layernorm") var attentionNorm: RMSNorm
    @ModuleInfo(key: "post_attention_layernorm") var mlpNorm: RMSNorm

    private let revision: ModuleRevision

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        self.revision = revision
        super.init()
        _attention.wrappedValue = Qwen3Attention(configuration, revision)
        _mlp.wrappedValue = Qwen3MLP(configuration, revision)
        _attentionNorm.wrappedValue = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
        _mlpNorm.wrappedValue = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
    }

    override func updateModule(key: String, _ value: Any) throws {
        try super.updateModule(key: key, value)
        revision.advance()
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let h = x + attention(attentionNorm(x))
        return h + mlp(mlpNorm(h))
    }

    /// Likewise, with a cache.
    @MLXActor
    func callAsFunction(_ x: MLXArray, _ pass: CachedPass, layer: Int) -> MLXArray {
        let h = x + attention(attentionNorm(x), pass, layer: layer)
        return h + mlp(mlpNorm(h))
    }
}
