import CMLX
import Foundation

/// A function, and the compiled forms of it that libmlx keeps under its number.
///
/// libmlx compiles for a CPU by running a C++ compiler, which a user's machine need not have: on a CPU the function
/// is called as it is. The results are the same.
private final class CompiledFunction: @unchecked Sendable {
    private let function: ([MLXArray]) -> [MLXArray]
    private let inputs: [any Updatable]
    private let outputs: [any Updatable]
    private let shapeless: Bool
    private let id: UInt64
    private let lock = NSRecursiveLock()

    private static let ids = Counter()

    init(
        _ inputs: [any Updatable], _ outputs: [any Updatable], _ shapeless: Bool,
        _ function: @escaping ([MLXArray]) -> [MLXArray]
    ) {
        self.function = function
        self.inputs = inputs
        self.outputs = outputs
        self.shapeless = shapeless
        id = Self.ids.next()
    }

    deinit {
        cmlx_compile_erase(id)
    }

    func callAsFunction(_ arguments: [MLXArray]) -> [MLXArray] {
        lock.withLock {
            StreamOrDevice.default.stream.ctx.device == CMLX_GPU ? callCompiled(arguments) : function(arguments)
        }
    }

    private func callCompiled(_ arguments: [MLXArray]) -> [MLXArray] {
        let state = inputs.flatMap { $0.innerState() }
        let closure = Closure { [self] in trace($0, argumentCount: arguments.count, state: state) }
        let results: [MLXArray] = evalLock.withLock {
            withExtendedLifetime(closure) { Closure(handle: cmlx_compile(closure.handle, id, shapeless)) }(
                arguments + state)
        }

        // The new state comes behind the results.
        let newState = outputs.flatMap { $0.innerState() }
        guard results.count >= newState.count else { return [] }
        for (array, value) in zip(newState, results.suffix(newState.count)) {
            array._updateInternal(value)
        }
        return Array(results.dropLast(newState.count))
    }

    /// Calls the function with placeholders for its arguments and in place of the state.
    private func trace(_ placeholders: [MLXArray], argumentCount: Int, state: [MLXArray]) -> [MLXArray] {
        let saved = state.map { $0.copyContext() }
        for (array, placeholder) in zip(state, placeholders.dropFirst(argumentCount)) {
            array._updateInternal(placeholder)
        }
        let results = function(Array(placeholders.prefix(argumentCount)))
        let newState = outputs.flatMap { $0.innerState() }.map { $0.copyContext() }
        for (array, value) in zip(state, saved) {
            array._updateInternal(value)
        }
        return results + newState
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value: UInt64 = 0

    func next() -> UInt64 {
        lock.withLock {
            value += 1
            return value
        }
    }
}

private func first(_ arrays: [MLXArray]) -> MLXArray {
    arrays.first ?? MLXArray(handle: nil)
}

/// The function `f` compiled: on a GPU its operations are merged into fewer, which the first call with arguments of
/// given shapes and types prepares.
///
/// On a CPU the function itself is called.
///
/// `f` must depend on its arguments and on `inputs` alone, and change nothing but `outputs`.
///
/// - Parameters:
///   - inputs: What else `f` reads, for instance a module, or the state of a random generator.
///   - outputs: What `f` changes.
///   - shapeless: Don't prepare again when shapes change.
///   - f: The function.
public func compile(
    inputs: [any Updatable] = [], outputs: [any Updatable] = [], shapeless: Bool = false,
    _ f: @escaping ([MLXArray]) -> [MLXArray]
) -> @Sendable ([MLXArray]) -> [MLXArray] {
    let function = CompiledFunction(inputs, outputs, shapeless, f)
    return { function($0) }
}

/// The function `f` compiled; see ``compile(inputs:outputs:shapeless:_:)-(_,_,_,([MLXArray])->[MLXArray])``.
public func compile(
    inputs: [any Updatable] = [], outputs: [any Updatable] = [], shapeless: Bool = false,
    _ f: @escaping (MLXArray) -> MLXArray
) -> @Sendable (MLXArray) -> MLXArray {
    let function = CompiledFunction(inputs, outputs, shapeless) { [f($0[0])] }
    return { first(function([$0])) }
}

/// The function `f` compiled; see ``compile(inputs:outputs:shapeless:_:)-(_,_,_,([MLXArray])->[MLXArray])``.
public func compile(
    inputs: [any Updatable] = [], outputs: [any Updatable] = [], shapeless: Bool = false,
    _ f: @escaping (MLXArray, MLXArray) -> MLXArray
) -> @Sendable (MLXArray, MLXArray) -> MLXArray {
    let function = CompiledFunction(inputs, outputs, shapeless) { [f($0[0], $0[1])] }
    return { first(function([$0, $1])) }
}

/// The function `f` compiled; see ``compile(inputs:outputs:shapeless:_:)-(_,_,_,([MLXArray])->[MLXArray])``.
public func compile(
    inputs: [any Updatable] = [], outputs: [any Updatable] = [], shapeless: Bool = false,
    _ f: @Sendable @escaping (MLXArray, MLXArray, MLXArray) -> MLXArray
) -> @Sendable (MLXArray, MLXArray, MLXArray) -> MLXArray {
    let function = CompiledFunction(inputs, outputs, shapeless) { [f($0[0], $0[1], $0[2])] }
    return { first(function([$0, $1, $2])) }
}

/// Turns compilation on, or off for the whole process.
public func compile(enable: Bool = true) {
    check(cmlx_compile_enable(enable))
}
