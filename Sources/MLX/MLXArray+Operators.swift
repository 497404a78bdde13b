import CMLX

infix operator ** : BitwiseShiftPrecedence
infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence

// Each operator takes two arrays, or an array and a number; a number takes on the element type of the array.

extension MLXArray {

    // MARK: Arithmetic

    /// The elementwise sum, with broadcasting.
    public static func + (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_add, lhs, rhs, .default)
    }

    /// The elementwise sum, with broadcasting.
    public static func + (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_add, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise sum, with broadcasting.
    public static func + (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_add, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// Replaces what the left array stands for by the elementwise sum.
    public static func += (lhs: inout MLXArray, rhs: MLXArray) {
        lhs._updateInternal(lhs + rhs)
    }

    /// Replaces what the left array stands for by the elementwise sum.
    public static func += (lhs: inout MLXArray, rhs: some ScalarOrArray) {
        lhs._updateInternal(lhs + rhs)
    }

    /// The elementwise difference, with broadcasting.
    public static func - (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_subtract, lhs, rhs, .default)
    }

    /// The elementwise difference, with broadcasting.
    public static func - (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_subtract, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise difference, with broadcasting.
    public static func - (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_subtract, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// Replaces what the left array stands for by the elementwise difference.
    public static func -= (lhs: inout MLXArray, rhs: MLXArray) {
        lhs._updateInternal(lhs - rhs)
    }

    /// Replaces what the left array stands for by the elementwise difference.
    public static func -= (lhs: inout MLXArray, rhs: some ScalarOrArray) {
        lhs._updateInternal(lhs - rhs)
    }

    /// The elementwise product, with broadcasting.
    public static func * (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_multiply, lhs, rhs, .default)
    }

    /// The elementwise product, with broadcasting.
    public static func * (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_multiply, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise product, with broadcasting.
    public static func * (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_multiply, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// Replaces what the left array stands for by the elementwise product.
    public static func *= (lhs: inout MLXArray, rhs: MLXArray) {
        lhs._updateInternal(lhs * rhs)
    }

    /// Replaces what the left array stands for by the elementwise product.
    public static func *= (lhs: inout MLXArray, rhs: some ScalarOrArray) {
        lhs._updateInternal(lhs * rhs)
    }

    /// The elementwise quotient, with broadcasting.
    public static func / (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_divide, lhs, rhs, .default)
    }

    /// The elementwise quotient, with broadcasting.
    public static func / (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_divide, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise quotient, with broadcasting.
    public static func / (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_divide, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// Replaces what the left array stands for by the elementwise quotient.
    public static func /= (lhs: inout MLXArray, rhs: MLXArray) {
        lhs._updateInternal(lhs / rhs)
    }

    /// Replaces what the left array stands for by the elementwise quotient.
    public static func /= (lhs: inout MLXArray, rhs: some ScalarOrArray) {
        lhs._updateInternal(lhs / rhs)
    }

    /// The elementwise power, with broadcasting.
    public static func ** (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_power, lhs, rhs, .default)
    }

    /// The elementwise power, with broadcasting.
    public static func ** (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_power, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise power, with broadcasting.
    public static func ** (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_power, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// The elementwise remainder, with broadcasting.
    public static func % (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_remainder, lhs, rhs, .default)
    }

    /// The elementwise remainder, with broadcasting.
    public static func % (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_remainder, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise remainder, with broadcasting.
    public static func % (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_remainder, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// Each element with its sign reversed.
    public static prefix func - (lhs: MLXArray) -> MLXArray {
        unary(cmlx_negative, lhs, .default)
    }

    // MARK: Comparison

    /// Whether each pair of elements is equal, with broadcasting.
    public static func .== (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_equal, lhs, rhs, .default)
    }

    /// Whether each pair of elements is equal, with broadcasting.
    public static func .== (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_equal, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// Whether each pair of elements is different, with broadcasting.
    public static func .!= (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_not_equal, lhs, rhs, .default)
    }

    /// Whether each pair of elements is different, with broadcasting.
    public static func .!= (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_not_equal, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// Whether each pair of elements is in ascending order, with broadcasting.
    public static func .< (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_less, lhs, rhs, .default)
    }

    /// Whether each pair of elements is in ascending order, with broadcasting.
    public static func .< (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_less, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// Whether each pair of elements is equal or in ascending order, with broadcasting.
    public static func .<= (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_less_equal, lhs, rhs, .default)
    }

    /// Whether each pair of elements is equal or in ascending order, with broadcasting.
    public static func .<= (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_less_equal, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// Whether each pair of elements is in descending order, with broadcasting.
    public static func .> (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_greater, lhs, rhs, .default)
    }

    /// Whether each pair of elements is in descending order, with broadcasting.
    public static func .> (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_greater, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// Whether each pair of elements is equal or in descending order, with broadcasting.
    public static func .>= (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_greater_equal, lhs, rhs, .default)
    }

    /// Whether each pair of elements is equal or in descending order, with broadcasting.
    public static func .>= (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_greater_equal, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    // MARK: Logic

    /// Whether each element is zero or false.
    public static prefix func .! (lhs: MLXArray) -> MLXArray {
        unary(cmlx_logical_not, lhs, .default)
    }

    /// Elementwise logical and, with broadcasting.
    public static func .&& (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_logical_and, lhs, rhs, .default)
    }

    /// Elementwise logical or, with broadcasting.
    public static func .|| (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_logical_or, lhs, rhs, .default)
    }

    // MARK: Bits

    /// Each integer with all its bits inverted; for booleans the negation.
    public static prefix func ~ (lhs: MLXArray) -> MLXArray {
        unary(cmlx_bitwise_invert, lhs, .default)
    }

    /// The elementwise bitwise and, with broadcasting.
    public static func & (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_and, lhs, rhs, .default)
    }

    /// The elementwise bitwise and, with broadcasting.
    public static func & (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_bitwise_and, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise bitwise and, with broadcasting.
    public static func & (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_and, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// The elementwise bitwise or, with broadcasting.
    public static func | (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_or, lhs, rhs, .default)
    }

    /// The elementwise bitwise or, with broadcasting.
    public static func | (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_bitwise_or, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise bitwise or, with broadcasting.
    public static func | (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_or, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// The elementwise bitwise exclusive or, with broadcasting.
    public static func ^ (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_xor, lhs, rhs, .default)
    }

    /// The elementwise bitwise exclusive or, with broadcasting.
    public static func ^ (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_bitwise_xor, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise bitwise exclusive or, with broadcasting.
    public static func ^ (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_bitwise_xor, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// The elementwise shift of the bits to the left, with broadcasting.
    public static func << (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_left_shift, lhs, rhs, .default)
    }

    /// The elementwise shift of the bits to the left, with broadcasting.
    public static func << (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_left_shift, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise shift of the bits to the left, with broadcasting.
    public static func << (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_left_shift, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }

    /// The elementwise shift of the bits to the right, with broadcasting.
    public static func >> (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_right_shift, lhs, rhs, .default)
    }

    /// The elementwise shift of the bits to the right, with broadcasting.
    public static func >> (lhs: MLXArray, rhs: some ScalarOrArray) -> MLXArray {
        binary(cmlx_right_shift, lhs, rhs.asMLXArray(dtype: lhs.dtype), .default)
    }

    /// The elementwise shift of the bits to the right, with broadcasting.
    public static func >> (lhs: some ScalarOrArray, rhs: MLXArray) -> MLXArray {
        binary(cmlx_right_shift, lhs.asMLXArray(dtype: rhs.dtype), rhs, .default)
    }
}
