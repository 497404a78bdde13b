import ArgumentParser
import Foundation

/// How much a command says beside its result.
struct VerbosityOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show errors only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Also show seconds and peak memory.")
    var verbose = false

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }

    /// Writes a line for the user, unless nothing but errors is wanted.
    func note(_ text: String) {
        if !quiet { Terminal.note(text) }
    }

    /// Does something, and says how long it took if that is wanted.
    ///
    /// - Parameter stage: what is done.
    func timing<Value>(_ stage: String, _ body: () async throws -> Value) async throws -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await body()
        if verbose {
            Terminal.note("\(stage): \(String(format: "%.3f", (clock.now - start) / .seconds(1))) s")
            Terminal.note("peak memory: \(ProcessMemory.peakResidentBytes >> 20) MiB")
        }
        return value
    }
}
