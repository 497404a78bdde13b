import CMLX

// The functions on shapes and parts as methods. Each does what the function of the same name does.

extension MLXArray {

    /// The same elements in row-major order, in another shape.
    ///
    /// One length may be -1 and is inferred.
    public func reshaped(_ newShape: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.reshaped(self, newShape, stream: stream)
    }

    /// The same elements in row-major order, in another shape.
    ///
    /// One length may be -1 and is inferred.
    public func reshaped(_ newShape: Int..., stream: StreamOrDevice = .default) -> MLXArray {
        MLX.reshaped(self, newShape, stream: stream)
    }

    /// The axes from `start` to `end`, both included, merged into one.
    public func flattened(start: Int = 0, end: Int = -1, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.flattened(self, start: start, end: end, stream: stream)
    }

    /// The array with its axes in the given order.
    public func transposed(axes: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.transposed(self, axes: axes, stream: stream)
    }

    /// The array with its axes in the given order.
    public func transposed(_ axes: Int..., stream: StreamOrDevice = .default) -> MLXArray {
        MLX.transposed(self, axes: axes, stream: stream)
    }

    /// A one-dimensional array itself; `axis` is its only axis.
    public func transposed(axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.transposed(self, axis: axis, stream: stream)
    }

    /// The array with its axes in reverse order.
    public func transposed(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.transposed(self, stream: stream)
    }

    /// The array with its axes in reverse order.
    public var T: MLXArray { transposed() }

    /// The array with two axes exchanged.
    public func swappedAxes(_ axis1: Int, _ axis2: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.swappedAxes(self, axis1, axis2, stream: stream)
    }

    /// The array with one axis moved to another place.
    public func movedAxis(source: Int, destination: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.movedAxis(self, source: source, destination: destination, stream: stream)
    }

    /// The array with axes of length 1 inserted, so that they have the given positions in the result.
    public func expandedDimensions(axes: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.expandedDimensions(self, axes: axes, stream: stream)
    }

    /// The array with an axis of length 1 inserted, so that it has the given position in the result.
    public func expandedDimensions(axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.expandedDimensions(self, axis: axis, stream: stream)
    }

    /// The array without the given axes, which must have length 1.
    public func squeezed(axes: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.squeezed(self, axes: axes, stream: stream)
    }

    /// The array without the given axis, which must have length 1.
    public func squeezed(axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.squeezed(self, axis: axis, stream: stream)
    }

    /// The array without its axes of length 1.
    public func squeezed(stream: StreamOrDevice = .default) -> MLXArray {
        MLX.squeezed(self, stream: stream)
    }

    /// The array with its values next to each other in memory, in row-major order.
    public func contiguous(allowColMajor: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.contiguous(self, allowColMajor: allowColMajor, stream: stream)
    }

    /// The array's memory read as elements of another type.
    ///
    /// The last axis grows or shrinks if their sizes differ.
    public func view(dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.view(self, dtype: dtype, stream: stream)
    }

    /// The array cut into parts of equal length along an axis.
    public func split(parts: Int, axis: Int = 0, stream: StreamOrDevice = .default) -> [MLXArray] {
        MLX.split(self, parts: parts, axis: axis, stream: stream)
    }

    /// The array cut into two halves along an axis.
    public func split(axis: Int = 0, stream: StreamOrDevice = .default) -> (MLXArray, MLXArray) {
        MLX.split(self, axis: axis, stream: stream)
    }

    /// The array cut before each of the given positions along an axis.
    public func split(indices: some Collection<Int>, axis: Int = 0, stream: StreamOrDevice = .default) -> [MLXArray] {
        MLX.split(self, indices: indices, axis: axis, stream: stream)
    }

    /// The elements at the given indices along an axis.
    ///
    /// The result has the shape of `indices` in place of that axis.
    public func take(_ indices: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.take(self, indices, axis: axis, stream: stream)
    }

    /// The elements of the flattened array at the given indices.
    public func take(_ indices: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.take(self, indices, stream: stream)
    }

    /// A one-dimensional array as the `k`-th diagonal of a matrix, or the `k`-th diagonal of a matrix.
    public func diag(k: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.diag(self, k: k, stream: stream)
    }

    /// The diagonals of the matrices that two of the axes span; they become the last axis.
    public func diagonal(
        offset: Int = 0, axis1: Int = 0, axis2: Int = 1, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.diagonal(self, offset: offset, axis1: axis1, axis2: axis2, stream: stream)
    }
}
