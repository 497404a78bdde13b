import MLX

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
