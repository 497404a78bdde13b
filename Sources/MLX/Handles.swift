import CMLX
import Foundation

// How Swift calls the C interface. Arrays are passed through these functions, and not as bare handles, so that each
// stays alive until the C function has returned.

/// The array that a C function returned, or, if it returned nothing, a placeholder after the error has been reported.
func wrap(_ handle: OpaquePointer?) -> MLXArray {
    if handle == nil {
        reportLastError()
    }
    return MLXArray(handle: handle)
}

/// The arrays of a list that a C function returned.
///
/// The list is released.
func wrap(list: OpaquePointer?) -> [MLXArray] {
    guard let list else {
        reportLastError()
        return []
    }
    defer { cmlx_list_free(list) }
    return (0..<cmlx_list_size(list)).map { wrap(cmlx_list_get(list, $0)) }
}

/// Reports the last error if a status says that there is one.
///
/// Returns whether the call succeeded.
@discardableResult
func check(_ status: Int32) -> Bool {
    if status != 0 {
        reportLastError()
    }
    return status == 0
}

typealias UnaryFunction = (OpaquePointer?, cmlx_stream) -> OpaquePointer?
typealias BinaryFunction = (OpaquePointer?, OpaquePointer?, cmlx_stream) -> OpaquePointer?

func unary(_ function: UnaryFunction, _ a: MLXArray, _ stream: StreamOrDevice) -> MLXArray {
    withExtendedLifetime(a) { wrap(function(a.handle, stream.ctx)) }
}

func binary(_ function: BinaryFunction, _ a: MLXArray, _ b: MLXArray, _ stream: StreamOrDevice) -> MLXArray {
    withExtendedLifetime((a, b)) { wrap(function(a.handle, b.handle, stream.ctx)) }
}

func binary(
    _ function: BinaryFunction, _ a: some ScalarOrArray, _ b: some ScalarOrArray, _ stream: StreamOrDevice
) -> MLXArray {
    let (a, b) = toArrays(a, b)
    return binary(function, a, b, stream)
}

/// Calls `body` with the array's handle.
func with<R>(_ a: MLXArray, _ body: (OpaquePointer?) -> R) -> R {
    withExtendedLifetime(a) { body(a.handle) }
}

/// Calls `body` with the arrays' handles.
func with<R>(_ a: MLXArray, _ b: MLXArray, _ body: (OpaquePointer?, OpaquePointer?) -> R) -> R {
    withExtendedLifetime((a, b)) { body(a.handle, b.handle) }
}

/// Calls `body` with the handle of an array that may be absent.
func with<R>(optional a: MLXArray?, _ body: (OpaquePointer?) -> R) -> R {
    withExtendedLifetime(a) { body(a?.handle) }
}

/// Calls `body` with the handles of a collection of arrays.
func with<R>(
    _ arrays: some Collection<MLXArray>, _ body: (UnsafePointer<OpaquePointer?>?, Int) -> R
) -> R {
    let arrays = Array(arrays)
    return withExtendedLifetime(arrays) {
        let handles = arrays.map(\.handle)
        return handles.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}

extension Sequence<Int> {
    /// The values as the C interface takes shapes and axes.
    ///
    /// What does not fit becomes the lowest number, which no operation accepts as a length or an axis.
    var asInt32: [Int32] { map { Int32(exactly: $0) ?? Int32.min } }
}

extension Int {
    /// The value as the C interface takes it; clamped if it does not fit.
    var int32: Int32 { Int32(clamping: self) }
}

extension cmlx_optional_int {
    init(_ value: Int?) { self.init(value: value?.int32 ?? 0, has_value: value != nil) }
}

extension cmlx_optional_float {
    init(_ value: Float?) { self.init(value: value ?? 0, has_value: value != nil) }
}

extension cmlx_optional_dtype {
    init(_ value: DType?) { self.init(value: (value ?? .float32).cmlxDtype, has_value: value != nil) }
}
