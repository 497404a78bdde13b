import Foundation
import MLX
import MusicCore

/// An adapter's files, whose headers were read and whose tensors were not: which modules they change, and by what.
///
/// Understands folders of PEFT, and single files of ComfyUI, of Diffusers and of LyCORIS.
package struct AdapterFile: Sendable {
    /// What to call it in messages.
    package let label: String
    package let weights: WeightStore
    let configuration: AdapterConfiguration?
    /// The tensors of each module, by the name that the file has for it.
    let modules: [String: [AdapterPart: String]]
    /// Tensors that belong to no adapter.
    let unknown: [String]

    /// Opens the files at a path.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput` that names the file and what is wrong with it.
    package init(path: String) throws { try self.init(try AdapterFiles(path: path)) }

    /// Opens files.
    ///
    /// - Throws: likewise.
    package init(_ files: AdapterFiles) throws {
        let weights = try Self.named { try WeightStore(file: files.weights) }
        self.weights = weights
        label = weights.label
        let metadata = weights.metadata["lora_adapter_metadata"]
        if let file = files.configuration {
            configuration = try AdapterConfiguration(file: file)
        } else if let metadata {
            configuration = try AdapterConfiguration(
                json: Data(metadata.utf8), prefix: "transformer.", label: "The metadata of \(weights.label)")
        } else {
            configuration = nil
        }
        (modules, unknown) = try Self.modules(of: weights)
    }

    /// A word of the training that the caption is to hold, where the files name one.
    package var trigger: String? {
        configuration?.trigger
            ?? ["hot_step_trigger", "modelspec.trigger_phrase"].compactMap { weights.metadata[$0] }.first
    }

    /// The checkpoint that it was trained on, as the files call it.
    package var baseModel: String? {
        let names = ["base_model_name_or_path", "base_model", "model_variant", "ss_base_model_version"]
        return configuration?.baseModel ?? names.compactMap { weights.metadata[$0] }.first
    }

    private static func modules(
        of weights: WeightStore
    ) throws -> (modules: [String: [AdapterPart: String]], unknown: [String]) {
        var modules: [String: [AdapterPart: String]] = [:]
        var unknown: [String] = []
        for (name, tensor) in weights.tensors.sorted(by: { $0.key < $1.key }) {
            if name.contains("transformer_blocks") {
                throw Self.fault(
                    "\(weights.label) was made for ACE-Step 1, whose layers are others: it holds '\(name)'",
                    advice: "use an adapter for ACE-Step 1.5")
            }
            switch AdapterTensorName(name) {
            case .otherAlgorithm(let algorithm):
                throw Self.fault(
                    "\(weights.label) holds an adapter of the kind \(algorithm), by its tensor '\(name)'",
                    advice: "use an adapter of the kind LoRA, DoRA, LoKr or LoHa")
            case .unknown: unknown.append(name)
            case .part(let module, let part):
                if let other = modules[module]?.updateValue(name, forKey: part) ?? nil {
                    throw Self.fault("\(weights.label) holds '\(other)' and '\(name)', which say the same")
                }
                modules[module, default: [:]][part] = name
                let isFloating = tensor.dtype.isFloatingPoint && tensor.dtype != .complex64
                guard isFloating || part == .alpha && tensor.dtype != .complex64 else {
                    throw Self.fault("\(weights.label): '\(name)' holds \(tensor.dtype) numbers")
                }
            }
        }
        return (modules, unknown)
    }

    /// An error about the contents of an adapter.
    static func fault(
        _ message: String, advice: String = "copy or download the adapter again"
    ) -> MusicError {
        MusicError(.unreadableInput, message, advice: advice, field: "adapters")
    }

    /// Runs what words faults of files as faults of checkpoints.
    static func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var error as MusicError where error.code == .invalidCheckpoint {
            error.code = .unreadableInput
            error.field = "adapters"
            throw error
        }
    }
}
