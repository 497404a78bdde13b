import Foundation
import MusicCore
import Synchronization

/// Ctrl-C and SIGTERM: the first one cancels the work, and ends the process where the work hasn't ended soon after,
/// whatever it waits for; a second one, or one while nothing is cancelled, ends it at once.
///
/// Nothing of it depends on a thread that could be stuck: the signal handler itself sets the time limit, and the main
/// thread, which does nothing else, passes the cancellation on.
enum Interruption {
    /// Microseconds that cancelled work has to end, where nobody has said otherwise.
    fileprivate static let usualPatience = 1_500_000

    /// What cancels the work under way, by number.
    private static let jobs = Mutex<[Int: @Sendable () -> Void]>([:])

    /// Takes the signals over; before any work.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory` if the system doesn't give what it takes.
    static func install() throws {
        try bell.install()
        wasSignalled.store(false, ordering: .releasing)
        signal(SIGALRM) { _ in Interruption.endCancelled() }
        for number in [SIGINT, SIGTERM] { signal(number) { Interruption.noteSignal($0) } }
        // A program that was started by a thread that takes no signals would take none either. Here it is this thread
        // that takes them.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGALRM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Runs a closure that starts a program, which takes signals then, though the calling thread may take none.
    static func whileTakingSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
        var none = sigset_t(), before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }

    /// Passes signals on to the work, on the main thread, for ever.
    static func serve() -> Never {
        while true {
            bell.wait()
            cancelJobs()
        }
    }

    /// From now on Ctrl-C ends the work under way, and not the process.
    static func keepProcess() { keepsProcess.store(true, ordering: .releasing) }

    /// Whether the process has been told to end.
    static var isEnding: Bool { wasSignalled.load(ordering: .acquiring) }

    /// Cancels the work under way, as a signal would, without a time limit.
    static func cancelJobs() {
        // Outside the lock: what is cancelled may end at once.
        let all = jobs.withLock { Array($0.values) }
        // Where the process goes on, it is the next work that is meant, which is about to begin.
        if all.isEmpty, keepsProcess.load(ordering: .acquiring) { isWaiting.store(true, ordering: .releasing) }
        for cancel in all { cancel() }
    }

    /// Notes what cancels some work.
    ///
    /// - Returns: a number for ``end(_:)``.
    static func begin(_ cancel: @escaping @Sendable () -> Void) -> Int {
        let number = jobs.withLock { jobs in
            let number = (jobs.keys.max() ?? 0) + 1
            jobs[number] = cancel
            return number
        }
        runningJobs.wrappingAdd(1, ordering: .acquiringAndReleasing)
        // A signal may have come in the moment before.
        if wasSignalled.load(ordering: .acquiring) || isWaiting.exchange(false, ordering: .acquiringAndReleasing) {
            cancel()
        }
        return number
    }

    static func end(_ number: Int) {
        runningJobs.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        jobs.withLock { $0[number] = nil }
    }

    /// What a signal handler may do: only what is safe in the midst of anything.
    fileprivate static func noteSignal(_ number: Int32) {
        let code = errno
        defer { errno = code }
        if number == SIGINT, keepsProcess.load(ordering: .acquiring) { return bell.ring() }
        let isFirst = wasSignalled.compareExchange(
            expected: false, desired: true, ordering: .acquiringAndReleasing
        ).exchanged
        guard isFirst, runningJobs.load(ordering: .acquiring) > 0 else { endCancelled() }
        var limit = itimerval()
        let patience = currentPatience.load(ordering: .relaxed)
        limit.it_value.tv_usec = numericCast(patience % 1_000_000)
        limit.it_value.tv_sec = numericCast(patience / 1_000_000)
        #if canImport(Glibc)
            setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &limit, nil)
        #else
            setitimer(ITIMER_REAL, &limit, nil)
        #endif
        bell.ring()
    }

    /// Ends the process from a signal handler, with the words of a cancelled command.
    fileprivate static func endCancelled() -> Never {
        let words: StaticString = "vivace: error: cancelled\n"
        _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
        _exit(ExitStatus.cancelled)
    }
}

// What the handler reads has to be there before it runs, and needs no lock.
private let wasSignalled = Atomic(false)
private let keepsProcess = Atomic(false)
private let isWaiting = Atomic(false)
private let runningJobs = Atomic(0)
private let currentPatience = Atomic(Interruption.usualPatience)
private let bell = SignalBell()

/// What a signal handler wakes a thread with: of the things that it may touch, the one that takes no descriptors where
/// the system has it.
private final class SignalBell: @unchecked Sendable {
    // Unchecked: written once, before the first signal.
    #if canImport(Darwin)
        private var ends: [Int32] = [-1, -1]

        func install() throws {
            guard pipe(&ends) == 0 else { throw SystemFault(errno, path: "a pipe").error() }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }

        func ring() {
            var byte: UInt8 = 1
            _ = write(ends[1], &byte, 1)
        }

        func wait() {
            var byte: UInt8 = 0
            while read(ends[0], &byte, 1) != 1 {}
        }
    #else
        private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        func install() throws {
            guard sem_init(semaphore, 0, 0) == 0 else { throw SystemFault(errno, path: "a semaphore").error() }
        }

        func ring() { sem_post(semaphore) }

        func wait() {
            while sem_wait(semaphore) != 0 {}
        }
    #endif
}

/// Runs work that Ctrl-C or SIGTERM cancels.
///
/// - Parameter patience: what cancelled work has to end in; `nil` for a moment.
func withInterruption<Result: Sendable>(
    within patience: Duration? = nil, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    if let patience { currentPatience.store(Int(patience / .microseconds(1)), ordering: .relaxed) }
    let task = Task { try await work() }
    let job = Interruption.begin { task.cancel() }
    defer { Interruption.end(job) }
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
