import MLX
import MLXNN

/// A projection beside which adapters work: what its own layer gives, and what they add.
///
/// The layer itself stays as it is, in whatever format it keeps its weights, and may stand in other networks too. With
/// `gain` = 1 + Σ s (g - 1) over the adapters of the kind DoRA, the sum of the others being Δ,
/// `y = gain ∘ (W x) + Δ x + bias`.
final class AdaptedLinear: Module, LinearLayer {
    @ModuleInfo(key: "base_layer") private var inner: any LinearLayer
    /// `[rank, width]` and `[outputs, rank]`, of all adapters together.
    private let down: MLXArray?
    private let up: MLXArray?
    /// Products of Kronecker, each with a factor on the rows of its result.
    private let kroneckers: [Kronecker]
    /// `[outputs, width]`.
    private let dense: MLXArray?
    /// `[outputs]`.
    private let gain: MLXArray?
    /// Added to the result, `[outputs]`.
    private let offset: MLXArray?

    /// - Parameters:
    ///   - layer: the projection as the model has it.
    ///   - changes: what the adapters change, each with its strength; not empty.
    init(_ layer: any LinearLayer, _ changes: [(delta: AdapterDelta, scale: Float)]) {
        let dtype = layer.dtype
        var ups: [MLXArray] = []
        var downs: [MLXArray] = []
        var kroneckers: [Kronecker] = []
        var dense: MLXArray?
        var gain: MLXArray?
        var offset: MLXArray?
        for (delta, scale) in changes {
            let rows = delta.gain.map { $0 * scale }
            if let own = delta.gain { gain = (gain ?? MLXArray(Float(1))) + (own - 1) * scale }
            func scaled(_ matrix: MLXArray) -> MLXArray {
                rows.map { matrix * $0.expandedDimensions(axis: 1) } ?? matrix * scale
            }
            switch delta.form {
            case .lowRank(let up, let down):
                ups.append(scaled(up))
                downs.append(down)
            case .kronecker(let first, let second):
                kroneckers.append(
                    Kronecker(
                        first: (rows == nil ? first * scale : first).asType(dtype), second: second.asType(dtype),
                        rows: rows?.asType(dtype)))
            case .dense(let change): dense = dense.map { $0 + scaled(change) } ?? scaled(change)
            case .none: break
            }
            if let bias = delta.bias { offset = offset.map { $0 + bias * scale } ?? bias * scale }
        }
        // The layer's own bias has no part in the factors on rows.
        if let gain, let bias = layer.bias {
            let kept = bias.asType(.float32) * (1 - gain)
            offset = offset.map { $0 + kept } ?? kept
        }
        up = ups.isEmpty ? nil : concatenated(ups, axis: 1).asType(dtype)
        down = downs.isEmpty ? nil : concatenated(downs, axis: 0).asType(dtype)
        self.kroneckers = kroneckers
        self.gain = gain?.asType(dtype)
        self.offset = offset?.asType(dtype)
        var held = layer
        if let change = dense, dtype == .float32, gain == nil, let linear = layer as? Linear, layer.plainWeight != nil {
            // One product of the sum in place of two; in fewer bits the sum would lose what is small.
            held = Linear(weight: linear.weight + change, bias: linear.bias)
            self.dense = nil
        } else {
            self.dense = dense?.asType(dtype)
        }
        super.init()
        _inner.wrappedValue = held
        freeze()
    }

    var base: (any LinearLayer)? { inner }
    var inputDimensions: Int { inner.inputDimensions }
    var outputDimensions: Int { inner.outputDimensions }
    var dtype: DType { inner.dtype }
    var bias: MLXArray? { inner.bias }

    /// What is computed once, before the first use.
    var ownArrays: [MLXArray] {
        [up, down, dense, gain, offset].compactMap { $0 } + kroneckers.flatMap(\.arrays)
            + (inner.plainWeight.map { [$0] } ?? [])
    }

    func denseWeight() -> MLXArray {
        var weight = inner.denseWeight()
        if let gain { weight = weight * gain.expandedDimensions(axis: 1) }
        if let up, let down { weight = weight + matmul(up, down) }
        if let dense { weight = weight + dense }
        return kroneckers.reduce(weight) { $0 + $1.dense(shape: weight.shape) }
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        var y = inner(x)
        if let gain { y = y * gain }
        if let up, let down { y = addMM(y, matmul(x, down.T), up.T) }
        if let dense { y = addMM(y, x, dense.T) }
        for kronecker in kroneckers { y = y + kronecker(x) }
        if let offset { y = y + offset }
        return y
    }
}

/// `kron(first, second) x` without the product of the two.
struct Kronecker {
    /// `[a, c]`.
    let first: MLXArray
    /// `[b, d]`.
    let second: MLXArray
    /// On the rows of the result, `[a b]`; `nil` for 1.
    let rows: MLXArray?

    var arrays: [MLXArray] { [first, second] + [rows].compactMap { $0 } }

    /// `[..., c d]` to `[..., a b]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let (a, c) = first.shape2
        let (b, d) = second.shape2
        let leading = Array(x.shape.dropLast())
        let tokens = leading.reduce(1, *)
        // All tokens are rows of one product: a small one for each of them would take many times as long.
        let inner = matmul(x.reshaped(tokens * c, d), second.T)
        let turned = inner.reshaped(tokens, c, b).transposed(0, 2, 1).reshaped(tokens * b, c)
        let y = matmul(turned, first.T).reshaped(tokens, b, a).transposed(0, 2, 1).reshaped(leading + [a * b])
        return rows.map { y * $0 } ?? y
    }

    func dense(shape: [Int]) -> MLXArray {
        let whole = (first.expandedDimensions(axes: [1, 3]) * second.expandedDimensions(axes: [0, 2])).reshaped(shape)
        return rows.map { whole * $0.expandedDimensions(axis: 1) } ?? whole
    }
}
