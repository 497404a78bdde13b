import Foundation

/// What is said when the process dies for want of memory where no error can be thrown.
///
/// The language and its libraries end the process if they can't have a few bytes.
enum LastWords {
    /// With less address space than this left, a sudden end is put down to the memory.
    private static let scarce = 256 << 20

    private static let fatalSignals = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP]

    /// Takes the fatal signals over, which do what they did before where memory isn't wanting.
    static func install() {
        for number in fatalSignals {
            var action = sigaction()
            #if canImport(Darwin)
                action.__sigaction_u.__sa_handler = { LastWords.speak($0) }
            #else
                action.__sigaction_handler.sa_handler = { LastWords.speak($0) }
            #endif
            action.sa_flags = Int32(SA_ONSTACK)
            var before = sigaction()
            sigaction(number, &action, &before)
            previous[Int(number)] = before
        }
    }

    /// What a handler may do: only what is safe in the midst of anything.
    fileprivate static func speak(_ number: Int32) {
        let address = mmap(nil, scarce, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        if address == MAP_FAILED {
            let words: StaticString = """
                vivace: error: the memory of the process was exhausted; make a shorter song, use the number format \
                bf16, free memory, or raise the limit on the address space (ulimit -v)

                """
            _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
            _exit(ExitStatus.failure)
        }
        munmap(address, scarce)
        // The instruction is tried again, or abort() goes on, with what was there before.
        sigaction(number, &previous[Int(number)], nil)
    }
}

/// What the signals did before, by number; written before any handler runs.
private nonisolated(unsafe) let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 64)
