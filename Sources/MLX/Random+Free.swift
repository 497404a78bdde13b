// The functions of ``MLXRandom`` as free functions.

/// Restarts the global sequence of random keys from a seed.
public func seed(_ seed: UInt64) {
    MLXRandom.seed(seed)
}

/// The key of a seed.
public func key(_ seed: UInt64) -> MLXArray {
    MLXRandom.key(seed)
}

/// A number of independent keys made from one.
public func split(key: MLXArray, into num: Int, stream: StreamOrDevice = .default) -> [MLXArray] {
    MLXRandom.split(key: key, into: num, stream: stream)
}

/// Two independent keys made from one.
public func split(key: MLXArray, stream: StreamOrDevice = .default) -> (MLXArray, MLXArray) {
    MLXRandom.split(key: key, stream: stream)
}

/// Numbers drawn evenly from a range, as `type`.
public func uniform(
    _ range: Range<some HasDType>, _ shape: some Collection<Int> = [],
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.uniform(range, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn evenly from a range, as `type`.
public func uniform(
    _ range: Range<Float> = 0..<1, _ shape: some Collection<Int> = [],
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.uniform(range, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn evenly from ranges, which `low` and `high` give for each element or for all.
public func uniform(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.uniform(low: low, high: high, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn evenly from ranges, which `low` and `high` give for each element or for all.
public func uniform(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.uniform(low: low, high: high, shape, dtype: dtype, key: key, stream: stream)
}

/// Numbers drawn from the normal distribution with mean `loc` and standard deviation `scale`.
public func normal(
    _ shape: some Collection<Int> = [], type: (some HasDType & BinaryFloatingPoint).Type = Float.self, loc: Float = 0,
    scale: Float = 1,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.normal(shape, type: type, loc: loc, scale: scale, key: key, stream: stream)
}

/// Numbers drawn from the normal distribution with mean `loc` and standard deviation `scale`.
public func normal(
    _ shape: some Collection<Int> = [], dtype: DType, loc: Float = 0, scale: Float = 1,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.normal(shape, dtype: dtype, loc: loc, scale: scale, key: key, stream: stream)
}

/// Vectors drawn from the normal distribution with the given mean vector and covariance matrix.
///
/// CPU only.
public func multivariateNormal(
    mean: MLXArray, covariance: MLXArray, shape: some Collection<Int> = [], dtype: DType,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.multivariateNormal(
        mean: mean, covariance: covariance, shape: shape, dtype: dtype, key: key, stream: stream)
}

/// Integers drawn evenly from a range.
public func randInt(
    _ range: Range<some HasDType & BinaryInteger>, _ shape: some Collection<Int> = [],
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.randInt(range, shape, key: key, stream: stream)
}

/// Integers drawn evenly from ranges up to, and without, `high`, in the type of `low`.
public func randInt(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.randInt(low: low, high: high, shape, key: key, stream: stream)
}

/// Integers drawn evenly from ranges up to, and without, `high`.
public func randInt(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    type: (some HasDType & BinaryInteger).Type,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.randInt(low: low, high: high, shape, type: type, key: key, stream: stream)
}

/// Booleans, true and false with equal probability.
public func bernoulli(
    _ shape: some Collection<Int> = [],
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.bernoulli(shape, key: key, stream: stream)
}

/// Booleans that are true with probability `p`, which is given for each element or for all.
public func bernoulli(
    _ p: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.bernoulli(p, shape, key: key, stream: stream)
}

/// Numbers drawn from the standard normal distribution, those within a range only.
public func truncatedNormal(
    _ range: Range<some HasDType>, _ shape: some Collection<Int> = [],
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.truncatedNormal(range, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn from the standard normal distribution, those within a range only.
public func truncatedNormal(
    _ range: Range<Float>, _ shape: some Collection<Int> = [],
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.truncatedNormal(range, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn from the standard normal distribution, those from `low` to `high` only.
public func truncatedNormal(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none,
    type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.truncatedNormal(low: low, high: high, shape, type: type, key: key, stream: stream)
}

/// Numbers drawn from the standard normal distribution, those from `low` to `high` only.
public func truncatedNormal(
    low: some ScalarOrArray, high: some ScalarOrArray, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.truncatedNormal(low: low, high: high, shape, dtype: dtype, key: key, stream: stream)
}

/// Numbers drawn from the standard Gumbel distribution.
public func gumbel(
    _ shape: some Collection<Int> = [], type: (some HasDType & BinaryFloatingPoint).Type = Float.self,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.gumbel(shape, type: type, key: key, stream: stream)
}

/// Numbers drawn from the standard Gumbel distribution.
public func gumbel(
    _ shape: some Collection<Int> = [], dtype: DType,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.gumbel(shape, dtype: dtype, key: key, stream: stream)
}

/// Indices, as `uint32`, drawn with probability softmax(`logits`) along an axis.
///
/// `shape`, if given, is that of the result and must broadcast with the shape of `logits` without that axis.
public func categorical(
    _ logits: MLXArray, axis: Int = -1, shape: (some Collection<Int>)? = [Int]?.none,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.categorical(logits, axis: axis, shape: shape, key: key, stream: stream)
}

/// `count` indices, as `uint32`, drawn with probability softmax(`logits`) along an axis; they become the last axis.
public func categorical(
    _ logits: MLXArray, axis: Int = -1, count: Int,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.categorical(logits, axis: axis, count: count, key: key, stream: stream)
}

/// Numbers drawn from the Laplace distribution with mean `loc` and scale `scale`.
public func laplace(
    _ shape: some Collection<Int> = [], dtype: DType, loc: Float = 0, scale: Float = 1,
    key: (some RandomStateOrKey)? = MLXArray?.none, stream: StreamOrDevice = .default
) -> MLXArray {
    MLXRandom.laplace(shape, dtype: dtype, loc: loc, scale: scale, key: key, stream: stream)
}
