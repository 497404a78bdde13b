import CMLX
import Foundation

extension MLXArray {

    /// The values in row-major order, converted to `type`.
    ///
    /// Evaluates the array.
    public func asArray<T: HasDType>(_ type: T.Type) -> [T] {
        let array = asType(type)
        guard array.handle != nil else { return [] }
        return [T](unsafeUninitializedCapacity: array.size) { buffer, count in
            count = array.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) ? array.size : 0
        }
    }

    /// Evaluates the array and writes its values, in row-major order, to the start of a buffer.
    private func copyBytes(to buffer: UnsafeMutableRawBufferPointer) -> Bool {
        evalLock.withLock { check(cmlx_array_copy_bytes(handle, buffer.baseAddress, nbytes)) }
    }

    /// How ``asData(access:)`` gives access to the values.
    public enum AccessMethod: Sendable {
        /// Copies the values, in row-major order.
        case copy

        /// Refers to the array's own memory if the values lie there in row-major order, and copies them otherwise.
        /// The array must outlive the data.
        case noCopyIfContiguous

        /// Refers to the array's own memory, in whatever order the values lie there; ``MLXArrayData/strides`` tells
        /// the order. The array must outlive the data.
        case noCopy
    }

    /// The values of an array, and how to read them.
    public struct MLXArrayData {
        /// The bytes.
        public let data: Data

        /// The length of each axis.
        public let shape: [Int]

        /// The distance between neighbours along each axis, in elements.
        public let strides: [Int]

        /// The type of the elements.
        public let dType: DType
    }

    /// The array's values as bytes.
    ///
    /// Evaluates the array.
    public func asData(access: AccessMethod = .copy) -> MLXArrayData {
        var address: UnsafeRawPointer?
        var isContiguous = false
        guard evalLock.withLock({ check(cmlx_array_data(handle, &address, &isContiguous)) }) else {
            return MLXArrayData(data: Data(), shape: [0], strides: [1], dType: dtype)
        }

        let strides = internalStrides
        let isInPlace =
            switch access {
            case .copy: false
            case .noCopyIfContiguous: isContiguous
            case .noCopy: true
            }
        guard isInPlace, let address else {
            var data = Data(count: nbytes)
            _ = data.withUnsafeMutableBytes { copyBytes(to: $0) }
            return MLXArrayData(data: data, shape: shape, strides: rowMajorStrides, dType: dtype)
        }

        // The memory from the first element to the last, as far as these lie in ascending order.
        let reach = zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * Swift.max($1.1, 0) }
        let data = Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: address), count: reach * itemSize, deallocator: .none)
        return MLXArrayData(
            data: data, shape: shape, strides: isContiguous ? rowMajorStrides : strides, dType: dtype)
    }

    private var rowMajorStrides: [Int] {
        var stride = 1
        return shape.reversed().map { length in
            defer { stride *= length }
            return stride
        }.reversed()
    }
}
