import CMLX
import Foundation

/// Held while values are computed, which must not happen on two threads at once.
let evalLock = NSRecursiveLock()

/// Computes the values of the arrays.
public func eval(_ arrays: MLXArray...) {
    eval(arrays)
}

/// Computes the values of the arrays.
public func eval(_ arrays: some Collection<MLXArray>) {
    evalLock.withLock { _ = with(arrays) { check(cmlx_eval($0, $1)) } }
}

/// Starts to compute the values of the arrays, and returns before they are there.
public func asyncEval(_ arrays: some Collection<MLXArray>) {
    evalLock.withLock { _ = with(arrays) { check(cmlx_eval_async($0, $1)) } }
}

/// Computes the values of all arrays in the given things: arrays, modules and whatever else is ``Evaluatable``,
/// collections, dictionaries and tuples of these.
///
/// Strings and numbers are passed over.
public func eval(_ values: Any...) {
    eval(collectArrays(values))
}

/// Computes the values of all arrays in the given things.
public func eval(_ values: some Sequence<Any>) {
    eval(collectArrays(values))
}

/// Computes the values of all arrays in the given things; throws the error if that fails.
public func checkedEval(_ values: Any...) throws {
    let arrays = collectArrays(values)
    try withError { eval(arrays) }
}

/// Computes the values of all arrays in the given things; throws the error if that fails.
public func checkedEval(_ values: some Sequence<Any>) throws {
    let arrays = collectArrays(values)
    try withError { eval(arrays) }
}

/// Starts to compute the values of all arrays in the given things, and returns before they are there.
public func asyncEval(_ values: Any...) {
    asyncEval(collectArrays(values))
}

/// Starts to compute the values of all arrays in the given things, and returns before they are there.
public func asyncEval(_ values: some Sequence<Any>) {
    asyncEval(collectArrays(values))
}

private func collectArrays(_ items: some Sequence<Any>) -> [MLXArray] {
    items.flatMap(arrays(in:))
}

private func arrays(in item: Any) -> [MLXArray] {
    switch item {
    case let value as any Evaluatable: value.innerState()
    case let value as NestedDictionary<String, MLXArray>: value.flattenedValues()
    case let value as NestedItem<String, MLXArray>: value.flattenedValues()
    case let value as [Any]: collectArrays(value)
    case let value as [AnyHashable: Any]: collectArrays(value.values)
    case is String, is any BinaryInteger, is any BinaryFloatingPoint: []
    default: arrays(inParts: item)
    }
}

/// The arrays in a tuple or an optional.
private func arrays(inParts item: Any) -> [MLXArray] {
    let mirror = Mirror(reflecting: item)
    guard mirror.displayStyle == .tuple || mirror.displayStyle == .optional else {
        preconditionFailure("there are no arrays to evaluate in a value of type \(type(of: item))")
    }
    return mirror.children.flatMap { arrays(in: $0.value) }
}
