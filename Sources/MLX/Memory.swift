import CMLX
import Foundation

/// What libmlx's allocator has given out, and how much it keeps for reuse.
public enum Memory {

    /// The allocator's figures at one moment, in bytes.
    public struct Snapshot: CustomStringConvertible, Codable, Sendable {

        /// What arrays occupy.
        public var activeMemory: Int

        /// What the allocator keeps for reuse.
        public var cacheMemory: Int

        /// The most that arrays have occupied since the last reset.
        public var peakMemory: Int

        /// The differences from this snapshot to a later one.
        public func delta(_ other: Snapshot) -> Snapshot {
            Snapshot(
                activeMemory: other.activeMemory - activeMemory,
                cacheMemory: other.cacheMemory - cacheMemory,
                peakMemory: other.peakMemory - peakMemory)
        }

        /// The three figures, one on a line.
        public var description: String {
            let rows = [("Peak:  ", peakMemory), ("Active:", activeMemory), ("Cache: ", cacheMemory)]
            return rows.map { label, bytes in
                let mebibytes = bytes / (1024 * 1024)
                let amount = abs(mebibytes) > 10 ? "\(mebibytes)M" : "\(bytes / 1024)K"
                return "\(label) \(amount.padding(toLength: 12, withPad: " ", startingAt: 0)) (\(bytes))"
            }.joined(separator: "\n")
        }
    }

    private static func read(_ function: (UnsafeMutablePointer<Int>?) -> Int32) -> Int {
        var value = 0
        check(function(&value))
        return value
    }

    /// The bytes that arrays occupy.
    ///
    /// Memory-mapped arrays don't count.
    public static var activeMemory: Int { read(cmlx_memory_active) }

    /// The bytes that the allocator keeps for reuse.
    public static var cacheMemory: Int { read(cmlx_memory_cache) }

    /// The most bytes that arrays have occupied since the last reset.
    ///
    /// Setting it, to whatever value, resets it.
    public static var peakMemory: Int {
        get { read(cmlx_memory_peak) }
        set { check(cmlx_memory_reset_peak()) }
    }

    /// The three figures at this moment.
    public static func snapshot() -> Snapshot {
        Snapshot(activeMemory: activeMemory, cacheMemory: cacheMemory, peakMemory: peakMemory)
    }

    /// The most bytes that the allocator keeps for reuse.
    ///
    /// 0 means that nothing is kept.
    public static var cacheLimit: Int {
        get {
            lock.withLock {
                let current = read { cmlx_memory_set_cache_limit($0, cacheMemory) }
                _ = read { cmlx_memory_set_cache_limit($0, current) }
                return current
            }
        }
        set { lock.withLock { _ = read { cmlx_memory_set_cache_limit($0, Swift.max(newValue, 0)) } } }
    }

    /// The bytes beyond which an evaluation waits for others to finish before it takes more.
    public static var memoryLimit: Int {
        get { read(cmlx_memory_limit) }
        set { lock.withLock { _ = read { cmlx_memory_set_limit($0, Swift.max(newValue, 0)) } } }
    }

    /// Gives what the allocator keeps for reuse back to the system.
    public static func clearCache() {
        evalLock.withLock { _ = check(cmlx_memory_clear_cache()) }
    }

    private static let lock = NSLock()
}

/// Facts about the graphics processor.
public enum GPU {
    /// The most bytes that should be in use at once; `nil` where the platform does not say.
    public static func maxRecommendedWorkingSetBytes() -> Int? { nil }
}
