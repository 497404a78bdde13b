import Foundation
import MLX
import MLXNN
import MLXOptimizers
import Testing

extension NNTests {
    @Suite struct Gradients {
        /// One layer of each kind that has parameters.
        private final class Network: Module {
            let embedding = Embedding(embeddingCount: 3, dimensions: 4)
            let conv = Conv1d(inputChannels: 4, outputChannels: 4, kernelSize: 3, stride: 2, padding: 1)
            @ModuleInfo(key: "up") var transposed = ConvTransposed1d(
                inputChannels: 4, outputChannels: 2, kernelSize: 4, stride: 2, padding: 1)
            let layers = [RMSNorm(dimensions: 2, eps: 0.1), RMSNorm(dimensions: 2, eps: 0.1)]
            let norm = LayerNorm(dimensions: 3, eps: 0.1)
            @ModuleInfo var head: (Linear, GELU) = (Linear(2, 3), GELU())
            let rope = RoPE(dimensions: 2)

            func callAsFunction(_ tokens: MLXArray) -> MLXArray {
                var x = silu(conv(embedding(tokens)))
                x = layers[1](rope(layers[0](transposed(x))))
                return norm(head.1(head.0(x)))
            }
        }

        @Test func agreeWithFiniteDifferences() throws {
            // Normalization of tiny values bends too much for differences: hence its large eps, and fixed weights.
            MLXRandom.seed(1)
            let network = Network()
            let tokens = MLXArray([0, 2, 1, 1, 0, 2], [1, 6])
            let target = MLXRandom.normal([1, 6, 3])
            eval(network, target)
            func loss(_ network: Network) -> MLXArray {
                mseLoss(predictions: network(tokens), targets: target)
            }

            let (value, gradients) = valueAndGrad(model: network) { network, _, _ in loss(network) }(
                network, tokens, target)
            #expect(abs(value.item(Float.self) - loss(network).item(Float.self)) < 1e-5)
            #expect(keys(gradients) == keys(network.trainableParameters()))

            let parameters = Dictionary(uniqueKeysWithValues: network.parameters().flattened())
            var largest = Float(0)
            for (key, gradient) in gradients.flattened() {
                let parameter = try #require(parameters[key])
                let original = parameter.asArray(Float.self)
                let slopes = original.indices.map { index in
                    func shifted(_ by: Float) -> Float {
                        var values = original
                        values[index] += by
                        parameter._updateInternal(floats(values, parameter.shape))
                        return loss(network).item(Float.self)
                    }
                    return (shifted(0.01) - shifted(-0.01)) / 0.02
                }
                parameter._updateInternal(floats(original, parameter.shape))
                for (index, (actual, slope)) in zip(gradient.asArray(Float.self), slopes).enumerated() {
                    #expect(abs(actual - slope) < 0.01 * max(0.5, abs(slope)), "\(key)[\(index)]: \(actual), \(slope)")
                    largest = max(largest, abs(slope))
                }
            }
            #expect(largest > 0.1)
        }

        @Test func areOnlyByTrainableParameters() {
            let stack = Stack(2)
            stack.freeze()
            stack.layers[1].unfreeze()
            let function = valueAndGrad(model: stack) { (stack: Stack, arrays: [MLXArray]) in
                let y = stack(arrays[0])
                return [(y * arrays[1]).sum(), y]
            }
            let x = floats([1, 2])
            let (values, gradients) = function(stack, [x, floats([1, 3])])
            #expect(values.count == 2)
            #expect(values[1].shape == [2])
            #expect(keys(gradients) == keys(stack.trainableParameters()))
            #expect(keys(gradients).allSatisfy { $0.hasPrefix("layers.1.") })
            #expect(
                gradients.flattened().allSatisfy { key, gradient in
                    stack.parameters().flattened().contains { $0.0 == key && $0.1.shape == gradient.shape }
                })
        }

        @Test func takeOtherArguments() {
            let linear = Linear(weight: floats([3], [1, 1]))
            let function = valueAndGrad(model: linear) { (linear: Linear, argument: (x: MLXArray, factor: Int)) in
                [(linear(argument.x) * argument.factor).sum()]
            }
            let (values, gradients) = function(linear, (floats([5], [1, 1]), 2))
            expect(values[0], [30])
            expect(gradients.flattenedValues()[0], [10])
        }

        @Test func leaveTheModelUsable() {
            let linear = Linear(weight: floats([3], [1, 1]), bias: floats([1]))
            let function = valueAndGrad(model: linear) { linear, x, y in mseLoss(predictions: linear(x), targets: y) }
            for _ in 0..<3 {
                let (value, gradients) = function(linear, floats([2], [1, 1]), floats([5], [1, 1]))
                expect(value, [4])
                expect(gradients.flattenedValues()[0], [4])
                expect(gradients.flattenedValues()[1], [8])
                expect(linear.weight, [3])
            }
        }

        @Test func trainingFitsALine() {
            let line = Linear(1, 1)
            let optimizer = SGD(learningRate: 0.1)
            let step = valueAndGrad(model: line) { line, x, y in mseLoss(predictions: line(x), targets: y) }
            let x = floats([-1, -0.5, 0, 0.5, 1, 2], [6, 1])
            let y = 2 * x - 3
            var losses = [Float]()
            for _ in 0..<200 {
                let (loss, gradients) = step(line, x, y)
                optimizer.update(model: line, gradients: gradients)
                eval(line, optimizer)
                losses.append(loss.item(Float.self))
            }
            expect(line.weight, [2], tolerance: 1e-3)
            expect(line.bias!, [-3], tolerance: 1e-3)
            #expect(losses[0] > 1)
            #expect(losses[199] < 1e-5)
        }
    }
}
