import Dispatch
import Foundation
import Synchronization

/// The one thread of a process on which array work runs.
///
/// An array belongs to one thread at a time, and mlx-swift's default stream to the thread that asks for it; OpenMP keeps
/// its worker threads per calling thread. Work that hops between the threads of the cooperative pool would use a new
/// stream each time, start workers again and again, and wait for locks. Everything that touches arrays is isolated to
/// ``MLXActor``, whose executor this is; jobs share it by ``ArrayScheduler``.
public final class MLXExecutor: SerialExecutor {
    /// The executor that the whole process shares.
    public static let shared = MLXExecutor()

    /// Stack of the thread in bytes.
    ///
    /// Graphs of thousands of operations are walked recursively in places.
    private static let stackSize = 256 << 20

    private let jobs = Mutex<[UnownedJob]>([])
    private let available = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in runJobs() }
        thread.stackSize = Self.stackSize
        thread.qualityOfService = .userInitiated
        thread.start()
    }

    /// Adds a job to the end of the queue.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        available.signal()
    }

    /// Whether jobs wait for the thread.
    var hasJobs: Bool { jobs.withLock { !$0.isEmpty } }

    /// Whether the calling code runs on this executor's thread.
    package static var isCurrent: Bool { Thread.current.threadDictionary[marker] != nil }

    /// Marks the thread in its own dictionary.
    private static let marker = "vivace.mlx"

    /// Stops the program if the calling code does not run on this executor's thread, though it claims to.
    public func checkIsolated() {
        precondition(Self.isCurrent, "array work is isolated to MLXActor")
    }

    private func runJobs() -> Never {
        Thread.current.name = Self.marker
        Thread.current.threadDictionary[Self.marker] = true
        let executor = asUnownedSerialExecutor()
        while true {
            available.wait()
            let job = jobs.withLock { $0.removeFirst() }
            #if canImport(ObjectiveC)
                autoreleasepool { job.runSynchronously(on: executor) }
            #else
                job.runSynchronously(on: executor)
            #endif
        }
    }
}

/// The global actor of all array work: what is isolated to it runs on the thread of ``MLXExecutor``.
@globalActor
public actor MLXActor {
    /// The actor that isolates.
    public static let shared = MLXActor()

    /// The array thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        MLXExecutor.shared.asUnownedSerialExecutor()
    }

    /// Runs a closure on the array thread and returns its result.
    public static func run<Result: Sendable>(
        _ body: @MLXActor @Sendable () throws -> Result
    ) async rethrows -> Result {
        try await body()
    }
}
