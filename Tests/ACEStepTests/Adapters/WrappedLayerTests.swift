import ACEStep
import MLX
import MLXNN
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// A layer that wraps a projection is heard, whichever projection of whichever network it is.
@MLXActor
struct WrappedLayerTests {
    private func model(_ quantization: LoadOptions.Quantization = .none) throws -> ACEStepModel {
        let layout = try CheckpointLayout(TestCheckpoint("turbo-f32", .diffusers).location)
        return try ACEStepModel(layout, dtype: .float32, quantization: quantization)
    }

    /// Wraps each projection of a network in turn, and requires that what it makes changes.
    private func expectEachToCount(
        in network: Module, kinds: Set<String>, amount: Float = 0.5, _ run: () throws -> MLXArray
    ) throws {
        let plain = try run()
        eval(plain)
        let paths = network.projectionPaths
        #expect(kinds.isSubset(of: paths.compactMap { $0.split(separator: ".").last.map(String.init) }))
        for path in paths {
            try network.wrapping(path, amount: amount) {
                let wrapped = try run()
                #expect(relativeDifference(wrapped, plain) > 1e-5, "\(path)")
            }
        }
        #expect(largestDifference(try run(), plain) == 0)
    }

    @Test(arguments: [LoadOptions.Quantization.none, .q8])
    func everyProjectionOfTheTransformerCounts(_ quantization: LoadOptions.Quantization) throws {
        let golden = try Fixtures.tensors("modules/turbo-f32/transformer")
        let transformer = try model(quantization).transformer
        #expect(transformer.namedModules().contains { $0.1 is Int8Linear } == (quantization == .q8))
        let inputs = try ["hidden_states", "context_latents", "encoder_hidden_states"].map {
            try golden("input.36.\($0)")[0..<1]
        }
        let kinds: Set = [
            "proj_in", "proj_out", "condition_embedder", "linear_1", "linear_2", "time_proj", "q_proj", "k_proj",
            "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
        ]
        try expectEachToCount(in: transformer, kinds: kinds) {
            transformer(inputs[0], context: inputs[1], time: 0.4, condition: inputs[2])
        }
    }

    @Test func everyProjectionOfTheConditionEncoderCounts() throws {
        let golden = try Fixtures.tensors("modules/turbo-f32/condition_encoder")
        let encoder = try model().conditionEncoder
        let (text, lyrics) = (try golden("input.text_states")[0..<1], try golden("input.lyric_states")[0..<1])
        let references = try golden("input.references")[0..<1]
        try expectEachToCount(in: encoder, kinds: ["text_projector", "embed_tokens", "q_proj", "down_proj"]) {
            encoder(text: text, lyrics: lyrics, references: references, owners: [0]).states
        }
    }

    @Test func everyProjectionOfTheAudioTokenizerCounts() throws {
        let golden = try Fixtures.tensors("modules/turbo-f32/audio_codes")
        let model = try model()
        let (tokenizer, detokenizer) = (try model.audioCodec.tokenizer, try model.audioCodec.detokenizer)
        let latents = try golden("input.latents")
        // Small changes are lost where vectors are rounded to codes.
        try expectEachToCount(
            in: tokenizer, kinds: ["audio_acoustic_proj", "project_in", "project_out", "o_proj"], amount: 20
        ) {
            tokenizer(latents, silence: model.silence.latents).states
        }
        let states = tokenizer(latents, silence: model.silence.latents).states
        try expectEachToCount(in: detokenizer, kinds: ["embed_tokens", "proj_out", "up_proj"]) { detokenizer(states) }
    }

    @Test func aWrappedQuantizerCountsForCodesToo() throws {
        let quantizer = try model().audioCodec.quantizer
        let codes = MLXArray([3, 17, 0] as [Int32], [1, 3, 1])
        let plain = quantizer.states(of: codes)
        try quantizer.wrapping("project_out") {
            #expect(relativeDifference(quantizer.states(of: codes), plain) > 1e-3)
        }
    }
}
