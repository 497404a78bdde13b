import Foundation
import MusicCore
import Synchronization

/// The events of all jobs: ordered, numbered for each job, and there to be read again from a number on.
///
/// A reader takes what it has not had yet whenever it has time, so that one that is slow costs nothing: what is kept of
/// a job is bounded. Of a long job's past the progress is forgotten first, which later progress says anew.
public final class JobEvents: Sendable {
    /// What is kept.
    public struct Limits: Sendable, Equatable {
        /// Events of one job.
        public var perJob: Int
        /// Jobs that are over; of older ones the last event alone is known.
        public var finishedJobs: Int
        /// Events in the feed of all jobs.
        public var feed: Int

        public init(perJob: Int = 256, finishedJobs: Int = 256, feed: Int = 2048) {
            self.perJob = max(4, perJob)
            self.finishedJobs = max(1, finishedJobs)
            self.feed = max(4, feed)
        }
    }

    /// The past of one job, or of all.
    private struct Log {
        var events: [NumberedEvent] = []
        var last: Int
        /// The number of the last event, which is being written down; later ones are not wanted.
        var isSealed = false
        var isOver = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]

        init(last: Int) { self.last = last }

        /// Whether there is an event after a number to be read. A log that has none yet may begin far above the number:
        /// its reader waits all the same.
        func has(after number: Int) -> Bool { (events.last?.number ?? 0) > number }

        mutating func add(_ event: NumberedEvent, limit: Int) {
            events.append(event)
            while events.count > limit {
                // The newest stays, whatever it is.
                let stale = events.dropLast().firstIndex { $0.event.isPassing }
                events.remove(at: stale ?? events.startIndex)
            }
        }

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [:] }
            return Array(waiters.values)
        }
    }

    private struct State {
        var logs: [String: Log] = [:]
        var feed: Log
        /// Jobs that are over, the oldest first.
        var finished: [String] = []
        var nextWaiter = 0
    }

    private let state: Mutex<State>
    private let base: Int
    private let limits: Limits
    private let store: any JobStore

    /// - Parameters:
    ///   - store: tells of jobs whose events are no longer kept.
    ///   - generation: how many processes have worked on the store before: their numbers are lower.
    package init(store: any JobStore, generation: Int, limits: Limits) {
        base = generation << 32
        self.limits = limits
        self.store = store
        state = Mutex(State(feed: Log(last: base)))
    }

    // MARK: Writing

    /// Adds an event of a job that is not over.
    package func append(_ event: JobEvent, to job: String) {
        let waiters = state.withLock { state in
            var log = state.logs[job] ?? Log(last: base)
            guard !log.isSealed, !log.isOver else { return [] as [CheckedContinuation<Void, Never>] }
            log.last += 1
            log.add(NumberedEvent(log.last, job: job, event), limit: limits.perJob)
            let waiters = log.takeWaiters() + feed(event, job, &state)
            state.logs[job] = log
            return waiters
        }
        waiters.forEach { $0.resume() }
    }

    /// Reserves the number of a job's last event, after which nothing else is taken in.
    package func seal(_ job: String) -> Int {
        state.withLock { state in
            var log = state.logs[job] ?? Log(last: base)
            log.isSealed = true
            state.logs[job] = log
            return log.last + 1
        }
    }

    /// Takes a seal back: the job is not over after all.
    func unseal(_ job: String) { state.withLock { $0.logs[job]?.isSealed = false } }

    /// Adds the last event of a job.
    package func finish(_ job: String, _ event: JobEvent) {
        let waiters = state.withLock { state in
            var log = state.logs[job] ?? Log(last: base)
            guard !log.isOver else { return [] as [CheckedContinuation<Void, Never>] }
            log.last += 1
            log.isOver = true
            log.add(NumberedEvent(log.last, job: job, event), limit: limits.perJob)
            var waiters = log.takeWaiters() + feed(event, job, &state)
            state.logs[job] = log
            state.finished.append(job)
            while state.finished.count > limits.finishedJobs {
                var forgotten = state.logs.removeValue(forKey: state.finished.removeFirst())
                waiters += forgotten?.takeWaiters() ?? []
            }
            return waiters
        }
        waiters.forEach { $0.resume() }
    }

    private func feed(_ event: JobEvent, _ job: String, _ state: inout State) -> [CheckedContinuation<Void, Never>] {
        state.feed.last += 1
        state.feed.add(NumberedEvent(state.feed.last, job: job, event), limit: limits.feed)
        return state.feed.takeWaiters()
    }

    // MARK: Reading

    /// The events of a job after a number, those that are to come too; it ends after the last one.
    ///
    /// - Parameters:
    ///   - job: its id; one that isn't known has no events.
    ///   - number: of the last event that was had; 0 for all that are kept.
    public func stream(of job: String, after number: Int = 0) -> JobEventStream {
        JobEventStream(events: self, job: job, after: number)
    }

    /// The events of all jobs after a number of the feed, which counts by itself; it never ends.
    public func feed(after number: Int = 0) -> JobEventStream {
        JobEventStream(events: self, job: nil, after: number)
    }

    /// How many events are kept in all, and how many readers wait.
    package var load: (events: Int, waiters: Int) {
        state.withLock { state in
            let logs = Array(state.logs.values) + [state.feed]
            return (logs.reduce(0) { $0 + $1.events.count }, logs.reduce(0) { $0 + $1.waiters.count })
        }
    }

    /// The events after a number, once there are any; empty after the last one, or if the task is cancelled.
    fileprivate func next(_ job: String?, after number: Int) async -> [NumberedEvent] {
        while !Task.isCancelled {
            let found = state.withLock { state -> (events: [NumberedEvent], isOver: Bool)? in
                guard let log = job.map({ state.logs[$0] }) ?? state.feed else { return nil }
                return (log.events.filter { $0.number > number }, log.isOver)
            }
            guard let found else { return await last(of: job ?? "", after: number) }
            if !found.events.isEmpty || found.isOver { return found.events }
            await change(job, after: number)
        }
        return []
    }

    /// The last event of a job that was over before.
    private func last(of id: String, after number: Int) async -> [NumberedEvent] {
        guard let job = try? await store.job(id), let last = job.lastEvent, last > number,
            let event = JobEvent(lastOf: job)
        else { return [] }
        return [NumberedEvent(last, job: id, event)]
    }

    /// Waits until a log has something after a number.
    private func change(_ job: String?, after number: Int) async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard !Task.isCancelled else { return false }
                    if let job {
                        guard let log = state.logs[job], !log.has(after: number), !log.isOver else { return false }
                        state.logs[job]?.waiters[waiter] = continuation
                    } else {
                        guard !state.feed.has(after: number) else { return false }
                        state.feed.waiters[waiter] = continuation
                    }
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                guard let job else { return state.feed.waiters.removeValue(forKey: waiter) }
                return state.logs[job]?.waiters.removeValue(forKey: waiter)
            }
            continuation?.resume()
        }
    }
}

/// Events of a job, or of all jobs, as they come.
public struct JobEventStream: AsyncSequence, Sendable {
    public typealias Element = NumberedEvent

    fileprivate let events: JobEvents
    fileprivate let job: String?
    fileprivate let after: Int

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let events: JobEvents
        fileprivate let job: String?
        fileprivate var number: Int
        private var waiting: ArraySlice<NumberedEvent> = []
        private var isOver = false

        fileprivate init(events: JobEvents, job: String?, number: Int) {
            self.events = events
            self.job = job
            self.number = number
        }

        /// The next event; `nil` after the last one, or if the task is cancelled.
        public mutating func next() async -> NumberedEvent? {
            if waiting.isEmpty, !isOver { waiting = await events.next(job, after: number)[...] }
            guard let event = waiting.popFirst() else {
                isOver = true
                return nil
            }
            number = event.number
            isOver = job != nil && event.event.isFinal
            return event
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: events, job: job, number: after) }
}

extension JobEvent {
    /// Whether a later event says it anew.
    fileprivate var isPassing: Bool {
        switch self {
        case .progress, .queued: true
        default: false
        }
    }

    /// The last event of a job that is over; `nil` of one that is not.
    init?(lastOf job: Job) {
        switch job.state {
        case .queued, .running: return nil
        case .succeeded:
            guard let result = job.result else { return nil }
            self = .finished(result)
        case .failed:
            self = .failed(job.error ?? MusicError(.internal, "The job failed"), stage: job.stage)
        case .cancelled: self = .cancelled
        }
    }
}
