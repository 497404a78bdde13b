import Dispatch
import Foundation

/// Runs work that Ctrl-C or SIGTERM cancels; a second signal ends the process at once.
func withInterruption<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await work() }
    var sources: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            if task.isCancelled { _exit(ExitStatus.cancelled) }
            task.cancel()
        }
        source.resume()
        sources.append(source)
    }
    defer {
        sources.forEach { $0.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
    do {
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    } catch {
        // Whatever a cancelled run trips over on its way out, the user's word for it is "cancelled".
        if task.isCancelled { throw CancellationError() }
        throw error
    }
}
