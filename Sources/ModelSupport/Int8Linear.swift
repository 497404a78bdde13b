import MLX
import MLXNN
import MusicCore

/// A linear layer with weights in 8 bits, one scale per output.
///
/// Activations are rounded to 8 bits as they come, with one scale per row, where the processor multiplies integers of
/// 8 bits; elsewhere the weights are widened. Its parameters are frozen: gradients go through it to its input only.
public final class Int8Linear: Module, LinearLayer {
    /// The integers in the order in which ``FusedOps/int8Linear(_:packed:scales:bias:)`` reads them.
    public let packed: MLXArray
    /// One per output, float32 `[outputs]`.
    public let scales: MLXArray
    /// `[outputs]`, or `nil`.
    public let bias: MLXArray?
    public let inputDimensions: Int

    public var outputDimensions: Int { scales.dim(0) }
    public var dtype: DType { .float32 }

    /// - Parameters:
    ///   - integers: `[outputs, inputs]`, int8.
    ///   - scales: `[outputs]`, float32.
    ///   - bias: `[outputs]`, or `nil`.
    public init(integers: MLXArray, scales: MLXArray, bias: MLXArray? = nil) {
        packed = FusedOps.int8Packed(integers)
        self.scales = scales
        self.bias = bias
        inputDimensions = integers.dim(1)
        super.init()
        freeze()
    }

    /// Rounds a matrix to 8 bits.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs]`, any floating-point format.
    ///   - bias: `[outputs]`, or `nil`.
    public convenience init(weight: MLXArray, bias: MLXArray? = nil) {
        let (integers, scales) = FusedOps.int8(weight)
        self.init(integers: integers, scales: scales, bias: bias)
    }

    /// Maps `[..., inputs]` to `[..., outputs]` in the number format of the input.
    public func callAsFunction(_ x: MLXArray) -> MLXArray {
        FusedOps.int8Linear(x, packed: packed, scales: scales, bias: bias)
    }

    /// The weight as the layer applies it, float32 `[outputs, inputs]`.
    public func denseWeight() -> MLXArray {
        // What a row of the unit matrix becomes is a column of the weight; its entries 0 and 1 are exact in 8 bits.
        FusedOps.int8Linear(MLXArray.eye(inputDimensions), packed: packed, scales: scales, bias: nil).T
    }

    /// Unfreezes nothing: integers have no gradients.
    public override func unfreeze(recursive: Bool = true, keys: [String]? = nil, strict: Bool = false) throws {
        try super.unfreeze(recursive: recursive, keys: keys, strict: strict)
        freeze(recursive: false)
    }

    public override func describeExtra(_ indent: Int) -> String {
        "(inputDimensions=\(inputDimensions), outputDimensions=\(outputDimensions), bias=\(bias != nil))"
    }
}

/// Which layers are kept in 8 bits: the large products of attention and feed-forward layers.
///
/// Embeddings, projections at the ends and what the flow time goes through are small, and hurt more.
public enum Int8Layers {
    private static let names: Set<String> = [
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
        // Diffusers' names.
        "to_q", "to_k", "to_v", "to_out",
    ]

    /// Whether a layer is one of these, by its path: `layers.3.self_attn.q_proj`.
    public static func contains(_ path: some StringProtocol) -> Bool {
        var parts = path.split(separator: ".")
        // to_out is a list of one layer and a dropout.
        if parts.last == "0" { parts.removeLast() }
        return parts.last.map { names.contains(String($0)) } ?? false
    }

    /// Whether the weight of such a layer has this name: `layers.3.self_attn.q_proj.weight`.
    public static func containsWeight(_ name: String) -> Bool {
        let suffix = ".weight"
        return name.hasSuffix(suffix) && contains(name.dropLast(suffix.count))
    }
}

extension Module {
    /// Whether there are layers in 8 bits.
    package var hasInt8Layers: Bool { modules().contains { $0 is Int8Linear } }
}
