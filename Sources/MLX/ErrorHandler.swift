import CMLX
import Foundation

/// An error that the array library reported.
public enum MLXError: LocalizedError, Sendable, Equatable {
    /// The library's own words.
    case caught(String)

    public var errorDescription: String? {
        switch self {
        case .caught(let message): "MLX Error: \(message)"
        }
    }
}

/// Holds the first error of a ``withError(_:)-((ErrorBox)->R)`` scope.
public final class ErrorBox: @unchecked Sendable {
    private let lock = NSLock()
    private var error: (any Error)?

    /// The first error of the scope, if there has been one.
    ///
    /// Once set, it stays.
    public var firstError: (any Error)? {
        get { lock.withLock { error } }
        set { lock.withLock { error = error ?? newValue } }
    }

    /// Throws the first error, if there has been one: a way out of a long computation before the scope ends.
    public func check() throws {
        if let error = firstError {
            throw error
        }
    }
}

/// The handlers of the scopes that the current task is in, innermost last.
private enum ErrorScope {
    @TaskLocal static var handlers: [@Sendable (String) -> Void] = []
}

/// Sends the C interface's last error to the innermost handler.
///
/// Without one the process ends, for nobody would notice that a computation has no result.
func reportLastError() {
    report(String(cString: cmlx_last_error()))
}

/// Sends an error to the innermost handler.
func report(_ message: String) {
    guard let handler = ErrorScope.handlers.last else {
        fatalError(message)
    }
    handler(message)
}

/// Runs `body` with `handler` receiving the errors of array operations.
///
/// An operation that fails calls the handler and returns a placeholder without elements; what uses the placeholder
/// fails in turn. Outside of every handler an error ends the process.
public func withErrorHandler<R>(
    _ handler: @escaping @Sendable (String) -> Void, _ body: () throws -> R
) rethrows -> R {
    try ErrorScope.$handlers.withValue(ErrorScope.handlers + [handler], operation: body)
}

/// Runs `body` with `handler` receiving the errors of array operations.
public func withErrorHandler<R>(
    _ handler: @escaping @Sendable (String) -> Void, _ body: () async throws -> R
) async rethrows -> R {
    try await ErrorScope.$handlers.withValue(ErrorScope.handlers + [handler], operation: body)
}

/// Runs `body` and throws the first error of an array operation in it, as ``MLXError``.
///
/// ```swift
/// let y = try withError { matmul(x, weight) }
/// ```
///
/// Evaluation is lazy, so an error of the computation itself shows only where the values are read or ``eval(_:)-(MLXArray...)``
/// is called: do that inside the scope.
public func withError<R>(_ body: () throws -> R) throws -> R {
    try withError { _ in try body() }
}

/// Runs `body` and throws the first error of an array operation in it.
///
/// `body` can look at the box earlier.
public func withError<R>(_ body: (ErrorBox) throws -> R) throws -> R {
    let box = ErrorBox()
    return try withErrorHandler({ box.firstError = MLXError.caught($0) }) {
        let result = try body(box)
        try box.check()
        return result
    }
}

/// Runs `body` and throws the first error of an array operation in it, as ``MLXError``.
public func withError<R>(_ body: () async throws -> R) async throws -> R {
    try await withError { _ in try await body() }
}

/// Runs `body` and throws the first error of an array operation in it.
///
/// `body` can look at the box earlier.
public func withError<R>(_ body: (ErrorBox) async throws -> R) async throws -> R {
    let box = ErrorBox()
    return try await withErrorHandler({ box.firstError = MLXError.caught($0) }) {
        let result = try await body(box)
        try box.check()
        return result
    }
}
