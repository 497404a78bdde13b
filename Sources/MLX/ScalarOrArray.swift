/// A Swift number type that corresponds to a ``DType``.
public protocol HasDType: ScalarOrArray {
    /// The element type of arrays made from values of this type.
    static var dtype: DType { get }
}

/// What an array operation takes besides an array: a number, or a Swift array of numbers.
///
/// A number takes on the element type of the array that it meets, so that `x * 2.5` has the type of `x`; see
/// ``asMLXArray(dtype:)``.
public protocol ScalarOrArray {
    /// The value as an array. `dtype` is the element type of the other operand, if that is an array.
    func asMLXArray(dtype: DType?) -> MLXArray
}

extension MLXArray: ScalarOrArray {
    /// The array itself, whatever `dtype` is.
    public func asMLXArray(dtype: DType?) -> MLXArray { self }
}

extension Array: ScalarOrArray where Element: HasDType {
    /// A one-dimensional array of type `dtype`, or of the elements' own type.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        MLXArray(self).asType(dtype ?? Element.dtype)
    }
}

extension HasDType {
    /// The value as a scalar array of type `dtype`, or of its own type.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        MLXArray(self, dtype: dtype ?? Self.dtype)
    }
}

extension HasDType where Self: BinaryInteger {
    /// The value as a scalar array of type `dtype`; of its own type if that is `nil` or ``DType/bool``.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        guard let dtype, dtype != .bool else { return MLXArray(self, dtype: Self.dtype) }
        return MLXArray(self, dtype: dtype)
    }
}

extension HasDType where Self: BinaryFloatingPoint {
    /// The value as a scalar array of type `dtype`; of its own type if that is `nil` or not a floating-point type.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        guard let dtype, dtype.isFloatingPoint else { return MLXArray(self, dtype: Self.dtype) }
        return MLXArray(self, dtype: dtype)
    }
}

extension Bool: HasDType {
    public static var dtype: DType { .bool }
}

extension Int: HasDType {
    /// 64 bits; yet a literal that meets no other type becomes an `int32`, see ``asMLXArray(dtype:)``.
    public static var dtype: DType { .int64 }

    /// The value as a scalar array of type `dtype`; `int32` if that is `nil` or ``DType/bool``.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        guard let dtype, dtype != .bool else { return MLXArray(self, dtype: .int32) }
        return MLXArray(self, dtype: dtype)
    }
}

extension Int8: HasDType {
    public static var dtype: DType { .int8 }
}

extension Int16: HasDType {
    public static var dtype: DType { .int16 }
}

extension Int32: HasDType {
    public static var dtype: DType { .int32 }
}

extension Int64: HasDType {
    public static var dtype: DType { .int64 }
}

extension UInt: HasDType {
    public static var dtype: DType { .uint64 }
}

extension UInt8: HasDType {
    public static var dtype: DType { .uint8 }
}

extension UInt16: HasDType {
    public static var dtype: DType { .uint16 }
}

extension UInt32: HasDType {
    public static var dtype: DType { .uint32 }
}

extension UInt64: HasDType {
    public static var dtype: DType { .uint64 }
}

extension Float16: HasDType {
    public static var dtype: DType { .float16 }
}

extension Float: HasDType {
    public static var dtype: DType { .float32 }
}

extension Double: HasDType {
    public static var dtype: DType { .float64 }

    /// The value as a scalar array of type `dtype`; `float32` if that is `nil` or not a floating-point type, for
    /// double precision never arises unasked.
    public func asMLXArray(dtype: DType?) -> MLXArray {
        guard let dtype, dtype.isFloatingPoint else { return MLXArray(self, dtype: .float32) }
        return MLXArray(self, dtype: dtype)
    }
}

/// Both operands as arrays; a number takes on the other operand's element type.
public func toArrays(_ a: some ScalarOrArray, _ b: some ScalarOrArray) -> (MLXArray, MLXArray) {
    switch (a as? MLXArray, b as? MLXArray) {
    case (let a?, let b?): (a, b)
    case (let a?, nil): (a, b.asMLXArray(dtype: a.dtype))
    case (nil, let b?): (a.asMLXArray(dtype: b.dtype), b)
    case (nil, nil): (a.asMLXArray(dtype: nil), b.asMLXArray(dtype: nil))
    }
}
