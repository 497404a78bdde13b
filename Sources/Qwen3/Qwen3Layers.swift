import MLX
import MLXNN
import ModelSupport

/// Counts how often modules within a network were replaced, so that whoever gathered them knows when to look again.
final class ModuleRevision {
    private(set) var count = 0

    fileprivate func advance() { count += 1 }
}

/// A part of a network whose modules may be replaced.
class RevisedModule: Module {
    private let revision: ModuleRevision

    init(_ revision: ModuleRevision) {
        self.revision = revision
        super.init()
    }

    override func updateModule(key: String, _ value: Any) throws {
        try super.updateModule(key: key, value)
        revision.advance()
    }
}

/// Self-attention with grouped key and value heads, normalised queries and keys, and rotary positions.
final class Qwen3Attention: RevisedModule {
    @ModuleInfo(key: "q_proj") var queryProjection: any LinearLayer
    @ModuleInfo(key: "k_proj") var keyProjection: any LinearLayer
    @ModuleInfo(key: "v_proj") var valueProjection: any LinearLayer
    @ModuleInfo(key: "o_proj") var outputProjection: any LinearLayer
    @ModuleInfo(key: "q_norm") var queryNorm: RMSNorm
    @ModuleInfo(key: "k_norm") var keyNorm: RMSNorm

    let configuration: Qwen3Configuration

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        self.configuration = configuration
        super.init(revision)
        let queries = configuration.attentionHeads * configuration.headDimensions
        let keys = configuration.keyValueHeads * configuration.headDimensions
        let bias = configuration.hasAttentionBias
        _queryProjection.wrappedValue = Linear(configuration.hiddenSize, queries, bias: bias)
        _keyProjection.wrappedValue = Linear(configuration.hiddenSize, keys, bias: bias)
        _valueProjection.wrappedValue = Linear(configuration.hiddenSize, keys, bias: bias)
        _outputProjection.wrappedValue = Linear(queries, configuration.hiddenSize, bias: bias)
        _queryNorm.wrappedValue = RMSNorm(dimensions: configuration.headDimensions, eps: configuration.normEpsilon)
        _keyNorm.wrappedValue = RMSNorm(dimensions: configuration.headDimensions, eps: configuration.normEpsilon)
    }

    /// Queries, keys and values of a stretch of a sequence, each `[B, heads, L, head]`.
    ///
    /// - Parameters:
    ///   - x: `[B, L, hidden]`.
    ///   - rotate: turns `[B, heads, L, head]` by the positions.
    func heads(
        _ x: MLXArray, rotate: (MLXArray) -> MLXArray
    ) -> (queries: MLXArray, keys: MLXArray, values: MLXArray) {
        let (batch, length, _) = x.shape3
        func split(_ x: MLXArray) -> MLXArray {
            x.reshaped(batch, length, -1, configuration.headDimensions)
        }
        func rotated(_ x: MLXArray) -> MLXArray { rotate(x.transposed(0, 2, 1, 3)) }
        return (
            rotated(queryNorm(split(queryProjection(x)))), rotated(keyNorm(split(keyProjection(x)))),
            split(valueProjection(x)).transposed(0, 2, 1, 3)
        )
    }

    /// Attends, and projects back to `[B, L, hidden]`.
    func attend(
        queries: MLXArray, keys: MLXArray, values: MLXArray, mask: MLXFast.ScaledDotProductAttentionMaskMode
    ) -> MLXArray {
        let attended = MLXFast.scaledDotProductAttention(
            queries: queries, keys: keys, values: values,
            scale: 1 / Float(configuration.headDimensions).squareRoot(), mask: mask)
        let (batch, _, length, _) = attended.shape4
        return outputProjection(attended.transposed(0, 2, 1, 3).reshaped(batch, length, -1))
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`, each token seeing itself and those before it.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let (queries, keys, values) = heads(x) { x in
            MLXFast.RoPE(
                x, dimensions: configuration.headDimensions, traditional: false, base: configuration.ropeTheta,
                scale: 1, offset: 0)
        }
        return attend(queries: queries, keys: keys, values: values, mask: .causal)
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`, each token seeing itself, those before it and those of the cache.
    @MLXActor
    func callAsFunction(_ x: MLXArray, _ pass: CachedPass, layer: Int) -> MLXArray {
        let (queries, newKeys, newValues) = heads(x) { x in
            MLXFast.RoPE(
                x, dimensions: configuration.headDimensions, traditional: false, base: configuration.ropeTheta,
                scale: 1, offset: pass.positions)
        }
        let (keys, values) = pass.cache.append(keys: newKeys, values: newValues, layer: layer)
        return attend(queries: queries, keys: keys, values: values, mask: pass.mask)
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

/// Feed-forward layer: `down(silu(gate x) * up x)`.
final class Qwen3MLP: RevisedModule, UnaryLayer {
    @ModuleInfo(key: "gate_proj") var gate: any LinearLayer
    @ModuleInfo(key: "up_proj") var up: any LinearLayer
    @ModuleInfo(key: "down_proj") var down: any LinearLayer

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        super.init(revision)
        _gate.wrappedValue = Linear(configuration.hiddenSize, configuration.intermediateSize, bias: false)
        _up.wrappedValue = Linear(configuration.hiddenSize, configuration.intermediateSize, bias: false)
        _down.wrappedValue = Linear(configuration.intermediateSize, configuration.hiddenSize, bias: false)
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        down(FusedOps.swiglu(gate: gate(x), up: up(x)))
    }
}

/// One transformer layer with normalisation before each part.
final class Qwen3Layer: RevisedModule {
    @ModuleInfo(key: "self_attn") var attention: Qwen3Attention
    @ModuleInfo(key: "mlp") var mlp: Qwen3MLP
    @ModuleInfo(key: "input_layernorm") var attentionNorm: RMSNorm
    @ModuleInfo(key: "post_attention_layernorm") var mlpNorm: RMSNorm

    init(_ configuration: Qwen3Configuration, _ revision: ModuleRevision) {
        super.init(revision)
        _attention.wrappedValue = Qwen3Attention(configuration, revision)
        _mlp.wrappedValue = Qwen3MLP(configuration, revision)
        _attentionNorm.wrappedValue = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
        _mlpNorm.wrappedValue = RMSNorm(dimensions: configuration.hiddenSize, eps: configuration.normEpsilon)
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
