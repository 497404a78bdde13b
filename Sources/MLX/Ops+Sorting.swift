import CMLX

// MARK: - Sorting

/// The elements in ascending order along an axis.
public func sorted(_ array: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_sort($0, .init(axis), stream.ctx)) }
}

/// The elements of the flattened array in ascending order.
public func sorted(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_sort($0, .init(nil), stream.ctx)) }
}

/// The indices, as `uint32`, that sort the array along an axis.
public func argSort(_ array: MLXArray, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argsort($0, .init(axis), stream.ctx)) }
}

/// The indices, as `uint32`, that sort the flattened array.
public func argSort(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argsort($0, .init(nil), stream.ctx)) }
}

/// The elements along an axis, reordered: that at `kth` is where sorting would put it, no greater one is before it and
/// no lesser one behind.
public func partitioned(_ array: MLXArray, kth: Int, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_partition($0, kth.int32, .init(axis), stream.ctx)) }
}

/// The elements of the flattened array, reordered: that at `kth` is where sorting would put it, no greater one is
/// before it and no lesser one behind.
public func partitioned(_ array: MLXArray, kth: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_partition($0, kth.int32, .init(nil), stream.ctx)) }
}

/// The indices, as `uint32`, that partition the array along an axis; see ``partitioned(_:kth:axis:stream:)``.
public func argPartition(_ array: MLXArray, kth: Int, axis: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argpartition($0, kth.int32, .init(axis), stream.ctx)) }
}

/// The indices, as `uint32`, that partition the flattened array; see ``partitioned(_:kth:stream:)``.
public func argPartition(_ array: MLXArray, kth: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argpartition($0, kth.int32, .init(nil), stream.ctx)) }
}

/// The `k` greatest elements along an axis, in no particular order.
public func top(_ array: MLXArray, k: Int, axis: Int = -1, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_topk($0, k.int32, .init(axis), stream.ctx)) }
}

/// The `k` greatest elements of the flattened array, in no particular order.
public func top(_ array: MLXArray, k: Int, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_topk($0, k.int32, .init(nil), stream.ctx)) }
}

// MARK: - Cumulative operations

/// The greatest element so far, along an axis.
///
/// - Parameters:
///   - array: The array.
///   - axis: The axis.
///   - reverse: Begin at the end.
///   - inclusive: Whether the element itself belongs to those so far.
///   - stream: Where to compute.
public func cummax(
    _ array: MLXArray, axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_cummax($0, axis.int32, reverse, inclusive, stream.ctx)) }
}

/// The greatest element so far, in the flattened array.
public func cummax(
    _ array: MLXArray, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    cummax(array.reshaped([-1], stream: stream), axis: 0, reverse: reverse, inclusive: inclusive, stream: stream)
}

/// The least element so far, along an axis.
///
/// - Parameters:
///   - array: The array.
///   - axis: The axis.
///   - reverse: Begin at the end.
///   - inclusive: Whether the element itself belongs to those so far.
///   - stream: Where to compute.
public func cummin(
    _ array: MLXArray, axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_cummin($0, axis.int32, reverse, inclusive, stream.ctx)) }
}

/// The least element so far, in the flattened array.
public func cummin(
    _ array: MLXArray, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    cummin(array.reshaped([-1], stream: stream), axis: 0, reverse: reverse, inclusive: inclusive, stream: stream)
}

/// The product of the elements so far, along an axis.
///
/// - Parameters:
///   - array: The array.
///   - axis: The axis.
///   - reverse: Begin at the end.
///   - inclusive: Whether the element itself belongs to those so far.
///   - stream: Where to compute.
public func cumprod(
    _ array: MLXArray, axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_cumprod($0, axis.int32, reverse, inclusive, stream.ctx)) }
}

/// The product of the elements so far, in the flattened array.
public func cumprod(
    _ array: MLXArray, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    cumprod(array.reshaped([-1], stream: stream), axis: 0, reverse: reverse, inclusive: inclusive, stream: stream)
}

/// The sum of the elements so far, along an axis.
///
/// - Parameters:
///   - array: The array.
///   - axis: The axis.
///   - reverse: Begin at the end.
///   - inclusive: Whether the element itself belongs to those so far.
///   - stream: Where to compute.
public func cumsum(
    _ array: MLXArray, axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_cumsum($0, axis.int32, reverse, inclusive, stream.ctx)) }
}

/// The sum of the elements so far, in the flattened array.
public func cumsum(
    _ array: MLXArray, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    cumsum(array.reshaped([-1], stream: stream), axis: 0, reverse: reverse, inclusive: inclusive, stream: stream)
}

/// The logarithm of the sum of exponentials so far, along an axis.
///
/// - Parameters:
///   - array: The array.
///   - axis: The axis.
///   - reverse: Begin at the end.
///   - inclusive: Whether the element itself belongs to those so far.
///   - stream: Where to compute.
public func logCumsumExp(
    _ array: MLXArray, axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_logcumsumexp($0, axis.int32, reverse, inclusive, stream.ctx)) }
}

/// The logarithm of the sum of exponentials so far, in the flattened array.
public func logCumsumExp(
    _ array: MLXArray, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
) -> MLXArray {
    logCumsumExp(array.reshaped([-1], stream: stream), axis: 0, reverse: reverse, inclusive: inclusive, stream: stream)
}
