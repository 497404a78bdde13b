import Foundation
import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct Layers {
        @Test func linear() throws {
            let weight = floats([1, 2, 3, 4, 5, 6], [3, 2])
            let layer = Linear(weight: weight, bias: floats([0.5, -1, 2]))
            let y = layer(floats([1, -1, 2, 0], [2, 2]))
            #expect(y.shape == [2, 3])
            expect(y, [-0.5, -2, 1, 2.5, 5, 12])
            expect(Linear(weight: weight)(floats([1, -1])), [-1, -1, -1])
            #expect(layer.shape == (3, 2))
        }

        @Test func initialWeightsStayInTheirBounds() {
            let layer = Linear(inputDimensions: 400, outputDimensions: 50)
            for array in [layer.weight, layer.bias!] {
                let values = array.asArray(Float.self)
                #expect(values.allSatisfy { abs($0) <= 0.05 })
                #expect(values.contains { $0 > 0.02 } && values.contains { $0 < -0.02 })
            }
            let table = Embedding(embeddingCount: 100, dimensions: 100).weight.asArray(Float.self)
            let variance = table.map { $0 * $0 }.reduce(0, +) / 10_000
            #expect(abs(variance - 0.01) < 0.001)
        }

        @Test func embedding() {
            let layer = Embedding(weight: floats([1, 2, 3, 4, 5, 6], [3, 2]))
            let y = layer(MLXArray([2, 0, 1, 2], [2, 2]))
            #expect(y.shape == [2, 2, 2])
            expect(y, [5, 6, 1, 2, 3, 4, 5, 6])
            expect(layer.asLinear(floats([1, 10], [1, 2])), [21, 43, 65])
            #expect(layer.shape == (3, 2))
        }

        @Test func convolution() throws {
            let x = floats([1, 2, 3, 4, 5], [1, 5, 1])
            let taps = ["weight": floats([1, 0, -1], [1, 3, 1]), "bias": floats([1])]
            func conv(_ layer: Conv1d) throws -> MLXArray { try with(layer, taps)(x) }
            expect(try conv(Conv1d(inputChannels: 1, outputChannels: 1, kernelSize: 3)), [-1, -1, -1])
            expect(
                try conv(Conv1d(inputChannels: 1, outputChannels: 1, kernelSize: 3, stride: 2, padding: 1)),
                [-1, -1, 5])
            expect(try conv(Conv1d(inputChannels: 1, outputChannels: 1, kernelSize: 3, dilation: 2)), [-3])

            let mixing = try with(
                Conv1d(inputChannels: 2, outputChannels: 1, kernelSize: 2, bias: false),
                ["weight": floats([1, 10, 100, 1000], [1, 2, 2])])
            expect(mixing(floats([1, 2, 3, 4], [1, 2, 2])), [4321])

            let grouped = try with(
                Conv1d(inputChannels: 2, outputChannels: 2, kernelSize: 1, groups: 2, bias: false),
                ["weight": floats([10, 100], [2, 1, 1])])
            expect(grouped(floats([1, 2, 3, 4], [1, 2, 2])), [10, 200, 30, 400])
        }

        @Test func transposedConvolution() throws {
            let x = floats([1, 2], [1, 2, 1])
            let taps = ["weight": floats([1, 10, 100], [1, 3, 1]), "bias": floats([0.5])]
            func conv(_ layer: ConvTransposed1d) throws -> MLXArray { try with(layer, taps)(x) - 0.5 }
            func layer(
                stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, dilation: Int = 1
            ) -> ConvTransposed1d {
                ConvTransposed1d(
                    inputChannels: 1, outputChannels: 1, kernelSize: 3, stride: stride, padding: padding,
                    outputPadding: outputPadding, dilation: dilation)
            }
            expect(try conv(layer()), [1, 12, 120, 200])
            expect(try conv(layer(stride: 2)), [1, 10, 102, 20, 200])
            expect(try conv(layer(stride: 2, padding: 1)), [10, 102, 20])
            expect(try conv(layer(stride: 2, padding: 1, outputPadding: 1)), [10, 102, 20, 200])
            expect(try conv(layer(dilation: 2)), [1, 2, 10, 20, 100, 200])

            let mixing = try with(
                ConvTransposed1d(inputChannels: 2, outputChannels: 2, kernelSize: 1, bias: false),
                ["weight": floats([1, 10, 100, 1000], [2, 1, 2])])
            expect(mixing(floats([1, 2, 3, 4], [1, 2, 2])), [21, 2100, 43, 4300])
        }

        @Test func normalization() throws {
            let x = floats([3, 4, 6, 8], [2, 2])
            let rms = try with(RMSNorm(dimensions: 2, eps: 3.5), ["weight": floats([2, 3])])
            // √(12.5 + 3.5) = 4 and √(50 + 3.5) = 7.3143694
            expect(rms(x), [1.5, 3, 1.6406062, 3.2812124])
            let layer = try with(
                LayerNorm(dimensions: 2, eps: 3), ["weight": floats([2, 3]), "bias": floats([10, 20])])
            expect(layer(floats([1, 3])), [9, 21.5])
            #expect(keys(LayerNorm(dimensions: 2, bias: false).parameters()) == ["weight"])
            #expect(keys(LayerNorm(dimensions: 2, affine: false).parameters()).isEmpty)
            expect(LayerNorm(dimensions: 2, eps: 3, affine: false)(floats([1, 3])), [-0.5, 0.5])
        }

        @Test func rotaryEmbedding() {
            // Angles of position 1: 1 for the first pair, 100^(−2/4) = 0.1 for the second.
            let (c0, s0, c1, s1) = (cos(1.0), sin(1.0), cos(0.1), sin(0.1))
            let x = floats([1, 2, 3, 4, 5], [1, 1, 1, 5])
            let halves = [c0 - 3 * s0, 2 * c1 - 4 * s1, s0 + 3 * c0, 2 * s1 + 4 * c1, 5]
            expect(RoPE(dimensions: 4, base: 100)(x, offset: 1), halves)
            expect(RoPE(dimensions: 4, base: 100)(x, offset: MLXArray(1)), halves)
            expect(RoPE(dimensions: 4, base: 100, scale: 0.5)(x, offset: 2), halves)
            expect(
                RoPE(dimensions: 4, traditional: true, base: 100)(x, offset: 1),
                [c0 - 2 * s0, s0 + 2 * c0, 3 * c1 - 4 * s1, 3 * s1 + 4 * c1, 5])
            let sequence = concatenated([x, x], axis: 2)
            expect(RoPE(dimensions: 4, base: 100)(sequence), [1, 2, 3, 4, 5] + halves)
        }

        @Test func dropout() {
            let layer = Dropout(p: 0.25)
            let x = MLX.ones([100_000]) * 3
            let values = layer(x).asArray(Float.self)
            #expect(values.allSatisfy { $0 == 0 || abs($0 - 4) < 1e-5 })
            let share = Double(values.count { $0 == 0 }) / 100_000
            #expect(abs(share - 0.25) < 0.01)
            layer.train(false)
            expect(layer(x)[0..<3], [3, 3, 3])
            #expect(layer(x).min().item(Float.self) == 3)
            #expect(Dropout(p: 0)(x).min().item(Float.self) == 3)
        }

        @Test func sequential() {
            let double = Linear(weight: floats([2], [1, 1]))
            let chain = Sequential {
                double
                for _ in 0..<2 { Linear(weight: floats([1], [1, 1]), bias: floats([-3])) }
                if double.bias == nil { ReLU() } else { Tanh() }
            }
            #expect(chain.layers.count == 4)
            expect(chain(floats([5, 1], [2, 1])), [4, 0])
            #expect(
                keys(chain.parameters())
                    == ["layers.0.weight", "layers.1.bias", "layers.1.weight", "layers.2.bias", "layers.2.weight"])
            #expect(Sequential(layers: double, Identity()).layers.count == 2)
            expect(Sequential(layers: [])(floats([5])), [5])
        }
    }

    @Suite struct Activations {
        let inputs: [Double] = [-3, -1, -0.5, 0, 0.5, 2]

        private func check(
            _ name: String, _ results: [MLXArray], _ formula: (Double) -> Double,
            _ location: SourceLocation = #_sourceLocation
        ) {
            for result in results { expect(result, inputs.map(formula), tolerance: 1e-6, location) }
        }

        @Test func ofElements() {
            let x = floats(inputs.map(Float.init))
            func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
            func plus(_ x: Double) -> Double { log(1 + exp(x)) }
            check("sigmoid", [sigmoid(x), Sigmoid()(x)], logistic)
            check("tanh", [Tanh()(x)]) { tanh($0) }
            check("relu", [relu(x), ReLU()(x)]) { max($0, 0) }
            check("leakyRelu", [leakyRelu(x), LeakyReLU()(x)]) { $0 > 0 ? $0 : 0.01 * $0 }
            check("leakyRelu", [leakyRelu(x, negativeSlope: 0.5), LeakyReLU(negativeSlope: 0.5)(x)]) {
                $0 > 0 ? $0 : 0.5 * $0
            }
            check("elu", [elu(x), ELU()(x)]) { $0 > 0 ? $0 : exp($0) - 1 }
            check("elu", [elu(x, alpha: 2), ELU(alpha: 2)(x)]) { $0 > 0 ? $0 : 2 * (exp($0) - 1) }
            check("silu", [silu(x), SiLU()(x)]) { $0 * logistic($0) }
            check("softplus", [softplus(x), Softplus()(x)], plus)
            check("logSigmoid", [logSigmoid(x), LogSigmoid()(x)]) { log(logistic($0)) }
            check("mish", [mish(x), Mish()(x)]) { $0 * tanh(plus($0)) }
            check("gelu", [gelu(x), GELU()(x)]) { $0 * (1 + erf($0 / 2.squareRoot())) / 2 }
            check(
                "geluApproximate",
                [geluApproximate(x), GELU(approximation: .precise)(x), GELU(approximation: .tanh)(x)]
            ) {
                0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
            }
            check("geluFastApproximate", [geluFastApproximate(x), GELU(approximation: .fast)(x)]) {
                $0 * logistic(1.702 * $0)
            }
        }

        @Test func alongAnAxis() {
            let x = floats([0, log(3), 1, 1], [2, 2])
            expect(Softmax()(x), [0.25, 0.75, 0.5, 0.5])
            let e = exp(1.0)
            expect(Softmax(axis: 0)(x), [1 / (1 + e), 3 / (3 + e), e / (1 + e), e / (3 + e)])
            expect(logSoftmax(x), [log(0.25), log(0.75), log(0.5), log(0.5)])
            expect(LogSoftmax(axis: 0)(x), [1 / (1 + e), 3 / (3 + e), e / (1 + e), e / (3 + e)].map { log($0) })
            let gate = 1 / (1 + exp(-1.0))
            expect(glu(floats([2, 4, 0, 1])), [1, 4 * gate])
            expect(GLU(axis: 0)(floats([2, 4, 0, 1], [2, 2])), [1, 4 * gate])
        }

        @Test func keepTheType() {
            let x = floats([-1, 0.5]).asType(.bfloat16)
            for layer in [
                Sigmoid(), Tanh(), ReLU(), LeakyReLU(), ELU(), SiLU(), Softplus(), LogSigmoid(), Mish(), GELU(),
                GELU(approximation: .tanh), GELU(approximation: .fast), Softmax(), LogSoftmax(), GLU(), Dropout(),
            ] as [any UnaryLayer] {
                #expect(layer(x).dtype == .bfloat16, "\(layer)")
            }
        }
    }
}
