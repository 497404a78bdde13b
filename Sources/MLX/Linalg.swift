import CMLX

/// Linear algebra.
public enum MLXLinalg {

    /// The Euclidean norm of vectors along the given axes; over two axes the Frobenius norm of matrices.
    public static func norm(
        _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
    ) -> MLXArray {
        norm(array, nil, Array(axes), keepDims, stream)
    }

    /// The norm of order `ord`: (Σ |x|^ord)^(1/ord) over one axis.
    ///
    /// Infinity gives the greatest |x|, 0 the number of elements that are not 0.
    public static func norm(
        _ array: MLXArray, ord: Double, axes: some Collection<Int>, keepDims: Bool = false,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        norm(array, ord, Array(axes), keepDims, stream)
    }

    /// The Euclidean norm of vectors along one axis.
    public static func norm(
        _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
    ) -> MLXArray {
        norm(array, nil, [axis], keepDims, stream)
    }

    /// The norm of order `ord` of vectors along one axis.
    public static func norm(
        _ array: MLXArray, ord: Double, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
    ) -> MLXArray {
        norm(array, ord, [axis], keepDims, stream)
    }

    /// The Euclidean norm of the flattened array.
    public static func norm(
        _ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default
    ) -> MLXArray {
        norm(array, nil, nil, keepDims, stream)
    }

    private static func norm(
        _ array: MLXArray, _ ord: Double?, _ axes: [Int]?, _ keepDims: Bool, _ stream: StreamOrDevice
    ) -> MLXArray {
        let axes = axes?.asInt32
        return with(array) { array in
            guard var ord else {
                return wrap(cmlx_norm(array, nil, axes, axes?.count ?? 0, keepDims, stream.ctx))
            }
            return wrap(cmlx_norm(array, &ord, axes, axes?.count ?? 0, keepDims, stream.ctx))
        }
    }
}

extension MLXArray {
    /// The array divided by its Euclidean norm along an axis, or by `eps` where that is greater.
    public func l2Normalized(axis: Int = -1, eps: Float = 1e-12) -> MLXArray {
        self / maximum(MLXLinalg.norm(self, ord: 2, axis: axis, keepDims: true), MLXArray(eps))
    }

    /// The value that a mask adds to a score to exclude it: the lowest finite value of a floating-point type.
    public static func maskFill(for dtype: DType) -> MLXArray {
        -dtype.greatestFiniteMagnitudeArray
    }
}
