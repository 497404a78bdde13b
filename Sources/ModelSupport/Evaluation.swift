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
        let message = error.errorDescription ?? "\(error)"
        let lowered = message.lowercased()
        if ["alloc", "out of memory"].contains(where: lowered.contains) {
            throw MusicError(
                .outOfMemory, "The memory was exhausted at \(place)",
                advice: "make a shorter song, use the number format bf16, or free memory")
        }
        throw MusicError(.internal, "Computation failed at \(place): \(message)")
    }
}
