// The functions that make arrays as static functions. Each does what the function of the same name does.

extension MLXArray {

    /// An array of zeros.
    public static func zeros(
        _ shape: some Collection<Int>, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.zeros(shape, type: type, stream: stream)
    }

    /// An array of zeros.
    public static func zeros(
        _ shape: some Collection<Int>, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.zeros(shape, dtype: dtype, stream: stream)
    }

    /// An array of zeros with the shape and the element type of another.
    public static func zeros(
        like array: MLXArray, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.zeros(like: array, stream: stream)
    }

    /// An array of ones.
    public static func ones(
        _ shape: some Collection<Int>, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.ones(shape, type: type, stream: stream)
    }

    /// An array of ones.
    public static func ones(
        _ shape: some Collection<Int>, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.ones(shape, dtype: dtype, stream: stream)
    }

    /// An array of ones with the shape and the element type of another.
    public static func ones(
        like array: MLXArray, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.ones(like: array, stream: stream)
    }

    /// A matrix of `n` rows and `m` columns (`n` by default) with ones on the `k`-th diagonal and zeros elsewhere.
    public static func eye(
        _ n: Int, m: Int? = nil, k: Int = 0, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.eye(n, m: m, k: k, type: type, stream: stream)
    }

    /// A matrix of `n` rows and `m` columns (`n` by default) with ones on the `k`-th diagonal and zeros elsewhere.
    public static func eye(
        _ n: Int, m: Int? = nil, k: Int = 0, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.eye(n, m: m, k: k, dtype: dtype, stream: stream)
    }

    /// `values` broadcast to a shape, with elements of type `type`.
    public static func full(
        _ shape: some Collection<Int>, values: MLXArray, type: (some HasDType).Type = Float.self,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.full(shape, values: values, type: type, stream: stream)
    }

    /// `values` broadcast to a shape, with elements of type `dtype`.
    public static func full(
        _ shape: some Collection<Int>, values: MLXArray, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.full(shape, values: values, dtype: dtype, stream: stream)
    }

    /// `values` broadcast to a shape, with their own element type.
    public static func full(
        _ shape: some Collection<Int>, values: MLXArray, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.full(shape, values: values, stream: stream)
    }

    /// The identity matrix of `n` rows.
    public static func identity(
        _ n: Int, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.identity(n, type: type, stream: stream)
    }

    /// The identity matrix of `n` rows.
    public static func identity(
        _ n: Int, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.identity(n, dtype: dtype, stream: stream)
    }

    /// A matrix of `n` rows and `m` columns (`n` by default) with ones on and below the `k`-th diagonal.
    public static func tri(
        _ n: Int, m: Int? = nil, k: Int = 0, type: (some HasDType).Type = Float.self, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.tri(n, m: m, k: k, type: type, stream: stream)
    }

    /// A matrix of `n` rows and `m` columns (`n` by default) with ones on and below the `k`-th diagonal.
    public static func tri(
        _ n: Int, m: Int? = nil, k: Int = 0, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.tri(n, m: m, k: k, dtype: dtype, stream: stream)
    }

    /// The integers from 0 up to, and without, `stop`, as `int32`.
    public static func arange(
        _ stop: Int, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(stop, stream: stream)
    }

    /// The integers from `start` up to, and without, `stop`, as `int32`.
    public static func arange(
        _ start: Int, _ stop: Int, step: Int = 1, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(start, stop, step: step, stream: stream)
    }

    /// The integers from 0 up to, and without, `stop`.
    public static func arange(
        _ stop: Int, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(stop, dtype: dtype, stream: stream)
    }

    /// The integers from `start` up to, and without, `stop`.
    public static func arange(
        _ start: Int, _ stop: Int, step: Int = 1, dtype: DType, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(start, stop, step: step, dtype: dtype, stream: stream)
    }

    /// The numbers from 0 up to, and without, `stop` in steps of 1.
    public static func arange(
        _ stop: Double, dtype: DType = .float32, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(stop, dtype: dtype, stream: stream)
    }

    /// The numbers from `start` up to, and without, `stop`.
    public static func arange(
        _ start: Double, _ stop: Double, step: Double = 1.0, dtype: DType = .float32,
        stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.arange(start, stop, step: step, dtype: dtype, stream: stream)
    }

    /// Each element `count` times in a row along an axis.
    public static func repeated(
        _ array: MLXArray, count: Int, axis: Int, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.repeated(array, count: count, axis: axis, stream: stream)
    }

    /// Each element of the flattened array `count` times in a row.
    public static func repeated(
        _ array: MLXArray, count: Int, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.repeated(array, count: count, stream: stream)
    }

    /// `count` numbers at equal distances from `start` to `stop`, both included, in the type of these.
    public static func linspace<T: HasDType>(
        _ start: T, _ stop: T, count: Int = 50, stream: StreamOrDevice = .default
    ) -> MLXArray where T: BinaryInteger {
        MLX.linspace(start, stop, count: count, stream: stream)
    }

    /// `count` numbers at equal distances from `start` to `stop`, both included, in the type of these.
    public static func linspace<T: HasDType>(
        _ start: T, _ stop: T, count: Int = 50, stream: StreamOrDevice = .default
    ) -> MLXArray where T: BinaryFloatingPoint {
        MLX.linspace(start, stop, count: count, stream: stream)
    }
}
