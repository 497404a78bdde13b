extension AsyncThrowingStream where Element: Sendable, Failure == any Error {
    /// A stream of what some work reports; ending the iteration or cancelling its task cancels the work.
    ///
    /// - Parameters:
    ///   - cancelled: what the stream throws where the work was cancelled.
    ///   - work: takes a closure that adds an element to the stream.
    public static func reporting(
        cancelled: MusicError = MusicError(.cancelled, "The generation was cancelled"),
        _ work: @escaping @Sendable (_ report: @escaping @Sendable (Element) -> Void) async throws -> Void
    ) -> AsyncThrowingStream {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await work { continuation.yield($0) }
                    try Task.checkCancellation()
                    continuation.finish()
                } catch is CancellationError {
                    continuation.finish(throwing: cancelled)
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
