import Foundation
import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct Quantization {
        @Test(arguments: [(4, 32), (4, 64), (8, 64), (8, 128)])
        func packedWeightsStayWithinAStep(bits: Int, groupSize: Int) {
            let linear = Linear(256, 48)
            let packed = QuantizedLinear(linear, groupSize: groupSize, bits: bits)
            #expect(packed.shape == (48, 256))
            #expect(packed.weight.shape == [48, 256 * bits / 32] && packed.weight.dtype == .uint32)
            #expect(packed.scales.shape == [48, 256 / groupSize])

            let restored = dequantized(
                packed.weight, scales: packed.scales, biases: packed.biases, groupSize: groupSize, bits: bits)
            let original = linear.weight.asArray(Float.self)
            let errors = zip(original, restored.asArray(Float.self)).map { abs($0 - $1) }
            for start in stride(from: 0, to: original.count, by: groupSize) {
                let group = original[start..<start + groupSize]
                let step = (group.max()! - group.min()!) / Float((1 << bits) - 1)
                let worst = errors[start..<start + groupSize].max()!
                #expect(worst <= step * 1.001)
                #expect(worst > 0)
            }
            let mean = errors.reduce(0, +) / Float(errors.count)
            #expect(mean < 2 / 16 / Float((1 << bits) - 1) * 0.4)

            let x = MLXRandom.normal([5, 256])
            let exact = Linear(weight: restored, bias: linear.bias)(x)
            #expect(allClose(packed(x), exact, rtol: 1e-3, atol: 1e-3).item(Bool.self))
        }

        @Test func embedding() {
            let embedding = Embedding(embeddingCount: 32, dimensions: 64)
            let packed = QuantizedEmbedding(embedding, groupSize: 32, bits: 8)
            #expect(packed.shape == (32, 64))
            let indices = MLXArray([3, 31, 0, 7, 3, 3], [2, 3])
            #expect(packed(indices).shape == [2, 3, 64])
            #expect(allClose(packed(indices), embedding(indices), rtol: 0, atol: 0.005).item(Bool.self))
            let x = MLXRandom.normal([4, 64])
            #expect(allClose(packed.asLinear(x), embedding.asLinear(x), rtol: 0, atol: 0.05).item(Bool.self))
        }

        @Test func replacesLayersOfAModel() {
            let stack = Stack(3, width: 64, hidden: 128, head: true)
            let x = MLXRandom.normal([2, 64])
            let before = stack(x)
            eval(before)
            quantize(model: stack, groupSize: 32, bits: 8)
            #expect(stack.layers.allSatisfy { $0.input is QuantizedLinear && $0.output is QuantizedLinear })
            #expect(stack.head is QuantizedLinear)
            #expect(
                keys(stack.layers[0].parameters()) == [
                    "in_proj.bias", "in_proj.biases", "in_proj.scales", "in_proj.weight", "norm.weight",
                    "out_proj.biases", "out_proj.scales", "out_proj.weight",
                ])
            #expect(keys(stack.trainableParameters()) == (0..<3).map { "layers.\($0).norm.weight" })
            #expect(allClose(stack(x), before, rtol: 0, atol: 0.05).item(Bool.self))

            // A second time finds nothing to do.
            let packed = stack.head
            quantize(model: stack, groupSize: 32, bits: 8)
            #expect(stack.head === packed)
        }

        @Test func byFilter() {
            let stack = Stack(2, width: 64, hidden: 64, head: true)
            quantize(model: stack, groupSize: 64, bits: 4) { key, _ in key.hasSuffix("0.in_proj") }
            #expect(stack.layers[0].input is QuantizedLinear)
            #expect(!(stack.layers[0].output is QuantizedLinear))
            #expect(!(stack.layers[1].input is QuantizedLinear))
            quantize(model: stack) { key, _ in
                key == "lm_head" ? (groupSize: 32, bits: 8, mode: .affine) : nil
            }
            #expect((stack.head as? QuantizedLinear)?.bits == 8)
            #expect((stack.head as? QuantizedLinear)?.groupSize == 32)
        }

        @Test func aChainKeepsItsOtherLayers() {
            let chain = Sequential {
                Linear(64, 64)
                Tanh()
                Linear(64, 64)
            }
            quantize(model: chain)
            #expect(
                chain.layers.map { String(describing: type(of: $0)) }
                    == ["QuantizedLinear", "Tanh", "QuantizedLinear"])
        }

        @Test func loadsAPackedCheckpoint() throws {
            let source = QuantizedLinear(64, 32, groupSize: 32, bits: 4)
            let target = QuantizedLinear(64, 32, groupSize: 32, bits: 4)
            try target.update(parameters: source.parameters(), verify: .all)
            let x = MLXRandom.normal([3, 64])
            #expect(allClose(source(x), target(x), rtol: 0, atol: 0).item(Bool.self))
            let given = QuantizedLinear(
                weight: source.weight, bias: source.bias, scales: source.scales, biases: source.biases, groupSize: 32,
                bits: 4)
            #expect(allClose(source(x), given(x), rtol: 0, atol: 0).item(Bool.self))
        }

        @Test func staysFrozen() throws {
            let linear = QuantizedLinear(64, 32)
            #expect(linear.trainableParameters().flattened().isEmpty)
            try linear.unfreeze(strict: false)
            #expect(linear.trainableParameters().flattened().isEmpty)
        }
    }
}
