import CMLX
import Foundation

/// An array of numbers with any number of dimensions, which is a node of a lazy computation.
///
/// An operation on arrays records what is to be computed and returns at once. The values are computed when they are
/// needed: by ``eval()``, ``item(_:)``, ``asArray(_:)``, or when the array is printed.
///
/// Arrays behave like values except for subscript assignment, `+=` and its kin: these replace what this object stands
/// for, which everyone who holds the object sees.
///
/// An array is not `Sendable`: use one, and everything computed from it, from one thread at a time.
public final class MLXArray {

    /// The C handle; `nil` in the placeholder for the result of an operation that failed.
    private(set) var handle: OpaquePointer?

    /// Takes ownership of a handle.
    init(handle: OpaquePointer?) {
        self.handle = handle
    }

    deinit {
        cmlx_array_free(handle)
    }

    /// Gives the handle away; the object is a placeholder afterwards.
    func release() -> OpaquePointer? {
        defer { handle = nil }
        return handle
    }

    // MARK: Properties

    /// The size of an element in bytes.
    public var itemSize: Int { dtype.size }

    /// The number of elements.
    public var size: Int { cmlx_array_size(handle) }

    /// The length of the first axis.
    public var count: Int { dim(0) }

    /// The size of all elements in bytes.
    public var nbytes: Int { size * itemSize }

    /// The number of axes.
    public var ndim: Int { cmlx_array_ndim(handle) }

    /// The type of the elements.
    public var dtype: DType { DType(cmlx_array_dtype(handle)) }

    /// The length of each axis.
    public var shape: [Int] {
        UnsafeBufferPointer(start: cmlx_array_shape(handle), count: ndim).map { Int($0) }
    }

    /// The lengths of the axes of a two-dimensional array.
    public var shape2: (Int, Int) {
        let shape = shape(expecting: 2)
        return (shape[0], shape[1])
    }

    /// The lengths of the axes of a three-dimensional array.
    public var shape3: (Int, Int, Int) {
        let shape = shape(expecting: 3)
        return (shape[0], shape[1], shape[2])
    }

    /// The lengths of the axes of a four-dimensional array.
    public var shape4: (Int, Int, Int, Int) {
        let shape = shape(expecting: 4)
        return (shape[0], shape[1], shape[2], shape[3])
    }

    private func shape(expecting ndim: Int) -> [Int] {
        let shape = shape
        if shape.count != ndim {
            report("an array of \(ndim) dimensions is needed here, not one of shape \(shape)")
            return Array(repeating: 1, count: ndim)
        }
        return shape
    }

    /// The distance between neighbours along each axis, in elements, of the evaluated array.
    ///
    /// Only for looking at: ``asData(access:)`` tells how to read the memory.
    var internalStrides: [Int] {
        eval()
        return UnsafeBufferPointer(start: cmlx_array_strides(handle), count: ndim).map { Int($0) }
    }

    /// The length of an axis; a negative axis counts from the last.
    public func dim(_ dim: Int) -> Int {
        let ndim = ndim
        let axis = dim < 0 ? dim + ndim : dim
        guard let lengths = cmlx_array_shape(handle), (0..<ndim).contains(axis) else {
            report("there is no axis \(dim) in an array of shape \(shape)")
            return 1
        }
        return Int(lengths[axis])
    }

    // MARK: Values

    /// The value of an array of one element.
    public func item<T: HasDType>() -> T {
        item(T.self)
    }

    /// The value of an array of one element, converted to `type`.
    ///
    /// Evaluates the array.
    ///
    /// A fraction is cut off towards zero on the way to an integer, and a value beyond the integer's range becomes
    /// the nearest that the integer can hold.
    public func item<T: HasDType>(_ type: T.Type) -> T {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            if size != 1 {
                report("item() needs an array of one element, not one of shape \(shape)")
            } else if evalLock.withLock({ check(cmlx_array_copy_bytes(handle, buffer.baseAddress, nbytes)) }) {
                Scalar(reading: dtype, from: UnsafeRawBufferPointer(buffer)).write(as: T.dtype, to: buffer)
            }
            return buffer.load(as: type)
        }
    }

    /// Computes the values, if that has not been done yet.
    public func eval() {
        _ = evalLock.withLock { MLX.with(CollectionOfOne(self)) { check(cmlx_eval($0, $1)) } }
    }

    // MARK: Conversions

    /// The array with its elements converted to `type`; this array if they have the type.
    public func asType(_ type: DType, stream: StreamOrDevice = .default) -> MLXArray {
        guard type != dtype else { return self }
        return wrap(cmlx_astype(handle, type.cmlxDtype, stream.ctx))
    }

    /// The array with its elements converted to `type`; this array if they have the type.
    public func asType(_ type: (some HasDType).Type, stream: StreamOrDevice = .default) -> MLXArray {
        asType(type.dtype, stream: stream)
    }

    /// The complex array whose imaginary part this real array is.
    public func asImaginary(stream: StreamOrDevice = .default) -> MLXArray {
        multiply(self, MLXArray(real: 0, imaginary: 1), stream: stream)
    }

    /// The real part of a complex array.
    public func realPart(stream: StreamOrDevice = .default) -> MLXArray {
        unary(cmlx_real_part, self, stream)
    }

    /// The imaginary part of a complex array.
    public func imaginaryPart(stream: StreamOrDevice = .default) -> MLXArray {
        unary(cmlx_imaginary_part, self, stream)
    }

    // MARK: Identity

    /// Makes this object stand for what `array` stands for.
    ///
    /// For the machinery of modules and transforms.
    public func _updateInternal(_ array: MLXArray) {
        if handle == nil {
            handle = cmlx_array_retain(array.handle)
        } else {
            check(cmlx_array_assign(handle, array.handle))
        }
    }

    /// Another object for the same array, which later updates of this one leave alone.
    func copyContext() -> MLXArray {
        wrap(cmlx_array_retain(handle))
    }
}

extension MLXArray: Updatable, Evaluatable {
    /// The array itself.
    public func innerState() -> [MLXArray] { [self] }
}

extension MLXArray: CustomStringConvertible {
    /// The values, shortened if there are many, and the element type.
    public var description: String {
        guard let text = evalLock.withLock({ cmlx_array_description(handle) }) else {
            reportLastError()
            return "array()"
        }
        defer { cmlx_string_free(text) }
        return String(cString: text)
    }
}

extension MLXArray: Sequence {
    /// Iterates over the first axis: the elements are `self[0]`, `self[1]` and so on.
    public func makeIterator() -> some IteratorProtocol<MLXArray> {
        var index = 0
        let count = ndim == 0 ? 0 : dim(0)
        return AnyIterator {
            guard index < count else { return nil }
            defer { index += 1 }
            return self[index]
        }
    }
}
