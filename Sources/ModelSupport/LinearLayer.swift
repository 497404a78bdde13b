import MLX
import MLXNN

/// A layer that maps the last axis of its input linearly: `x W^T + b`, whatever it keeps of `W`.
///
/// Networks hold their projections as `any LinearLayer`, and reach weights through the layer alone. So a layer in another
/// format, or one that adds something to the layer that it wraps, can take the place of any of them.
public protocol LinearLayer: UnaryLayer {
    /// Length of the input's last axis.
    var inputDimensions: Int { get }
    /// Length of the result's last axis.
    var outputDimensions: Int { get }
    /// Number format of ``denseWeight()``.
    var dtype: DType { get }
    /// What is added to every product, `[outputs]`; `nil` for nothing.
    var bias: MLXArray? { get }
    /// The layer that this one wraps under the name of a child of its own; `nil` if it holds the weights itself.
    var base: (any LinearLayer)? { get }

    /// `W` as one matrix, `[outputs, inputs]`, computed anew where the layer keeps it otherwise.
    func denseWeight() -> MLXArray
}

extension LinearLayer {
    public var base: (any LinearLayer)? { nil }

    /// The weight of a plain ``MLXNN/Linear``, `[outputs, inputs]`; `nil` for every other layer, which has to be called.
    public var plainWeight: MLXArray? {
        guard let linear = self as? Linear, type(of: linear) == Linear.self else { return nil }
        return linear.weight
    }
}

extension Linear: LinearLayer {
    public var inputDimensions: Int { shape.1 }
    public var outputDimensions: Int { shape.0 }
    public var dtype: DType { (self as? QuantizedLinear)?.scales.dtype ?? weight.dtype }

    public func denseWeight() -> MLXArray {
        guard let layer = self as? QuantizedLinear else { return weight }
        return dequantized(
            layer.weight, scales: layer.scales, biases: layer.biases, groupSize: layer.groupSize, bits: layer.bits,
            mode: layer.mode)
    }
}

/// A projection of a network: what stands in its place, and the layer that holds its weights.
struct LinearPlace {
    /// Path of the place: `layers.3.self_attn.q_proj`.
    let path: String
    /// Path of the layer that holds the weights: the same, or that of the innermost base.
    let basePath: String
    /// The layer that holds the weights.
    let base: any LinearLayer
}

extension Module {
    /// The projections of this module and those below it, each once, also where one layer wraps another.
    var linearPlaces: [LinearPlace] {
        let modules = namedModules()
        let paths = Dictionary(modules.map { (ObjectIdentifier($0.1), $0.0) }, uniquingKeysWith: { first, _ in first })
        let wrapped = Set(
            modules.compactMap { ($0.1 as? any LinearLayer)?.base }.map { ObjectIdentifier($0 as Module) })
        return modules.compactMap { path, module in
            guard let layer = module as? any LinearLayer, !wrapped.contains(ObjectIdentifier(module)) else {
                return nil
            }
            var base = layer
            while let inner = base.base { base = inner }
            return paths[ObjectIdentifier(base as Module)].map { LinearPlace(path: path, basePath: $0, base: base) }
        }
    }

    /// Puts modules into the places of others.
    ///
    /// Lists and dictionaries of modules are handed over whole, as mlx-swift wants them.
    ///
    /// - Parameter replacements: paths, relative to this module, and what to put there.
    /// - Throws: `UpdateError` if a property can't hold its new module.
    package func replaceModules(_ replacements: [(path: String, module: Module)]) throws {
        var modules = Dictionary(namedModules(), uniquingKeysWith: { first, _ in first })
        for (path, module) in replacements {
            modules[path] = module
            let parts = path.split(separator: ".").map(String.init)
            // The property is the last part, or the one before it if that is a list or a dictionary.
            let depth = (0..<parts.count).last { modules[parts[..<$0].joined(separator: ".")] != nil } ?? 0
            let owner = modules[parts[..<depth].joined(separator: ".")] ?? self
            var values = [(parts[depth...].joined(separator: "."), module)]
            if depth < parts.count - 1 {
                let container = parts.dropLast().joined(separator: ".") + "."
                let property = parts[depth..<(parts.count - 1)].joined(separator: ".")
                values = modules.compactMap { path, sibling in
                    let key = path.dropFirst(container.count)
                    guard path.hasPrefix(container), !key.contains(".") else { return nil }
                    return ("\(property).\(key)", sibling)
                }
            }
            try owner.update(modules: ModuleChildren.unflattened(values), verify: .noUnusedKeys)
        }
    }
}
