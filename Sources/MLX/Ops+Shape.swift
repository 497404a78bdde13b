import CMLX

// MARK: - Axes

/// The same elements in row-major order, in another shape.
///
/// One length may be -1 and is inferred.
public func reshaped(_ array: MLXArray, _ newShape: some Collection<Int>, stream: StreamOrDevice = .default)
    -> MLXArray
{
    let newShape = newShape.asInt32
    return with(array) { wrap(cmlx_reshape($0, newShape, newShape.count, stream.ctx)) }
}

/// The same elements in row-major order, in another shape.
///
/// One length may be -1 and is inferred.
public func reshaped(_ array: MLXArray, _ newShape: Int..., stream: StreamOrDevice = .default) -> MLXArray {
    reshaped(array, newShape, stream: stream)
}

/// The axes from `start` to `end`, both included, merged into one.
public func flattened(_ array: MLXArray, start: Int = 0, end: Int = -1, stream: StreamOrDevice = .default)
    -> MLXArray
{
    with(array) { wrap(cmlx_flatten($0, start.int32, end.int32, stream.ctx)) }
}

/// The axes from `startAxis` to `endAxis`, both included, merged into one.
public func flatten(_ a: MLXArray, startAxis: Int, endAxis: Int = -1, stream: StreamOrDevice = .default) -> MLXArray {
    flattened(a, start: startAxis, end: endAxis, stream: stream)
}

/// One axis split into several.
///
/// One length may be -1 and is inferred.
public func unflatten(
    _ a: MLXArray, axis: Int, shape: some Collection<Int>, stream: StreamOrDevice = .default
) -> MLXArray {
    let shape = shape.asInt32
    return with(a) { wrap(cmlx_unflatten($0, axis.int32, shape, shape.count, stream.ctx)) }
}

/// The array with its axes in the given order.
public func transposed(_ array: MLXArray, axes: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
    let axes = axes.asInt32
    return with(array) { wrap(cmlx_transpose_axes($0, axes, axes.count, stream.ctx)) }
}

/// The array with its axes in the given order.
public func transposed(_ array: MLXArray, _ axes: Int..., stream: StreamOrDevice = .default) -> MLXArray {
    transposed(array, axes: axes, stream: stream)
}

/// A one-dimensional array itself; `axis` is its only axis.
public func transposed(_ array: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    transposed(array, axes: [axis], stream: stream)
}

/// The array with its axes in reverse order.
public func transposed(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_transpose, array, stream)
}

/// The array with its axes in reverse order.
public func T(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    transposed(array, stream: stream)
}

/// The array with two axes exchanged.
public func swappedAxes(_ array: MLXArray, _ axis1: Int, _ axis2: Int, stream: StreamOrDevice = .default)
    -> MLXArray
{
    with(array) { wrap(cmlx_swapaxes($0, axis1.int32, axis2.int32, stream.ctx)) }
}

/// The array with one axis moved to another place.
public func movedAxis(
    _ array: MLXArray, source: Int, destination: Int, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_moveaxis($0, source.int32, destination.int32, stream.ctx)) }
}

/// The array with axes of length 1 inserted, so that they have the given positions in the result.
public func expandedDimensions(
    _ array: MLXArray, axes: some Collection<Int>, stream: StreamOrDevice = .default
) -> MLXArray {
    let axes = axes.asInt32
    return with(array) { wrap(cmlx_expand_dims($0, axes, axes.count, stream.ctx)) }
}

/// The array with an axis of length 1 inserted, so that it has the given position in the result.
public func expandedDimensions(_ array: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    expandedDimensions(array, axes: [axis], stream: stream)
}

/// The array without the given axes, which must have length 1.
public func squeezed(_ array: MLXArray, axes: some Collection<Int>, stream: StreamOrDevice = .default) -> MLXArray {
    let axes = axes.asInt32
    return with(array) { wrap(cmlx_squeeze_axes($0, axes, axes.count, stream.ctx)) }
}

/// The array without the given axis, which must have length 1.
public func squeezed(_ array: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    squeezed(array, axes: [axis], stream: stream)
}

/// The array without its axes of length 1.
public func squeezed(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_squeeze, array, stream)
}

/// The array, or a scalar as an array of one axis.
public func atLeast1D(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_atleast($0, 1, stream.ctx)) }
}

/// The array, or one with fewer axes with axes of length 1 put in front.
public func atLeast2D(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_atleast($0, 2, stream.ctx)) }
}

/// The array, or one with fewer axes with axes of length 1 added as NumPy's `atleast_3d` does.
public func atLeast3D(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_atleast($0, 3, stream.ctx)) }
}

/// The array repeated along axes of length 1, and new leading axes, to a shape.
///
/// Nothing is copied.
public func broadcast(_ array: MLXArray, to shape: some Collection<Int>, stream: StreamOrDevice = .default)
    -> MLXArray
{
    let shape = shape.asInt32
    return with(array) { wrap(cmlx_broadcast_to($0, shape, shape.count, stream.ctx)) }
}

/// The arrays broadcast to one shape.
func broadcast(arrays: some Collection<MLXArray>, stream: StreamOrDevice = .default) -> [MLXArray] {
    with(arrays) { wrap(list: cmlx_broadcast_arrays($0, $1, stream.ctx)) }
}

/// The array with another shape and other steps through the same memory, in elements.
///
/// - Parameters:
///   - array: The array, taken in row-major order.
///   - shape: The shape of the result; that of `array` if `nil`.
///   - strides: The step along each axis; row-major if `nil`.
///   - offset: The first element.
///   - stream: Where to compute.
public func asStrided(
    _ array: MLXArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    strides: (some Collection<Int>)? = [Int]?.none, offset: Int = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    let shape = shape.map { Array($0) } ?? array.shape
    var step = 1
    let rowMajor = shape.reversed().map { length in
        defer { step *= length }
        return Int64(step)
    }
    let strides = strides.map { $0.map { Int64($0) } } ?? rowMajor.reversed()
    guard offset >= 0 else {
        report("[as_strided] the offset can't be negative")
        return MLXArray(handle: nil)
    }
    return with(array) {
        wrap(cmlx_as_strided($0, shape.asInt32, shape.count, strides, strides.count, offset, stream.ctx))
    }
}

/// The array with its values next to each other in memory, in row-major order.
public func contiguous(_ a: MLXArray, allowColMajor: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    with(a) { wrap(cmlx_contiguous($0, allowColMajor, stream.ctx)) }
}

/// The array's memory read as elements of another type.
///
/// The last axis grows or shrinks if their sizes differ.
public func view(_ array: MLXArray, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_view($0, dtype.cmlxDtype, stream.ctx)) }
}

// MARK: - Joining and splitting

/// The arrays one after the other along an axis.
public func concatenated(
    _ arrays: some Collection<MLXArray>, axis: Int = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    with(arrays) { wrap(cmlx_concatenate($0, $1, axis.int32, stream.ctx)) }
}

/// Arrays of one shape, one after the other along a new axis.
public func stacked(
    _ arrays: some Collection<MLXArray>, axis: Int = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    with(arrays) { wrap(cmlx_stack($0, $1, axis.int32, stream.ctx)) }
}

/// The array cut into parts of equal length along an axis.
public func split(_ array: MLXArray, parts: Int, axis: Int = 0, stream: StreamOrDevice = .default) -> [MLXArray] {
    with(array) { wrap(list: cmlx_split($0, parts.int32, axis.int32, stream.ctx)) }
}

/// The array cut into two halves along an axis.
public func split(_ array: MLXArray, axis: Int = 0, stream: StreamOrDevice = .default) -> (MLXArray, MLXArray) {
    let halves = split(array, parts: 2, axis: axis, stream: stream)
    return halves.count == 2 ? (halves[0], halves[1]) : (MLXArray(handle: nil), MLXArray(handle: nil))
}

/// The array cut before each of the given positions along an axis.
public func split(
    _ array: MLXArray, indices: some Collection<Int>, axis: Int = 0, stream: StreamOrDevice = .default
) -> [MLXArray] {
    let indices = indices.asInt32
    return with(array) { wrap(list: cmlx_split_indices($0, indices, indices.count, axis.int32, stream.ctx)) }
}

/// Each element `count` times in a row along an axis.
public func repeated(_ array: MLXArray, count: Int, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_repeat($0, count.int32, axis.int32, stream.ctx)) }
}

/// Each element of the flattened array `count` times in a row.
public func repeated(_ array: MLXArray, count: Int, stream: StreamOrDevice = .default) -> MLXArray {
    repeated(array.flattened(stream: stream), count: count, axis: 0, stream: stream)
}

/// The whole array a number of times along each axis.
public func tiled(_ array: MLXArray, repetitions: some Collection<Int>, stream: StreamOrDevice = .default)
    -> MLXArray
{
    let repetitions = repetitions.asInt32
    return with(array) { wrap(cmlx_tile($0, repetitions, repetitions.count, stream.ctx)) }
}

/// The whole array a number of times along its last axis.
public func tiled(_ array: MLXArray, repetitions: Int, stream: StreamOrDevice = .default) -> MLXArray {
    tiled(array, repetitions: [repetitions], stream: stream)
}

/// What ``padded(_:widths:mode:value:stream:)`` puts around an array.
public enum PadMode: String, Sendable {
    /// A constant.
    case constant
    /// The nearest element.
    case edge
}

/// The array with elements added before and behind, the same widths along every axis.
public func padded(
    _ array: MLXArray, width: IntOrPair, mode: PadMode = .constant, value: MLXArray? = nil,
    stream: StreamOrDevice = .default
) -> MLXArray {
    padded(
        array, widths: Array(repeating: width, count: array.ndim), mode: mode, value: value, stream: stream)
}

/// The array with elements added before and behind.
///
/// - Parameters:
///   - array: The array.
///   - widths: For each axis the number of elements before and behind.
///   - mode: What the elements are.
///   - value: The constant; 0 by default.
///   - stream: Where to compute.
public func padded(
    _ array: MLXArray, widths: some Collection<IntOrPair>, mode: PadMode = .constant, value: MLXArray? = nil,
    stream: StreamOrDevice = .default
) -> MLXArray {
    let low = widths.map(\.first.int32)
    let high = widths.map(\.second.int32)
    let value = value ?? MLXArray(Int32(0), dtype: array.dtype)
    return with(array, value) { wrap(cmlx_pad($0, low, high, low.count, $1, mode.rawValue, stream.ctx)) }
}

/// The elements shifted along an axis; what leaves at one end comes back at the other.
public func roll(_ a: MLXArray, shift: Int, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(a) { wrap(cmlx_roll($0, shift.int32, [axis.int32], 1, stream.ctx)) }
}

/// The elements shifted along each of the given axes; without axes the flattened array is shifted.
public func roll(
    _ a: MLXArray, shift: Int, axes: (some Collection<Int>)? = [Int]?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    let axes = axes?.asInt32
    return with(a) { wrap(cmlx_roll($0, shift.int32, axes, axes?.count ?? 0, stream.ctx)) }
}

// MARK: - Parts

/// The elements at the given indices along an axis.
///
/// The result has the shape of `indices` in place of that axis.
public func take(_ array: MLXArray, _ indices: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array, indices) { wrap(cmlx_take($0, $1, axis.int32, stream.ctx)) }
}

/// The elements of the flattened array at the given indices.
public func take(_ array: MLXArray, _ indices: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_take_flat, array, indices, stream)
}

/// For each place in `indices`, the element that it names along the axis, in the row of that place.
public func takeAlong(_ array: MLXArray, _ indices: MLXArray, axis: Int, stream: StreamOrDevice = .default)
    -> MLXArray
{
    with(array, indices) { wrap(cmlx_take_along($0, $1, axis.int32, stream.ctx)) }
}

/// The elements of the flattened array at the given indices.
public func takeAlong(_ array: MLXArray, _ indices: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    takeAlong(array.reshaped([-1], stream: stream), indices, axis: 0, stream: stream)
}

/// The array with `values` written to the places that ``takeAlong(_:_:axis:stream:)`` reads.
public func putAlong(
    _ array: MLXArray, _ indices: MLXArray, values: MLXArray, axis: Int, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array, indices) { array, indices in
        with(values) { wrap(cmlx_put_along(array, indices, $0, axis.int32, stream.ctx)) }
    }
}

/// The array with `values` written to the given places of the flattened array.
public func putAlong(
    _ array: MLXArray, _ indices: MLXArray, values: MLXArray, stream: StreamOrDevice = .default
) -> MLXArray {
    putAlong(array.reshaped([-1], stream: stream), indices, values: values, axis: 0, stream: stream)
        .reshaped(array.shape, stream: stream)
}

/// A one-dimensional array as the `k`-th diagonal of a matrix, or the `k`-th diagonal of a matrix.
public func diag(_ array: MLXArray, k: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_diag($0, k.int32, stream.ctx)) }
}

/// The diagonals of the matrices that two of the axes span; they become the last axis.
public func diagonal(
    _ array: MLXArray, offset: Int = 0, axis1: Int = 0, axis2: Int = 1, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_diagonal($0, offset.int32, axis1.int32, axis2.int32, stream.ctx)) }
}

/// The sum of a diagonal.
public func trace(
    _ array: MLXArray, offset: Int = 0, axis1: Int = 0, axis2: Int = 1, dtype: DType? = nil,
    stream: StreamOrDevice = .default
) -> MLXArray {
    let dtype = (dtype ?? array.dtype).cmlxDtype
    return with(array) { wrap(cmlx_trace($0, offset.int32, axis1.int32, axis2.int32, dtype, stream.ctx)) }
}

/// The matrix without what lies above its `k`-th diagonal.
public func tril(_ array: MLXArray, k: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_tril($0, k.int32, stream.ctx)) }
}

/// The matrix without what lies below its `k`-th diagonal.
public func triu(_ array: MLXArray, k: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_triu($0, k.int32, stream.ctx)) }
}

/// The array, to be computed after `dependencies` have been.
public func depends(input: MLXArray, dependencies: [MLXArray]) -> MLXArray {
    depends(inputs: [input], dependencies: dependencies).first ?? MLXArray(handle: nil)
}

/// The arrays, to be computed after `dependencies` have been.
public func depends(inputs: [MLXArray], dependencies: [MLXArray]) -> [MLXArray] {
    with(inputs) { inputs, count in with(dependencies) { wrap(list: cmlx_depends(inputs, count, $0, $1)) } }
}
