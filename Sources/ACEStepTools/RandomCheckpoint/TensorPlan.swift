/// A tensor that a random checkpoint shall hold.
package struct PlannedTensor {
    package let name: String
    package let shape: [Int]
    /// Mean of its values.
    var mean: Float = 0
    /// Standard deviation of its values.
    var deviation: Float = 0

    var count: Int { shape.reduce(1, *) }
}

/// The tensors of the published 2B models, with values at which signals neither vanish nor explode.
package enum TensorPlan {
    private static let hidden = 2048
    private static let feedForward = 6144
    private static let heads = 16
    private static let keyValueHeads = 8
    private static let head = 128
    private static let textWidth = 1024
    private static let channels = 64

    // MARK: The model proper

    /// Tensors of `model.safetensors` in the official layout.
    package static func model() -> [PlannedTensor] {
        transformer() + conditionEncoder() + audioTokenizer()
            + [PlannedTensor(name: "null_condition_emb", shape: [1, 1, hidden], deviation: 1)]
    }

    private static func transformer() -> [PlannedTensor] {
        var tensors = [
            PlannedTensor(name: "decoder.proj_in.1.weight", shape: [hidden, 3 * channels, 2], deviation: 0.05),
            PlannedTensor(name: "decoder.proj_in.1.bias", shape: [hidden], deviation: 0.02),
            PlannedTensor(name: "decoder.proj_out.1.weight", shape: [hidden, channels, 2], deviation: 0.022),
            PlannedTensor(name: "decoder.proj_out.1.bias", shape: [channels], deviation: 0.02),
            PlannedTensor(name: "decoder.scale_shift_table", shape: [1, 2, hidden], deviation: 0.02),
            norm("decoder.norm_out", hidden),
        ]
        for name in ["decoder.time_embed", "decoder.time_embed_r"] {
            tensors += linear("\(name).linear_1", hidden, 256) + linear("\(name).linear_2", hidden, hidden)
            tensors += linear("\(name).time_proj", 6 * hidden, hidden)
        }
        tensors += linear("decoder.condition_embedder", hidden, hidden)
        for index in 0..<24 {
            let layer = "decoder.layers.\(index)"
            tensors += attention("\(layer).self_attn") + attention("\(layer).cross_attn") + mlp("\(layer).mlp")
            tensors += ["self_attn_norm", "cross_attn_norm", "mlp_norm"].map { norm("\(layer).\($0)", hidden) }
            tensors.append(
                PlannedTensor(name: "\(layer).scale_shift_table", shape: [1, 6, hidden], deviation: 0.1))
        }
        return tensors
    }

    private static func conditionEncoder() -> [PlannedTensor] {
        linear("encoder.text_projector", hidden, textWidth, bias: false)
            + linear("encoder.lyric_encoder.embed_tokens", hidden, textWidth)
            + stack("encoder.lyric_encoder", layers: 8)
            + linear("encoder.timbre_encoder.embed_tokens", hidden, channels)
            + stack("encoder.timbre_encoder", layers: 4)
            + [PlannedTensor(name: "encoder.timbre_encoder.special_token", shape: [1, 1, hidden], deviation: 1)]
    }

    private static func audioTokenizer() -> [PlannedTensor] {
        linear("tokenizer.audio_acoustic_proj", hidden, channels)
            + linear("tokenizer.attention_pooler.embed_tokens", hidden, hidden)
            + stack("tokenizer.attention_pooler", layers: 2)
            + linear("tokenizer.quantizer.project_in", 6, hidden)
            + linear("tokenizer.quantizer.project_out", hidden, 6)
            + linear("detokenizer.embed_tokens", hidden, hidden)
            + stack("detokenizer", layers: 2)
            + linear("detokenizer.proj_out", channels, hidden)
            + [
                PlannedTensor(
                    name: "tokenizer.attention_pooler.special_token", shape: [1, 1, hidden], deviation: 0.02),
                PlannedTensor(name: "detokenizer.special_tokens", shape: [1, 5, hidden], deviation: 0.02),
            ]
    }

    // MARK: The text encoder

    /// Number of token ids of Qwen3-Embedding-0.6B.
    static let vocabulary = 151_669

    /// Tensors of the text encoder, a Qwen3 of 28 layers.
    package static func textEncoder() -> [PlannedTensor] {
        qwen3(vocabulary: vocabulary, width: textWidth, inner: 3072, layers: 28)
    }

    /// Tensors of a Qwen3 with heads of 128 dimensions, 8 of them for keys and values.
    private static func qwen3(
        vocabulary: Int, width: Int, inner: Int, layers: Int, heads: Int = heads
    ) -> [PlannedTensor] {
        var tensors = [
            PlannedTensor(name: "embed_tokens.weight", shape: [vocabulary, width], deviation: 1),
            norm("norm", width),
        ]
        for index in 0..<layers {
            let layer = "layers.\(index)"
            tensors += attention("\(layer).self_attn", width: width, heads: heads)
            tensors += mlp("\(layer).mlp", width: width, inner: inner)
            tensors += ["input_layernorm", "post_attention_layernorm"].map { norm("\(layer).\($0)", width) }
        }
        return tensors
    }

    // MARK: The planner

    /// Number of token ids of the 5 Hz language models: those of Qwen3, and 65,535 audio codes.
    static let plannerVocabulary = vocabulary + plannerCodes
    static let plannerCodes = 65_535

    /// Tensors of a 5 Hz language model.
    package static func planner(_ size: RandomCheckpoint.PlannerSize) -> [PlannedTensor] {
        qwen3(
            vocabulary: plannerVocabulary, width: size.width, inner: size.inner, layers: size.layers,
            heads: size.heads)
    }

    // MARK: The autoencoder

    /// Tensors of the autoencoder.
    package static func autoencoder() -> [PlannedTensor] {
        let widths = [128, 128, 256, 512, 1024, 2048]
        let strides = [2, 4, 4, 6, 10]
        var tensors = convolution("encoder.conv1", out: 128, in: 2, kernel: 7)
        for (index, stride) in strides.enumerated() {
            let block = "encoder.block.\(index)"
            tensors += (1...3).flatMap { residualUnit("\(block).res_unit\($0)", widths[index]) }
            tensors += snake("\(block).snake1", widths[index])
            tensors += convolution("\(block).conv1", out: widths[index + 1], in: widths[index], kernel: 2 * stride)
        }
        tensors += snake("encoder.snake1", 2048) + convolution("encoder.conv2", out: 128, in: 2048, kernel: 3)
        tensors += convolution("decoder.conv1", out: 2048, in: channels, kernel: 7)
        for (index, stride) in strides.reversed().enumerated() {
            let block = "decoder.block.\(index)"
            let (wide, narrow) = (widths[5 - index], widths[4 - index])
            tensors += snake("\(block).snake1", wide)
            tensors += convolution(
                "\(block).conv_t1", out: wide, in: narrow, kernel: 2 * stride, biasSize: narrow)
            tensors += (1...3).flatMap { residualUnit("\(block).res_unit\($0)", narrow) }
        }
        tensors += snake("decoder.snake1", 128)
        tensors += convolution("decoder.conv2", out: 2, in: 128, kernel: 7).filter { !$0.name.hasSuffix("bias") }
        return tensors
    }

    /// A weight-normalised convolution; the first axis is the one whose slices have unit norm times `weight_g`.
    private static func convolution(
        _ name: String, out: Int, in input: Int, kernel: Int, biasSize: Int? = nil, gain: Float = 1
    ) -> [PlannedTensor] {
        [
            PlannedTensor(name: "\(name).weight_g", shape: [out, 1, 1], mean: gain, deviation: 0.05 * gain),
            PlannedTensor(name: "\(name).weight_v", shape: [out, input, kernel], deviation: 0.1),
            PlannedTensor(name: "\(name).bias", shape: [biasSize ?? out], deviation: 0.02),
        ]
    }

    private static func snake(_ name: String, _ channels: Int) -> [PlannedTensor] {
        ["alpha", "beta"].map { PlannedTensor(name: "\(name).\($0)", shape: [1, channels, 1], deviation: 0.1) }
    }

    private static func residualUnit(_ name: String, _ channels: Int) -> [PlannedTensor] {
        snake("\(name).snake1", channels) + convolution("\(name).conv1", out: channels, in: channels, kernel: 7)
            + snake("\(name).snake2", channels)
            + convolution("\(name).conv2", out: channels, in: channels, kernel: 1, gain: 0.3)
    }

    // MARK: Building blocks

    private static func norm(_ name: String, _ width: Int) -> PlannedTensor {
        PlannedTensor(name: "\(name).weight", shape: [width], mean: 1, deviation: 0.05)
    }

    private static func linear(
        _ name: String, _ out: Int, _ input: Int, bias: Bool = true, gain: Float = 1
    ) -> [PlannedTensor] {
        let deviation = gain / Float(input).squareRoot()
        let weight = PlannedTensor(name: "\(name).weight", shape: [out, input], deviation: deviation)
        return bias ? [weight, PlannedTensor(name: "\(name).bias", shape: [out], deviation: 0.02)] : [weight]
    }

    private static func attention(
        _ name: String, width: Int = hidden, heads: Int = heads
    ) -> [PlannedTensor] {
        let (queries, keys) = (heads * head, keyValueHeads * head)
        return linear("\(name).q_proj", queries, width, bias: false)
            + linear("\(name).k_proj", keys, width, bias: false)
            + linear("\(name).v_proj", keys, width, bias: false)
            + linear("\(name).o_proj", width, queries, bias: false, gain: 0.3)
            + [norm("\(name).q_norm", head), norm("\(name).k_norm", head)]
    }

    private static func mlp(
        _ name: String, width: Int = hidden, inner: Int = feedForward
    ) -> [PlannedTensor] {
        linear("\(name).gate_proj", inner, width, bias: false)
            + linear("\(name).up_proj", inner, width, bias: false)
            + linear("\(name).down_proj", width, inner, bias: false, gain: 0.3)
    }

    private static func stack(_ name: String, layers: Int) -> [PlannedTensor] {
        (0..<layers).flatMap { index -> [PlannedTensor] in
            let layer = "\(name).layers.\(index)"
            return attention("\(layer).self_attn") + mlp("\(layer).mlp")
                + ["input_layernorm", "post_attention_layernorm"].map { norm("\(layer).\($0)", hidden) }
        } + [norm("\(name).norm", hidden)]
    }
}
