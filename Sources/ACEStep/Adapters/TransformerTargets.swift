import MLXNN
import ModelSupport
import MusicCore

extension AdapterTargets {
    /// The projections of transformers of whatever size, for their names alone.
    static let ofAnySize = AdapterTargets(
        TransformerConfiguration(
            stack: StackConfiguration(
                hiddenSize: 1, intermediateSize: 1, layers: 256, heads: 1, keyValueHeads: 1, headDimensions: 1,
                normEpsilon: 0, ropeTheta: 1, hasAttentionBias: false, window: nil, layerTypes: nil),
            inputChannels: 1, patchSize: 2, acousticChannels: 1, conditionWidth: 1))

    /// The projections of the diffusion transformer that adapters can change: all but the last, which is a transposed
    /// convolution in checkpoints and which no trainer touches.
    init(_ configuration: TransformerConfiguration) {
        let stack = configuration.stack
        let attention = stack.attention
        let (queries, keys) = (
            attention.heads * attention.headDimensions, attention.keyValueHeads * attention.headDimensions
        )
        let width = stack.hiddenSize
        var targets: [AdapterTarget] = []
        func add(
            _ path: String, _ group: AdapterGroup, _ outputs: Int, _ inputs: Int, kernel: Int = 1, hasBias: Bool,
            names: [String] = []
        ) {
            targets.append(
                AdapterTarget(
                    path: path, names: names.isEmpty ? [path] : names, group: group, outputs: outputs, inputs: inputs,
                    kernel: kernel, hasBias: hasBias))
        }
        for layer in 0..<stack.layers {
            for (part, group) in [("self_attn", AdapterGroup.selfAttention), ("cross_attn", .crossAttention)] {
                for (own, other, outputs, inputs) in [
                    ("q_proj", "to_q", queries, width), ("k_proj", "to_k", keys, width),
                    ("v_proj", "to_v", keys, width), ("o_proj", "to_out.0", width, queries),
                ] {
                    let place = "layers.\(layer).\(part)"
                    add(
                        "\(place).\(own)", group, outputs, inputs, hasBias: attention.hasBias,
                        names: ["\(place).\(own)", "\(place).\(other)"])
                }
            }
            let place = "layers.\(layer).mlp"
            add("\(place).gate_proj", .mlp, stack.intermediateSize, width, hasBias: false)
            add("\(place).up_proj", .mlp, stack.intermediateSize, width, hasBias: false)
            add("\(place).down_proj", .mlp, width, stack.intermediateSize, hasBias: false)
        }
        for embedding in ["time_embed", "time_embed_r"] {
            add("\(embedding).linear_1", .other, width, TimestepEmbedding.width, hasBias: true)
            add("\(embedding).linear_2", .other, width, width, hasBias: true)
            add("\(embedding).time_proj", .other, 6 * width, width, hasBias: true)
        }
        add("condition_embedder", .other, width, configuration.conditionWidth, hasBias: true)
        add(
            "proj_in", .other, width, configuration.inputChannels, kernel: configuration.patchSize, hasBias: true,
            names: ["proj_in.1", "proj_in_conv"])
        self.init(targets)
    }
}
