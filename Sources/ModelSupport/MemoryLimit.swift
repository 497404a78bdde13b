import Foundation
import MusicCore

/// The memory that a process may fill.
public struct MemoryLimit: Sendable, Equatable {
    /// Bytes in all.
    public let bytes: Int
    /// Bytes that are taken already; where no cap was asked for, what else is in the memory is left to the system.
    public let taken: Int
    /// Whether it is a cap that was asked for, rather than the machine's memory.
    public let isCap: Bool

    /// - Parameters:
    ///   - bytes: in all.
    ///   - taken: of these, what is taken already.
    ///   - isCap: whether it was asked for.
    public init(bytes: Int, taken: Int = 0, isCap: Bool = false) {
        self.bytes = bytes
        self.taken = taken
        self.isCap = isCap
    }

    /// The limit for a model that is to be loaded now.
    public init(_ options: LoadOptions) {
        guard let cap = options.maxMemory, cap < Machine.memory else {
            self.init(bytes: Machine.memory)
            return
        }
        self.init(bytes: cap, taken: Machine.residentMemory, isCap: true)
    }

    /// Whether something goes in beside what is taken.
    public func holds(_ bytes: Int) -> Bool { taken + bytes <= self.bytes }

    /// That something doesn't go in.
    ///
    /// - Parameters:
    ///   - what: as the beginning of a sentence: `A song of 60 seconds`.
    ///   - bytes: that it takes.
    ///   - advice: what else helps.
    public func error(_ what: String, bytes: Int, advice: String = "use a smaller model") -> MusicError {
        func gigabytes(_ bytes: Int) -> String {
            bytes < 100_000_000
                ? String(format: "%.0f MB", Double(bytes) / 1e6)
                : String(format: "%.1f GB", Double(bytes) / 1e9)
        }
        var ways: [Suggestion] = [
            .set(field: "dtype", to: LoadOptions.Precision.bfloat16.rawValue),
            .set(field: "quantization", to: LoadOptions.Quantization.q8.rawValue),
        ]
        guard isCap else {
            ways.append(.set(field: "low_memory", to: "true"))
            return MusicError(
                .outOfMemory, "\(what) takes \(gigabytes(bytes)), and this machine has \(gigabytes(self.bytes))",
                advice: advice, suggestion: .anyOf(ways))
        }
        ways.insert(.set(field: "max_memory", to: "\((taken + bytes + 999_999) / 1_000_000)MB"), at: 0)
        return MusicError(
            .outOfMemory,
            "\(what) takes \(gigabytes(bytes)) beside the \(gigabytes(taken)) that are taken, and the memory is to be "
                + "kept within \(gigabytes(self.bytes))",
            advice: advice, suggestion: .anyOf(ways))
    }
}

extension Machine {
    /// Bytes of the process that are in memory now; 0 where the system doesn't say.
    public static var residentMemory: Int {
        #if canImport(Darwin)
            var info = mach_task_basic_info()
            var count = mach_msg_type_number_t(MemoryLayout<mach_task_basic_info>.size / MemoryLayout<natural_t>.size)
            let result = withUnsafeMutablePointer(to: &info) { pointer in
                pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                    task_info(mach_task_self_, task_flavor_t(MACH_TASK_BASIC_INFO), $0, &count)
                }
            }
            return result == KERN_SUCCESS ? Int(info.resident_size) : 0
        #else
            guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
                let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { return 0 }
            return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        #endif
    }
}
