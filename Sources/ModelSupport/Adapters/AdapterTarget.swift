import MLX
import MusicCore

/// A projection of a network that adapters can change.
package struct AdapterTarget: Sendable, Equatable {
    /// Path in our modules: `layers.3.self_attn.q_proj`.
    package let path: String
    /// The names that adapters' files have for it, without prefixes; the first is that of the official checkpoint, the
    /// last that of Diffusers.
    package let names: [String]
    package let group: AdapterGroup
    /// Length of the result.
    package let outputs: Int
    /// Length of the input; with a kernel, its channels.
    package let inputs: Int
    /// Positions that a convolution sees at once, whose weight is `[outputs, inputs, kernel]` in files and
    /// `[outputs, kernel * inputs]` here, positions before channels; 1 for a matrix.
    package let kernel: Int
    package let hasBias: Bool

    package init(
        path: String, names: [String], group: AdapterGroup, outputs: Int, inputs: Int, kernel: Int = 1, hasBias: Bool
    ) {
        self.path = path
        self.names = names
        self.group = group
        self.outputs = outputs
        self.inputs = inputs
        self.kernel = kernel
        self.hasBias = hasBias
    }

    /// The weight's shape in files.
    var fileShape: [Int] { kernel == 1 ? [outputs, inputs] : [outputs, inputs, kernel] }

    /// Length of the input as the layer has it here.
    var width: Int { inputs * kernel }

    /// A weight of a file as the layer has it: the positions of a convolution before its channels.
    package func joined(_ weight: MLXArray) -> MLXArray {
        guard kernel > 1 else { return weight.reshaped(weight.dim(0), inputs) }
        return weight.transposed(0, 2, 1).reshaped(weight.dim(0), width)
    }

    /// A weight of the layer as files have it.
    package func separated(_ weight: MLXArray) -> MLXArray {
        guard kernel > 1 else { return weight }
        return weight.reshaped(weight.dim(0), kernel, inputs).transposed(0, 2, 1)
    }
}

/// The projections of a network by all names that files have for them.
package struct AdapterTargets: Sendable {
    package let all: [AdapterTarget]
    private let byName: [String: Int]

    /// What trainers and programs put before names, as often as they like.
    private static let prefixes = [
        "base_model.model.", "model.", "diffusion_model.", "transformer.", "decoder.", "lycoris_", "lora_unet_",
        "lora_transformer_", "decoder_", "diffusion_model_", "transformer_",
    ]
    /// What wrappers of old trainers left within names.
    private static let infixes = ["original_self_attn", "original_cross_attn", "original_mlp", "base_layer"]

    package init(_ targets: [AdapterTarget]) {
        all = targets
        var byName: [String: Int] = [:]
        for (index, target) in targets.enumerated() {
            for name in target.names {
                byName[name] = index
                byName[name.replacing(".", with: "_")] = index
            }
        }
        self.byName = byName
    }

    /// The projection of a name, with dots or with underscores, whatever stands before it.
    package subscript(name: String) -> AdapterTarget? {
        let words = name.split(separator: ".").map(String.init)
        var rest = words.filter { !Self.infixes.contains($0) }.joined(separator: ".")
        while true {
            if let index = byName[rest] { return all[index] }
            guard let prefix = Self.prefixes.first(where: rest.hasPrefix) else { return nil }
            rest.removeFirst(prefix.count)
        }
    }
}
