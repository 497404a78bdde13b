import CMLX

/// Calls a reduction over `axes`, or over all axes if that is `nil`.
private func reduce(
    _ function: (OpaquePointer?, UnsafePointer<Int32>?, Int, Bool, cmlx_stream) -> OpaquePointer?, _ array: MLXArray,
    _ axes: [Int]?, _ keepDims: Bool, _ stream: StreamOrDevice
) -> MLXArray {
    with(array) { array in
        guard let axes = axes?.asInt32 else { return wrap(function(array, nil, 0, keepDims, stream.ctx)) }
        return axes.withUnsafeBufferPointer { buffer in
            // A pointer to no axes is not the same as no pointer.
            withUnsafePointer(to: Int32(0)) {
                wrap(function(array, buffer.baseAddress ?? $0, buffer.count, keepDims, stream.ctx))
            }
        }
    }
}

// MARK: - all

/// Whether all elements are true or not zero, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func all(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_all, array, Array(axes), keepDims, stream)
}

/// Whether all elements are true or not zero, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func all(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_all, array, [axis], keepDims, stream)
}

/// Whether all elements are true or not zero, over all axes: a scalar, or with `keepDims` an array whose axes all have
/// length 1.
public func all(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_all, array, nil, keepDims, stream)
}

// MARK: - any

/// Whether any element is true or not zero, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func any(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_any, array, Array(axes), keepDims, stream)
}

/// Whether any element is true or not zero, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func any(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_any, array, [axis], keepDims, stream)
}

/// Whether any element is true or not zero, over all axes: a scalar, or with `keepDims` an array whose axes all have
/// length 1.
public func any(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_any, array, nil, keepDims, stream)
}

// MARK: - logSumExp

/// The logarithm of the sum of the exponentials, without overflow, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func logSumExp(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_log_sum_exp, array, Array(axes), keepDims, stream)
}

/// The logarithm of the sum of the exponentials, without overflow, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func logSumExp(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_log_sum_exp, array, [axis], keepDims, stream)
}

/// The logarithm of the sum of the exponentials, without overflow, over all axes: a scalar, or with `keepDims` an array
/// whose axes all have length 1.
public func logSumExp(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_log_sum_exp, array, nil, keepDims, stream)
}

// MARK: - max

/// The greatest element, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func max(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_max, array, Array(axes), keepDims, stream)
}

/// The greatest element, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func max(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_max, array, [axis], keepDims, stream)
}

/// The greatest element, over all axes: a scalar, or with `keepDims` an array whose axes all have length 1.
public func max(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_max, array, nil, keepDims, stream)
}

// MARK: - mean

/// The arithmetic mean, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func mean(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_mean, array, Array(axes), keepDims, stream)
}

/// The arithmetic mean, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func mean(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_mean, array, [axis], keepDims, stream)
}

/// The arithmetic mean, over all axes: a scalar, or with `keepDims` an array whose axes all have length 1.
public func mean(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_mean, array, nil, keepDims, stream)
}

// MARK: - median

/// The median; the mean of the two middle elements if their number is even, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func median(
    _ array: MLXArray, axes: [Int], keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_median, array, Array(axes), keepDims, stream)
}

/// The median; the mean of the two middle elements if their number is even, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func median(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_median, array, [axis], keepDims, stream)
}

/// The median; the mean of the two middle elements if their number is even, over all axes: a scalar, or with `keepDims`
/// an array whose axes all have length 1.
public func median(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_median, array, nil, keepDims, stream)
}

// MARK: - min

/// The least element, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func min(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_min, array, Array(axes), keepDims, stream)
}

/// The least element, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func min(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_min, array, [axis], keepDims, stream)
}

/// The least element, over all axes: a scalar, or with `keepDims` an array whose axes all have length 1.
public func min(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_min, array, nil, keepDims, stream)
}

// MARK: - product

/// The product of the elements, over the given axes.
///
/// With `keepDims` these stay, with length 1.
public func product(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_product, array, Array(axes), keepDims, stream)
}

/// The product of the elements, over one axis.
///
/// With `keepDims` it stays, with length 1.
public func product(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_product, array, [axis], keepDims, stream)
}

/// The product of the elements, over all axes: a scalar, or with `keepDims` an array whose axes all have length 1.
public func product(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_product, array, nil, keepDims, stream)
}

// MARK: - sum

/// The sum of the elements.
///
/// Booleans and small integers add up as `int32`, as libmlx decides, over the given axes. With `keepDims` these stay,
/// with length 1.
public func sum(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_sum, array, Array(axes), keepDims, stream)
}

/// The sum of the elements.
///
/// Booleans and small integers add up as `int32`, as libmlx decides, over one axis. With `keepDims` it stays, with
/// length 1.
public func sum(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_sum, array, [axis], keepDims, stream)
}

/// The sum of the elements.
///
/// Booleans and small integers add up as `int32`, as libmlx decides, over all axes: a scalar, or with `keepDims` an
/// array whose axes all have length 1.
public func sum(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_sum, array, nil, keepDims, stream)
}

// MARK: - std

/// The standard deviation: the root of the variance, over the given axes.
public func std(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, ddof: Int = 0,
    stream: StreamOrDevice = .default
) -> MLXArray {
    reduce({ cmlx_standard_deviation($0, $1, $2, $3, ddof.int32, $4) }, array, Array(axes), keepDims, stream)
}

/// The standard deviation: the root of the variance, over one axis.
public func std(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce({ cmlx_standard_deviation($0, $1, $2, $3, ddof.int32, $4) }, array, [axis], keepDims, stream)
}

/// The standard deviation: the root of the variance, over all axes.
public func std(_ array: MLXArray, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default)
    -> MLXArray
{
    reduce({ cmlx_standard_deviation($0, $1, $2, $3, ddof.int32, $4) }, array, nil, keepDims, stream)
}

// MARK: - variance

/// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over the given axes.
public func variance(
    _ array: MLXArray, axes: some Collection<Int>, keepDims: Bool = false, ddof: Int = 0,
    stream: StreamOrDevice = .default
) -> MLXArray {
    reduce({ cmlx_variance($0, $1, $2, $3, ddof.int32, $4) }, array, Array(axes), keepDims, stream)
}

/// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over one axis.
public func variance(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce({ cmlx_variance($0, $1, $2, $3, ddof.int32, $4) }, array, [axis], keepDims, stream)
}

/// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over all axes.
public func variance(_ array: MLXArray, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default)
    -> MLXArray
{
    reduce({ cmlx_variance($0, $1, $2, $3, ddof.int32, $4) }, array, nil, keepDims, stream)
}

// MARK: - softmax

/// exp(x) / Σ exp(x), over the given axes.
///
/// `precise` computes half-precision input in single precision.
public func softmax(
    _ array: MLXArray, axes: some Collection<Int>, precise: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_softmax, array, Array(axes), precise, stream)
}

/// exp(x) / Σ exp(x), over one axis.
///
/// `precise` computes half-precision input in single precision.
public func softmax(
    _ array: MLXArray, axis: Int, precise: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    reduce(cmlx_softmax, array, [axis], precise, stream)
}

/// exp(x) / Σ exp(x), over all elements.
///
/// `precise` computes half-precision input in single precision.
public func softmax(_ array: MLXArray, precise: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    reduce(cmlx_softmax, array, nil, precise, stream)
}

// MARK: - Positions of extremes

/// The index, as `uint32`, of the greatest element along an axis; the first if there are several.
public func argMax(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_argmax($0, .init(axis), keepDims, stream.ctx)) }
}

/// The index, as `uint32`, of the greatest element of the flattened array; the first if there are several.
public func argMax(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argmax($0, .init(nil), keepDims, stream.ctx)) }
}

/// The index, as `uint32`, of the least element along an axis; the first if there are several.
public func argMin(
    _ array: MLXArray, axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_argmin($0, .init(axis), keepDims, stream.ctx)) }
}

/// The index, as `uint32`, of the least element of the flattened array; the first if there are several.
public func argMin(_ array: MLXArray, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_argmin($0, .init(nil), keepDims, stream.ctx)) }
}
