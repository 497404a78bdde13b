import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import TestSupport
import Testing

/// A layer that wraps a projection is heard, whichever projection it is, whenever it came.
@MLXActor
struct AdapterTests {
    private let prompt = [5, 9, 2, 7]

    private func model(_ name: String, _ quantization: LoadOptions.Quantization) throws -> Qwen3CausalLM {
        try Qwen3CausalLM(folder: Fixtures.url("language/\(name)"), dtype: .float32, quantization: quantization)
    }

    /// The scores after a prompt whose last token comes on its own, by the way for single tokens.
    private func scores(_ model: Qwen3CausalLM) throws -> MLXArray {
        let cache = try model.prefill([Array(prompt.dropLast())]).cache
        return try model.logits(try model.step([[prompt[prompt.count - 1]]], cache))
    }

    @Test(arguments: ["tied", "untied"], [LoadOptions.Quantization.none, .q8])
    func everyProjectionOfTheLanguageModelCounts(_ name: String, _ quantization: LoadOptions.Quantization) throws {
        let model = try model(name, quantization)
        let plain = try scores(model)
        let kinds = Set(model.modules.projectionPaths.compactMap { $0.split(separator: ".").last })
        #expect(kinds == ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
        for path in model.modules.projectionPaths {
            try model.modules.wrapping(path) {
                let wrapped = try scores(model)
                #expect(relativeDifference(wrapped, plain) > 1e-4, "\(path)")
                // What single tokens get is what a prompt in one piece gets.
                let whole = try model.logits(try model.prefill([prompt]).hidden)
                if quantization == .none { expectNear(wrapped, whole, absolute: 2e-4) }
            }
            // The old layer is back.
            #expect(largestDifference(try scores(model), plain) == 0)
        }
    }

    @Test(arguments: ["tied", "untied"], [LoadOptions.Quantization.none, .q8])
    func theOutputProjectionCounts(_ name: String, _ quantization: LoadOptions.Quantization) throws {
        let model = try model(name, quantization)
        let plain = try scores(model)
        try model.output.wrapping("lm_head", amount: 2) {
            let count = plain.dim(1)
            let ramp = MLXArray(Int32(0)..<Int32(count)).asType(.float32) / Float(count)
            let wrapped = try scores(model)
            expectNear(wrapped, plain + 2 * ramp, absolute: 1e-4)
            let hidden = try model.prefill([prompt]).hidden
            expectNear(try model.logits(hidden, ids: 10..<31), try model.logits(hidden)[0..., 10..<31], absolute: 1e-5)
        }
    }

    @Test func everyProjectionOfTheTextEncoderCounts() throws {
        let folder = Fixtures.url("checkpoints/turbo-f32/diffusers/text_encoder")
        let encoder = try Qwen3(folder: folder, dtype: .float32)
        let tokens = MLXArray(prompt.map(Int32.init), [1, prompt.count])
        let plain = encoder.hiddenStates(tokens)
        eval(plain)
        #expect(encoder.modules.projectionPaths.count.isMultiple(of: 7))
        for path in encoder.modules.projectionPaths {
            try encoder.modules.wrapping(path) {
                #expect(relativeDifference(encoder.hiddenStates(tokens), plain) > 1e-4, "\(path)")
            }
        }
    }
}
