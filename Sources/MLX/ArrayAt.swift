import CMLX

/// What ``MLXArray/at`` gives: `x.at[indices].add(y)` is `x` with `y` added at the indices.
///
/// Unlike `x[indices] += y` it leaves `x` alone, and where an index occurs several times, all values are added.
public struct ArrayAt {

    let array: MLXArray

    /// Parts of the array; see ``MLXArray/subscript(_:stream:)-(MLXArrayIndex...,_)``.
    public subscript(indices: any MLXArrayIndex..., stream stream: StreamOrDevice = .default) -> ArrayAtIndices {
        ArrayAtIndices(array: array, operations: indices.map(\.mlxArrayIndexOperation), stream: stream)
    }

    /// Parts of the array, as a list.
    public subscript(
        indices: some Sequence<any MLXArrayIndex>, stream stream: StreamOrDevice = .default
    ) -> ArrayAtIndices {
        ArrayAtIndices(array: array, operations: indices.map(\.mlxArrayIndexOperation), stream: stream)
    }
}

/// Parts of an array to combine values into.
///
/// Each function returns the whole array.
public struct ArrayAtIndices {

    let array: MLXArray
    let operations: [MLXArrayIndexOperation]
    let stream: StreamOrDevice

    private func combine(_ values: MLXArray, _ mode: cmlx_scatter_mode) -> MLXArray {
        guard array.handle != nil, let plan = IndexPlan(operations, shape: array.shape) else {
            return MLXArray(handle: nil)
        }
        return plan.write(values, to: array, mode: mode, stream)
    }

    /// The array with values added.
    public func add(_ values: some ScalarOrArray) -> MLXArray {
        combine(values.asMLXArray(dtype: array.dtype), CMLX_SCATTER_ADD)
    }

    /// The array with values subtracted.
    public func subtract(_ values: some ScalarOrArray) -> MLXArray {
        combine(negative(values.asMLXArray(dtype: array.dtype), stream: stream), CMLX_SCATTER_ADD)
    }

    /// The array with parts multiplied.
    public func multiply(_ values: some ScalarOrArray) -> MLXArray {
        combine(values.asMLXArray(dtype: array.dtype), CMLX_SCATTER_MULTIPLY)
    }

    /// The array with parts divided, by multiplication with the reciprocal.
    public func divide(_ values: some ScalarOrArray) -> MLXArray {
        combine(reciprocal(values.asMLXArray(dtype: array.dtype), stream: stream), CMLX_SCATTER_MULTIPLY)
    }

    /// The array with parts replaced by values that are less.
    public func minimum(_ values: some ScalarOrArray) -> MLXArray {
        combine(values.asMLXArray(dtype: array.dtype), CMLX_SCATTER_MINIMUM)
    }

    /// The array with parts replaced by values that are greater.
    public func maximum(_ values: some ScalarOrArray) -> MLXArray {
        combine(values.asMLXArray(dtype: array.dtype), CMLX_SCATTER_MAXIMUM)
    }
}
