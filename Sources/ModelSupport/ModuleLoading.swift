import Foundation
import MLX
import MLXNN
import MusicCore

/// How one parameter of a module is made from tensors of a checkpoint.
public struct ParameterSource {
    /// Names of the tensors, in the order in which `build` takes them.
    let names: [String]
    /// The shape that each must have in the file.
    let shapes: [[Int]]
    /// The number format of the parameter, if not that of the model.
    let dtype: DType?
    /// Makes the parameter.
    let build: ([MLXArray]) -> MLXArray

    /// - Parameters:
    ///   - names: names of the tensors.
    ///   - shapes: the shape that each must have in the file.
    ///   - dtype: number format of the parameter; `nil` for the model's.
    ///   - build: makes the parameter from the tensors.
    public init(
        _ names: [String], shapes: [[Int]], dtype: DType? = nil, build: @escaping ([MLXArray]) -> MLXArray
    ) {
        self.names = names
        self.shapes = shapes
        self.dtype = dtype
        self.build = build
    }

    /// A tensor taken as it is.
    public static func same(_ name: String, shape: [Int]) -> ParameterSource {
        ParameterSource([name], shapes: [shape]) { $0[0] }
    }

    /// A tensor whose axes are put in another order.
    ///
    /// - Parameters:
    ///   - shape: shape of the parameter.
    ///   - axes: for each axis of the parameter, the axis of the tensor in the file.
    public static func transposed(_ name: String, shape: [Int], axes: [Int]) -> ParameterSource {
        ParameterSource([name], shapes: [fileShape(shape, axes)]) { $0[0].transposed(axes: axes) }
    }

    /// A convolution weight in weight normalisation: `w = g v / |v|`, the norm taken over all axes but the first,
    /// folded in float32.
    ///
    /// Both of PyTorch's spellings and a plain weight are understood.
    ///
    /// - Parameters:
    ///   - name: name of the weight: `decoder.conv1.weight`.
    ///   - shape: shape of the parameter.
    ///   - axes: for each axis of the parameter, the axis of the tensor in the file.
    public static func weightNormalized(
        _ name: String, shape: [Int], axes: [Int], in store: WeightStore
    ) -> ParameterSource {
        let stem = name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
        let spellings = [
            (g: "\(name)_g", v: "\(name)_v"),
            (g: "\(stem).parametrizations.weight.original0", v: "\(stem).parametrizations.weight.original1"),
        ]
        let inFile = fileShape(shape, axes)
        if store.tensors[name] != nil { return transposed(name, shape: shape, axes: axes) }
        let spelling = spellings.first { store.tensors[$0.v] != nil } ?? spellings[0]
        let magnitude = [inFile[0]] + Array(repeating: 1, count: inFile.count - 1)
        return ParameterSource([spelling.g, spelling.v], shapes: [magnitude, inFile]) { parts in
            foldWeightNorm(magnitude: parts[0], direction: parts[1]).transposed(axes: axes)
        }
    }

    private static func fileShape(_ shape: [Int], _ axes: [Int]) -> [Int] {
        var result = shape
        for (axis, source) in axes.enumerated() { result[source] = shape[axis] }
        return result
    }
}

/// `g v / |v|` in float32, the norm taken over all axes but the first.
///
/// - Parameters:
///   - magnitude: `g`, shape `[d, 1, ...]`.
///   - direction: `v`, shape `[d, ...]`.
public func foldWeightNorm(magnitude: MLXArray, direction: MLXArray) -> MLXArray {
    let g = magnitude.asType(.float32)
    let v = direction.asType(.float32)
    let norm = sqrt((v * v).sum(axes: Array(1..<v.ndim), keepDims: true))
    return v * (g / norm)
}

extension Module {
    /// Gives every parameter its value from a checkpoint, and requires that nothing is missing, left over or misshaped.
    ///
    /// A linear layer whose weight is stored in 8 bits, beside its scales, becomes an ``Int8Linear``.
    ///
    /// - Parameters:
    ///   - store: the tensors of this module, by names relative to it.
    ///   - reader: reads them.
    ///   - dtype: number format of the parameters.
    ///   - ignoring: tensors that the module has no use for, such as buffers that it computes itself.
    ///   - source: how a parameter is made, by its path and shape; by default from the tensor of the same name.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that lists what doesn't fit.
    @MLXActor
    public func load(
        from store: WeightStore, reader: WeightReader, dtype: DType,
        ignoring isIgnored: (String) -> Bool = { _ in false },
        source: (_ path: String, _ shape: [Int]) -> ParameterSource = ParameterSource.same
    ) throws {
        let plan = try loadingPlan(from: store, ignoring: isIgnored, source: source)
        func array(_ name: String) throws -> MLXArray {
            guard let tensor = store.tensors[name] else {
                throw MusicError(.internal, "Tensor '\(name)' of \(store.label) vanished while loading")
            }
            return try reader.take(tensor)
        }
        // Bounds what is in memory twice while formats are converted.
        let bytesPerEvaluation = 256 << 20
        var pending: [MLXArray] = []
        var pendingBytes = 0
        var values: [(String, MLXArray)] = []
        values.reserveCapacity(plan.count)
        func evaluate() throws {
            guard !pending.isEmpty else { return }
            do {
                try checkedEval(pending)
            } catch {
                throw MusicError(
                    .invalidCheckpoint, "The weights of \(store.label) can't be read: \(error.localizedDescription)",
                    advice: "download the checkpoint again")
            }
            pending.removeAll()
            pendingBytes = 0
        }
        var integers: [Int8Weight] = []
        for (path, parameter) in plan {
            let parts = try parameter.names.map(array)
            if let name = parameter.names.first, store.isInt8(name) {
                integers.append(
                    Int8Weight(path: path, integers: parts[0], scales: try array(WeightStore.scalesName(name))))
                continue
            }
            let value = parameter.build(parts).asType(parameter.dtype ?? dtype)
            values.append((path, value))
            pending.append(value)
            pendingBytes += value.nbytes
            if pendingBytes >= bytesPerEvaluation { try evaluate() }
        }
        try evaluate()
        do {
            try replaceLinears(by: integers)
            // The plan is complete; layers in 8 bits have got their weights already.
            try update(
                parameters: ModuleParameters.unflattened(values),
                verify: integers.isEmpty ? .all : [.noUnusedKeys, .shapeMismatch])
        } catch {
            throw MusicError(.internal, "\(store.label) could not be assigned: \(error)")
        }
    }

    /// Checks names and shapes without reading any data.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that lists what doesn't fit.
    @MLXActor
    public func checkFits(
        _ store: WeightStore, ignoring isIgnored: (String) -> Bool = { _ in false },
        source: (_ path: String, _ shape: [Int]) -> ParameterSource = ParameterSource.same
    ) throws {
        _ = try loadingPlan(from: store, ignoring: isIgnored, source: source)
    }

    private func loadingPlan(
        from store: WeightStore, ignoring isIgnored: (String) -> Bool,
        source: (_ path: String, _ shape: [Int]) -> ParameterSource
    ) throws -> [(String, ParameterSource)] {
        var mismatch = CheckpointMismatch()
        var unused = Set(store.tensors.keys)
        var plan: [(String, ParameterSource)] = []
        let linears = linearWeightPaths
        for (path, parameter) in parameters().flattened() {
            let parameterSource = source(path, parameter.shape)
            for (name, shape) in zip(parameterSource.names, parameterSource.shapes) {
                unused.remove(name)
                guard let tensor = store.tensors[name] else {
                    mismatch.missing.append(name)
                    continue
                }
                if tensor.shape != shape {
                    mismatch.misshaped.append("'\(name)' is \(tensor.shape), expected \(shape)")
                } else if store.isInt8(name), linears.contains(path) {
                    let scales = WeightStore.scalesName(name)
                    unused.remove(scales)
                    if let tensor = store.tensors[scales], tensor.shape != [shape[0]] || tensor.dtype != .float32 {
                        mismatch.misshaped.append("'\(scales)' is \(tensor.dtype) \(tensor.shape)")
                    }
                } else if !tensor.dtype.isFloatingPoint || tensor.dtype == .complex64 {
                    mismatch.misshaped.append("'\(name)' holds \(tensor.dtype) numbers")
                }
            }
            plan.append((path, parameterSource))
        }
        mismatch.unexpected = unused.filter { !isIgnored($0) }
            .map { store.tensors[$0]?.name ?? $0 }
        try mismatch.throwIfAny(store.label)
        return plan
    }
}

/// What doesn't fit between a checkpoint and the network that its configuration describes.
package struct CheckpointMismatch {
    package var missing: [String] = []
    package var unexpected: [String] = []
    package var misshaped: [String] = []

    package init() {}

    /// How many names of a kind a message lists.
    private static let listed = 5

    /// Throws an error that lists the names, if there are any.
    package func throwIfAny(_ label: String) throws {
        let parts = [("missing", missing), ("unexpected", unexpected), ("of the wrong shape or type", misshaped)]
            .filter { !$0.1.isEmpty }
            .map { kind, names in
                let shown = names.sorted().prefix(Self.listed).joined(separator: ", ")
                let rest = names.count > Self.listed ? " and \(names.count - Self.listed) more" : ""
                return "\(names.count) \(names.count == 1 ? "tensor" : "tensors") \(kind): \(shown)\(rest)"
            }
        guard !parts.isEmpty else { return }
        throw MusicError(
            .invalidCheckpoint, "\(label) does not fit its config.json: \(parts.joined(separator: "; "))",
            advice: "the configuration and the weights must come from one checkpoint")
    }
}
