import Foundation
import MLX
import MusicCore

/// Number format and device of a loaded model, decided once at load.
public struct ComputeTarget: Sendable, Equatable {
    /// Format of weights and activations: `.float32` or `.bfloat16`.
    public let dtype: DType
    /// Where the arithmetic runs.
    public let device: LoadOptions.Device

    /// Chooses format and device.
    ///
    /// `auto` means the GPU if libmlx has one, and bfloat16 on a GPU or on a processor that multiplies bfloat16
    /// natively. Elsewhere it means float32, which is more exact, unless the weights would then take more than an
    /// eighth of the memory: bfloat16 halves them, and products are computed in float32 all the same.
    ///
    /// - Parameters:
    ///   - options: what is asked for.
    ///   - parameterCount: number of weights to be loaded.
    ///   - memory: bytes that the process may use.
    /// - Throws: ``MusicError`` with code `unsupported` if a GPU is asked for and there is none.
    public init(_ options: LoadOptions, parameterCount: Int, memory: Int = Machine.memory) throws {
        let hasGPU = Machine.hasGPU
        switch options.device {
        case .auto:
            device = hasGPU ? .gpu : .cpu
        case .cpu:
            device = .cpu
        case .gpu:
            guard hasGPU else {
                throw MusicError(
                    .unsupported, "The GPU was asked for, but the installed libmlx drives none",
                    advice: "use the device 'auto' or 'cpu', or install libmlx for this GPU")
            }
            device = .gpu
        }
        switch options.precision {
        case .float32: dtype = .float32
        case .bfloat16: dtype = .bfloat16
        case .auto:
            let fits = parameterCount <= memory / 8 / 4
            dtype = device == .gpu || Machine.multipliesBFloat16 || !fits ? .bfloat16 : .float32
        }
    }

    /// Makes sure, before anything is read, that weights can be in the memory at all.
    ///
    /// - Parameters:
    ///   - parameterCount: number of weights that are in memory at once.
    ///   - name: whose weights they are.
    ///   - quantization: how large weights are kept.
    ///   - memory: bytes that the process may use.
    /// - Throws: ``MusicError`` with code `outOfMemory`.
    public func requireMemory(
        forWeights parameterCount: Int, of name: String, quantization: LoadOptions.Quantization,
        memory: Int = Machine.memory
    ) throws {
        let bytesPerWeight = quantization == .q8 ? 1.0 : dtype == .bfloat16 ? 2.0 : 4.0
        let bytes = Double(parameterCount) * bytesPerWeight
        guard bytes > Double(memory) else { return }
        func gigabytes(_ bytes: Double) -> String { String(format: "%.1f GB", bytes / 1e9) }
        throw MusicError(
            .outOfMemory,
            "The weights of \(name) take \(gigabytes(bytes)), and this machine has \(gigabytes(Double(memory)))",
            advice: "use a smaller model, the number format bf16, --quantize q8 or --low-memory")
    }

    /// Runs a closure with this target's device as the default device.
    public func withDevice<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Device.withDefaultDevice(device == .gpu ? .gpu : .cpu, body)
    }

    /// The format's short name: `f32` or `bf16`.
    public var precisionName: String { dtype == .bfloat16 ? "bf16" : "f32" }
}

/// What is known of the machine.
public enum Machine {
    /// Bytes of memory that this process may use: those of the machine, or of its control group.
    public static let memory: Int = {
        let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8))
                .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        return limits.filter { $0 > 0 }.reduce(Int(clamping: ProcessInfo.processInfo.physicalMemory), min)
    }()

    /// Threads that compute on a CPU: one for each physical core that the process may use, unless set.
    ///
    /// At least 1.
    public static var threads: Int {
        get {
            #if os(macOS)
                ProcessInfo.processInfo.activeProcessorCount
            #else
                CPU.threads
            #endif
        }
        set {
            // On macOS the system decides.
            #if !os(macOS)
                CPU.threads = newValue
            #endif
        }
    }

    /// Whether the array library drives a GPU.
    public static var hasGPU: Bool { Device.defaultDevice().deviceType == .gpu }

    /// The vector instructions that products use, such as `avx512`.
    public static var instructionSet: String {
        #if os(macOS)
            "accelerate"
        #else
            CPU.instructionSet
        #endif
    }

    /// Bytes of memory that the threads read in a second, measured now; `nil` where that can't be told.
    public static func measuredMemoryRate() -> Double? {
        #if os(macOS)
            nil
        #else
            CPU.measuredMemoryRate()
        #endif
    }

    /// Whether there are instructions that multiply bfloat16 (AVX-512 BF16, AMX, or Arm's BF16 extension), and
    /// `DNNL_MAX_CPU_ISA`, which limits what the arithmetic uses, does not rule them out.
    public static let multipliesBFloat16: Bool = detectBFloat16()

    #if canImport(Darwin)
        private static func detectBFloat16() -> Bool {
            var value: Int32 = 0
            var size = MemoryLayout<Int32>.size
            return sysctlbyname("hw.optional.arm.FEAT_BF16", &value, &size, nil, 0) == 0 && value == 1
        }
    #else
        private static func detectBFloat16() -> Bool {
            guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return false }
            let limit = ProcessInfo.processInfo.environment["DNNL_MAX_CPU_ISA"] ?? ""
            return listsBFloat16(cpuinfo: text) && !isWithoutBFloat16(limit: limit)
        }
    #endif

    /// Whether the first processor in the text of `/proc/cpuinfo` has bfloat16 multiplication.
    package static func listsBFloat16(cpuinfo: String) -> Bool {
        let names: Set<Substring> = ["avx512_bf16", "amx_bf16", "bf16"]
        for line in cpuinfo.split(separator: "\n") where line.hasPrefix("flags") || line.hasPrefix("Features") {
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).contains { names.contains($0) }
        }
        return false
    }

    /// Whether this value of `DNNL_MAX_CPU_ISA` names a processor without bfloat16 multiplication.
    package static func isWithoutBFloat16(limit: String) -> Bool {
        let names = ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"]
        return names.contains(limit.uppercased())
    }
}
