import ACEStep
import MLX
import ModelSupport
import TestSupport
import Testing

/// Every network against the reference implementation's tensors, each fed with the reference's own inputs, so that a
/// failure names its own part.
@MLXActor
struct ModuleParityTests {
    private func load(_ checkpoint: String, dtype: DType = .float32) throws -> ACEStepModel {
        try TestCheckpoint(checkpoint, .diffusers).load(dtype: dtype)
    }

    @Test(arguments: Fixtures.checkpoints)
    func timestepEmbeddings(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/timestep_embedding")
        let transformer = try load(checkpoint).transformer
        let times = try golden.floats("input.t")
        for (name, embedding) in [
            ("time_embed", transformer.timeEmbedding), ("time_embed_r", transformer.spanEmbedding),
        ] {
            let waves = MLXArray(times.flatMap { TimestepEmbedding.waves($0 * 1000) }, [times.count, 256])
            expectNear(waves, try golden("output.\(name).sinusoid"), absolute: 1e-4)
            let made = embedding(times)
            expectNear(made.embedding, try golden("output.\(name).embedding"), absolute: 2e-5)
            expectNear(made.projection, try golden("output.\(name).projection"), absolute: 2e-5)
        }
    }

    @Test(arguments: Fixtures.checkpoints, [47, 36])
    func transformer(_ checkpoint: String, _ frames: Int) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/transformer")
        let transformer = try load(checkpoint).transformer
        let times = try golden.floats("input.\(frames).timestep")
        for (item, time) in times.enumerated() {
            let row = item..<(item + 1)
            func velocity(span: Float) throws -> MLXArray {
                transformer(
                    try golden("input.\(frames).hidden_states")[row],
                    context: try golden("input.\(frames).context_latents")[row], time: time, span: span,
                    condition: try golden("input.\(frames).encoder_hidden_states")[row])
            }
            expectNear(try velocity(span: 0), try golden("output.\(frames).velocity")[row], absolute: 1e-4)
            if frames == 36 {
                let span = time - (try golden.floats("input.36.timestep_r"))[item]
                expectNear(
                    try velocity(span: span), try golden("output.36.velocity_with_r")[row], absolute: 1e-4)
            }
        }
    }

    @Test(arguments: Fixtures.checkpoints)
    func transformerTakesABatch(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/transformer")
        let transformer = try load(checkpoint).transformer
        let inputs = try ["hidden_states", "context_latents", "encoder_hidden_states"].map {
            try golden("input.47.\($0)")
        }
        let together = transformer(inputs[0], context: inputs[1], time: 0.4, condition: inputs[2])
        for item in 0..<2 {
            let row = item..<(item + 1)
            let alone = transformer(inputs[0][row], context: inputs[1][row], time: 0.4, condition: inputs[2][row])
            expectNear(together[row], alone, absolute: 1e-5)
        }
    }

    @Test(arguments: Fixtures.checkpoints)
    func conditionEncoder(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/condition_encoder")
        let model = try load(checkpoint)
        let encoder = try model.conditionEncoder
        func lengths(_ mask: String) throws -> [Int] {
            let rows = try golden(mask).shape[0]
            let values = try golden.integers(mask)
            let width = values.count / rows
            return (0..<rows).map { values[($0 * width)..<(($0 + 1) * width)].reduce(0, +) }
        }
        let (text, lyrics) = (try golden("input.text_states"), try golden("input.lyric_states"))
        let (textLengths, lyricLengths) = (try lengths("input.text_mask"), try lengths("input.lyric_mask"))
        let references = try golden("input.references")
        let owners = try golden.integers("input.reference_order")

        expectNear(encoder.nullCondition, try golden("output.null_condition"), absolute: 0)
        expectNear(model.silence.prefix(8), try golden("output.silence_head"), absolute: 0)
        expectNear(
            encoder.lyricEncoder(lyrics, padding: nil), try golden("output.lyrics_unmasked"), absolute: 5e-5)
        expectNear(
            encoder.timbreEncoder(model.silence.prefix(750)).expandedDimensions(axis: 0),
            try golden("output.timbre_of_silence"), absolute: 5e-5)

        let batch = encoder(
            text: text, textLengths: textLengths, lyrics: lyrics, lyricLengths: lyricLengths, references: references,
            owners: owners)
        expectNear(batch.states, try golden("output.packed"), absolute: 5e-5)

        // The first song alone. Its text was cut to its real tokens; its lyrics had no padding.
        let single = try golden("output.packed_single")
        let own = owners.indices.filter { owners[$0] == 0 }
        let count = single.dim(1) - lyrics.dim(1) - own.count
        let alone = encoder(
            text: text[0..<1, 0..<count], textLengths: [textLengths[0]], lyrics: lyrics[0..<1],
            references: references[own[0]..<(own[0] + own.count)], owners: own.map { _ in 0 })
        expectNear(alone.states, single, absolute: 5e-5)
    }

    @Test func timbreTokenIsPrependedInXLModels() throws {
        let golden = try Fixtures.tensors("modules/base-xl-bf16/condition_encoder")
        let parts = try TestCheckpoint("base-xl-bf16", .diffusers)
        var configuration = try parts.load(dtype: .float32).configuration.conditionEncoder
        configuration.prependsTimbreToken = true
        let encoder = ConditionEncoder(configuration)
        try encoder.load(from: parts.conditionEncoderWeights(), dtype: .float32)
        expectNear(
            encoder.timbreEncoder(try golden("input.references")), try golden("output.timbre_with_special_token"),
            absolute: 5e-5)
    }

    @Test(arguments: Fixtures.checkpoints)
    func audioCodes(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/audio_codes")
        let model = try load(checkpoint)
        let (tokenizer, detokenizer) = (try model.audioCodec.tokenizer, try model.audioCodec.detokenizer)

        let (states, indices) = tokenizer(try golden("input.latents"), silence: model.silence.latents)
        #expect(indices.shape == (try golden("output.indices")).shape)
        #expect(indices.asArray(Int32.self).map { Int($0) } == (try golden.integers("output.indices")))
        expectNear(states, try golden("output.quantized"), absolute: 5e-5)
        expectNear(detokenizer(states), try golden("output.detokenized"), absolute: 5e-5)

        let quantized = tokenizer.quantizer.quantize(try golden("input.fsq_states"))
        #expect(
            quantized.indices.asArray(Int32.self).map { Int($0) } == (try golden.integers("output.fsq_indices")))
        expectNear(quantized.states, try golden("output.fsq_quantized"), absolute: 5e-5)

        let codes = try golden("input.codes").asType(.int32)
        let decoded = tokenizer.quantizer.states(of: codes.expandedDimensions(axis: -1))
        expectNear(decoded, try golden("output.code_states"), absolute: 5e-5)
        expectNear(detokenizer(decoded), try golden("output.detokenized_codes"), absolute: 5e-5)
    }

    @Test(arguments: Fixtures.checkpoints)
    func bfloat16IsNearTheReference(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/bfloat16")
        let model = try load(checkpoint, dtype: .bfloat16)
        let times = try golden.floats("input.transformer.timestep")
        for (item, time) in times.enumerated() {
            let row = item..<(item + 1)
            let velocity = try model.transformer(
                try golden("input.transformer.hidden_states")[row],
                context: try golden("input.transformer.context_latents")[row], time: time,
                condition: try golden("input.transformer.encoder_hidden_states")[row])
            #expect(velocity.dtype == .bfloat16)
            #expect(cosine(velocity, try golden("output.velocity")[row]) > 0.999)
        }
        let mask = try golden("input.lyric_mask").asType(.bool)
        let lyrics = try model.conditionEncoder.lyricEncoder(try golden("input.lyric_states"), padding: mask)
        #expect(lyrics.dtype == .bfloat16)
        let valid = mask.asType(.float32).expandedDimensions(axis: -1)
        #expect(cosine(lyrics * valid, try golden("output.lyrics") * valid) > 0.999)
    }
}
