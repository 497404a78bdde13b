import CMLX
import Foundation

extension MLXArray {

    /// A copy of `bytes`, which must have the size that shape and type say.
    private convenience init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
        var size = dtype.size
        var isValid = true
        for n in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: n)
            isValid = isValid && !overflow && n >= 0
            size = product
        }
        guard isValid, size == bytes.count else {
            report("\(bytes.count / dtype.size) elements don't make an array of shape \(shape)")
            self.init(handle: nil)
            return
        }
        let handle = cmlx_array_new(bytes.baseAddress, shape.asInt32, shape.count, dtype.cmlxDtype)
        if handle == nil {
            reportLastError()
        }
        self.init(handle: handle)
    }

    private convenience init(scalar: Scalar, dtype: DType) {
        let handle: OpaquePointer? = withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { buffer in
            scalar.write(as: dtype, to: buffer)
            return cmlx_array_new(buffer.baseAddress, nil, 0, dtype.cmlxDtype)
        }
        if handle == nil {
            reportLastError()
        }
        self.init(handle: handle)
    }

    // MARK: Scalars

    /// A scalar of type `int32`.
    public convenience init(_ value: Int32) {
        self.init(scalar: .signed(Int64(value)), dtype: .int32)
    }

    /// A scalar of type `int32`, in which the value must fit; ``init(int64:)-(Int)`` takes any.
    public convenience init(_ value: Int) {
        precondition(Int32(exactly: value) != nil, "\(value) does not fit an int32; use MLXArray(int64:)")
        self.init(scalar: .signed(Int64(value)), dtype: .int32)
    }

    /// A scalar of type `int64`.
    public convenience init(int64 value: Int) {
        self.init(scalar: .signed(Int64(value)), dtype: .int64)
    }

    /// A scalar of type `bool`.
    public convenience init(_ value: Bool) {
        self.init(scalar: .unsigned(value ? 1 : 0), dtype: .bool)
    }

    /// A scalar of type `float32`.
    public convenience init(_ value: Float) {
        self.init(scalar: .real(Double(value)), dtype: .float32)
    }

    /// A scalar of type `float64`.
    public convenience init(float64 value: Double) {
        self.init(scalar: .real(value), dtype: .float64)
    }

    /// A scalar of type `bfloat16`, rounded to the nearest.
    public convenience init(bfloat16 value: Float32) {
        self.init(scalar: .real(Double(value)), dtype: .bfloat16)
    }

    /// A scalar of type `complex64`.
    public convenience init(real: Float, imaginary: Float) {
        self.init(scalar: .complex(real, imaginary), dtype: .complex64)
    }

    /// A scalar of the value's own type; a `Double` that a `float32` can hold becomes one.
    public convenience init<T: HasDType>(_ value: T) {
        if let double = value as? Double, Swift.abs(double) < Double(Float.greatestFiniteMagnitude) {
            self.init(scalar: .real(double), dtype: .float32)
        } else {
            self.init(value, dtype: T.dtype)
        }
    }

    /// A scalar of type `dtype`, with `value` converted to it: a fraction is cut off for an integer type, and a value
    /// out of range becomes the nearest in range.
    public convenience init<T: HasDType>(_ value: T, dtype: DType) {
        let scalar = withUnsafeBytes(of: value) { Scalar(reading: T.dtype, from: $0) }
        self.init(scalar: scalar, dtype: dtype)
    }

    // MARK: Collections

    /// An array of the values in row-major order; one-dimensional without `shape`.
    public convenience init<T: HasDType>(_ value: [T], _ shape: (some Collection<Int>)? = [Int]?.none) {
        let shape = shape.map { Array($0) } ?? [value.count]
        self.init(handle: value.withUnsafeBytes { MLXArray(copying: $0, shape: shape, dtype: T.dtype).release() })
    }

    /// An array of type `int32`, in which the values must fit; ``init(int64:_:)-([Int],_)`` takes any.
    public convenience init(_ value: [Int], _ shape: (some Collection<Int>)? = [Int]?.none) {
        let values = value.map { element in
            precondition(Int32(exactly: element) != nil, "\(element) does not fit an int32; use MLXArray(int64:)")
            return Int32(truncatingIfNeeded: element)
        }
        let shape = shape.map { Array($0) } ?? [value.count]
        self.init(handle: values.withUnsafeBytes { MLXArray(copying: $0, shape: shape, dtype: .int32).release() })
    }

    /// An array of type `int64`.
    public convenience init(int64 value: [Int], _ shape: (some Collection<Int>)? = [Int]?.none) {
        let shape = shape.map { Array($0) } ?? [value.count]
        self.init(handle: value.withUnsafeBytes { MLXArray(copying: $0, shape: shape, dtype: .int64).release() })
    }

    /// An array of type `int64`.
    public convenience init(int64 sequence: some Sequence<Int>, _ shape: (some Collection<Int>)? = [Int]?.none) {
        self.init(int64: Array(sequence), shape)
    }

    /// An array of type `float32` from values of double precision.
    public convenience init(converting value: [Double], _ shape: (some Collection<Int>)? = [Int]?.none) {
        self.init(value.map { Float($0) }, shape)
    }

    /// Double precision has to be asked for: use ``init(converting:_:)``, or `[Float]`.
    @available(*, unavailable, message: "use MLXArray(converting:), or an array of Float")
    public convenience init(_ value: [Double], _ shape: (some Collection<Int>)? = [Int]?.none) {
        self.init(handle: nil)
    }

    /// An array of a sequence's values, in row-major order.
    ///
    /// `Int` becomes `int32`.
    public convenience init<S: Sequence>(_ sequence: S, _ shape: (some Collection<Int>)? = [Int]?.none)
    where S.Element: HasDType {
        let values = Array(sequence)
        if let integers = values as? [Int] {
            self.init(integers, shape)
        } else {
            self.init(values, shape)
        }
    }

    // MARK: Memory

    /// An array of a copy of the values in row-major order; one-dimensional without `shape`.
    public convenience init<T: HasDType>(
        _ ptr: UnsafeBufferPointer<T>, _ shape: (some Collection<Int>)? = [Int]?.none
    ) {
        self.init(
            copying: UnsafeRawBufferPointer(ptr), shape: shape.map { Array($0) } ?? [ptr.count], dtype: T.dtype)
    }

    /// An array of a copy of the values, of type `type`, in row-major order; one-dimensional without `shape`.
    public convenience init(
        _ ptr: UnsafeRawBufferPointer, _ shape: (some Collection<Int>)? = [Int]?.none, type: (some HasDType).Type
    ) {
        self.init(
            copying: ptr, shape: shape.map { Array($0) } ?? [ptr.count / type.dtype.size], dtype: type.dtype)
    }

    /// An array of a copy of the values, of type `type`, in row-major order; one-dimensional without `shape`.
    public convenience init(
        _ data: Data, _ shape: (some Collection<Int>)? = [Int]?.none, type: (some HasDType).Type
    ) {
        self.init(data, shape, dtype: type.dtype)
    }

    /// An array of a copy of the values, of type `dtype`, in row-major order; one-dimensional without `shape`.
    public convenience init(_ data: Data, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType) {
        let shape = shape.map { Array($0) } ?? [data.count / dtype.size]
        self.init(handle: data.withUnsafeBytes { MLXArray(copying: $0, shape: shape, dtype: dtype).release() })
    }

    /// An array of the values that ``asData(access:)`` gave.
    public convenience init(data: MLXArrayData) {
        self.init(data.data, data.shape, dtype: data.dType)
    }

    /// An array over memory that stays valid until `finalizer` is called.
    ///
    /// Where the values have to be copied, which is so on the CPU, the finalizer is called at once.
    ///
    /// - Parameters:
    ///   - rawPointer: The values, in row-major order.
    ///   - shape: The shape; without one the array is a scalar.
    ///   - dtype: The element type.
    ///   - finalizer: Called once when the memory is no longer needed, on any thread.
    public convenience init(
        rawPointer: UnsafeMutableRawPointer, _ shape: (some Collection<Int>)? = [Int]?.none, dtype: DType,
        finalizer: @escaping () -> Void
    ) {
        let context = Unmanaged.passRetained(Finalizer(finalizer)).toOpaque()
        let shape = shape?.asInt32 ?? []
        let handle = cmlx_array_new_external(rawPointer, shape, shape.count, dtype.cmlxDtype, context) {
            guard let context = $0 else { return }
            Unmanaged<Finalizer>.fromOpaque(context).takeRetainedValue().call()
        }
        if handle == nil {
            Unmanaged<Finalizer>.fromOpaque(context).takeRetainedValue().call()
            reportLastError()
        }
        self.init(handle: handle)
    }
}

/// What is called when an array no longer needs its caller's memory.
private final class Finalizer {
    let call: () -> Void

    init(_ call: @escaping () -> Void) {
        self.call = call
    }
}

extension MLXArray: ExpressibleByArrayLiteral {
    /// A one-dimensional array of type `int32`.
    public convenience init(arrayLiteral elements: Int32...) {
        self.init(elements)
    }
}
