/// What a tensor of an adapter's file is to the module that it belongs to.
enum AdapterPart: String, Sendable, CaseIterable {
    /// `A`, `[rank, inputs]`.
    case down
    /// `B`, `[outputs, rank]`.
    case up
    /// Between the two, `[rank, rank, kernel]`; convolutions in Tucker form only.
    case mid
    /// A bias behind `B`, `[outputs]`.
    case upBias
    case alpha
    /// One factor on the whole change.
    case scalar
    /// Norms of the rows or columns of the adapted weight.
    case magnitude
    case kroneckerFirst, kroneckerFirstDown, kroneckerFirstUp
    case kroneckerSecond, kroneckerSecondDown, kroneckerSecondUp, kroneckerTucker
    case hadamardFirstUp, hadamardFirstDown, hadamardSecondUp, hadamardSecondDown
    case hadamardFirstTucker, hadamardSecondTucker
    /// The change itself, of the weight's shape.
    case change
    /// The change of the bias.
    case biasChange
    /// A weight that takes the place of the model's.
    case weight
    /// A bias, likewise.
    case bias
}

/// The name of a tensor in an adapter's file, taken apart: the module, as the file calls it, and the part.
enum AdapterTensorName: Equatable {
    case part(module: String, AdapterPart)
    /// A tensor of a kind of adapters that is not read.
    case otherAlgorithm(String)
    /// Nothing that belongs to an adapter.
    case unknown

    /// - Parameter name: such as `base_model.model.layers.3.self_attn.q_proj.lora_A.default.weight`.
    init(_ name: String) {
        let words = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for index in words.indices.reversed() {
            if index > 0, let algorithm = Self.otherAlgorithms[words[index]] {
                self = .otherAlgorithm(algorithm)
                return
            }
            guard let (part, count, stem) = Self.marker(words, at: index) else { continue }
            let tail = Array(words[(index + count)...])
            guard let part = Self.part(part, tail), index > 0 || !stem.isEmpty else { continue }
            self = .part(module: (words[..<index] + stem).joined(separator: "."), part)
            return
        }
        let module = words.dropLast().joined(separator: ".")
        switch words.last {
        case "weight" where !module.isEmpty: self = .part(module: module, .weight)
        case "bias" where !module.isEmpty: self = .part(module: module, .bias)
        default: self = .unknown
        }
    }

    /// Kinds of adapters that are not read, by words that stand in their tensors' names.
    private static let otherAlgorithms = [
        "oft_R": "OFT", "oft_blocks": "OFT", "oft_diag": "OFT", "boft_R": "BOFT", "boft_s": "BOFT", "ia3_l": "IA3",
        "on_input": "IA3", "vera_lambda_b": "VeRA", "vera_lambda_d": "VeRA", "a1": "GLoRA", "a2": "GLoRA",
        "b1": "GLoRA", "b2": "GLoRA", "hra_u": "HRA", "fourierft_spectrum": "FourierFT", "vblora_logits_A": "VB-LoRA",
        "adaption_prompt": "adaption prompts", "bone": "Bone", "randlora_lambda": "RandLoRA",
    ]

    private static let markers: [String: AdapterPart] = [
        "lora_A": .down, "lora_B": .up, "lora_down": .down, "lora_up": .up, "lora_mid": .mid,
        "lora_magnitude_vector": .magnitude, "dora_scale": .magnitude, "alpha": .alpha, "scalar": .scalar,
        "lokr_w1": .kroneckerFirst, "lokr_w1_a": .kroneckerFirstUp, "lokr_w1_b": .kroneckerFirstDown,
        "lokr_w2": .kroneckerSecond, "lokr_w2_a": .kroneckerSecondUp, "lokr_w2_b": .kroneckerSecondDown,
        "lokr_t2": .kroneckerTucker, "hada_w1_a": .hadamardFirstUp, "hada_w1_b": .hadamardFirstDown,
        "hada_w2_a": .hadamardSecondUp, "hada_w2_b": .hadamardSecondDown, "hada_t1": .hadamardFirstTucker,
        "hada_t2": .hadamardSecondTucker, "diff": .change, "diff_b": .biasChange, "set_weight": .weight,
    ]

    /// The part that begins at a word: how many words say it, and what of the word belongs to the module.
    private static func marker(_ words: [String], at index: Int) -> (AdapterPart, count: Int, stem: [String])? {
        if let part = markers[words[index]] { return (part, 1, []) }
        guard index + 1 < words.count, ["up", "down"].contains(words[index + 1]) else { return nil }
        let part: AdapterPart = words[index + 1] == "up" ? .up : .down
        if ["lora", "lora_linear_layer"].contains(words[index]) { return (part, 2, []) }
        let suffix = "_lora"
        guard words[index].hasSuffix(suffix), words[index].count > suffix.count else { return nil }
        return (part, 2, [String(words[index].dropLast(suffix.count))])
    }

    /// The part by what stands behind it: nothing, `weight` or `bias`, and before these the name of the adapter.
    private static func part(_ part: AdapterPart, _ tail: [String]) -> AdapterPart? {
        guard tail.count <= 2 else { return nil }
        if tail.last == "bias" { return part == .up ? .upBias : nil }
        if tail.count == 2, tail[1] != "weight" { return nil }
        return part
    }
}
