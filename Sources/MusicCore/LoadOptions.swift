import Foundation

/// How a model is to be loaded.
public struct LoadOptions: Sendable, Hashable, Codable {
    /// Number format of weights and activations.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        /// bfloat16 where the device computes in it, float32 otherwise.
        case auto
        case float32 = "f32"
        case bfloat16 = "bf16"

        /// Reads a name, that of PyTorch too: `float32`, `fp32`, `torch.bfloat16`.
        ///
        /// - Returns: `nil` for a format in which nothing is computed, such as `float16`.
        public init?(named name: String) {
            switch name.lowercased().replacing("torch.", with: "") {
            case "auto": self = .auto
            case "f32", "fp32", "float32", "float": self = .float32
            case "bf16", "bfloat16": self = .bfloat16
            default: return nil
            }
        }
    }

    /// Where the arithmetic runs.
    public enum Device: String, Sendable, Codable, CaseIterable {
        /// The GPU if libmlx has one, the CPU otherwise.
        case auto
        case cpu, gpu

        /// Reads a name, those of kinds of GPUs too: `cuda`, `cuda:0`, `mps`, `metal`.
        public init?(named name: String) {
            switch name.lowercased() {
            case "auto": self = .auto
            case "cpu": self = .cpu
            case "gpu", "cuda", "cuda:0", "mps", "mps:0", "metal": self = .gpu
            default: return nil
            }
        }
    }

    /// How large weights are kept.
    public enum Quantization: String, Sendable, Codable, CaseIterable {
        /// In the number format of the model, or as the checkpoint has them.
        case none
        /// In 8 bits with one scale per output; activations are rounded to 8 bits too, where the processor multiplies
        /// these.
        case q8

        /// Reads a name, those of other programs too: `int8`, `8bit`, `int8_weight_only`.
        ///
        /// - Returns: `nil` for a way that there isn't, such as 4 bits.
        public init?(named name: String) {
            switch name.lowercased().replacing("-", with: "_") {
            case "none", "": self = .none
            case "q8", "q8_0", "int8", "8", "8bit", "8_bit", "int8_weight_only": self = .q8
            default: return nil
            }
        }
    }

    public var precision: Precision
    public var quantization: Quantization
    public var device: Device
    /// Threads that compute on a CPU, for the whole process; `nil` leaves them at one for each physical core that the
    /// process may use.
    public var threads: Int?
    /// Loads each network when it is needed and lets go of it after its stage: less memory, and more time for each
    /// generation but the first.
    ///
    /// It is what other programs call `offload_to_cpu`.
    public var lowMemory: Bool
    /// Bytes that the process is to keep within, above 0; `nil` for the machine's memory.
    ///
    /// What doesn't fit is brought to fit before it is refused, in this order: ``lowMemory``, then smaller tiles of the
    /// autoencoder. ``ModelInfo/measures`` tells what was done.
    public var maxMemory: Int?

    public init(
        precision: Precision = .auto, quantization: Quantization = .none, device: Device = .auto, threads: Int? = nil,
        lowMemory: Bool = false, maxMemory: Int? = nil
    ) {
        self.precision = precision
        self.quantization = quantization
        self.device = device
        self.threads = threads
        self.lowMemory = lowMemory
        self.maxMemory = maxMemory
    }
}
