import ACEStep
import MLX
import MLXNN
import ModelSupport
import TestSupport
import Testing

/// The quantiser by hand.
@MLXActor
struct CodesTests {
    /// A quantiser whose projections do nothing.
    private func plain(_ levels: [Int], quantizers: Int = 1) throws -> FiniteScalarQuantizer {
        let quantizer = FiniteScalarQuantizer(width: levels.count, levels: levels, quantizers: quantizers)
        let identity = MLXArray.eye(levels.count)
        let zero = MLXArray.zeros([levels.count])
        try quantizer.update(
            parameters: .unflattened([
                ("project_in.weight", identity), ("project_in.bias", zero), ("project_out.weight", identity),
                ("project_out.bias", zero),
            ]), verify: .all)
        return quantizer
    }

    @Test func basisIsTheProductOfTheLevelsBefore() {
        #expect(FiniteScalarQuantizer.basis([8, 8, 8, 5, 5, 5]) == [1, 8, 64, 512, 2560, 12_800])
    }

    @Test func roundsToTheNearestLevel() throws {
        let quantizer = try plain([5, 3])
        #expect(quantizer.codebookSize == 15)
        // 5 levels: -1, -0.5, 0, 0.5, 1. The bound is 1.25 tanh(x / 1.25): 0.6 -> 0.557, level 3 (0.5).
        // 3 levels: -1, 0, 1. The bound is 1.5 tanh(x / 1.5): -9 -> -1.5, clamped, level 0 (-1).
        let (states, indices) = quantizer.quantize(MLXArray([0.6, -9] as [Float], [1, 2]))
        #expect(states.asArray(Float.self) == [0.5, -1])
        #expect(indices.asArray(Int32.self) == [3 + 5 * 0])
        #expect(indices.shape == [1, 1])
    }

    @Test func everyCodeComesBack() throws {
        let quantizer = try plain([5, 3, 4])
        let all = MLXArray(Int32(0)..<Int32(60)).reshaped(60, 1)
        let states = quantizer.states(of: all)
        #expect(states.shape == [60, 3])
        // Undo the bound, so that the values pass it unchanged.
        let bounds = MLXArray([1.25, 1.5, 4.0 / 3] as [Float])
        let again = quantizer.quantize(atanh(states / bounds) * bounds)
        #expect(again.indices.asArray(Int32.self) == Array(0..<60))
    }

    @Test func secondStageCodesWhatTheFirstLeft() throws {
        let quantizer = try plain([5], quantizers: 2)
        // 1.25 tanh(0.5 / 1.25) = 0.475: level 3 (0.5); the rest -0.025 in steps of 0.1 is level 2 (0).
        let (states, indices) = quantizer.quantize(MLXArray([0.5] as [Float], [1, 1]))
        #expect(indices.asArray(Int32.self) == [3, 2])
        #expect(states.asArray(Float.self) == [0.5])
        #expect(largestDifference(quantizer.states(of: indices), states) == 0)
    }
}
