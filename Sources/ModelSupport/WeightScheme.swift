import MusicCore

/// Ways to store weights in few bits that are not read here, told by the names of their tensors.
///
/// Such files are whole: another copy of them would be the same.
enum WeightScheme {
    /// What to do about weights in few bits.
    static let advice =
        "use a checkpoint in float32, float16 or bfloat16; quantization q8 then keeps its large weights in 8 bits"

    /// A scheme and the ends of names that no other has; the more particular ones first.
    private static let schemes: [(name: String, endings: [String])] = [
        ("bitsandbytes", [".SCB", ".absmax", ".quant_map", ".nested_absmax", ".weight_format"]),
        ("GPTQ", [".g_idx"]), ("AWQ or GPTQ", [".qweight", ".qzeros"]), ("HQQ", [".W_q"]),
        ("compressed-tensors", [".weight_packed", ".weight_zero_point", ".weight_shape"]),
        ("fp8 with scales", [".weight_scale_inv", ".scale_weight", ".scale_input", ".input_scale", "scaled_fp8"]),
        ("a scheme of 8 bits with scales", [".weight_scale"]),
    ]

    /// Why tensors are weights in few bits; `nil` if nothing says so.
    ///
    /// - Parameters:
    ///   - names: tensors that don't fit the network.
    ///   - integers: what is said of weights that hold integers, such as `'x' holds int8 numbers`.
    static func reason(unexpected names: [String], integers: [String]) -> String? {
        for name in names.sorted() where name.contains(".quant_state.") {
            return "the tensor '\(name)' belongs to bitsandbytes"
        }
        for scheme in schemes {
            if let name = names.sorted().first(where: { name in scheme.endings.contains(where: name.hasSuffix) }) {
                return "the tensor '\(name)' belongs to \(scheme.name)"
            }
        }
        let stems = Set(names.filter { $0.hasSuffix(".scales") }.map { $0.dropLast(".scales".count) })
        if let name = names.sorted().first(where: { $0.hasSuffix(".biases") && stems.contains($0.dropLast(7)) }) {
            return "the tensor '\(name)' belongs to MLX"
        }
        return integers.min().map { "the weight \($0)" }
    }

    /// The error of such weights.
    static func error(_ label: String, _ reason: String) -> MusicError {
        MusicError(.invalidCheckpoint, "\(label) holds quantized weights: \(reason)", advice: advice)
    }

    /// What the number formats are that safetensors files may hold and that are not read; `nil` for an unknown one.
    static func description(of type: String) -> String? {
        switch type {
        case "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ": "8-bit floating point (fp8)"
        case "F8_E8M0": "scales of 8 bits (MX)"
        case "F6_E2M3", "F6_E3M2": "6-bit floating point"
        case "F4", "F4_E2M1": "4-bit floating point (fp4)"
        case "I4", "U4": "4-bit integers"
        default: nil
        }
    }
}
