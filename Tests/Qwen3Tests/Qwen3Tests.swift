import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import TestSupport
import Testing

/// The text encoder against the reference implementation's tensors.
@MLXActor
struct Qwen3Tests {
    private func folder(_ checkpoint: String) -> URL {
        Fixtures.url("checkpoints/\(checkpoint)/diffusers/text_encoder")
    }

    @Test(arguments: Fixtures.checkpoints)
    func statesAreThoseOfTheReference(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/text_encoder")
        let model = try Qwen3(folder: folder(checkpoint), dtype: .float32)
        let text = try golden("input.text_ids").asType(.int32)
        expectNear(model.hiddenStates(text), try golden("output.last_hidden_state"), absolute: 2e-5)
        let lyrics = try golden("input.lyric_ids").asType(.int32)
        expectNear(model.embeddings(lyrics), try golden("output.lyric_embeddings"), absolute: 2e-5)
    }

    @Test(arguments: Fixtures.checkpoints)
    func bfloat16IsNearTheReference(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/bfloat16")
        let model = try Qwen3(folder: folder(checkpoint), dtype: .bfloat16)
        let states = model.hiddenStates(try golden("input.text_ids").asType(.int32))
        #expect(states.dtype == .bfloat16)
        #expect(cosine(states, try golden("output.last_hidden_state")) > 0.999)
    }

    @Test func paddingOnTheRightChangesNothingBeforeIt() throws {
        let golden = try Fixtures.tensors("modules/turbo-f32/text_encoder")
        let model = try Qwen3(folder: folder("turbo-f32"), dtype: .float32)
        let ids = try golden("input.text_ids").asType(.int32)
        let mask = try golden.integers("input.text_mask")
        let length = ids.dim(1)
        let whole = model.hiddenStates(ids)
        for item in 0..<ids.dim(0) {
            let count = mask[(item * length)..<((item + 1) * length)].reduce(0, +)
            let alone = model.hiddenStates(ids[item..<(item + 1), 0..<count])
            expectNear(alone, whole[item..<(item + 1), 0..<count], absolute: 2e-5)
        }
    }

    @Test func namesMayBeginWithModel() throws {
        let reference = try Qwen3(folder: folder("turbo-f32"), dtype: .float32)
        let ids = MLXArray([1, 2, 3] as [Int32], [1, 3])
        try Fixtures.withTemporaryFolder { copy in
            let weights = try loadArrays(url: folder("turbo-f32").appendingPathComponent("model.safetensors"))
            var renamed = Dictionary(uniqueKeysWithValues: weights.map { ("model.\($0.key)", $0.value) })
            renamed["lm_head.weight"] = weights["embed_tokens.weight"]
            try save(arrays: renamed, url: copy.appendingPathComponent("model.safetensors"))
            try FileManager.default.copyItem(
                at: folder("turbo-f32").appendingPathComponent("config.json"),
                to: copy.appendingPathComponent("config.json"))
            let model = try Qwen3(folder: copy, dtype: .float32)
            #expect(largestDifference(model.hiddenStates(ids), reference.hiddenStates(ids)) == 0)
        }
    }
}
