import MusicCore
import MusicEngine
import Synchronization
import Testing

/// Models are loaded once for all who ask, kept while they are used, and let go of by the rules.
struct ModelPoolTests {
    /// A model that is known by a number.
    private struct Model: Sendable, Equatable { var number: Int }

    /// Loads that wait until they are let through, and counts them.
    private final class Gate: Sendable {
        private struct State {
            var loads = 0
            var cancelled = 0
            var waiting: [CheckedContinuation<Void, Never>] = []
            var isOpen = false
        }
        private let state = Mutex(State())

        var loads: Int { state.withLock { $0.loads } }
        var cancelled: Int { state.withLock { $0.cancelled } }

        func load(_ number: Int, bytes: Int = 1) async throws -> ModelPool.Loaded<Model> {
            state.withLock { $0.loads += 1 }
            await withCheckedContinuation { continuation in
                let passes = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if passes { continuation.resume() }
            }
            if Task.isCancelled {
                state.withLock { $0.cancelled += 1 }
                throw CancellationError()
            }
            return .init(Model(number: number), byteCount: bytes)
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            waiting.forEach { $0.resume() }
        }
    }

    private static func key(_ name: String) -> ModelPool.Key {
        .init(kind: "music", directory: name, options: LoadOptions())
    }

    /// Waits, in turns of the cooperative pool, for something that is sure to come.
    private static func eventually(_ condition: () async -> Bool) async {
        while await !condition() { await Task.yield() }
    }

    private static func loaded(_ pool: ModelPool, _ name: String, bytes: Int) async throws -> ModelLease<Model> {
        try await pool.lease(key(name)) { .init(Model(number: bytes), byteCount: bytes) }
    }

    @Test(.timeLimit(.minutes(1))) func callersAtOnceShareALoad() async throws {
        let pool = ModelPool(), gate = Gate()
        let callers = (0..<5).map { _ in
            Task { try await pool.lease(Self.key("a")) { try await gate.load(7) }.model }
        }
        await Self.eventually { await pool.statistics.waiting == 5 }
        gate.open()
        for caller in callers { #expect(try await caller.value == Model(number: 7)) }
        #expect(gate.loads == 1)
    }

    @Test(.timeLimit(.minutes(1))) func aCallerThatIsCancelledLeavesTheLoadToTheOthers() async throws {
        let pool = ModelPool(), gate = Gate()
        let first = Task { try await pool.lease(Self.key("a")) { try await gate.load(1) }.model }
        await Self.eventually { await pool.statistics.waiting == 1 }
        let second = Task { try await pool.lease(Self.key("a")) { try await gate.load(2) }.model }
        await Self.eventually { await pool.statistics.waiting == 2 }
        first.cancel()
        // It does not wait for the load any more, which is still shut.
        await #expect(throws: CancellationError.self) { try await first.value }
        gate.open()
        #expect(try await second.value == Model(number: 1))
        #expect(gate.loads == 1 && gate.cancelled == 0)
    }

    /// Many times, since an address of the pool's may be given again at any of them.
    @Test(.timeLimit(.minutes(1))) func aLoadThatNobodyWaitsForIsCancelledAndDisturbsNoLaterOne() async throws {
        let pool = ModelPool()
        for round in 1...500 {
            let gate = Gate(), later = Gate()
            let caller = Task { try await pool.lease(Self.key("a")) { try await gate.load(1) }.model }
            await Self.eventually { await pool.statistics.waiting == 1 }
            caller.cancel()
            await #expect(throws: CancellationError.self) { try await caller.value }
            await Self.eventually { await pool.statistics.loading == 0 }
            // The same key again, while the first load is still ending.
            let second = Task { try await pool.lease(Self.key("a")) { try await later.load(round) } }
            await Self.eventually { await pool.statistics.waiting == 1 }
            gate.open()
            await Self.eventually { gate.cancelled == 1 }
            later.open()
            let lease = try await second.value
            #expect(lease.model == Model(number: round))
            #expect(await pool.statistics.loaded == 1)
            await lease.release()
            await pool.releaseIdle()
        }
    }

    @Test func aFailureReachesAllWhoWaitAndIsForgotten() async throws {
        let pool = ModelPool()
        let failure = MusicError(.invalidCheckpoint, "bad")
        await #expect(throws: failure) {
            _ = try await pool.lease(Self.key("a")) { () -> ModelPool.Loaded<Model> in throw failure }
        }
        #expect(try await Self.loaded(pool, "a", bytes: 3).model == Model(number: 3))
    }

    @Test func whatIsInUseIsKeptWhateverTheLimit() async throws {
        let pool = ModelPool(policy: .init(byteLimit: 10))
        let a = try await Self.loaded(pool, "a", bytes: 8)
        let b = try await Self.loaded(pool, "b", bytes: 8)
        #expect(await pool.statistics.byteCount == 16)
        await a.release()
        #expect(await pool.statistics == .init(loaded: 1, leased: 1, byteCount: 8))
        await b.release()
        #expect(await pool.statistics == .init(loaded: 1, byteCount: 8))
    }

    @Test func theLeastRecentlyUsedGoesFirst() async throws {
        let pool = ModelPool(policy: .init(byteLimit: 20))
        for name in ["a", "b"] { await (try Self.loaded(pool, name, bytes: 8)).release() }
        // a is used again: b is now the oldest.
        await (try Self.loaded(pool, "a", bytes: 8)).release()
        await (try Self.loaded(pool, "c", bytes: 8)).release()
        let kept = try await pool.lease(Self.key("a")) { () -> ModelPool.Loaded<Model> in
            throw MusicError(.internal, "a was let go of")
        }
        #expect(kept.model == Model(number: 8))
        await #expect(throws: MusicError.self) {
            _ = try await pool.lease(Self.key("b")) { () -> ModelPool.Loaded<Model> in
                throw MusicError(.internal, "b was let go of")
            }
        }
    }

    @Test func aLeaseThatIsGoneIsAsGoodAsReleased() async throws {
        let pool = ModelPool()
        do { _ = try await Self.loaded(pool, "a", bytes: 1) }
        await Self.eventually { await pool.statistics.leased == 0 }
        await pool.releaseIdle()
        #expect(await pool.statistics == .init())
    }

    @Test func releasingTwiceCountsOnce() async throws {
        let pool = ModelPool()
        let first = try await Self.loaded(pool, "a", bytes: 1)
        let second = try await Self.loaded(pool, "a", bytes: 1)
        await first.release()
        await first.release()
        #expect(await pool.statistics.leased == 1)
        await second.release()
        #expect(await pool.statistics.leased == 0)
    }

    @Test(.timeLimit(.minutes(1))) func whatNobodyUsesGoesWhenItsTimeIsOver() async throws {
        let clock = ManualClock()
        let pool = ModelPool(policy: .init(keepAlive: .seconds(60)), clock: clock)
        await (try Self.loaded(pool, "a", bytes: 1)).release()
        await Self.eventually { clock.sleepers == 1 }
        clock.advance(by: .seconds(59))
        #expect(await pool.statistics.loaded == 1)
        // A use in between begins the time anew.
        await (try Self.loaded(pool, "a", bytes: 1)).release()
        await Self.eventually { clock.sleepers == 1 }
        clock.advance(by: .seconds(59))
        #expect(await pool.statistics.loaded == 1)
        clock.advance(by: .seconds(1))
        await Self.eventually { await pool.statistics.loaded == 0 }
    }
}
