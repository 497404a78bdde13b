import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import TestSupport
import Testing

/// The causal model against the tokens that Transformers writes without a cache.
@MLXActor
struct CausalLMTests {
    nonisolated static let checkpoints = ["tied", "untied", "planner"]

    private struct Golden: Decodable {
        var prompts: [[Int]]
        var tokens: [[Int]]
        /// Of the last token of each prompt.
        var logits: [[Float]]
        var guidance: Float
        var guided: [Int]
    }

    private func golden(_ name: String) throws -> Golden {
        try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: Fixtures.url("language/\(name)/goldens.json")))
    }

    private func model(_ name: String, _ dtype: DType = .float32) throws -> Qwen3CausalLM {
        try Qwen3CausalLM(folder: Fixtures.url("language/\(name)"), dtype: dtype)
    }

    private func likeliest(_ logits: MLXArray) -> [Int] {
        argMax(logits, axis: -1).asArray(Int32.self).map(Int.init)
    }

    /// Greedy tokens of prompts that are written side by side, and the logits of the last ones.
    private func greedy(
        _ model: Qwen3CausalLM, _ prompts: [[Int]], count: Int
    ) throws -> (tokens: [[Int]], logits: MLXArray) {
        var (hidden, cache) = try model.prefill(prompts)
        var tokens = prompts.map { _ in [Int]() }
        var logits = try model.logits(hidden)
        for step in 0..<count {
            let next = likeliest(logits)
            for row in tokens.indices { tokens[row].append(next[row]) }
            guard step < count - 1 else { break }
            hidden = try model.step(next.map { [$0] }, cache)
            logits = try model.logits(hidden)
        }
        return (tokens, logits)
    }

    @Test(arguments: checkpoints)
    func greedyTokensAreThoseOfTheReference(_ name: String) throws {
        let golden = try golden(name)
        let model = try model(name)
        for (row, prompt) in golden.prompts.enumerated() {
            let (tokens, logits) = try greedy(model, [prompt], count: golden.tokens[row].count)
            #expect(tokens == [golden.tokens[row]])
            expectNear(logits[0], MLXArray(golden.logits[row]), absolute: 2e-4)
        }
    }

    @Test(arguments: checkpoints)
    func promptsOfDifferentLengthsDoNotTouchEachOther(_ name: String) throws {
        let golden = try golden(name)
        let (tokens, logits) = try greedy(try model(name), golden.prompts, count: golden.tokens[0].count)
        #expect(tokens == golden.tokens)
        for row in tokens.indices { expectNear(logits[row], MLXArray(golden.logits[row]), absolute: 2e-4) }
    }

    @Test(arguments: checkpoints)
    func guidedTokensAreThoseOfTheReference(_ name: String) throws {
        let golden = try golden(name)
        let model = try model(name)
        var (hidden, cache) = try model.prefill([golden.prompts[0], golden.prompts[1]])
        var written: [Int] = []
        while written.count < golden.guided.count {
            let logits = try model.logits(hidden)
            let next = likeliest((logits[1] + golden.guidance * (logits[0] - logits[1])).expandedDimensions(axis: 0))[0]
            written.append(next)
            hidden = try model.step([[next], [next]], cache)
        }
        #expect(written == golden.guided)
    }

    /// Tokens that go through several at a time, some of them where the cache has to grow.
    @Test(arguments: checkpoints)
    func stretchesAfterACacheAreWhatSingleTokensAre(_ name: String) throws {
        let golden = try golden(name)
        let model = try model(name)
        for size in [2, 5, 23] {
            let (_, cache) = try model.prefill(golden.prompts)
            var hidden = MLXArray(0)
            let count = golden.tokens[0].count - 1
            for begin in stride(from: 0, to: count, by: size) {
                let end = min(count, begin + size)
                hidden = try model.step(golden.tokens.map { Array($0[begin..<end]) }, cache)
            }
            let logits = try model.logits(hidden)
            for row in golden.prompts.indices {
                expectNear(logits[row], MLXArray(golden.logits[row]), absolute: 2e-4)
            }
        }
    }

    @Test func aLongPromptGoesThroughInStretches() throws {
        let model = try model("tied")
        var generator = SystemRandomNumberGenerator()
        let prompt = (0..<510).map { _ in Int.random(in: 0..<331, using: &generator) }
        let whole = try model.logits(try model.prefill([prompt]).hidden)
        let (_, cache) = try model.prefill([Array(prompt.prefix(253))])
        let parts = try model.logits(try model.step([Array(prompt.dropFirst(253))], cache))
        expectNear(parts, whole, absolute: 5e-4)
    }

    @Test(arguments: checkpoints)
    func sequencesMayGoOnFromOneBeginning(_ name: String) throws {
        let golden = try golden(name)
        let model = try model(name)
        let (hidden, cache) = try model.prefill([golden.prompts[0], golden.prompts[1]])
        let rows = [1, 0, 0]
        let copy = cache.selecting(rows)
        let first = try model.logits(take(hidden, MLXArray(rows.map(Int32.init)), axis: 0))
        var tokens = likeliest(first).map { [$0] }
        while tokens[0].count < 8 {
            let logits = try model.logits(try model.step(tokens.map { [$0.last ?? 0] }, copy))
            for (row, token) in likeliest(logits).enumerated() { tokens[row].append(token) }
        }
        #expect(tokens == rows.map { Array(golden.tokens[$0].prefix(8)) })
        #expect(cache.length == golden.prompts[0].count)
    }

    @Test func aPartOfTheScoresIsThePartOfAllScores() throws {
        let model = try model("tied")
        let hidden = try model.prefill([[1, 2, 3]]).hidden
        let all = try model.logits(hidden)
        expectNear(try model.logits(hidden, ids: 17..<300), all[0..., 17..<300], absolute: 1e-6)
        #expect(model.bytesPerToken(ids: 0..<10) < model.bytesPerToken())
    }

    @Test(arguments: checkpoints)
    func eightBitsAndHalfPrecisionAreNear(_ name: String) throws {
        let golden = try golden(name)
        let bfloat = try model(name, .bfloat16)
        let integers = try Qwen3CausalLM(
            folder: Fixtures.url("language/\(name)"), dtype: .float32, quantization: .q8, ranges: [50..<120])
        #expect(integers.hasInt8Layers)
        for (model, least) in [(bfloat, 0.999), (integers, 0.99)] {
            let (hidden, cache) = try model.prefill(golden.prompts)
            eval(hidden)
            var logits = MLXArray(0)
            for index in 0..<golden.tokens[0].count - 1 {
                logits = try model.logits(try model.step(golden.tokens.map { [$0[index]] }, cache))
            }
            for row in golden.prompts.indices {
                #expect(cosine(logits[row], MLXArray(golden.logits[row])) > least)
            }
        }
        let hidden = try integers.prefill([[4, 5]]).hidden
        let all = try integers.logits(hidden)
        expectNear(try integers.logits(hidden, ids: 50..<120), all[0..., 50..<120], absolute: 1e-6)
        expectNear(try integers.logits(hidden, ids: 40..<130), all[0..., 40..<130], absolute: 1e-6)
    }

    @Test func whatDoesNotFitIsSaid() throws {
        let model = try model("tied")
        let outside = #expect(throws: MusicError.self) { try model.prefill([[1, 331]]) }
        #expect(outside?.message.contains("331") == true)
        let long = #expect(throws: MusicError.self) { try model.prefill([Array(repeating: 1, count: 513)]) }
        #expect(long?.message.contains("512") == true)
        #expect(throws: MusicError.self) { try model.prefill([[1], []]) }
    }

    @Test func aMissingProjectionIsNamed() throws {
        try Fixtures.withTemporaryFolder { copy in
            let source = Fixtures.url("language/untied")
            try FileManager.default.copyItem(
                at: source.appendingPathComponent("config.json"), to: copy.appendingPathComponent("config.json"))
            var weights = try loadArrays(url: source.appendingPathComponent("model.safetensors"))
            weights["lm_head.weight"] = nil
            try save(arrays: weights, url: copy.appendingPathComponent("model.safetensors"))
            let error = #expect(throws: MusicError.self) {
                try Qwen3CausalLM(folder: copy, dtype: .float32)
            }
            #expect(error?.message.contains("lm_head.weight") == true)
        }
    }
}
