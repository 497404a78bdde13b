import Foundation
import MLX

/// What is known of the machine.
public enum Machine {
    /// Bytes of memory that this process may use: those of the machine, or of its control group.
    public static let memory: Int = {
        #if VIVACE_CMLX
            CPU.availableMemory
        #else
            Int(clamping: ProcessInfo.processInfo.physicalMemory)
        #endif
    }()

    /// Threads that compute on a CPU: one for each physical core that the process may use, unless set.
    ///
    /// At least 1.
    public static var threads: Int {
        get {
            #if VIVACE_CMLX
                CPU.threads
            #else
                ProcessInfo.processInfo.activeProcessorCount
            #endif
        }
        set {
            // mlx-swift leaves this to the system.
            #if VIVACE_CMLX
                CPU.threads = newValue
            #endif
        }
    }

    /// Whether the array library drives a GPU.
    public static var hasGPU: Bool { Device.defaultDevice().deviceType == .gpu }

    /// The vector instructions that products use, such as `avx512`, or the library that chooses them.
    public static var instructionSet: String {
        #if VIVACE_CMLX
            CPU.instructionSet
        #else
            "accelerate"
        #endif
    }

    /// Bytes of memory that the threads read in a second, measured now; `nil` where that can't be told.
    public static func measuredMemoryRate() -> Double? {
        #if VIVACE_CMLX
            CPU.measuredMemoryRate()
        #else
            nil
        #endif
    }

    /// Whether there are instructions that multiply bfloat16 (AVX-512 BF16, or Arm's BF16 extension).
    public static let multipliesBFloat16: Bool = {
        #if VIVACE_CMLX
            CPU.multipliesBFloat16
        #elseif canImport(Darwin)
            var value: Int32 = 0
            var size = MemoryLayout<Int32>.size
            return sysctlbyname("hw.optional.arm.FEAT_BF16", &value, &size, nil, 0) == 0 && value == 1
        #else
            false
        #endif
    }()
}
