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
    /// natively. Elsewhere bfloat16 would be slower than float32 as well as less exact; it is used there only when it
    /// is asked for, because it halves the memory.
    ///
    /// - Throws: ``MusicError`` with code `unsupported` if a GPU is asked for and there is none.
    public init(_ options: LoadOptions) throws {
        let hasGPU = Device.defaultDevice().deviceType == .gpu
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
        case .auto: dtype = device == .gpu || Processor.multipliesBFloat16 ? .bfloat16 : .float32
        }
    }

    /// Runs a closure with this target's device as the default device.
    public func withDevice<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Device.withDefaultDevice(device == .gpu ? .gpu : .cpu, body)
    }

    /// The format's short name: `f32` or `bf16`.
    public var precisionName: String { dtype == .bfloat16 ? "bf16" : "f32" }
}

/// What is known of the processor.
public enum Processor {
    /// Whether there are instructions that multiply bfloat16 (AVX-512 BF16, AMX, or Arm's BF16 extension).
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
            return listsBFloat16(cpuinfo: text)
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
}
