import Foundation
import MLX
import MusicCore

/// Builds and evaluates arrays, and turns an error of the array library into one for the user.
///
/// - Parameters:
///   - place: where in the work it happens: `diffusion, step 3 of 8`.
///   - body: builds arrays and evaluates them.
/// - Throws: what `body` throws, or ``MusicError`` with code `outOfMemory` or `internal` that names the place.
@MLXActor
public func evaluating<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try withError { try body() }
    } catch let error as MLXError {
        throw error.explained(at: place)
    }
}

extension MLXError {
    /// The error for the user: what the process may have no more of, or a fault of the computation.
    ///
    /// - Parameter place: where in the work it happened.
    func explained(at place: String) -> MusicError {
        let message = errorDescription ?? "\(self)"
        let lowered = message.lowercased()
        // The array library has no codes: these are its own words, those of the language and those of the system.
        if ["alloc", "out of memory"].contains(where: lowered.contains) {
            return MusicError(
                .outOfMemory, "The memory was exhausted at \(place)",
                advice: "make a shorter song, use the number format bf16, or free memory")
        }
        if lowered.contains(SystemFault(EAGAIN, path: "").reason.lowercased()) {
            return ProcessLimits.noThread(at: place)
        }
        return MusicError(.internal, "Computation failed at \(place): \(message)")
    }
}
