import Foundation

/// What the process occupies.
enum ProcessMemory {
    /// Largest resident set of the process so far, in bytes.
    static var peakResidentBytes: Int {
        // `getrusage` counts kibibytes on Linux and bytes on macOS.
        var usage = rusage()
        #if os(macOS)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}
