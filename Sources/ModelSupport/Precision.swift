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
    ///   - weights: those that are in memory at once.
    ///   - name: whose weights they are.
    ///   - limit: what the process may fill.
    /// - Throws: ``MusicError`` with code `outOfMemory`.
    public static func requireMemory(
        for weights: WeightFootprint, of name: String, limit: MemoryLimit
    ) throws {
        guard !limit.holds(weights.peak) else { return }
        throw limit.error("Loading the weights of \(name)", bytes: weights.peak)
    }

    /// Runs a closure with this target's device as the default device.
    public func withDevice<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Device.withDefaultDevice(device == .gpu ? .gpu : .cpu, body)
    }

    /// The format's short name: `f32` or `bf16`.
    public var precisionName: String { dtype == .bfloat16 ? "bf16" : "f32" }
}
