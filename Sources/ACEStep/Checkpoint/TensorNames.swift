import Foundation
import MLX
import ModelSupport

/// The names that the two layouts give to the same tensors.
enum TensorNames {
    /// Parts of names in the Diffusers layout, and what the official layout has in their place.
    private static let diffusersParts = [
        (".to_q.", ".q_proj."), (".to_k.", ".k_proj."), (".to_v.", ".v_proj."), (".to_out.0.", ".o_proj."),
        (".norm_q.", ".q_norm."), (".norm_k.", ".k_norm."),
    ]

    /// The name in our modules of a tensor in a folder of the Diffusers layout.
    static func fromDiffusers(_ name: String) -> String {
        var result = name
        for (theirs, ours) in diffusersParts { result = result.replacingOccurrences(of: theirs, with: ours) }
        for part in ["proj_in", "proj_out"] where result.hasPrefix("\(part)_conv.") {
            result = part + result.dropFirst("\(part)_conv".count)
        }
        return result
    }

    /// The name in our modules of a tensor of the official layout's `decoder.`; the two outer convolutions lie in
    /// sequences between layers without weights.
    static func fromOfficial(_ name: String) -> String {
        for part in ["proj_in", "proj_out"] where name.hasPrefix("\(part).1.") {
            return part + name.dropFirst("\(part).1".count)
        }
        return name
    }

    /// Tensors that hold what the modules compute themselves.
    static func isComputed(_ name: String) -> Bool {
        name.hasSuffix("rotary_emb.inv_freq")
            || (name.hasPrefix("quantizer.") && !name.hasPrefix("quantizer.project_"))
    }

    /// How a parameter of the transformer is made: the two outer convolutions are matrices here.
    static func transformerSource(
        _ path: String, _ shape: [Int], _ configuration: TransformerConfiguration
    ) -> ParameterSource {
        let width = configuration.stack.hiddenSize
        let patch = configuration.patchSize
        switch path {
        case "proj_in.weight":
            // [hidden, channels, patch] in the file.
            return ParameterSource([path], shapes: [[width, configuration.inputChannels, patch]]) { parts in
                parts[0].transposed(0, 2, 1).reshaped(shape)
            }
        case "proj_out.weight":
            // [hidden, channels, patch] in the file.
            return ParameterSource([path], shapes: [[width, configuration.acousticChannels, patch]]) { parts in
                parts[0].transposed(2, 1, 0).reshaped(shape)
            }
        case "proj_out.bias":
            // [channels] in the file, the same for each frame of a patch.
            return ParameterSource([path], shapes: [[configuration.acousticChannels]]) { parts in
                concatenated(Array(repeating: parts[0], count: patch), axis: 0)
            }
        default:
            return .same(path, shape: shape)
        }
    }
}
