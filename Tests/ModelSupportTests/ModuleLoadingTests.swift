import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Strict loading of weights into modules.
@MLXActor
struct ModuleLoadingTests {
    private final class Pair: Module {
        let first: Linear
        let layers: [Linear]
        override init() {
            first = Linear(2, 3)
            layers = [Linear(3, 1, bias: false), Linear(1, 1)]
        }
    }

    private let complete: [String: MLXArray] = [
        "first.weight": MLXArray([1, 2, 3, 4, 5, 6] as [Float], [3, 2]), "first.bias": MLXArray([7, 8, 9] as [Float]),
        "layers.0.weight": MLXArray([1, 0, 1] as [Float], [1, 3]), "layers.1.weight": MLXArray([2] as [Float], [1, 1]),
        "layers.1.bias": MLXArray([0.5] as [Float]),
    ]

    private func load(
        _ arrays: [String: MLXArray], into module: Module, dtype: DType = .float32,
        ignoring: (String) -> Bool = { _ in false }
    ) throws {
        try Fixtures.withTemporaryFolder { folder in
            try save(arrays: arrays, url: folder.appendingPathComponent("model.safetensors"))
            try module.load(
                from: WeightStore(folder: folder), dtype: dtype, ignoring: ignoring)
        }
    }

    private func failure(_ change: (inout [String: MLXArray]) -> Void) throws -> String {
        var arrays = complete
        change(&arrays)
        let error = #expect(throws: MusicError.self) { try load(arrays, into: Pair()) }
        #expect(error?.code == .invalidCheckpoint)
        return try #require(error).message
    }

    @Test func everyParameterIsSet() throws {
        let pair = Pair()
        try load(complete, into: pair)
        #expect(pair.first.weight.asArray(Float.self) == [1, 2, 3, 4, 5, 6])
        let y = pair.layers[1](pair.layers[0](pair.first(MLXArray([1, 1] as [Float], [1, 2]))))
        // (3, 7, 11) + (7, 8, 9) = (10, 15, 20); 10 + 20 = 30; 2 * 30 + 0.5
        #expect(y.asArray(Float.self) == [60.5])
    }

    @Test func formatsAreConverted() throws {
        let pair = Pair()
        try load(complete.mapValues { $0.asType(.float16) }, into: pair, dtype: .bfloat16)
        #expect(pair.parameters().flattened().allSatisfy { $0.1.dtype == .bfloat16 })
        #expect(pair.first.bias?.asType(.float32).asArray(Float.self) == [7, 8, 9])
    }

    @Test func everythingWrongIsListedAtOnce() throws {
        let message = try failure {
            $0["first.bias"] = nil
            $0["layers.1.bias"] = nil
            $0["ghost"] = MLXArray([1] as [Float])
            $0["first.weight"] = MLXArray.zeros([2, 3])
        }
        #expect(
            message.hasSuffix(
                "model.safetensors does not fit its config.json: 2 tensors missing: first.bias, layers.1.bias; "
                    + "1 tensor unexpected: ghost; 1 tensor of the wrong shape or type: "
                    + "'first.weight' is [2, 3], expected [3, 2]"))
    }

    @Test func longListsAreCutShort() throws {
        let message = try failure { arrays in
            for index in 0..<12 { arrays["ghost\(index)"] = MLXArray([1] as [Float]) }
        }
        #expect(message.contains("12 tensors unexpected: ghost0, "))
        #expect(message.contains(" and 7 more"))
    }

    /// Weights in few bits of other programs are named, and nobody is sent to download them again.
    @Test(
        arguments: [
            (["first.SCB"], "'first.SCB' belongs to bitsandbytes"),
            (["first.weight.absmax", "first.weight.quant_map"], "belongs to bitsandbytes"),
            (["first.weight.quant_state.bitsandbytes__nf4"], "belongs to bitsandbytes"),
            (["first.qweight", "first.qzeros", "first.scales", "first.g_idx"], "'first.g_idx' belongs to GPTQ"),
            (["first.qweight", "first.qzeros", "first.scales"], "belongs to AWQ or GPTQ"),
            (["first.scales", "first.biases"], "'first.biases' belongs to MLX"),
            (["first.weight_packed", "first.weight_scale"], "belongs to compressed-tensors"),
            (["first.weight_scale_inv"], "belongs to fp8 with scales"), (["scaled_fp8"], "belongs to fp8 with scales"),
            (["first.weight_scale"], "'first.weight_scale' belongs to a scheme of 8 bits with scales"),
        ])
    func quantizedWeightsAreNamed(_ names: [String], _ reason: String) throws {
        var arrays = complete
        for name in names { arrays[name] = MLXArray([1] as [Float]) }
        let error = #expect(throws: MusicError.self) { try load(arrays, into: Pair()) }
        #expect(error?.message.contains("holds quantized weights: the tensor") == true)
        #expect(error?.message.hasSuffix(reason) == true, "\(String(describing: error))")
        #expect(error?.advice.contains("float32, float16 or bfloat16") == true)
    }

    @Test func integersForWeightsAreQuantized() throws {
        let message = try failure { $0["first.weight"] = MLXArray.zeros([3, 2], dtype: .int8) }
        #expect(message.hasSuffix("holds quantized weights: the weight 'first.weight' holds int8 numbers"))
        // Two numbers in a byte have another shape too.
        let packed = try failure { $0["first.weight"] = MLXArray.zeros([3, 1], dtype: .uint8) }
        #expect(packed.hasSuffix("the weight 'first.weight' holds uint8 numbers"))
        // Scales of another program beside weights that look like ours.
        let scaled = try failure {
            $0["first.weight"] = MLXArray.zeros([3, 2], dtype: .int8)
            $0["first.weight_scale"] = MLXArray.zeros([3, 1], dtype: .bfloat16)
        }
        #expect(scaled.contains("quantized weights"))
    }

    @Test func ignoredTensorsMayBeLeftOver() throws {
        var arrays = complete
        arrays["rotary_emb.inv_freq"] = MLXArray([1] as [Float])
        try load(arrays, into: Pair(), ignoring: { $0.hasSuffix("inv_freq") })
    }

    @Test func parametersMayBeMadeOfSeveralTensors() throws {
        final class Convolution: Module {
            let conv = Conv1d(inputChannels: 2, outputChannels: 1, kernelSize: 2, bias: false)
        }
        // v in PyTorch's order [out, in, k] has norm 5; g is 10, so that w = 2 v.
        let direction = MLXArray([0, 3, 4, 0] as [Float], [1, 2, 2])
        let magnitude = MLXArray([10] as [Float], [1, 1, 1])
        for (g, v) in [
            ("conv.weight_g", "conv.weight_v"),
            ("conv.parametrizations.weight.original0", "conv.parametrizations.weight.original1"),
        ] {
            let module = Convolution()
            try Fixtures.withTemporaryFolder { folder in
                try save(arrays: [g: magnitude, v: direction], url: folder.appendingPathComponent("model.safetensors"))
                let store = try WeightStore(folder: folder)
                try module.load(
                    from: store, dtype: .float32,
                    source: { .weightNormalized($0, shape: $1, axes: [0, 2, 1], in: store) })
            }
            // [out, k, in] here.
            #expect(module.conv.weight.shape == [1, 2, 2])
            #expect(module.conv.weight.asArray(Float.self) == [0, 8, 6, 0])
        }
    }

    @Test func weightNormIsTakenOverAllAxesButTheFirst() {
        let v = MLXArray([3, 4, 0, 2] as [Float], [2, 1, 2])
        let g = MLXArray([1, 4] as [Float], [2, 1, 1])
        let folded = foldWeightNorm(magnitude: g, direction: v).asArray(Float.self)
        #expect(largestDifference(folded, [0.6, 0.8, 0, 4]) < 1e-6)
    }

    @Test func checkingReadsNothing() throws {
        try Fixtures.withTemporaryFolder { folder in
            try save(arrays: complete, url: folder.appendingPathComponent("model.safetensors"))
            let store = try WeightStore(folder: folder)
            let pair = Pair()
            try pair.checkFits(store)
            #expect(throws: MusicError.self) { try pair.checkFits(store.renamed { $0 == "first.bias" ? nil : $0 }) }
        }
    }
}
