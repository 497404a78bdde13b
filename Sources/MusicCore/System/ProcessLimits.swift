import Dispatch
import Foundation

/// What the system lets a process have: open files, threads, memory.
///
/// Asked before the work, because libraries that run into these limits wait for ever or end the process.
public enum ProcessLimits {
    static let descriptorAdvice = "raise the limit on open files (ulimit -n)"
    static let threadAdvice = "raise the limit on processes and threads (ulimit -u, or that of the container)"
    static let memoryAdvice = "free memory, or raise the limit on the address space (ulimit -v)"

    /// Makes sure that so many files can be opened beside those that are open.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory`.
    public static func requireDescriptors(_ count: Int) throws {
        var opened: [Int32] = []
        defer { opened.forEach { close($0) } }
        while opened.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw MusicError(
                    .outOfMemory,
                    "the process may open \(opened.count) more file\(opened.count == 1 ? "" : "s"), and needs \(count)",
                    advice: descriptorAdvice)
            }
            opened.append(descriptor)
        }
    }

    /// Lets libdispatch open what it needs for itself, where descriptors are few: later, when files have taken them, it
    /// would end the process.
    public static func reserveForTimers() {
        var limit = rlimit()
        guard getrlimit(descriptorLimit, &limit) == 0, limit.rlim_cur < 64 else { return }
        let fired = DispatchSemaphore(value: 0)
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { fired.signal() }
        timer.schedule(deadline: .now())
        timer.activate()
        fired.wait()
        timer.cancel()
    }

    /// Makes sure that so many threads, with stacks of the usual size, can be had beside those that run.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory` that says whether threads are wanting or memory for their
    ///   stacks.
    public static func requireThreads(_ count: Int) throws {
        var gate = Gate()
        var started = 0
        while started < count, gate.startThread(stackSize: nil) { started += 1 }
        let isForMemory = started < count && gate.startThread(stackSize: Gate.smallStack)
        guard started < count else { return }
        throw shortage(ofThreads: count, had: started, isForMemory: isForMemory)
    }

    /// Makes sure that so many bytes of address space are left.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory`.
    public static func requireAddressSpace(_ bytes: Int) throws {
        guard let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
            address != MAP_FAILED
        else {
            throw MusicError(
                .outOfMemory, "the process may have less than \(bytes >> 20) MiB more of memory", advice: memoryAdvice)
        }
        munmap(address, bytes)
    }

    /// The error for a thread that can't be had: of memory if one with a small stack can be had.
    ///
    /// - Parameter stackSize: bytes that it needs.
    public static func noThread(stackSize: Int) -> MusicError {
        var gate = Gate()
        guard gate.startThread(stackSize: Gate.smallStack) else {
            return shortage(ofThreads: 1, had: 0, isForMemory: false)
        }
        return MusicError(
            .outOfMemory, "there is not enough memory for a thread with a stack of \(stackSize >> 20) MiB",
            advice: memoryAdvice)
    }

    /// The error for a thread that a library wants for itself and can't have.
    ///
    /// - Parameter place: where in the work it happened.
    public static func noThread(at place: String) -> MusicError {
        MusicError(
            .outOfMemory, "The process can't have another thread, or no memory for its stack, at \(place)",
            advice: "\(threadAdvice); or \(memoryAdvice)")
    }

    private static func shortage(ofThreads count: Int, had: Int, isForMemory: Bool) -> MusicError {
        isForMemory
            ? MusicError(
                .outOfMemory, "there is not enough memory for the stacks of \(count) threads", advice: memoryAdvice)
            : MusicError(
                .outOfMemory, "the process may have \(had) more thread\(had == 1 ? "" : "s"), and needs \(count)",
                advice: threadAdvice)
    }

    /// Holds threads that do nothing until they are let go.
    private struct Gate: ~Copyable {
        static let smallStack = 128 << 10

        private let entrance = DispatchSemaphore(value: 0)
        private var threads: [pthread_t] = []

        /// Whether the system gives a thread.
        ///
        /// - Parameter stackSize: in bytes; `nil` for the usual one.
        mutating func startThread(stackSize: Int?) -> Bool {
            let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
            pthread_attr_init(attributes)
            defer {
                pthread_attr_destroy(attributes)
                attributes.deallocate()
            }
            if let stackSize { pthread_attr_setstacksize(attributes, stackSize) }
            #if canImport(Darwin)
                var thread: pthread_t?
            #else
                var thread = pthread_t()
            #endif
            // The semaphore outlives the threads, which are joined before it goes.
            let context = Unmanaged.passUnretained(entrance).toOpaque()
            guard pthread_create(&thread, attributes, waitAtGate, context) == 0 else { return false }
            #if canImport(Darwin)
                if let thread { threads.append(thread) }
            #else
                threads.append(thread)
            #endif
            return true
        }

        /// Lets the threads go, and waits for their end.
        deinit {
            for _ in threads { entrance.signal() }
            for thread in threads { pthread_join(thread, nil) }
        }
    }
}

#if canImport(Glibc)
    /// Glibc gives the limit's name a type of its own.
    private let descriptorLimit = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    private let descriptorLimit = RLIMIT_NOFILE
#endif

#if canImport(Darwin)
    private let waitAtGate: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
        Unmanaged<DispatchSemaphore>.fromOpaque($0).takeUnretainedValue().wait()
        return nil
    }
#else
    private let waitAtGate: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { entrance in
        if let entrance { Unmanaged<DispatchSemaphore>.fromOpaque(entrance).takeUnretainedValue().wait() }
        return nil
    }
#endif
