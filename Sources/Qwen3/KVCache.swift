import MLX
import ModelSupport

/// Keys and values of the tokens that a causal model has seen, for a batch of sequences of different lengths.
///
/// Sequences end in the same column: shorter ones begin later, and the columns before their beginning are hidden. Room
/// is made in blocks, so that a token is written in place and not beside a copy of all others.
@MLXActor
public final class KVCache {
    /// Columns by which the room grows.
    private static let block = 256

    /// Number of columns in use: the length of the longest sequence.
    public private(set) var length = 0
    /// How many columns before the beginning of each sequence are empty.
    public private(set) var padding: [Int]
    /// Number of sequences.
    public var batchSize: Int { padding.count }

    private var keys: [MLXArray] = []
    private var values: [MLXArray] = []
    private var capacity = 0
    /// Room that is made at once when the first tokens come.
    private let reserved: Int

    /// - Parameters:
    ///   - padding: for each sequence, how many columns of the first pass are before its first token.
    ///   - reserving: number of columns that are expected in all.
    public init(padding: [Int], reserving: Int = 0) {
        self.padding = padding
        reserved = reserving
    }

    private init(_ other: KVCache, padding: [Int]) {
        self.padding = padding
        reserved = other.reserved
        length = other.length
        capacity = other.capacity
    }

    /// The cache of a batch made of sequences of this one.
    ///
    /// - Parameter rows: for each new sequence, the index of the old one that it goes on from; each may be used often.
    public func selecting(_ rows: [Int]) -> KVCache {
        let result = KVCache(self, padding: rows.map { padding[$0] })
        let indices = MLXArray(rows.map(Int32.init))
        result.keys = keys.map { take($0, indices, axis: 0) }
        result.values = values.map { take($0, indices, axis: 0) }
        eval(result.keys + result.values)
        return result
    }

    /// What has to be computed so that the cache holds its columns.
    var state: [MLXArray] { keys + values }

    /// Bytes of keys and values, with the room that is not in use yet.
    public var byteCount: Int { state.reduce(0) { $0 + $1.nbytes } }

    /// Appends the keys and values of one layer, and returns those of all columns.
    ///
    /// - Parameters:
    ///   - newKeys: `[B, key heads, L, head]`.
    ///   - newValues: likewise.
    ///   - layer: layers are appended in order from 0, for each stretch of tokens.
    func append(keys newKeys: MLXArray, values newValues: MLXArray, layer: Int) -> (MLXArray, MLXArray) {
        let end = length + newKeys.dim(2)
        makeRoom(for: newKeys.dim(2), layer: layer, like: newKeys)
        keys[layer][0..., 0..., length..<end, 0...] = newKeys
        values[layer][0..., 0..., length..<end, 0...] = newValues
        return (keys[layer][0..., 0..., 0..<end, 0...], values[layer][0..., 0..., 0..<end, 0...])
    }

    /// Makes room for tokens.
    private func makeRoom(for count: Int, layer: Int, like new: MLXArray) {
        let end = length + count
        if layer == 0, end > capacity { capacity = (max(end, reserved) + Self.block - 1) / Self.block * Self.block }
        if layer == keys.count {
            let shape = [new.dim(0), new.dim(1), capacity, new.dim(3)]
            keys.append(MLXArray.zeros(shape, dtype: new.dtype))
            values.append(MLXArray.zeros(shape, dtype: new.dtype))
        } else if keys[layer].dim(2) < capacity {
            var shape = keys[layer].shape
            shape[2] = capacity - shape[2]
            let room = MLXArray.zeros(shape, dtype: keys[layer].dtype)
            keys[layer] = concatenated([keys[layer], room], axis: 2)
            values[layer] = concatenated([values[layer], room], axis: 2)
        }
    }

    /// Runs a layer that extends the keys and values itself by one column.
    ///
    /// - Parameter body: takes the layer's keys and values, and returns a result beside the new ones.
    func extend(
        layer: Int, _ body: (_ keys: MLXArray, _ values: MLXArray) -> (MLXArray, keys: MLXArray, values: MLXArray)
    ) -> MLXArray {
        makeRoom(for: 1, layer: layer, like: keys[layer])
        let (result, newKeys, newValues) = body(keys[layer], values[layer])
        keys[layer] = newKeys
        values[layer] = newValues
        return result
    }

    /// Tells that all layers have appended a stretch.
    func advance(by count: Int) { length += count }

    /// The position of each sequence's token in the next column; negative where there is no token yet.
    var positions: MLXArray { MLXArray(padding.map { Int32(length - $0) }) }

    /// Which columns the next tokens see.
    ///
    /// - Parameter count: number of tokens of each sequence.
    func mask(for count: Int) -> MLXFast.ScaledDotProductAttentionMaskMode {
        guard padding.contains(where: { $0 > 0 }) else { return count == 1 ? .none : .causal }
        let columns = MLXArray(Int32(0)..<Int32(length + count)).reshaped(1, 1, 1, -1)
        let rows = MLXArray(Int32(length)..<Int32(length + count)).reshaped(1, 1, -1, 1)
        let begins = MLXArray(padding.map(Int32.init)).reshaped(-1, 1, 1, 1)
        // An empty column sees itself, so that nothing undefined is computed for it.
        return .array((columns .<= rows) .&& ((columns .>= begins) .|| (columns .== rows)))
    }
}
