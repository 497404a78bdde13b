import CMLX
import Foundation

/// A Swift function as the C interface calls it.
final class Closure {

    let handle: OpaquePointer?

    init(_ function: @escaping ([MLXArray]) -> [MLXArray]) {
        let box = Unmanaged.passRetained(FunctionBox(function)).toOpaque()
        handle = cmlx_closure_new(callFunction, box) { box in
            if let box {
                Unmanaged<FunctionBox>.fromOpaque(box).release()
            }
        }
        if handle == nil {
            reportLastError()
        }
    }

    /// Takes ownership of a closure that the C interface made.
    init(handle: OpaquePointer?) {
        self.handle = handle
        if handle == nil {
            reportLastError()
        }
    }

    deinit {
        cmlx_closure_free(handle)
    }

    func callAsFunction(_ arguments: [MLXArray]) -> [MLXArray] {
        withExtendedLifetime(self) { with(arguments) { wrap(list: cmlx_closure_apply(handle, $0, $1)) } }
    }
}

private final class FunctionBox {
    let function: ([MLXArray]) -> [MLXArray]

    init(_ function: @escaping ([MLXArray]) -> [MLXArray]) {
        self.function = function
    }
}

/// Calls the function in `context`.
///
/// The results leave as handles in a block of memory that the caller frees.
private func callFunction(
    context: UnsafeMutableRawPointer?, arguments: UnsafePointer<OpaquePointer?>?, count: Int,
    results: UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>?, resultCount: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let context, let results, let resultCount else {
        cmlx_set_error("a function was called without its context")
        return -1
    }
    let box = Unmanaged<FunctionBox>.fromOpaque(context).takeUnretainedValue()
    let inputs = UnsafeBufferPointer(start: arguments, count: count).map { wrap(cmlx_array_retain($0)) }
    let outputs = box.function(inputs)
    guard outputs.allSatisfy({ $0.handle != nil }) else {
        cmlx_set_error("an operation in a transformed function failed")
        return -1
    }

    let size = Swift.max(outputs.count, 1) * MemoryLayout<OpaquePointer?>.stride
    guard let block = malloc(size) else {
        cmlx_set_error("out of memory")
        return -1
    }
    let handles = block.bindMemory(to: OpaquePointer?.self, capacity: Swift.max(outputs.count, 1))
    for (i, output) in outputs.enumerated() {
        handles[i] = cmlx_array_retain(output.handle)
    }
    results.pointee = handles
    resultCount.pointee = outputs.count
    return 0
}
