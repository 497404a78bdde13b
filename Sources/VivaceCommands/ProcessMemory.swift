import Foundation

/// What the process occupies.
enum ProcessMemory {
    /// Largest resident set of the process so far, in bytes.
    static var peakResidentBytes: Int {
        // `getrusage` counts kibibytes on Linux and bytes on Apple's systems.
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}
