/// A loaded model in use: it is kept until the lease is released or gone.
public final class ModelLease<Model: Sendable>: Sendable {
    public let model: Model
    private let once: Once

    private actor Once {
        private var end: (@Sendable () async -> Void)?
        init(_ end: @escaping @Sendable () async -> Void) { self.end = end }

        func run() async {
            let end = end
            self.end = nil
            await end?()
        }
    }

    init(_ model: Model, end: @escaping @Sendable () async -> Void) {
        self.model = model
        once = Once(end)
    }

    deinit {
        let once = once
        Task { await once.run() }
    }

    /// Ends the use; a second call does nothing.
    public func release() async { await once.run() }
}
