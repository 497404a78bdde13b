import Foundation
import MusicCore
import Qwen3
import Testing

struct Qwen3ConfigurationTests {
    private let required =
        #""vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "#
        + #""num_attention_heads": 4"#

    private func decode(_ more: String = "") throws -> Qwen3Configuration {
        try JSONDecoder().decode(Qwen3Configuration.self, from: Data("{\(required)\(more)}".utf8))
    }

    @Test func fieldsLeftOutHaveTheReferenceDefaults() throws {
        let configuration = try decode()
        #expect(configuration.keyValueHeads == 4)
        #expect(configuration.headDimensions == 128)
        #expect(configuration.ropeTheta == 10_000)
        #expect(configuration.normEpsilon == 1e-6)
    }

    @Test func rotaryBaseIsReadFromEitherPlace() throws {
        #expect(try decode(#", "rope_theta": 5000"#).ropeTheta == 5000)
        #expect(
            try decode(#", "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"}"#).ropeTheta == 10_000)
    }

    @Test(
        arguments: [
            #", "rope_scaling": {"type": "yarn", "factor": 4.0}"#, #", "rope_parameters": {"rope_type": "yarn"}"#,
            #", "hidden_act": "gelu""#, #", "use_sliding_window": true, "max_window_layers": 1"#,
            #", "model_type": "llama""#,
        ])
    func otherArithmeticIsRefused(_ more: String) {
        #expect(throws: DecodingError.self) { try decode(more) }
    }

    @Test func windowsThatNoLayerHasAreNoObstacle() throws {
        _ = try decode(#", "use_sliding_window": true, "max_window_layers": 2"#)
        _ = try decode(#", "use_sliding_window": true, "layer_types": ["full_attention", "full_attention"]"#)
    }

    @Test(
        arguments: [
            (#", "num_key_value_heads": 3"#, "num_key_value_heads"), (#", "head_dim": 7"#, "head_dim"),
            (#", "rope_theta": 0"#, "rope_theta"),
            (#", "max_position_embeddings": 10, "rms_norm_eps": -1"#, "rms_norm_eps"),
        ])
    func impossibleSizesAreRefused(_ more: String, _ field: String) throws {
        let configuration = try decode(more)
        let error = #expect(throws: MusicError.self) { try configuration.validate() }
        #expect(error?.message.contains(field) == true)
    }
}
