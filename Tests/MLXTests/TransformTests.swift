import MLX
import Testing

extension MLXTests {
    @Suite struct TransformTests {

        /// Compares the gradient of `f`, summed to a scalar with uneven weights, with finite differences.
        private func checkGradient(
            _ comment: Comment, _ shapes: [[Int]], range: ClosedRange<Float> = -1...1, seed: UInt64 = 81,
            sourceLocation: SourceLocation = #_sourceLocation, _ f: @escaping ([MLXArray]) -> MLXArray
        ) {
            var random = SeededGenerator(seed)
            let inputs = shapes.map { random.array($0, range) }
            let weights = random.array(f(inputs).shape)
            let scalar = { (arrays: [MLXArray]) in [(f(arrays) * weights).sum()] }
            let gradients = grad(scalar, argumentNumbers: 0..<inputs.count)(inputs)
            #expect(gradients.map(\.shape) == shapes, comment, sourceLocation: sourceLocation)
            let step: Float = 1e-2
            for (n, input) in inputs.enumerated() {
                let values = input.asArray(Float.self)
                var differences: [Float] = []
                for i in values.indices {
                    func value(_ delta: Float) -> Double {
                        var changed = values
                        changed[i] += delta
                        var arrays = inputs
                        arrays[n] = MLXArray(changed, input.shape)
                        return scalar(arrays)[0].item(Double.self)
                    }
                    differences.append(Float((value(step) - value(-step)) / (2 * Double(step))))
                }
                expect(
                    gradients[n], Naive(input.shape, differences), tolerance: 2e-2, comment,
                    sourceLocation: sourceLocation)
            }
        }

        @Test func gradientsOfElementwiseFunctions() {
            let functions: [(Comment, (MLXArray) -> MLXArray)] = [
                ("exp", { exp($0) }), ("log", { log($0) }), ("sin", { sin($0) }), ("cos", { cos($0) }),
                ("tanh", { tanh($0) }), ("sigmoid", { sigmoid($0) }), ("sqrt", { sqrt($0) }), ("rsqrt", { rsqrt($0) }),
                ("square", { square($0) }), ("erf", { erf($0) }), ("abs", { abs($0) }), ("pow", { $0 ** 2.5 }),
                ("reciprocal", { 1 / $0 }), ("log1p", { log1p($0) }), ("softmax", { softmax($0, axis: -1) }),
                ("logSumExp", { logSumExp($0, axis: 0) }), ("mean", { $0.mean(axis: 1) }),
                ("variance", { $0.variance(axis: 0) }), ("max", { $0.max(axis: 1) }),
                ("cumsum", { cumsum($0, axis: 1) }),
                ("clip", { clip($0, min: 0.7, max: 1.2) }), ("stopGradient", { $0 * stopGradient($0 * 0 + 2) }),
            ]
            for (name, function) in functions {
                checkGradient(name, [[2, 3]], range: 0.5...1.5) { function($0[0]) }
            }
        }

        @Test func gradientsOfFunctionsOfTwoArrays() {
            checkGradient("multiply", [[2, 3], [3]]) { $0[0] * $0[1] }
            checkGradient("divide", [[2, 3], [2, 1]], range: 0.5...1.5) { $0[0] / $0[1] }
            checkGradient("maximum", [[2, 3], [3]]) { maximum($0[0], $0[1]) }
            checkGradient("which", [[4], [4]]) { which(MLXArray([true, false, true, false]), $0[0], $0[1]) }
        }

        @Test func gradientsOfIndexing() {
            checkGradient("slice", [[3, 4]]) { $0[0][1..., .stride(by: -2)] }
            checkGradient("array", [[3, 4]]) { $0[0][MLXArray([2, 0, 2])] }
            checkGradient("gather", [[3, 4]]) { $0[0][MLXArray([2, 0, 2]), MLXArray([1, 1, 3])] }
            checkGradient("update", [[3, 4], [2]]) { inputs in
                let x = inputs[0] * 1
                x[1, 1..<3] = inputs[1]
                return x
            }
            checkGradient("add at", [[3], [3]]) { $0[0].at[MLXArray([0, 0, 2])].add($0[1]) }
            checkGradient("concatenated", [[2], [3]]) { concatenated($0) }
            checkGradient("padded", [[2, 2]]) { padded($0[0], width: 1) }
            checkGradient("takeAlong", [[2, 3]]) { takeAlong($0[0], MLXArray([2, 0], [2, 1]), axis: 1) }
        }

        @Test func gradientsOfProducts() {
            checkGradient("matmul", [[2, 3], [3, 4]]) { matmul($0[0], $0[1]) }
            checkGradient("batched matmul", [[2, 2, 3], [3, 4]]) { matmul($0[0], $0[1]) }
            checkGradient("addMM", [[4], [2, 3], [3, 4]]) { addMM($0[0], $0[1], $0[2], alpha: 0.5, beta: 2) }
            checkGradient("conv1d", [[2, 6, 2], [3, 3, 2]]) { conv1d($0[0], $0[1], stride: 2, padding: 1) }
            checkGradient("convTransposed1d", [[2, 3, 2], [3, 4, 2]]) {
                convTransposed1d($0[0], $0[1], stride: 2, padding: 1)
            }
            checkGradient("einsum", [[2, 3], [3, 2]]) { einsum("ij,jk->ik", $0[0], $0[1]) }
        }

        @Test func gradientsOfFusedFunctions() {
            checkGradient("rmsNorm", [[2, 4], [4]]) { MLXFast.rmsNorm($0[0], weight: $0[1], eps: 1e-3) }
            checkGradient("layerNorm", [[2, 4], [4], [4]]) {
                MLXFast.layerNorm($0[0], weight: $0[1], bias: $0[2], eps: 1e-1)
            }
            checkGradient("RoPE", [[1, 2, 3, 4]]) {
                MLXFast.RoPE($0[0], dimensions: 4, traditional: false, base: 100, scale: 1, offset: 1)
            }
            checkGradient("attention", [[1, 2, 3, 4], [1, 1, 3, 4], [1, 1, 3, 4]]) {
                MLXFast.scaledDotProductAttention(
                    queries: $0[0], keys: $0[1], values: $0[2], scale: 0.5, mask: .causal)
            }
            checkGradient("windowed attention", [[1, 2, 4, 4], [1, 2, 4, 4], [1, 2, 4, 4]]) {
                MLXFast.windowedAttention(queries: $0[0], keys: $0[1], values: $0[2], scale: 0.5, window: 1)
            }
            checkGradient("snake", [[1, 4, 2], [2], [2]], range: 0.5...1.5) {
                MLXFast.snake($0[0], alpha: $0[1], beta: $0[2])
            }
            checkGradient("swiGLU", [[2, 3], [2, 3]]) { MLXFast.swiGLU(gate: $0[0], up: $0[1]) }
            checkGradient("modulated norm", [[2, 3, 4], [4], [2, 1, 4], [2, 1, 4]]) {
                MLXFast.modulatedRMSNorm($0[0], weight: $0[1], scale: $0[2], shift: $0[3], eps: 1e-3)
            }
        }

        @Test func theFormsOfGradAgree() {
            let x = MLXArray([1, 2] as [Float])
            let square = { (a: MLXArray) in (a * a).sum() }
            expect(grad(square)(x), [2, 4])
            expect(grad { (a: MLXArray) in [square(a)] }(x)[0], [2, 4])
            expect(grad { (arrays: [MLXArray]) in square(arrays[0]) }([x]), [2, 4])
            expect(grad(grad(square))(MLXArray(Float(3))), [2], shape: [])

            let (values, gradients) = valueAndGrad(
                { [($0[0] * $0[1]).sum(), $0[0]] }, argumentNumbers: [1, 0])([x, MLXArray([3, 4] as [Float])])
            expect(values[0], [11], shape: [])
            expect(values[1], [1, 2])
            // In ascending order of the arguments, whatever the order asked for.
            expect(gradients[0], [3, 4])
            expect(gradients[1], [1, 2])
        }

        @Test func parameterTreesHaveGradientsOfTheirShape() {
            let parameters = NestedDictionary.unflattened([
                ("layers.0.weight", MLXArray([2] as [Float])), ("layers.1.weight", MLXArray([3] as [Float])),
                ("bias", MLXArray([1] as [Float])),
            ])
            let (values, gradients) = valueAndGrad { (tree: NestedDictionary<String, MLXArray>, x: Float) in
                let flat = Dictionary(uniqueKeysWithValues: tree.flattened())
                guard let w0 = flat["layers.0.weight"], let w1 = flat["layers.1.weight"], let b = flat["bias"] else {
                    return []
                }
                return [(w0 * w1 * x + b * b).sum()]
            }(parameters, 5)
            expect(values[0], [31], shape: [])
            let flat = Dictionary(uniqueKeysWithValues: gradients.flattened().map { ($0.0, $0.1.item(Float.self)) })
            #expect(flat == ["layers.0.weight": 15, "layers.1.weight": 10, "bias": 2])
        }

        @Test func jacobianProducts() {
            let x = MLXArray([1, 2] as [Float])
            let y = MLXArray([3, 4] as [Float])
            let f = { (arrays: [MLXArray]) in [arrays[0] * arrays[1], arrays[0].sum()] }
            let (values, pulled) = vjp(f, primals: [x, y], cotangents: [ones([2]), MLXArray(Float(10))])
            expect(values[0], [3, 8])
            expect(pulled[0], [13, 14])
            expect(pulled[1], [1, 2])
            let (_, pushed) = jvp(f, primals: [x, y], tangents: [ones([2]), zeros([2])])
            expect(pushed[0], [3, 4])
            expect(pushed[1], [2], shape: [])
        }

        @Test func aCustomFunctionHasItsOwnGradient() {
            let f = CustomFunction {
                Forward { [$0[0] * $0[1]] }
                VJP { primals, cotangents in [cotangents[0] * 100, cotangents[0] * primals[0]] }
            }
            let gradients = grad({ [f($0)[0].sum()] }, argumentNumbers: [0, 1])([
                MLXArray([1, 2] as [Float]), MLXArray([3, 4] as [Float]),
            ])
            expect(gradients[0], [100, 100])
            expect(gradients[1], [1, 2])
            let plain = CustomFunction { Forward { [$0[0] * 3] } }
            expect(grad { plain([$0])[0].sum() }(MLXArray([1] as [Float])), [3])
        }

        @Test func vectorisation() {
            let x = MLXArray(0..<6, [2, 3]).asType(.float32)
            expect(vmap { (a: MLXArray) in a.sum() }(x), [3, 12])
            expect(vmap({ (a: MLXArray) in a.sum() }, inAxes: 1)(x), [3, 5, 7])
            expect(
                vmap({ (a: MLXArray, b: MLXArray) in a * b }, inAxes: (0, nil))(x, MLXArray([1, 2, 3] as [Float])),
                [0, 2, 6, 3, 8, 15], shape: [2, 3])
            expect(vmap({ [$0[0] + 1] }, inAxes: [0], outAxes: [1])([x])[0], [1, 4, 2, 5, 3, 6], shape: [3, 2])
        }

        @Test func aCompiledFunctionGivesTheSameResults() {
            let f = { (x: MLXArray) in exp(x) * 2 + x }
            let x = MLXArray([0, 1] as [Float])
            let compiled = compile(f)
            expect(compiled(x), Naive(f(x)))
            expect(compiled(MLXArray([2] as [Float])), Naive(f(MLXArray([2] as [Float]))))
            expect(compile { (a: MLXArray, b: MLXArray) in a * b }(x, x), [0, 1])
            expect(compile { (a: MLXArray, b: MLXArray, c: MLXArray) in a * b + c }(x, x, x), [0, 2])
            expect(compile { $0 + [MLXArray(Float(1))] }([x])[1], [1], shape: [])
        }

        @Test func aCompiledFunctionUpdatesItsState() {
            let total = MLXArray(Float(0))
            let accumulate = compile(inputs: [total], outputs: [total]) { (x: MLXArray) in
                total._updateInternal(total + x)
                return total * 10
            }
            expect(accumulate(MLXArray(Float(2))), [20], shape: [])
            expect(accumulate(MLXArray(Float(3))), [50], shape: [])
            expect(total, [5], shape: [])

            let state = MLXRandom.RandomState(seed: 1)
            let draw = compile(inputs: [state], outputs: [state]) { (x: MLXArray) in
                x + MLXRandom.normal(x.shape, key: state)
            }
            #expect(!arrayEqual(draw(zeros([4])), draw(zeros([4]))).item(Bool.self))
        }

        @Test func evalFindsArraysEverywhere() {
            let arrays = (0..<7).map { MLXArray($0) + 1 }
            let nested = NestedDictionary.unflattened([("a.b", arrays[0])])
            eval(nested, [arrays[1]], ["k": arrays[2]], (arrays[3], "text", 3), arrays[4], Optional(arrays[5]) as Any)
            asyncEval(arrays[6], arrays)
            #expect(arrays.map { $0.item(Int.self) } == Array(1...7))
        }
    }
}
