import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore

/// A Qwen3 language model: `Qwen3ForCausalLM` of Transformers.
@MLXActor
public final class Qwen3CausalLM {
    /// Sizes of the network.
    public nonisolated let configuration: Qwen3Configuration
    /// Number of weights in the checkpoint.
    public nonisolated let parameterCount: Int
    /// Number format of weights and activations.
    public nonisolated let dtype: DType
    let backbone: Qwen3Backbone
    private let head: Qwen3Head
    private let fastStep: Qwen3Step?

    /// Tokens of a prompt that go through the network at a time: bounds memory, and the time until a cancellation.
    static let stretch = 512

    /// Loads the model of a folder with `config.json` and weights.
    ///
    /// - Parameters:
    ///   - folder: such as `acestep-5Hz-lm-0.6B`.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept, the output projection's among them.
    ///   - ranges: stretches of token ids whose logits are asked for on their own.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public convenience init(
        folder: URL, dtype: DType, quantization: LoadOptions.Quantization = .none, ranges: [Range<Int>] = []
    ) throws {
        try self.init(
            try Qwen3.configuration(folder: folder), weights: try WeightStore(folder: folder), dtype: dtype,
            quantization: quantization, ranges: ranges)
    }

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - configuration: its sizes.
    ///   - weights: its tensors, whose names may begin with `model.`.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept, the output projection's among them.
    ///   - ranges: stretches of token ids whose logits are asked for on their own.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `outOfMemory`; `CancellationError`.
    public init(
        _ configuration: Qwen3Configuration, weights: WeightStore, dtype: DType,
        quantization: LoadOptions.Quantization = .none, ranges: [Range<Int>] = []
    ) throws {
        self.configuration = configuration
        self.dtype = dtype
        let store = Qwen3.named(weights)
        parameterCount = store.parameterCount
        backbone = Qwen3Backbone(configuration)
        try backbone.load(
            from: store, dtype: dtype, quantization: quantization, ignoring: { $0 == Qwen3Head.weightName })
        if configuration.tiesEmbeddings {
            head = Qwen3Head(EmbeddingProjection(backbone))
        } else {
            head = Qwen3Head(Linear(configuration.hiddenSize, configuration.vocabularySize, bias: false))
            try head.load(from: store, dtype: dtype, ignoring: { $0 != Qwen3Head.weightName })
        }
        if quantization == .q8 { try head.quantizeToInt8(ranges: ranges) }
        fastStep = Qwen3Step(configuration)
    }

    /// The memory that the weights of a model take.
    ///
    /// - Parameters:
    ///   - configuration: its sizes.
    ///   - weights: its tensors.
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept.
    public nonisolated static func footprint(
        _ configuration: Qwen3Configuration, weights: WeightStore, dtype: DType,
        quantization: LoadOptions.Quantization
    ) -> WeightFootprint {
        let all = weights.footprint(dtype: dtype, quantization: quantization)
        guard quantization == .q8 else { return all }
        let head = configuration.vocabularySize * configuration.hiddenSize
        // An embedding table stays beside the output projection that is made of it; another is let go of.
        return configuration.tiesEmbeddings
            ? all + WeightFootprint(bytes: head, transientBytes: head)
            : WeightFootprint(bytes: all.bytes - head * (dtype.size - 1), transientBytes: head * (dtype.size + 1))
                + WeightFootprint(transientBytes: all.transientBytes)
    }

    /// The layers without the output projection as a tree of modules, in which projections can be replaced.
    package var modules: Module { backbone }

    /// The module that holds the output projection as `lm_head`, which can be replaced.
    package var output: Module { head }

    /// Whether the large weights are kept in 8 bits.
    public var hasInt8Layers: Bool { backbone.hasInt8Layers }

    /// Bytes of the weights that are read for one token.
    ///
    /// - Parameter ids: the token ids whose logits are computed; `nil` for all.
    public func bytesPerToken(ids: Range<Int>? = nil) -> Int {
        let layers = backbone.parameters().flattened().filter { !$0.0.hasPrefix("embed_tokens") }
        return layers.reduce(0) { $0 + $1.1.nbytes } + head.byteCount(ids)
    }

    /// Runs prompts, each from its first token.
    ///
    /// - Parameters:
    ///   - prompts: token ids below the vocabulary's size; none may be empty.
    ///   - reserving: how many tokens are expected to follow.
    /// - Returns: the state of each prompt's last token after the final normalisation, `[B, hidden]`, and the cache from
    ///   which ``step(_:_:)`` goes on.
    /// - Throws: ``MusicError`` with code `invalidRequest` for ids that don't exist and sequences that are too long;
    ///   `CancellationError`.
    public func prefill(_ prompts: [[Int]], reserving: Int = 0) throws -> (hidden: MLXArray, cache: KVCache) {
        var prefill = try Qwen3Prefill(self, prompts, reserving: reserving)
        while try prefill.next() {}
        return (prefill.hidden, prefill.cache)
    }

    /// Runs the tokens that follow.
    ///
    /// - Parameters:
    ///   - tokens: as many for each sequence of the cache.
    ///   - cache: is extended by them.
    /// - Returns: the state of each sequence's last token after the final normalisation, `[B, hidden]`.
    /// - Throws: as ``prefill(_:reserving:)`` does.
    public func step(_ tokens: [[Int]], _ cache: KVCache) throws -> MLXArray {
        let count = tokens.first?.count ?? 0
        guard tokens.count == cache.batchSize, count > 0, tokens.allSatisfy({ $0.count == count }) else {
            throw MusicError(.internal, "a step of the language model needs as many tokens for each sequence")
        }
        try checkRoom(for: tokens, after: cache.length)
        if count == 1, cache.length > 0, let fastStep, let weights = fastStep.weights(of: backbone) {
            try Task.checkCancellation()
            let embeddings = backbone.embedding(MLXArray(tokens.map { Int32($0[0]) }, [tokens.count, 1]))
            let hidden = fastStep(embeddings, weights, cache)
            return backbone.norm(hidden)[0..., 0, 0...]
        }
        var last = MLXArray(0)
        for begin in stride(from: 0, to: count, by: Self.stretch) {
            let end = min(count, begin + Self.stretch)
            last = try run(tokens.map { $0[begin..<end] }, cache)
            if end < count { try checkedEval(cache.state) }
        }
        return last
    }

    /// Runs the tokens that follow one sequence, and keeps the state of each.
    ///
    /// - Parameters:
    ///   - tokens: may be none.
    ///   - cache: of one sequence; is extended by them.
    /// - Returns: states after the final normalisation, `[tokens, hidden]`, computed.
    /// - Throws: as ``prefill(_:reserving:)`` does.
    public func states(_ tokens: [Int], _ cache: KVCache) throws -> MLXArray {
        guard !tokens.isEmpty else { return MLXArray.zeros([0, configuration.hiddenSize], dtype: dtype) }
        try checkRoom(for: [tokens], after: cache.length)
        var states: [MLXArray] = []
        for begin in stride(from: 0, to: tokens.count, by: Self.stretch) {
            try Task.checkCancellation()
            let ids = tokens[begin..<min(tokens.count, begin + Self.stretch)].map(Int32.init)
            states.append(backbone(MLXArray(ids, [1, ids.count]), cache)[0])
            try checkedEval(cache.state + [states[states.count - 1]])
        }
        return concatenated(states, axis: 0)
    }

    /// Runs tokens, as many of each sequence, as one stretch.
    ///
    /// - Returns: the state of each sequence's last token after the final normalisation, `[B, hidden]`, uncomputed.
    func run(_ tokens: [ArraySlice<Int>], _ cache: KVCache) throws -> MLXArray {
        try Task.checkCancellation()
        let ids = tokens.joined().map(Int32.init)
        return backbone(MLXArray(ids, [tokens.count, ids.count / tokens.count]), cache)[0..., -1, 0...]
    }

    /// Makes sure that tokens exist and fit behind those of a cache.
    func checkRoom(for tokens: [[Int]], after length: Int) throws {
        let count = length + (tokens.first?.count ?? 0)
        guard count <= configuration.maximumPositions else {
            throw MusicError(
                .invalidRequest,
                "The language model's context holds \(configuration.maximumPositions) tokens, "
                    + "and \(count) are needed",
                advice: "shorten the lyrics or the duration")
        }
        if let id = tokens.joined().first(where: { !(0..<configuration.vocabularySize).contains($0) }) {
            throw MusicError(
                .invalidCheckpoint,
                "Token \(id) is outside the language model's vocabulary of \(configuration.vocabularySize)",
                advice: "tokenizer and weights must come from one checkpoint")
        }
    }

    /// Scores of the token that comes next.
    ///
    /// - Parameters:
    ///   - hidden: `[B, hidden]`, from ``prefill(_:reserving:)`` or ``step(_:_:)``.
    ///   - ids: the token ids to score; `nil` for all.
    /// - Returns: float32 `[B, ids]`, computed.
    /// - Throws: ``MusicError``.
    public func logits(_ hidden: MLXArray, ids: Range<Int>? = nil) throws -> MLXArray {
        let ids = ids ?? 0..<configuration.vocabularySize
        let logits = head(hidden, ids).asType(.float32)
        try checkedEval([logits])
        return logits
    }
}
