import CMLX
import Foundation

// MARK: - Gradients

/// The function that computes the gradients of the first result of `f` with respect to some of its arguments.
///
/// - Parameters:
///   - f: A function whose first result is a scalar.
///   - argumentNumbers: Which arguments; their gradients come in ascending order.
public func grad(
    _ f: @escaping ([MLXArray]) -> [MLXArray], argumentNumbers: some Collection<Int> = [0]
) -> ([MLXArray]) -> [MLXArray] {
    let function = valueAndGrad(f, argumentNumbers: argumentNumbers)
    return { function($0).1 }
}

/// The function that computes the gradient of the scalar `f` with respect to one of its arguments.
public func grad(
    _ f: @escaping ([MLXArray]) -> MLXArray, argumentNumbers: some Collection<Int> = [0]
) -> ([MLXArray]) -> MLXArray {
    let function = valueAndGrad({ [f($0)] }, argumentNumbers: argumentNumbers)
    return { first(function($0).1) }
}

/// The function that computes the gradient of the first result of `f`.
public func grad(_ f: @escaping (MLXArray) -> [MLXArray]) -> (MLXArray) -> [MLXArray] {
    let function = valueAndGrad { f($0[0]) }
    return { function([$0]).1 }
}

/// The function that computes the gradient of the scalar `f`.
public func grad(_ f: @escaping (MLXArray) -> MLXArray) -> (MLXArray) -> MLXArray {
    let function = valueAndGrad { [f($0[0])] }
    return { first(function([$0]).1) }
}

/// The function that computes the results of `f`, and the gradients of the first of them with respect to some of the
/// arguments, in ascending order of these.
public func valueAndGrad(
    _ f: @escaping ([MLXArray]) -> [MLXArray], argumentNumbers: some Collection<Int> = [0]
) -> ([MLXArray]) -> ([MLXArray], [MLXArray]) {
    let closure = Closure(f)
    let numbers = argumentNumbers.asInt32
    return { arguments in
        pair(closure) { closure, values, gradients in
            with(arguments) {
                cmlx_value_and_grad(closure, numbers, numbers.count, $0, $1, &values, &gradients)
            }
        }
    }
}

/// The function that computes the results of `f`, and the gradients of the first of them with respect to a tree of
/// parameters.
///
/// The second argument of `f` is passed through as it is.
public func valueAndGrad<T>(
    _ f: @escaping (NestedDictionary<String, MLXArray>, T) -> [MLXArray]
) -> (NestedDictionary<String, MLXArray>, T) -> ([MLXArray], NestedDictionary<String, MLXArray>) {
    { parameters, argument in
        let flat = parameters.flattened()
        let tree = { (arrays: [MLXArray]) in
            NestedDictionary.unflattened(zip(flat, arrays).map { ($0.0, $1) })
        }
        let function = valueAndGrad({ f(tree($0), argument) }, argumentNumbers: 0..<flat.count)
        let (values, gradients) = function(flat.map(\.1))
        return (values, tree(gradients))
    }
}

/// The results of `f`, and the product of `cotangents`, one for each result, with its Jacobian.
public func vjp(
    _ f: @escaping ([MLXArray]) -> [MLXArray], primals: some Collection<MLXArray>,
    cotangents: some Collection<MLXArray>
) -> ([MLXArray], [MLXArray]) {
    pair(Closure(f)) { closure, values, result in
        with(primals) { primals, count in
            with(cotangents) { cmlx_vjp(closure, primals, count, $0, $1, &values, &result) }
        }
    }
}

/// The results of `f`, and the product of its Jacobian with `tangents`, one for each argument.
public func jvp(
    _ f: @escaping ([MLXArray]) -> [MLXArray], primals: some Collection<MLXArray>,
    tangents: some Collection<MLXArray>
) -> ([MLXArray], [MLXArray]) {
    pair(Closure(f)) { closure, values, result in
        with(primals) { primals, count in
            with(tangents) { cmlx_jvp(closure, primals, count, $0, $1, &values, &result) }
        }
    }
}

/// Calls a C function that gives two lists, under the lock of evaluation: a function under transformation may read
/// values.
private func pair(
    _ closure: Closure, _ body: (OpaquePointer?, inout OpaquePointer?, inout OpaquePointer?) -> Int32
) -> ([MLXArray], [MLXArray]) {
    withExtendedLifetime(closure) {
        var first: OpaquePointer?
        var second: OpaquePointer?
        guard evalLock.withLock({ check(body(closure.handle, &first, &second)) }) else { return ([], []) }
        return (wrap(list: first), wrap(list: second))
    }
}

private func first(_ arrays: [MLXArray]) -> MLXArray {
    arrays.first ?? MLXArray(handle: nil)
}

// MARK: - Vectorisation

/// The function that applies `f` along an axis of its arguments.
///
/// - Parameters:
///   - f: A function that knows nothing of that axis.
///   - inAxes: For each argument the axis; `nil` for one that is the same throughout.
///   - outAxes: For each result where the axis goes; `nil` for one that is the same throughout.
public func vmap(
    _ f: @escaping ([MLXArray]) -> [MLXArray], inAxes: some Sequence<Int?> = [0], outAxes: some Sequence<Int?> = [0]
) -> ([MLXArray]) -> [MLXArray] {
    let closure = Closure(f)
    let inAxes = inAxes.map { ($0 ?? -1).int32 }
    let outAxes = outAxes.map { ($0 ?? -1).int32 }
    return { arguments in
        evalLock.withLock {
            with(arguments) {
                wrap(list: cmlx_vmap(closure.handle, $0, $1, inAxes, inAxes.count, outAxes, outAxes.count))
            }
        }
    }
}

/// The function that applies `f` along an axis of its argument.
public func vmap(
    _ f: @escaping (MLXArray) -> MLXArray, inAxes: Int? = 0, outAxes: Int? = 0
) -> (MLXArray) -> MLXArray {
    let function = vmap({ [f($0[0])] }, inAxes: [inAxes], outAxes: [outAxes])
    return { first(function([$0])) }
}

/// The function that applies `f` along an axis of its arguments.
public func vmap(
    _ f: @escaping (MLXArray, MLXArray) -> MLXArray, inAxes: (Int?, Int?) = (0, 0), outAxes: Int? = 0
) -> (MLXArray, MLXArray) -> MLXArray {
    let function = vmap({ [f($0[0], $0[1])] }, inAxes: [inAxes.0, inAxes.1], outAxes: [outAxes])
    return { first(function([$0, $1])) }
}
