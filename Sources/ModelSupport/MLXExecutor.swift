import Dispatch
import Foundation
import MusicCore
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

    /// Stacks of the thread in bytes, of which the first one is taken that there is memory for.
    ///
    /// Graphs of thousands of operations are walked recursively in places.
    private static let stackSizes = [256 << 20, 128 << 20, 64 << 20]

    /// Threads that array work needs beside the array thread: those of libmlx's stream and of the tasks that wait for
    /// results.
    private static let otherThreads = 3

    private let jobs = Mutex<[UnownedJob]>([])
    private let available = DispatchSemaphore(value: 0)
    private let isRunning = Atomic(false)
    private let starting = Mutex(())

    private init() {}

    /// Starts the thread, if it doesn't run yet.
    ///
    /// To be called before the first work on ``MLXActor``, which has no way to tell that there is no thread for it.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory` if the system gives no thread, or no memory for its stack.
    public func start() throws {
        if isRunning.load(ordering: .acquiring) { return }
        try starting.withLock { _ in
            if isRunning.load(ordering: .acquiring) { return }
            try ProcessLimits.requireThreads(Self.otherThreads + 1)
            guard Self.stackSizes.contains(where: Self.startThread) else {
                throw ProcessLimits.noThread(stackSize: Self.stackSizes[Self.stackSizes.count - 1])
            }
            isRunning.store(true, ordering: .releasing)
        }
    }

    /// Whether the system gives a thread with such a stack, which then runs jobs for ever.
    private static func startThread(stackSize: Int) -> Bool {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(attributes, stackSize)
        #if canImport(Darwin)
            pthread_attr_set_qos_class_np(attributes, QOS_CLASS_USER_INITIATED, 0)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        return pthread_create(&thread, attributes, { _ in MLXExecutor.shared.runJobs() }, nil) == 0
    }

    /// Adds a job to the end of the queue.
    ///
    /// A program that has not called ``start()`` before ends here if there can be no thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        do {
            try start()
        } catch {
            fatalError("\(error)")
        }
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
