public import MusicCore

/// Keeps loaded models, whatever their kind: loads each once for all who ask, keeps it as long as someone uses it, and
/// lets go of the least recently used ones where there are too many.
public actor ModelPool {
    /// What a loaded model is known by.
    public struct Key: Hashable, Sendable {
        /// What it is, such as `music` or `planner`: the same folder may hold both.
        public var kind: String
        /// Path of its folder.
        public var directory: String
        public var options: LoadOptions

        public init(kind: String, directory: String, options: LoadOptions) {
            self.kind = kind
            self.directory = directory
            self.options = options
        }
    }

    /// How much is kept.
    public struct Policy: Sendable {
        /// Bytes of models that nobody uses, together with those in use, above which the least recently used of the
        /// former are let go of; `nil` for no limit.
        public var byteLimit: Int?
        /// How long a model that nobody uses is kept; `nil` for ever.
        public var keepAlive: Duration?

        public init(byteLimit: Int? = nil, keepAlive: Duration? = nil) {
            self.byteLimit = byteLimit
            self.keepAlive = keepAlive
        }
    }

    /// A model as it is loaded.
    public struct Loaded<Model: Sendable>: Sendable {
        public var model: Model
        /// Bytes that it takes.
        public var byteCount: Int

        public init(_ model: Model, byteCount: Int) {
            self.model = model
            self.byteCount = byteCount
        }
    }

    /// What the pool holds at a moment.
    public struct Statistics: Sendable, Equatable {
        /// Models that are loaded.
        public var loaded = 0
        /// Models that are being loaded.
        public var loading = 0
        /// Of the loaded ones, those that are in use.
        public var leased = 0
        /// Bytes of the loaded ones.
        public var byteCount = 0
        /// Callers that wait for a load.
        public var waiting = 0

        public init(loaded: Int = 0, loading: Int = 0, leased: Int = 0, byteCount: Int = 0, waiting: Int = 0) {
            self.loaded = loaded
            self.loading = loading
            self.leased = leased
            self.byteCount = byteCount
            self.waiting = waiting
        }
    }

    /// A model, or the load of one.
    private final class Slot {
        let key: Key
        /// Of all slots that there ever were: an address may belong to another one later.
        let number: Int
        var load: Task<Void, Never>?
        var model: (any Sendable)?
        var byteCount = 0
        var leases = 0
        /// Order of the last use.
        var lastUse = 0
        var waiters: [Int: CheckedContinuation<any Sendable, any Error>] = [:]
        var expiry: Task<Void, Never>?

        init(key: Key, number: Int) {
            self.key = key
            self.number = number
        }
    }

    private let policy: Policy
    private let clock: any Clock<Duration>
    private var slots: [Key: Slot] = [:]
    private var uses = 0
    private var nextWaiter = 0
    private var nextSlot = 0

    /// - Parameters:
    ///   - policy: how much is kept.
    ///   - clock: measures how long models are kept.
    public init(policy: Policy = Policy(), clock: any Clock<Duration> = ContinuousClock()) {
        self.policy = policy
        self.clock = clock
    }

    /// The slot that had this number, if it is still the one of the key.
    private func held(_ key: Key, _ number: Int) -> Slot? {
        guard let slot = slots[key], slot.number == number else { return nil }
        return slot
    }

    /// What is held now.
    public var statistics: Statistics {
        var statistics = Statistics()
        for slot in slots.values {
            if slot.model == nil {
                statistics.loading += 1
            } else {
                statistics.loaded += 1
                statistics.byteCount += slot.byteCount
                if slot.leases > 0 { statistics.leased += 1 }
            }
            statistics.waiting += slot.waiters.count
        }
        return statistics
    }

    /// The model of a key: the one that is held, or loaded now.
    ///
    /// Callers that ask for the same key at once share one load. A caller that is cancelled stops waiting; the load goes
    /// on for the others, and is cancelled when nobody waits any more. A load that failed is tried anew by the next call.
    ///
    /// - Parameters:
    ///   - key: what is wanted.
    ///   - load: reads it.
    /// - Returns: a lease: the model is kept at least until it is released or gone.
    /// - Throws: what `load` throws, or `CancellationError`.
    public func lease<Model: Sendable>(
        _ key: Key, load: @escaping @Sendable () async throws -> Loaded<Model>
    ) async throws -> ModelLease<Model> {
        try Task.checkCancellation()
        let slot: Slot
        if let held = slots[key] {
            slot = held
        } else {
            nextSlot += 1
            let number = nextSlot
            slot = Slot(key: key, number: number)
            slots[key] = slot
            slot.load = Task {
                do {
                    let loaded = try await load()
                    finished(key, number, .success((loaded.model, loaded.byteCount)))
                } catch {
                    finished(key, number, .failure(error))
                }
            }
        }
        let model: any Sendable
        if let ready = slot.model {
            use(slot)
            model = ready
        } else {
            model = try await wait(for: slot)
        }
        guard let typed = model as? Model else {
            release(key, slot.number)
            throw MusicError(.internal, "the pool holds another kind of model under \(key.kind)")
        }
        return ModelLease(typed) { [weak self, number = slot.number] in await self?.release(key, number) }
    }

    /// Lets go of all models that nobody uses.
    public func releaseIdle() {
        for slot in slots.values where slot.model != nil && slot.leases == 0 { drop(slot) }
    }

    // MARK: Loading

    private func wait(for slot: Slot) async throws -> any Sendable {
        nextWaiter += 1
        let waiter = nextWaiter
        let (key, number) = (slot.key, slot.number)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                    abandonIfUnwanted(slot)
                } else {
                    slot.waiters[waiter] = continuation
                }
            }
        } onCancel: {
            Task { await self.stopWaiting(waiter, key, number) }
        }
    }

    private func stopWaiting(_ waiter: Int, _ key: Key, _ number: Int) {
        guard let slot = held(key, number),
            let continuation = slot.waiters.removeValue(forKey: waiter)
        else { return }
        continuation.resume(throwing: CancellationError())
        abandonIfUnwanted(slot)
    }

    private func abandonIfUnwanted(_ slot: Slot) {
        guard slot.model == nil, slot.waiters.isEmpty, slots[slot.key] === slot else { return }
        slot.load?.cancel()
        slots[slot.key] = nil
    }

    private func finished(
        _ key: Key, _ number: Int, _ result: Result<(model: any Sendable, byteCount: Int), any Error>
    ) {
        // A load that nobody waits for any more belongs to nobody.
        guard let slot = held(key, number) else { return }
        let waiters = slot.waiters.sorted { $0.key < $1.key }.map(\.value)
        slot.waiters = [:]
        slot.load = nil
        switch result {
        case .success(let loaded):
            slot.model = loaded.model
            slot.byteCount = loaded.byteCount
            for waiter in waiters {
                use(slot)
                waiter.resume(returning: loaded.model)
            }
            trim()
        case .failure(let error):
            slots[key] = nil
            waiters.forEach { $0.resume(throwing: error) }
        }
    }

    // MARK: Keeping

    private func use(_ slot: Slot) {
        uses += 1
        slot.lastUse = uses
        slot.leases += 1
        slot.expiry?.cancel()
        slot.expiry = nil
    }

    private func release(_ key: Key, _ number: Int) {
        guard let slot = held(key, number) else { return }
        slot.leases -= 1
        guard slot.leases == 0 else { return }
        trim()
        guard let keepAlive = policy.keepAlive, slots[key] === slot else { return }
        let use = slot.lastUse
        slot.expiry = Task { [clock, weak self] in
            guard (try? await clock.sleep(for: keepAlive)) != nil else { return }
            await self?.expire(key, number, lastUse: use)
        }
    }

    private func expire(_ key: Key, _ number: Int, lastUse: Int) {
        guard let slot = held(key, number), slot.leases == 0, slot.lastUse == lastUse else { return }
        drop(slot)
    }

    /// Lets go of the least recently used models that nobody uses until the rest is within the limit.
    private func trim() {
        guard let limit = policy.byteLimit else { return }
        var total = slots.values.reduce(0) { $0 + $1.byteCount }
        let idle = slots.values.filter { $0.model != nil && $0.leases == 0 }.sorted { $0.lastUse < $1.lastUse }
        for slot in idle {
            guard total > limit else { return }
            total -= slot.byteCount
            drop(slot)
        }
    }

    private func drop(_ slot: Slot) {
        slot.expiry?.cancel()
        slots[slot.key] = nil
    }
}
