import CMLX

/// What mlx-swift leaves to the system: the threads and instructions with which this module computes on a CPU.
public enum CPU {
    /// The number of threads, for the whole process.
    ///
    /// At first it is the number of physical cores that the process may use, by its affinity and its control group.
    /// Values below 1 count as 1.
    public static var threads: Int {
        get { Int(cmlx_cpu_threads()) }
        set { cmlx_cpu_set_threads(newValue.int32) }
    }

    /// Bytes that these threads read from memory in a second; measuring takes half a second and 512 MiB.
    public static func measuredMemoryRate() -> Double { cmlx_cpu_memory_rate() }

    /// The vector instructions that products use, such as `avx512`.
    public static var instructionSet: String { String(cString: cmlx_cpu_instruction_set()) }

    /// Whether it has instructions that multiply bfloat16.
    public static var multipliesBFloat16: Bool { cmlx_cpu_multiplies_bfloat16() }

    /// Bytes of memory that the process may use: those of the machine, or of its control group.
    public static var availableMemory: Int { cmlx_memory_available() }
}
