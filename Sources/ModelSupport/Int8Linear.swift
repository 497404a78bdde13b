import MLX
import MLXNN
import MusicCore

/// A linear layer with weights in 8 bits, one scale per output.
///
/// Activations are rounded to 8 bits as they come, with one scale per row, where the processor multiplies integers of
/// 8 bits; elsewhere the weights are widened.
public final class Int8Linear: Linear {
    /// One per output, float32.
    public let scales: MLXArray
    private let inputDimensions: Int

    /// - Parameters:
    ///   - integers: `[outputs, inputs]`, int8.
    ///   - scales: `[outputs]`, float32.
    ///   - bias: `[outputs]`, or `nil`.
    public init(integers: MLXArray, scales: MLXArray, bias: MLXArray?) {
        self.scales = scales
        inputDimensions = integers.dim(1)
        super.init(weight: FusedOps.int8Packed(integers), bias: bias)
    }

    /// The layer in 8 bits.
    public convenience init(_ linear: Linear) {
        let (integers, scales) = FusedOps.int8(linear.weight)
        self.init(integers: integers, scales: scales, bias: linear.bias)
    }

    public override var shape: (Int, Int) { (scales.dim(0), inputDimensions) }

    /// Maps `[..., inputs]` to `[..., outputs]`.
    public override func callAsFunction(_ x: MLXArray) -> MLXArray {
        FusedOps.int8Linear(x, packed: weight, scales: scales, bias: bias)
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
}

/// A weight as it is stored in 8 bits.
struct Int8Weight {
    /// Path of the parameter.
    let path: String
    /// `[outputs, inputs]`, int8.
    let integers: MLXArray
    /// `[outputs]`.
    let scales: MLXArray
}

extension WeightStore {
    /// Whether a tensor is a weight in 8 bits with scales beside it.
    func isInt8(_ name: String) -> Bool {
        tensors[name]?.dtype == .int8 && tensors[Self.scalesName(name)] != nil
    }

    /// The name of the scales of a weight in 8 bits.
    package static func scalesName(_ name: String) -> String { "\(name)_scale" }
}

extension Module {
    /// Replaces the linear layers of ``Int8Layers`` by ``Int8Linear``.
    ///
    /// They are replaced one by one, so that the memory of each is free before the next.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory`, or `CancellationError` between two layers.
    @MLXActor
    public func quantizeToInt8() throws {
        for (path, module) in leafModules().flattened() where Int8Layers.contains(path) {
            guard let linear = module as? Linear, !(linear is Int8Linear) else { continue }
            try Task.checkCancellation()
            let layer = try evaluating("quantizing \(path)") {
                let layer = Int8Linear(linear)
                eval(layer)
                return layer
            }
            try replaceModule(at: path, by: layer)
        }
    }

    /// Whether there are layers in 8 bits.
    package var hasInt8Layers: Bool { leafModules().flattened().contains { $0.1 is Int8Linear } }

    /// Paths of the weights of linear layers.
    var linearWeightPaths: Set<String> {
        Set(leafModules().flattened().compactMap { $0.1 is Linear ? "\($0.0).weight" : nil })
    }

    /// Puts layers in 8 bits into their places.
    func replaceLinears(by weights: [Int8Weight]) throws {
        guard !weights.isEmpty else { return }
        let linears = Dictionary(uniqueKeysWithValues: leafModules().flattened().map { ("\($0.0).weight", $0) })
        for weight in weights {
            guard let (path, module) = linears[weight.path], let linear = module as? Linear else {
                throw MusicError(.internal, "\(weight.path) is no linear layer")
            }
            let layer = Int8Linear(integers: weight.integers, scales: weight.scales, bias: linear.bias)
            eval(layer.weight)
            try replaceModule(at: path, by: layer)
        }
    }
}
