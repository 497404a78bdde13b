import Foundation

/// What a random function takes a key from: a key itself, or a ``MLXRandom/RandomState``.
public protocol RandomStateOrKey {
    /// A key to draw numbers from.
    func asRandomKey() -> MLXArray
}

extension MLXArray: RandomStateOrKey {
    /// The array itself, which is a key.
    public func asRandomKey() -> MLXArray { self }
}

extension MLXRandom {

    /// A sequence of keys, each used once.
    public class RandomState: RandomStateOrKey, Updatable, Evaluatable, @unchecked Sendable {
        private let lock = NSLock()
        private var state: MLXArray

        /// A sequence that differs from run to run.
        public init() {
            state = MLXRandom.key(DispatchTime.now().uptimeNanoseconds)
        }

        /// The sequence of a seed.
        public init(seed: UInt64) {
            state = MLXRandom.key(seed)
        }

        /// The key that the next keys come from.
        public func innerState() -> [MLXArray] {
            lock.withLock { [state] }
        }

        /// The next key.
        public func next() -> MLXArray {
            lock.withLock {
                let (state, key) = MLXRandom.split(key: state)
                self.state = state
                return key
            }
        }

        /// Starts the sequence of a seed.
        public func seed(_ seed: UInt64) {
            lock.withLock { state = MLXRandom.key(seed) }
        }

        /// The next key.
        public func asRandomKey() -> MLXArray { next() }
    }

    /// The keys of random functions that are given none, outside of ``withRandomState(_:body:)-(_,()->R)``.
    public static let globalState = RandomState()

    @TaskLocal fileprivate static var taskState: RandomState?
}

/// The key that a random function uses: the given one, or the next of the state that is in force.
public func resolve(key: (some RandomStateOrKey)? = MLXArray?.none) -> MLXArray {
    key?.asRandomKey() ?? (MLXRandom.taskState ?? MLXRandom.globalState).next()
}

/// Runs `body` with random functions that are given no key taking theirs from `state`.
public func withRandomState<R>(_ state: MLXRandom.RandomState, body: () throws -> R) rethrows -> R {
    try MLXRandom.$taskState.withValue(state, operation: body)
}

/// Runs `body` with random functions that are given no key taking theirs from `state`.
public func withRandomState<R>(
    _ state: MLXRandom.RandomState, body: () async throws -> R
) async rethrows -> R {
    try await MLXRandom.$taskState.withValue(state, operation: body)
}
