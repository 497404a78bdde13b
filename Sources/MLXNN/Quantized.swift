import MLX

/// A layer that has a counterpart with packed weights.
public protocol Quantizable {
    /// The counterpart, which must conform to ``Quantized``.
    ///
    /// - Parameters:
    ///   - groupSize: how many weights share a scale.
    ///   - bits: bits of a weight.
    ///   - mode: how weights are encoded.
    func toQuantized(groupSize: Int, bits: Int, mode: QuantizationMode) -> Module
}

/// A layer with packed weights.
public protocol Quantized: Module {
    /// How many weights share a scale.
    var groupSize: Int { get }
    /// Bits of a weight.
    var bits: Int { get }
    /// How weights are encoded.
    var mode: QuantizationMode { get }
}

/// The quantized counterpart of one layer.
///
/// - Parameters:
///   - layer: any module.
///   - groupSize: how many weights share a scale.
///   - bits: bits of a weight.
///   - mode: how weights are encoded.
/// - Returns: nil if the layer has no counterpart or is already quantized.
public func quantizeSingle(
    layer: Module, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine
) -> (any Quantized)? {
    if layer is any Quantized { return nil }
    return (layer as? any Quantizable)?.toQuantized(groupSize: groupSize, bits: bits, mode: mode) as? any Quantized
}

/// Replaces layers of a model by their quantized counterparts.
///
/// The layers must stand in ``ModuleInfo`` properties, or in arrays or dictionaries in such. Of a list of blocks, those
/// from the first on must hold a layer that is concerned; of a list of layers the first and the last must be concerned,
/// since what follows the last is cut off: see ``Module/update(modules:verify:path:modulePath:)``.
///
/// - Parameters:
///   - model: the model to change.
///   - groupSize: how many weights share a scale; it divides the input dimensions of every layer concerned.
///   - bits: bits of a weight.
///   - mode: how weights are encoded.
///   - filter: tells from its key and the layer itself whether a layer is concerned.
///   - apply: makes the counterpart; nil leaves the layer as it is.
public func quantize(
    model: Module, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine,
    filter: (String, Module) -> Bool = { _, _ in true },
    apply: (Module, Int, Int, QuantizationMode) -> Module? = quantizeSingle(layer:groupSize:bits:mode:)
) {
    quantize(model: model, filter: { filter($0, $1) ? (groupSize, bits, mode) : nil }, apply: apply)
}

/// Replaces layers of a model by their quantized counterparts, with settings for each layer.
///
/// The layers must stand in ``ModuleInfo`` properties, or in arrays or dictionaries in such. Of a list of blocks, those
/// from the first on must hold a layer that is concerned; of a list of layers the first and the last must be concerned,
/// since what follows the last is cut off: see ``Module/update(modules:verify:path:modulePath:)``.
///
/// - Parameters:
///   - model: the model to change.
///   - filter: the settings for a layer, from its key and the layer itself; nil leaves the layer as it is.
///   - apply: makes the counterpart; nil leaves the layer as it is.
public func quantize(
    model: Module, filter: (String, Module) -> (groupSize: Int, bits: Int, mode: QuantizationMode)?,
    apply: (Module, Int, Int, QuantizationMode) -> Module? = quantizeSingle(layer:groupSize:bits:mode:)
) {
    var replacements = [(String, Module)]()
    for (key, layer) in model.leafModules().flattened() {
        guard let (groupSize, bits, mode) = filter(key, layer) else { continue }
        if let replacement = apply(layer, groupSize, bits, mode) {
            replacements.append((key, replacement))
        }
    }
    model.update(modules: ModuleChildren.unflattened(replacements))
}

/// An ``Embedding`` with a packed table.
open class QuantizedEmbedding: Embedding, Quantized {
    public let groupSize: Int
    public let bits: Int
    public let mode: QuantizationMode
    /// One per group, (embedding count, dimensions / group size).
    public let scales: MLXArray
    /// One per group, (embedding count, dimensions / group size), in affine mode.
    public let biases: MLXArray?

    open override var shape: (Int, Int) {
        let (embeddingCount, words) = super.shape
        return (embeddingCount, words * 32 / bits)
    }

    /// Packs a random table; see ``Embedding/init(embeddingCount:dimensions:)``.
    public convenience init(
        embeddingCount: Int, dimensions: Int, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine
    ) {
        self.init(
            Embedding(embeddingCount: embeddingCount, dimensions: dimensions), groupSize: groupSize, bits: bits,
            mode: mode)
    }

    /// Packs the table of a layer.
    public convenience init(
        _ other: Embedding, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine
    ) {
        self.init(weight: other.weight, groupSize: groupSize, bits: bits, mode: mode)
    }

    /// Packs a table.
    ///
    /// - Parameters:
    ///   - weight: table, (embedding count, dimensions).
    ///   - groupSize: how many values share a scale; it divides the dimensions.
    ///   - bits: bits of a value.
    ///   - mode: how values are encoded.
    public init(weight: MLXArray, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine) {
        self.groupSize = groupSize
        self.bits = bits
        self.mode = mode
        let packed = MLX.quantized(weight, groupSize: groupSize, bits: bits, mode: mode)
        scales = packed.scales
        biases = packed.biases
        super.init(weight: packed.wq)
        freeze()
    }

    /// Makes a layer of a packed table.
    ///
    /// - Parameters:
    ///   - weight: packed table, (embedding count, dimensions · bits / 32).
    ///   - scales: one per group.
    ///   - biases: one per group, in affine mode.
    ///   - groupSize: how many values share a scale.
    ///   - bits: bits of a value.
    ///   - mode: how values are encoded.
    public init(
        weight: MLXArray, scales: MLXArray, biases: MLXArray?, groupSize: Int, bits: Int,
        mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        self.mode = mode
        self.scales = scales
        self.biases = biases
        super.init(weight: weight)
    }

    /// The vectors of the integers `x`, unpacked: shape (...) becomes (..., dimensions).
    open override func callAsFunction(_ x: MLXArray) -> MLXArray {
        let indices = x.flattened()
        let vectors = dequantized(
            weight[indices], scales: scales[indices], biases: biases.map { $0[indices] }, groupSize: groupSize,
            bits: bits, mode: mode)
        return vectors.reshaped(x.shape + [-1])
    }

    open override func asLinear(_ x: MLXArray) -> MLXArray {
        quantizedMM(
            x, weight, scales: scales, biases: biases, transpose: true, groupSize: groupSize, bits: bits, mode: mode)
    }
}

/// A ``Linear`` with a packed matrix.
///
/// Its parameters are frozen: gradients go through it to its input only.
open class QuantizedLinear: Linear, Quantized {
    public let groupSize: Int
    public let bits: Int
    public let mode: QuantizationMode
    /// One per group, (output dimensions, input dimensions / group size).
    public let scales: MLXArray
    /// One per group, (output dimensions, input dimensions / group size), in affine mode.
    public let biases: MLXArray?

    open override var shape: (Int, Int) {
        let (output, words) = super.shape
        return (output, words * 32 / bits)
    }

    /// Packs a random matrix, uniform in ±1/√(input dimensions); the offset is 0.
    public convenience init(
        _ inputDimensions: Int, _ outputDimensions: Int, bias: Bool = true, groupSize: Int = 64, bits: Int = 4,
        mode: QuantizationMode = .affine
    ) {
        self.init(
            weight: Linear(inputDimensions, outputDimensions, bias: false).weight,
            bias: bias ? MLX.zeros([outputDimensions]) : nil, groupSize: groupSize, bits: bits, mode: mode)
    }

    /// Packs the matrix of a layer.
    public convenience init(
        _ other: Linear, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine
    ) {
        self.init(weight: other.weight, bias: other.bias, groupSize: groupSize, bits: bits, mode: mode)
    }

    /// Packs a matrix.
    ///
    /// - Parameters:
    ///   - weight: matrix, (output dimensions, input dimensions).
    ///   - bias: offset, (output dimensions), or nil; it is not packed.
    ///   - groupSize: how many weights share a scale; it divides the input dimensions.
    ///   - bits: bits of a weight.
    ///   - mode: how weights are encoded.
    public init(
        weight: MLXArray, bias: MLXArray?, groupSize: Int = 64, bits: Int = 4, mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        self.mode = mode
        let packed = MLX.quantized(weight, groupSize: groupSize, bits: bits, mode: mode)
        scales = packed.scales
        biases = packed.biases
        super.init(weight: packed.wq, bias: bias)
        freeze()
    }

    /// Makes a layer of a packed matrix.
    ///
    /// - Parameters:
    ///   - weight: packed matrix, (output dimensions, input dimensions · bits / 32).
    ///   - bias: offset, (output dimensions), or nil.
    ///   - scales: one per group.
    ///   - biases: one per group, in affine mode.
    ///   - groupSize: how many weights share a scale.
    ///   - bits: bits of a weight.
    ///   - mode: how weights are encoded.
    public init(
        weight: MLXArray, bias: MLXArray? = nil, scales: MLXArray, biases: MLXArray?, groupSize: Int, bits: Int,
        mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        self.mode = mode
        self.scales = scales
        self.biases = biases
        super.init(weight: weight, bias: bias)
    }

    /// Unfreezes what the layer holds, but not its own parameters.
    open override func unfreeze(recursive: Bool = true, keys: [String]? = nil, strict: Bool = false) throws {
        try super.unfreeze(recursive: recursive, keys: keys, strict: strict)
        freeze(recursive: false)
    }

    open override func callAsFunction(_ x: MLXArray) -> MLXArray {
        let y = quantizedMM(
            x, weight, scales: scales, biases: biases, transpose: true, groupSize: groupSize, bits: bits, mode: mode)
        return bias.map { y + $0 } ?? y
    }
}
