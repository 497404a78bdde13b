import MLX

/// What an adapter adds to the weight of one projection at full strength, in the form that is cheapest to apply.
///
/// All arrays are float32. `W` is `[outputs, width]`, as the layer has it here.
struct AdapterDelta {
    enum Form {
        /// `up · down`: `[outputs, rank]` and `[rank, width]`.
        case lowRank(up: MLXArray, down: MLXArray)
        /// `kron(first, second)`: `[a, c]` and `[b, d]` with `a b = outputs` and `c d = width`.
        case kronecker(first: MLXArray, second: MLXArray)
        /// The change itself.
        case dense(MLXArray)
        /// Nothing, where there is a bias alone.
        case none
    }

    var form: Form
    /// Added to the bias, `[outputs]`.
    var bias: MLXArray?
    /// Factors `m / ‖W + Δ‖` of DoRA, `[outputs]`: the adapted weight is `gain ∘ (W + Δ)`.
    var gain: MLXArray?

    /// Reads a module's tensors.
    ///
    /// - Parameters:
    ///   - module: checked by its shapes.
    ///   - layer: the projection as the model has it.
    /// - Throws: `MusicError` with code `unreadableInput`.
    @MLXActor
    init(_ module: AdapterModule, onto layer: any LinearLayer) throws {
        let factor = try module.factor()
        form = try Self.form(module, factor, layer)
        bias = try Self.bias(module, factor, layer)
        if module.hasMagnitude {
            let magnitude = try module.array(.magnitude)
            let target = module.target
            let weight = layer.denseWeight().asType(.float32)
            let adapted = weight + Self.dense(form, weight.shape)
            let rows = target.outputs
            if [[rows], [rows, 1], [rows, 1, 1], [1, rows, 1]].contains(magnitude.shape) {
                gain = magnitude.reshaped(-1) / (Self.norm(adapted, axis: 1) + Self.epsilon)
            } else {
                // Norms of columns: of each input, over outputs and, in a convolution, positions.
                let columns = adapted.reshaped(target.outputs * target.kernel, target.inputs)
                let factors = magnitude.reshaped(-1) / (Self.norm(columns, axis: 0) + Self.epsilon)
                let whole = tiled(factors, repetitions: [target.kernel])
                form = .dense(adapted * whole - weight)
            }
        }
        let arrays = self.arrays
        try evaluating("reading \(module.file.label)") { eval(arrays) }
    }

    /// That of PyTorch's float32, which LyCORIS adds to norms.
    private static let epsilon: Float = 1.192_092_9e-7

    private static func norm(_ matrix: MLXArray, axis: Int) -> MLXArray {
        sqrt((matrix * matrix).sum(axis: axis))
    }

    // MARK: Forms

    @MLXActor
    private static func form(_ module: AdapterModule, _ factor: Float, _ layer: any LinearLayer) throws -> Form {
        let target = module.target
        switch module.kind {
        case .lora:
            if module.parts[.mid] != nil {
                let up = try module.array(.up).reshaped(target.outputs, -1).T
                let down = try module.array(.down)
                return .dense(
                    target.joined(tucker(try module.array(.mid), up, down.reshaped(down.dim(0), -1))) * factor)
            }
            let up = try module.array(.up).reshaped(target.outputs, -1) * factor
            return cheapest(.lowRank(up: up, down: target.joined(try module.array(.down))), target)
        case .loha: return try hadamard(module, factor)
        case .lokr: return try kronecker(module, factor)
        case .full:
            if module.parts[.change] != nil { return .dense(target.joined(try module.array(.change))) }
            guard module.parts[.weight] != nil else { return .none }
            return .dense(target.joined(try module.array(.weight)) - layer.denseWeight().asType(.float32))
        }
    }

    /// `(A₁B₁) ∘ (A₂B₂)`, whose rank is at most the product of both ranks.
    @MLXActor
    private static func hadamard(_ module: AdapterModule, _ factor: Float) throws -> Form {
        let target = module.target
        let (firstUp, firstDown) = (try module.array(.hadamardFirstUp), try module.array(.hadamardFirstDown))
        let (secondUp, secondDown) = (try module.array(.hadamardSecondUp), try module.array(.hadamardSecondDown))
        if module.parts[.hadamardFirstTucker] != nil {
            let first = tucker(try module.array(.hadamardFirstTucker), firstUp, firstDown)
            let second = tucker(try module.array(.hadamardSecondTucker), secondUp, secondDown)
            return .dense(target.joined(first * second) * factor)
        }
        let rank = firstUp.dim(1) * secondUp.dim(1)
        guard target.kernel == 1, isCheap(rank: rank, target) else {
            let change = matmul(firstUp, firstDown) * matmul(secondUp, secondDown) * factor
            return .dense(target.joined(change.reshaped(target.fileShape)))
        }
        let up = firstUp.expandedDimensions(axis: 2) * secondUp.expandedDimensions(axis: 1)
        let down = firstDown.expandedDimensions(axis: 1) * secondDown.expandedDimensions(axis: 0)
        return .lowRank(
            up: up.reshaped(target.outputs, rank) * factor, down: down.reshaped(rank, target.inputs))
    }

    @MLXActor
    private static func kronecker(_ module: AdapterModule, _ factor: Float) throws -> Form {
        let target = module.target
        func matrix(_ whole: AdapterPart, _ up: AdapterPart, _ down: AdapterPart) throws -> MLXArray {
            module.parts[whole] != nil
                ? try module.array(whole) : matmul(try module.array(up), try module.array(down))
        }
        let first = try matrix(.kroneckerFirst, .kroneckerFirstUp, .kroneckerFirstDown) * factor
        let second =
            module.parts[.kroneckerTucker] == nil
            ? try matrix(.kroneckerSecond, .kroneckerSecondUp, .kroneckerSecondDown)
            : tucker(
                try module.array(.kroneckerTucker), try module.array(.kroneckerSecondUp),
                try module.array(.kroneckerSecondDown))
        guard target.kernel == 1 else {
            // The positions belong to the second factor.
            let positions = second.reshaped(second.dim(0), -1, target.kernel)
            let left = first.expandedDimensions(axes: [1, 3, 4])
            return .dense(
                target.joined((left * positions.expandedDimensions(axes: [0, 2])).reshaped(target.fileShape)))
        }
        return cheapest(.kronecker(first: first, second: second), target)
    }

    /// `[out, in, k]` of `core` `[r, r, k]`, `up` `[r, out]` and `down` `[r, in]`: Σ core[i,j,k] up[i,o] down[j,n].
    private static func tucker(_ core: MLXArray, _ up: MLXArray, _ down: MLXArray) -> MLXArray {
        let kernel = core.dim(2)
        // [k, r, r], then both sides by products of matrices.
        let inner = core.transposed(2, 0, 1)
        let made = matmul(matmul(up.T.expandedDimensions(axis: 0), inner), down.expandedDimensions(axis: 0))
        return made.reshaped(kernel, up.dim(1), down.dim(1)).transposed(1, 2, 0)
    }

    // MARK: Cost

    /// Whether two thin products are less work than a whole one.
    private static func isCheap(rank: Int, _ target: AdapterTarget) -> Bool {
        rank * (target.outputs + target.width) < target.outputs * target.width
    }

    /// The form itself, or the change as a whole where that is less work.
    private static func cheapest(_ form: Form, _ target: AdapterTarget) -> Form {
        let isCheap: Bool =
            switch form {
            case .lowRank(_, let down): isCheap(rank: down.dim(0), target)
            case .kronecker(let first, let second):
                // Moving the values about takes as long as the products.
                2 * first.dim(1) * second.dim(0) * (second.dim(1) + first.dim(0)) < target.outputs * target.width
            case .dense, .none: true
            }
        return isCheap ? form : .dense(dense(form, [target.outputs, target.width]))
    }

    /// The change as a whole.
    static func dense(_ form: Form, _ shape: [Int]) -> MLXArray {
        switch form {
        case .lowRank(let up, let down): matmul(up, down)
        case .kronecker(let first, let second):
            (first.expandedDimensions(axes: [1, 3]) * second.expandedDimensions(axes: [0, 2])).reshaped(shape)
        case .dense(let change): change
        case .none: MLXArray.zeros(shape)
        }
    }

    private var arrays: [MLXArray] {
        let own: [MLXArray] =
            switch form {
            case .lowRank(let up, let down): [up, down]
            case .kronecker(let first, let second): [first, second]
            case .dense(let change): [change]
            case .none: []
            }
        return own + [bias, gain].compactMap { $0 }
    }

    /// Bytes that it takes.
    var byteCount: Int { arrays.reduce(0) { $0 + $1.nbytes } }

    @MLXActor
    private static func bias(
        _ module: AdapterModule, _ factor: Float, _ layer: any LinearLayer
    ) throws -> MLXArray? {
        var parts: [MLXArray] = []
        if module.parts[.upBias] != nil { parts.append(try module.array(.upBias) * factor) }
        if module.parts[.biasChange] != nil { parts.append(try module.array(.biasChange)) }
        if module.parts[.bias] != nil, let own = layer.bias {
            parts.append(try module.array(.bias) - own.asType(.float32))
        }
        guard let first = parts.first else { return nil }
        return parts.dropFirst().reduce(first) { $0 + $1 }
    }

    // MARK: The adapted weight

    /// The weight and the bias with the change at a strength, for a checkpoint.
    ///
    /// - Parameters:
    ///   - weight: float32 `[outputs, width]`.
    ///   - scale: strength.
    /// - Returns: float32 `[outputs, width]`.
    func merged(into weight: MLXArray, scale: Float) -> MLXArray {
        let change = Self.dense(form, weight.shape)
        guard let gain else { return weight + change * scale }
        return weight + ((weight + change) * gain.expandedDimensions(axis: 1) - weight) * scale
    }
}
