import CMLX

// MARK: - Constants

/// An array of zeros.
public func zeros(
    _ shape: some Collection<Int>, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
) -> MLXArray {
    zeros(shape, dtype: type.dtype, stream: stream)
}

/// An array of zeros.
public func zeros(_ shape: some Collection<Int>, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    let shape = shape.asInt32
    return wrap(cmlx_zeros(shape, shape.count, dtype.cmlxDtype, stream.ctx))
}

/// An array of zeros with the shape and the element type of another.
public func zeros(like array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_zeros_like, array, stream)
}

/// An array of ones.
public func ones(
    _ shape: some Collection<Int>, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
) -> MLXArray {
    ones(shape, dtype: type.dtype, stream: stream)
}

/// An array of ones.
public func ones(_ shape: some Collection<Int>, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    let shape = shape.asInt32
    return wrap(cmlx_ones(shape, shape.count, dtype.cmlxDtype, stream.ctx))
}

/// An array of ones with the shape and the element type of another.
public func ones(like array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_ones_like, array, stream)
}

/// `values` broadcast to a shape, with elements of type `type`.
public func full(
    _ shape: some Collection<Int>, values: some ScalarOrArray, type: (some HasDType).Type,
    stream: StreamOrDevice = .default
) -> MLXArray {
    full(shape, values: values.asMLXArray(dtype: nil), dtype: type.dtype, stream: stream)
}

/// `values` broadcast to a shape, with elements of type `dtype`.
public func full(
    _ shape: some Collection<Int>, values: MLXArray, dtype: DType, stream: StreamOrDevice = .default
) -> MLXArray {
    let shape = shape.asInt32
    return with(values) { wrap(cmlx_full(shape, shape.count, $0, dtype.cmlxDtype, stream.ctx)) }
}

/// `values` broadcast to a shape, with their own element type.
public func full(
    _ shape: some Collection<Int>, values: some ScalarOrArray, stream: StreamOrDevice = .default
) -> MLXArray {
    let values = values.asMLXArray(dtype: nil)
    return full(shape, values: values, dtype: values.dtype, stream: stream)
}

// MARK: - Matrices

/// A matrix of `n` rows and `m` columns (`n` by default) with ones on the `k`-th diagonal and zeros elsewhere.
public func eye(
    _ n: Int, m: Int? = nil, k: Int = 0, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
) -> MLXArray {
    eye(n, m: m, k: k, dtype: type.dtype, stream: stream)
}

/// A matrix of `n` rows and `m` columns (`n` by default) with ones on the `k`-th diagonal and zeros elsewhere.
public func eye(_ n: Int, m: Int? = nil, k: Int = 0, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_eye(n.int32, (m ?? n).int32, k.int32, dtype.cmlxDtype, stream.ctx))
}

/// The identity matrix of `n` rows.
public func identity(_ n: Int, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default)
    -> MLXArray
{
    eye(n, dtype: type.dtype, stream: stream)
}

/// The identity matrix of `n` rows.
public func identity(_ n: Int, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    eye(n, dtype: dtype, stream: stream)
}

/// A matrix of `n` rows and `m` columns (`n` by default) with ones on and below the `k`-th diagonal.
public func tri(
    _ n: Int, m: Int? = nil, k: Int = 0, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
) -> MLXArray {
    tri(n, m: m, k: k, dtype: type.dtype, stream: stream)
}

/// A matrix of `n` rows and `m` columns (`n` by default) with ones on and below the `k`-th diagonal.
public func tri(_ n: Int, m: Int? = nil, k: Int = 0, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_tri(n.int32, (m ?? n).int32, k.int32, dtype.cmlxDtype, stream.ctx))
}

// MARK: - Sequences

/// The integers from 0 up to, and without, `stop`, as `int32`.
public func arange(_ stop: Int, stream: StreamOrDevice = .default) -> MLXArray {
    arange(0, stop, dtype: .int32, stream: stream)
}

/// The integers from `start` up to, and without, `stop`, as `int32`.
public func arange(_ start: Int, _ stop: Int, step: Int = 1, stream: StreamOrDevice = .default) -> MLXArray {
    arange(start, stop, step: step, dtype: .int32, stream: stream)
}

/// The integers from 0 up to, and without, `stop`.
public func arange(_ stop: Int, dtype: DType, stream: StreamOrDevice = .default) -> MLXArray {
    arange(0, stop, dtype: dtype, stream: stream)
}

/// The integers from `start` up to, and without, `stop`.
public func arange(
    _ start: Int, _ stop: Int, step: Int = 1, dtype: DType, stream: StreamOrDevice = .default
) -> MLXArray {
    arange(Double(start), Double(stop), step: Double(step), dtype: dtype, stream: stream)
}

/// The numbers from 0 up to, and without, `stop` in steps of 1.
public func arange(_ stop: Double, dtype: DType = .float32, stream: StreamOrDevice = .default) -> MLXArray {
    arange(0, stop, step: 1, dtype: dtype, stream: stream)
}

/// The numbers from `start` up to, and without, `stop`.
public func arange(
    _ start: Double, _ stop: Double, step: Double = 1.0, dtype: DType = .float32, stream: StreamOrDevice = .default
) -> MLXArray {
    wrap(cmlx_arange(start, stop, step, dtype.cmlxDtype, stream.ctx))
}

/// `count` numbers at equal distances from `start` to `stop`, both included, in the type of these.
public func linspace<T: HasDType>(
    _ start: T, _ stop: T, count: Int = 50, stream: StreamOrDevice = .default
) -> MLXArray where T: BinaryInteger {
    wrap(cmlx_linspace(Double(start), Double(stop), count.int32, T.dtype.cmlxDtype, stream.ctx))
}

/// `count` numbers at equal distances from `start` to `stop`, both included, in the type of these.
public func linspace<T: HasDType>(
    _ start: T, _ stop: T, count: Int = 50, stream: StreamOrDevice = .default
) -> MLXArray where T: BinaryFloatingPoint {
    wrap(cmlx_linspace(Double(start), Double(stop), count.int32, T.dtype.cmlxDtype, stream.ctx))
}

// MARK: - Windows and grids

/// The Bartlett window of `m` points.
public func bartlett(_ m: Int, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_window("bartlett", m.int32, stream.ctx))
}

/// The Blackman window of `m` points.
public func blackman(_ m: Int, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_window("blackman", m.int32, stream.ctx))
}

/// The Hamming window of `m` points.
public func hamming(_ m: Int, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_window("hamming", m.int32, stream.ctx))
}

/// The Hann window of `m` points.
public func hanning(_ m: Int, stream: StreamOrDevice = .default) -> MLXArray {
    wrap(cmlx_window("hanning", m.int32, stream.ctx))
}

/// The order of axes of ``meshGrid(_:sparse:indexing:stream:)``.
public enum MeshGridIndexing: String, Sendable {
    /// Cartesian: the second coordinate varies along the first axis.
    case xy
    /// Matrix: the first coordinate varies along the first axis.
    case ij
}

/// For each list of coordinates, an array of its values at all points of the grid that the lists span.
///
/// - Parameters:
///   - arrays: One-dimensional arrays of coordinates.
///   - sparse: Leave the axes along which a coordinate is constant at length 1.
///   - indexing: The order of axes.
///   - stream: Where to compute.
public func meshGrid(
    _ arrays: some Collection<MLXArray>, sparse: Bool = false, indexing: MeshGridIndexing = .xy,
    stream: StreamOrDevice = .default
) -> [MLXArray] {
    with(arrays) { wrap(list: cmlx_meshgrid($0, $1, sparse, indexing.rawValue, stream.ctx)) }
}
