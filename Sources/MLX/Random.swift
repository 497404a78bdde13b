import CMLX

/// Random numbers.
///
/// A random function draws its numbers from a key, and gives the same for the same key. A key comes from a seed, see
/// ``key(_:)``, or from another key by ``split(key:stream:)``. Without a key a function takes the next one of the
/// ``RandomState`` that is in force, ``globalState`` by default, which ``seed(_:)`` resets.
public enum MLXRandom {

    /// Restarts ``globalState`` from a seed.
    public static func seed(_ seed: UInt64) {
        globalState.seed(seed)
    }

    /// The key of a seed.
    public static func key(_ seed: UInt64) -> MLXArray {
        wrap(cmlx_random_key(seed))
    }

    /// A number of independent keys made from one.
    public static func split(key: MLXArray, into num: Int, stream: StreamOrDevice = .default) -> [MLXArray] {
        let keys = with(key) { wrap(cmlx_random_split($0, num.int32, stream.ctx)) }
        return keys.handle == nil ? [] : keys.map { $0 }
    }

    /// Two independent keys made from one.
    public static func split(key: MLXArray, stream: StreamOrDevice = .default) -> (MLXArray, MLXArray) {
        let keys = split(key: key, into: 2, stream: stream)
        return keys.count == 2 ? (keys[0], keys[1]) : (MLXArray(handle: nil), MLXArray(handle: nil))
    }

    /// Numbers drawn evenly from a range, as `type`.
    public static func uniform(
        _ range: Range<some HasDType>, _ shape: some Collection<Int> = [],
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        uniform(
            MLXArray(range.lowerBound), MLXArray(range.upperBound), Array(shape), type.dtype, resolve(key: key), stream)
    }

    /// Numbers drawn evenly from a range, as `type`.
    public static func uniform(
        _ range: Range<Float> = 0..<1, _ shape: some Collection<Int> = [],
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        uniform(
            MLXArray(range.lowerBound), MLXArray(range.upperBound), Array(shape), type.dtype, resolve(key: key), stream)
    }

    /// Numbers drawn evenly from ranges, which `low` and `high` give for each element or for all.
    public static func uniform(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        uniform(low: low, high: high, shape, dtype: type.dtype, key: key, stream: stream)
    }

    /// Numbers drawn evenly from ranges, which `low` and `high` give for each element or for all.
    public static func uniform(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let (low, high) = toArrays(low, high)
        return uniform(low, high, shape.map { Array($0) } ?? low.shape, dtype, resolve(key: key), stream)
    }

    /// Numbers drawn from the normal distribution with mean `loc` and standard deviation `scale`.
    public static func normal(
        _ shape: some Collection<Int> = [], type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        loc: Float = 0, scale: Float = 1,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        normal(shape, dtype: type.dtype, loc: loc, scale: scale, key: key, stream: stream)
    }

    /// Numbers drawn from the normal distribution with mean `loc` and standard deviation `scale`.
    public static func normal(
        _ shape: some Collection<Int> = [], dtype: DType, loc: Float = 0, scale: Float = 1,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let shape = shape.asInt32
        return with(resolve(key: key)) {
            wrap(cmlx_random_normal(shape, shape.count, dtype.cmlxDtype, loc, scale, $0, stream.ctx))
        }
    }

    /// Vectors drawn from the normal distribution with the given mean vector and covariance matrix.
    ///
    /// CPU only.
    public static func multivariateNormal(
        mean: MLXArray, covariance: MLXArray, shape: some Collection<Int> = [], dtype: DType,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let shape = shape.asInt32
        return with(mean, covariance) { mean, covariance in
            with(resolve(key: key)) {
                wrap(
                    cmlx_random_multivariate_normal(
                        mean, covariance, shape, shape.count, dtype.cmlxDtype, $0, stream.ctx))
            }
        }
    }

    /// The integers below `max`, in random order.
    public static func permutation(
        _ max: Int,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(resolve(key: key)) { wrap(cmlx_random_permutation_of_range(max.int32, $0, stream.ctx)) }
    }

    /// The array with the parts along an axis in random order.
    public static func permutation(
        _ array: MLXArray, axis: Int = 0,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(array, resolve(key: key)) { wrap(cmlx_random_permutation($0, axis.int32, $1, stream.ctx)) }
    }

    /// Integers drawn evenly from a range.
    public static func randInt(
        _ range: Range<some HasDType & BinaryInteger>, _ shape: some Collection<Int> = [],
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        integers(
            MLXArray(range.lowerBound), MLXArray(range.upperBound), Array(shape), dtype(of: range), resolve(key: key),
            stream)
    }

    /// Integers drawn evenly from ranges up to, and without, `high`, in the type of `low`.
    public static func randInt(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let (low, high) = toArrays(low, high)
        return integers(low, high, shape.map { Array($0) } ?? low.shape, low.dtype, resolve(key: key), stream)
    }

    /// Integers drawn evenly from ranges up to, and without, `high`.
    public static func randInt(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
        type: (some HasDType & BinaryInteger).Type,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let (low, high) = toArrays(low, high)
        return integers(low, high, shape.map { Array($0) } ?? low.shape, type.dtype, resolve(key: key), stream)
    }

    /// Booleans, true and false with equal probability.
    public static func bernoulli(
        _ shape: some Collection<Int> = [],
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        bernoulli(MLXArray(Float(0.5)), shape, key: key, stream: stream)
    }

    /// Booleans that are true with probability `p`, which is given for each element or for all.
    public static func bernoulli(
        _ p: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let p = p.asMLXArray(dtype: .float32)
        let shape = (shape.map { Array($0) } ?? p.shape).asInt32
        return with(p, resolve(key: key)) { wrap(cmlx_random_bernoulli($0, shape, shape.count, $1, stream.ctx)) }
    }

    /// Numbers drawn from the standard normal distribution, those within a range only.
    public static func truncatedNormal(
        _ range: Range<some HasDType>, _ shape: some Collection<Int> = [],
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        truncatedNormal(
            MLXArray(range.lowerBound), MLXArray(range.upperBound), Array(shape), type.dtype, resolve(key: key), stream)
    }

    /// Numbers drawn from the standard normal distribution, those within a range only.
    public static func truncatedNormal(
        _ range: Range<Float>, _ shape: some Collection<Int> = [],
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        truncatedNormal(
            MLXArray(range.lowerBound), MLXArray(range.upperBound), Array(shape), type.dtype, resolve(key: key), stream)
    }

    /// Numbers drawn from the standard normal distribution, those from `low` to `high` only.
    public static func truncatedNormal(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
        type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        truncatedNormal(low: low, high: high, shape, dtype: type.dtype, key: key, stream: stream)
    }

    /// Numbers drawn from the standard normal distribution, those from `low` to `high` only.
    public static func truncatedNormal(
        low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let (low, high) = toArrays(low, high)
        return truncatedNormal(low, high, shape.map { Array($0) } ?? low.shape, dtype, resolve(key: key), stream)
    }

    /// Numbers drawn from the standard Gumbel distribution.
    public static func gumbel(
        _ shape: some Collection<Int> = [], type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        gumbel(shape, dtype: type.dtype, key: key, stream: stream)
    }

    /// Numbers drawn from the standard Gumbel distribution.
    public static func gumbel(
        _ shape: some Collection<Int> = [], dtype: DType,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let shape = shape.asInt32
        return with(resolve(key: key)) {
            wrap(cmlx_random_gumbel(shape, shape.count, dtype.cmlxDtype, $0, stream.ctx))
        }
    }

    /// Indices, as `uint32`, drawn with probability softmax(`logits`) along an axis.
    ///
    /// `shape`, if given, is that of the result and must broadcast with the shape of `logits` without that axis.
    public static func categorical(
        _ logits: MLXArray, axis: Int = -1, shape: (some Collection<Int>)? = [Int]?.none,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let shape = shape?.asInt32
        return with(logits, resolve(key: key)) { logits, key in
            guard let shape else { return wrap(cmlx_random_categorical(logits, axis.int32, key, stream.ctx)) }
            return wrap(cmlx_random_categorical_shape(logits, axis.int32, shape, shape.count, key, stream.ctx))
        }
    }

    /// `count` indices, as `uint32`, drawn with probability softmax(`logits`) along an axis; they become the last axis.
    public static func categorical(
        _ logits: MLXArray, axis: Int = -1, count: Int,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        with(logits, resolve(key: key)) {
            wrap(cmlx_random_categorical_count($0, axis.int32, count.int32, $1, stream.ctx))
        }
    }

    /// Numbers drawn from the Laplace distribution with mean `loc` and scale `scale`.
    public static func laplace(
        _ shape: some Collection<Int> = [], dtype: DType, loc: Float = 0, scale: Float = 1,
        key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
    ) -> MLXArray {
        let shape = shape.asInt32
        return with(resolve(key: key)) {
            wrap(cmlx_random_laplace(shape, shape.count, dtype.cmlxDtype, loc, scale, $0, stream.ctx))
        }
    }

    // MARK: The functions that the overloads share

    private static func uniform(
        _ low: MLXArray, _ high: MLXArray, _ shape: [Int], _ dtype: DType, _ key: MLXArray, _ stream: StreamOrDevice
    ) -> MLXArray {
        with(low, high) { low, high in
            with(key) {
                wrap(
                    cmlx_random_uniform(low, high, shape.asInt32, shape.count, dtype.cmlxDtype, $0, stream.ctx))
            }
        }
    }

    private static func integers(
        _ low: MLXArray, _ high: MLXArray, _ shape: [Int], _ dtype: DType, _ key: MLXArray, _ stream: StreamOrDevice
    ) -> MLXArray {
        with(low, high) { low, high in
            with(key) {
                wrap(
                    cmlx_random_integers(low, high, shape.asInt32, shape.count, dtype.cmlxDtype, $0, stream.ctx))
            }
        }
    }

    private static func truncatedNormal(
        _ low: MLXArray, _ high: MLXArray, _ shape: [Int], _ dtype: DType, _ key: MLXArray, _ stream: StreamOrDevice
    ) -> MLXArray {
        with(low, high) { low, high in
            with(key) {
                wrap(
                    cmlx_random_truncated_normal(
                        low, high, shape.asInt32, shape.count, dtype.cmlxDtype, $0, stream.ctx))
            }
        }
    }

    private static func dtype<T: HasDType>(of range: Range<T>) -> DType { T.dtype }
}
