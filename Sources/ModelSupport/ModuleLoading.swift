import MLX
import MLXNN
import MusicCore

/// How one parameter of a module comes from a checkpoint.
private struct LoadingStep {
    /// What is made.
    enum Form {
        /// The parameter, in the model's number format.
        case parameter
        /// The layer that holds the parameter, whose weight is in 8 bits in the file, beside its scales.
        case storedInt8(layer: String)
        /// The layer that holds the parameter, whose weight is rounded to 8 bits here.
        case roundedInt8(layer: String)
    }

    /// Path of the parameter.
    let path: String
    let source: ParameterSource
    let form: Form
}

extension Module {
    /// Gives every parameter its value from a checkpoint, and requires that nothing is missing, left over or misshaped.
    ///
    /// Tensors are read, converted, rounded to 8 bits where that is asked for, and let go of one after the other: beside
    /// what the module keeps, one of them is in memory. A linear layer whose weight is stored in 8 bits, beside its
    /// scales, becomes an ``Int8Linear`` whatever is asked for.
    ///
    /// - Parameters:
    ///   - store: the tensors of this module, by names relative to it.
    ///   - dtype: number format of the parameters.
    ///   - quantization: how the weights of ``Int8Layers`` are kept.
    ///   - ignoring: tensors that the module has no use for, such as buffers that it computes itself.
    ///   - source: how a parameter is made, by its path and shape; by default from the tensor of the same name.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that lists what doesn't fit, or `outOfMemory`;
    ///   `CancellationError` between two tensors.
    @MLXActor
    public func load(
        from store: WeightStore, dtype: DType, quantization: LoadOptions.Quantization = .none,
        ignoring isIgnored: (String) -> Bool = { _ in false },
        source: (_ path: String, _ shape: [Int]) -> ParameterSource = ParameterSource.same
    ) throws {
        let plan = try loadingPlan(from: store, quantization: quantization, ignoring: isIgnored, source: source)
        let biases = Dictionary(linearPlaces.map { ($0.basePath, $0.base.bias) }, uniquingKeysWith: { one, _ in one })
        var values: [(String, MLXArray)] = []
        values.reserveCapacity(plan.count)
        var layers: [(path: String, module: Module)] = []
        for step in plan {
            try Task.checkCancellation()
            let tensors = try step.source.names.map(store.array)
            try store.reading {
                switch step.form {
                case .parameter:
                    let value = step.source.build(tensors).asType(step.source.dtype ?? dtype)
                    eval(value)
                    values.append((step.path, value))
                case .storedInt8(let path):
                    let scales = try store.array(WeightStore.scalesName(step.source.names[0]))
                    let layer = Int8Linear(integers: tensors[0], scales: scales, bias: biases[path] ?? nil)
                    eval(layer.packed, layer.scales)
                    layers.append((path, layer))
                case .roundedInt8(let path):
                    let layer = Int8Linear(weight: tensors[0], bias: biases[path] ?? nil)
                    eval(layer.packed, layer.scales)
                    layers.append((path, layer))
                }
            }
        }
        do {
            try replaceModules(layers)
            // The plan is complete; layers in 8 bits have got their weights already.
            try update(
                parameters: ModuleParameters.unflattened(values),
                verify: layers.isEmpty ? .all : [.noUnusedKeys, .shapeMismatch])
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
        _ = try loadingPlan(from: store, quantization: .none, ignoring: isIgnored, source: source)
    }

    private func loadingPlan(
        from store: WeightStore, quantization: LoadOptions.Quantization, ignoring isIgnored: (String) -> Bool,
        source: (_ path: String, _ shape: [Int]) -> ParameterSource
    ) throws -> [LoadingStep] {
        var mismatch = CheckpointMismatch()
        var integers: [String] = []
        var unused = Set(store.tensors.keys)
        let places = linearPlaces
        let linears = Dictionary(places.map { ("\($0.basePath).weight", $0) }, uniquingKeysWith: { one, _ in one })
        let plan = parameters().flattened().map { path, parameter in
            let parameterSource = source(path, parameter.shape)
            var form = LoadingStep.Form.parameter
            if let place = linears[path], parameterSource.names.count == 1 {
                if store.isInt8(parameterSource.names[0]) {
                    form = .storedInt8(layer: place.basePath)
                } else if quantization == .q8, Int8Layers.contains(place.path) {
                    form = .roundedInt8(layer: place.basePath)
                }
            }
            for (name, shape) in zip(parameterSource.names, parameterSource.shapes) {
                unused.remove(name)
                guard let tensor = store.tensors[name] else {
                    mismatch.missing.append(name)
                    continue
                }
                if tensor.shape != shape {
                    if [.uint8, .int8, .uint32, .int32].contains(tensor.dtype) {
                        integers.append("'\(name)' holds \(tensor.dtype) numbers")
                    }
                    mismatch.misshaped.append("'\(name)' is \(tensor.shape), expected \(shape)")
                } else if case .storedInt8 = form {
                    let scales = WeightStore.scalesName(name)
                    unused.remove(scales)
                    if let tensor = store.tensors[scales], tensor.shape != [shape[0]] || tensor.dtype != .float32 {
                        mismatch.misshaped.append("'\(scales)' is \(tensor.dtype) \(tensor.shape)")
                        integers.append("'\(name)' holds \(tensor.dtype) numbers")
                    }
                } else if !tensor.dtype.isFloatingPoint || tensor.dtype == .complex64 {
                    mismatch.misshaped.append("'\(name)' holds \(tensor.dtype) numbers")
                    if tensor.dtype != .complex64 { integers.append("'\(name)' holds \(tensor.dtype) numbers") }
                }
            }
            return LoadingStep(path: path, source: parameterSource, form: form)
        }
        mismatch.unexpected = unused.filter { !isIgnored($0) }
            .map { store.tensors[$0]?.name ?? $0 }
        if let reason = WeightScheme.reason(unexpected: mismatch.unexpected, integers: integers) {
            throw WeightScheme.error(store.label, reason)
        }
        try mismatch.throwIfAny(store.label)
        return plan
    }
}

extension WeightStore {
    /// Whether a tensor is a weight in 8 bits with scales beside it.
    func isInt8(_ name: String) -> Bool {
        tensors[name]?.dtype == .int8 && tensors[Self.scalesName(name)] != nil
    }

    /// The name of the scales of a weight in 8 bits.
    package static func scalesName(_ name: String) -> String { "\(name)_scale" }

    /// Evaluates what was read, and names the file in errors.
    @MLXActor
    fileprivate func reading(_ body: () throws -> Void) throws {
        do {
            try evaluating("loading \(label)", body)
        } catch let error as MusicError where error.code == .internal {
            throw MusicError(
                .invalidCheckpoint, "The weights of \(label) can't be read: \(error.message)",
                advice: "download the checkpoint again")
        }
    }
}
