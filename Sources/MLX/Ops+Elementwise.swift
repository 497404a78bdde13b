import CMLX

// MARK: - Functions of one array

/// The absolute value of each element.
public func abs(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_abs, array, stream)
}

/// The arc cosine of each element, in radians.
public func acos(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_acos, array, stream)
}

/// The inverse hyperbolic cosine of each element.
public func acosh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_acosh, array, stream)
}

/// The arc sine of each element, in radians.
public func asin(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_asin, array, stream)
}

/// The inverse hyperbolic sine of each element.
public func asinh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_asinh, array, stream)
}

/// The arc tangent of each element, in radians.
public func atan(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_atan, array, stream)
}

/// The inverse hyperbolic tangent of each element.
public func atanh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_atanh, array, stream)
}

/// Each integer with all its bits inverted; for booleans the negation.
public func bitwiseInvert(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_bitwise_invert, array, stream)
}

/// Each element rounded up.
public func ceil(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_ceil, array, stream)
}

/// The complex conjugate of each element.
public func conjugate(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_conjugate, array, stream)
}

/// The cosine of each element, in radians.
public func cos(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_cos, array, stream)
}

/// The hyperbolic cosine of each element.
public func cosh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_cosh, array, stream)
}

/// Each angle converted from radians to degrees.
public func degrees(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_degrees, array, stream)
}

/// The error function, 2/√π · ∫ exp(-t²) dt from 0 to x, of each element x.
public func erf(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_erf, array, stream)
}

/// The inverse of the error function ``erf(_:stream:)`` for each element.
public func erfInverse(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_erf_inverse, array, stream)
}

/// The exponential function of each element.
public func exp(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_exp, array, stream)
}

/// exp(x) - 1 for each element x, accurate near 0.
public func expm1(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_expm1, array, stream)
}

/// Each element rounded down.
public func floor(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_floor, array, stream)
}

/// Whether each element is neither infinite nor NaN.
public func isFinite(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_is_finite, array, stream)
}

/// Whether each element is infinite.
public func isInf(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_is_inf, array, stream)
}

/// Whether each element is NaN.
public func isNaN(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_is_nan, array, stream)
}

/// Whether each element is -∞.
public func isNegInf(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_is_negative_inf, array, stream)
}

/// Whether each element is +∞.
public func isPosInf(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_is_positive_inf, array, stream)
}

/// The natural logarithm of each element.
public func log(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_log, array, stream)
}

/// The logarithm to base 10 of each element.
public func log10(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_log10, array, stream)
}

/// The natural logarithm of 1 + x for each element x, accurate near 0.
public func log1p(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_log1p, array, stream)
}

/// The logarithm to base 2 of each element.
public func log2(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_log2, array, stream)
}

/// Whether each element is zero or false.
public func logicalNot(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_logical_not, array, stream)
}

/// Each element with its sign reversed.
public func negative(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_negative, array, stream)
}

/// Each angle converted from degrees to radians.
public func radians(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_radians, array, stream)
}

/// 1 / x for each element x.
public func reciprocal(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_reciprocal, array, stream)
}

/// 1 / √x for each element x.
public func rsqrt(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_rsqrt, array, stream)
}

/// 1 / (1 + exp(-x)) for each element x.
public func sigmoid(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_sigmoid, array, stream)
}

/// -1, 0 or 1 by the sign of each element.
public func sign(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_sign, array, stream)
}

/// The sine of each element, in radians.
public func sin(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_sin, array, stream)
}

/// The hyperbolic sine of each element.
public func sinh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_sinh, array, stream)
}

/// The square root of each element.
public func sqrt(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_sqrt, array, stream)
}

/// The square of each element.
public func square(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_square, array, stream)
}

/// The array itself, as a constant where gradients are concerned.
public func stopGradient(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_stop_gradient, array, stream)
}

/// The tangent of each element, in radians.
public func tan(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_tan, array, stream)
}

/// The hyperbolic tangent of each element.
public func tanh(_ array: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    unary(cmlx_tanh, array, stream)
}

// MARK: - Functions of two arrays

/// Elementwise a + b, with broadcasting.
public func add(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_add, a, b, stream)
}

/// Elementwise a & b of integers or booleans, with broadcasting.
public func bitwiseAnd(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_bitwise_and, a, b, stream)
}

/// Elementwise a | b of integers or booleans, with broadcasting.
public func bitwiseOr(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_bitwise_or, a, b, stream)
}

/// Elementwise exclusive or of integers or booleans, with broadcasting.
public func bitwiseXOr(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_bitwise_xor, a, b, stream)
}

/// Elementwise a / b in floating point, with broadcasting.
public func divide(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_divide, a, b, stream)
}

/// Elementwise a = b as booleans, with broadcasting.
public func equal(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_equal, a, b, stream)
}

/// Elementwise a > b as booleans, with broadcasting.
public func greater(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_greater, a, b, stream)
}

/// Elementwise a ≥ b as booleans, with broadcasting.
public func greaterEqual(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_greater_equal, a, b, stream)
}

/// Elementwise a << b of integers, with broadcasting.
public func leftShift(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_left_shift, a, b, stream)
}

/// Elementwise a < b as booleans, with broadcasting.
public func less(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_less, a, b, stream)
}

/// Elementwise a ≤ b as booleans, with broadcasting.
public func lessEqual(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_less_equal, a, b, stream)
}

/// Elementwise log(exp(a) + exp(b)) without overflow, with broadcasting.
public func logAddExp(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_log_add_exp, a, b, stream)
}

/// Elementwise a and b, with broadcasting; what is not zero counts as true.
public func logicalAnd(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_logical_and, a, b, stream)
}

/// Elementwise a or b, with broadcasting; what is not zero counts as true.
public func logicalOr(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_logical_or, a, b, stream)
}

/// The greater of each pair of elements, with broadcasting.
///
/// NaN prevails.
public func maximum(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_maximum, a, b, stream)
}

/// The lesser of each pair of elements, with broadcasting.
///
/// NaN prevails.
public func minimum(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_minimum, a, b, stream)
}

/// Elementwise a · b, with broadcasting.
public func multiply(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_multiply, a, b, stream)
}

/// Elementwise a ≠ b as booleans, with broadcasting.
public func notEqual(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_not_equal, a, b, stream)
}

/// Elementwise remainder of a / b, with the sign of b, with broadcasting.
public func remainder(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_remainder, a, b, stream)
}

/// Elementwise a >> b of integers, with broadcasting.
public func rightShift(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_right_shift, a, b, stream)
}

/// Elementwise a - b, with broadcasting.
public func subtract(_ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default)
    -> MLXArray
{
    binary(cmlx_subtract, a, b, stream)
}

/// The angle in radians between the positive x axis and the point (b, a), elementwise with broadcasting.
public func atan2(_ a: MLXArray, _ b: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_atan2, a, b, stream)
}

/// Elementwise quotient, rounded down, and remainder, with broadcasting.
public func divmod(
    _ a: some ScalarOrArray, _ b: some ScalarOrArray, stream: StreamOrDevice = .default
) -> (MLXArray, MLXArray) {
    let (a, b) = toArrays(a, b)
    let results = with(a, b) { wrap(list: cmlx_divmod($0, $1, stream.ctx)) }
    return results.count == 2 ? (results[0], results[1]) : (MLXArray(handle: nil), MLXArray(handle: nil))
}

/// Elementwise a / b rounded down, with broadcasting.
public func floorDivide(
    _ array: MLXArray, _ other: some ScalarOrArray, stream: StreamOrDevice = .default
) -> MLXArray {
    binary(cmlx_floor_divide, array, other, stream)
}

/// Elementwise power, with broadcasting.
public func pow(_ array: MLXArray, _ other: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_power, array, other, stream)
}

/// Elementwise power, with broadcasting.
public func pow(_ array: MLXArray, _ other: some ScalarOrArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_power, array, other.asMLXArray(dtype: array.dtype), stream)
}

/// Elementwise power, with broadcasting.
public func pow(_ array: some ScalarOrArray, _ other: MLXArray, stream: StreamOrDevice = .default) -> MLXArray {
    binary(cmlx_power, array.asMLXArray(dtype: other.dtype), other, stream)
}
