import CMLX

// MARK: - Selection, limits, comparison

/// Each element, but at least `min`.
///
/// `min` may be a number or an array.
public func clip(_ array: MLXArray, min: some ScalarOrArray, stream: StreamOrDevice = .default) -> MLXArray {
    let min = min.asMLXArray(dtype: array.dtype)
    return with(array, min) { wrap(cmlx_clip($0, $1, nil, stream.ctx)) }
}

/// Each element, but at least `min` and at most `max`.
///
/// The limits may be numbers or arrays.
public func clip(
    _ array: MLXArray, min: some ScalarOrArray, max: some ScalarOrArray, stream: StreamOrDevice = .default
) -> MLXArray {
    let min = min.asMLXArray(dtype: array.dtype)
    let max = max.asMLXArray(dtype: array.dtype)
    return with(array, min) { array, min in with(max) { wrap(cmlx_clip(array, min, $0, stream.ctx)) } }
}

/// Each element, but at most `max`.
///
/// `max` may be a number or an array.
public func clip(_ array: MLXArray, max: some ScalarOrArray, stream: StreamOrDevice = .default) -> MLXArray {
    let max = max.asMLXArray(dtype: array.dtype)
    return with(array, max) { wrap(cmlx_clip($0, nil, $1, stream.ctx)) }
}

/// The element of `a` where the condition is true, that of `b` elsewhere, with broadcasting of all three.
public func which(
    _ condition: MLXArray, _ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default
) -> MLXArray {
    let (a, b) = toArrays(a, b)
    return with(a, b) { a, b in with(condition) { wrap(cmlx_where($0, a, b, stream.ctx)) } }
}

/// The element of `a` where the condition is true, that of `b` elsewhere.
///
/// The same as ``which(_:_:_:stream:)``.
public func `where`(
    _ condition: MLXArray, _ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default
) -> MLXArray {
    which(condition, a, b, stream: stream)
}

/// The array with NaN, +∞ and -∞ replaced.
///
/// `nil` stands for the largest and the lowest finite value.
public func nanToNum(
    _ array: MLXArray, nan: Float = 0, posInf: Float? = 0, negInf: Float? = 0, stream: StreamOrDevice = .default
) -> MLXArray {
    with(array) { wrap(cmlx_nan_to_num($0, nan, .init(posInf), .init(negInf), stream.ctx)) }
}

/// Each element rounded to a number of decimals, ties to even.
///
/// Integers are rounded for negative `decimals`.
public func round(_ array: MLXArray, decimals: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
    with(array) { wrap(cmlx_round($0, decimals.int32, stream.ctx)) }
}

/// Whether |a - b| ≤ atol + rtol · |b| for each pair of elements, with broadcasting.
///
/// Infinities of one sign are close to each other. NaN is close to NaN if `equalNaN` says so.
public func isClose(
    _ a: MLXArray, _ b: MLXArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false,
    stream: StreamOrDevice = .default
) -> MLXArray {
    with(a, b) { wrap(cmlx_is_close($0, $1, rtol, atol, equalNaN, stream.ctx)) }
}

/// Whether all pairs of elements are close, see ``isClose(_:_:rtol:atol:equalNaN:stream:)``, as a scalar.
public func allClose(
    _ array: MLXArray, _ other: some ScalarOrArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false,
    stream: StreamOrDevice = .default
) -> MLXArray {
    let other = other.asMLXArray(dtype: array.dtype)
    return with(array, other) { wrap(cmlx_all_close($0, $1, rtol, atol, equalNaN, stream.ctx)) }
}

/// Whether the arrays have one shape and equal elements, as a scalar.
///
/// NaN equals NaN if `equalNAN` says so.
public func arrayEqual(
    _ array: MLXArray, _ other: some ScalarOrArray, equalNAN: Bool = false, stream: StreamOrDevice = .default
) -> MLXArray {
    let other = other.asMLXArray(dtype: array.dtype)
    return with(array, other) { wrap(cmlx_array_equal($0, $1, equalNAN, stream.ctx)) }
}
