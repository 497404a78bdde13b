import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct ErrorTests {

        private let a = ones([2, 3])
        private let b = ones([2, 4])

        @Test func anErrorBecomesAThrowAndTheProcessGoesOn() throws {
            for _ in 0..<100 {
                let text = message { try withError { _ = matmul(a, b) } }
                #expect(text.contains("matmul"))
            }
            #expect(try withError { matmul(a, a.T).sum().item(Float.self) } == 12)
        }

        @Test func everyMisuseIsAnError() {
            let misuses: [(String, () -> Void)] = [
                ("add", { _ = a + b }), ("reshape", { _ = a.reshaped(7) }), ("reshape -1", { _ = a.reshaped(-1, -1) }),
                ("negative shape", { _ = zeros([-1]) }), ("axis", { _ = a.sum(axis: 2) }),
                ("axis -3", { _ = a.sum(axis: -3) }),
                ("axes", { _ = a.transposed(0, 0) }), ("squeeze", { _ = a.squeezed(axis: 0) }),
                ("concatenate", { _ = concatenated([a, b]) }),
                ("concatenate nothing", { _ = concatenated([MLXArray]()) }),
                ("stack", { _ = stacked([a, b]) }), ("split", { _ = a.split(parts: 2, axis: 1) }),
                ("split 0", { _ = a.split(parts: 0) }), ("broadcast", { _ = broadcast(a, to: [3]) }),
                ("huge axis", { _ = a.sum(axis: 1 << 40) }), ("huge shape", { _ = zeros([1 << 40]) }),
                ("conv", { _ = conv1d(ones([1, 4, 2]), ones([1, 2, 3])) }),
                ("conv kernel", { _ = conv1d(ones([1, 1, 2]), ones([1, 5, 2])) }),
                ("conv groups", { _ = conv1d(ones([1, 4, 2]), ones([2, 2, 2]), groups: 0) }),
                ("conv channels", { _ = conv1d(zeros([1, 4, 0]), zeros([2, 2, 0])) }),
                ("conv stride", { _ = conv1d(ones([1, 4, 2]), ones([2, 2, 2]), stride: 0) }),
                ("conv dilation", { _ = conv1d(ones([1, 4, 2]), ones([2, 2, 2]), dilation: 0) }),
                ("conv transposed stride", { _ = convTransposed1d(ones([1, 4, 2]), ones([2, 2, 2]), stride: 0) }),
                ("unflatten", { _ = unflatten(a, axis: 0, shape: [-1, 0]) }),
                ("max of nothing", { _ = zeros([0]).max() }),
                ("argMax of nothing", { _ = argMax(zeros([0])) }), ("arange", { _ = arange(0.0, .infinity) }),
                ("arange step", { _ = arange(0.0, 1, step: 0) }), ("repeat", { _ = repeated(a, count: -1, axis: 0) }),
                (
                    "rope dimensions",
                    {
                        _ = MLXFast.RoPE(
                            ones([1, 2, 4]), dimensions: 3, traditional: false, base: 1, scale: 1, offset: 0)
                    }
                ),
                (
                    "heads",
                    {
                        let x = zeros([1, 0, 2, 4])
                        _ = MLXFast.scaledDotProductAttention(queries: x, keys: x, values: x, scale: 1, mask: .none)
                    }
                ),
                ("einsum", { _ = einsum("ij,jk", a, b) }), ("tensordot", { _ = tensordot(a, b, axes: ([0], [0, 1])) }),
                ("item", { _ = a.item(Float.self) }), ("shape3", { _ = a.shape3 }), ("dim", { _ = a.dim(2) }),
                ("view", { _ = ones([3], dtype: .uint8).view(dtype: .float32) }),
                ("pad", { _ = padded(a, widths: [1]) }), ("take float", { _ = a.take(a, axis: 0) }),
                ("rope", { _ = MLXFast.RoPE(a, dimensions: 2, traditional: false, base: nil, scale: 1, offset: 0) }),
                (
                    "attention",
                    {
                        _ = MLXFast.scaledDotProductAttention(queries: a, keys: a, values: a, scale: 1, mask: .none)
                    }
                ),
                ("array", { _ = MLXArray([1, 2, 3] as [Float], [2, 2]) }),
                ("data", { _ = MLXArray(Data(count: 7), dtype: .float32) }),
                ("quantize", { _ = quantized(a) }), ("key", { _ = MLXRandom.normal([2], key: MLXArray([1])) }),
                ("randint", { _ = MLXRandom.randInt(low: 0, high: 1, [-2]) }), ("gpu", { _ = add(a, a, stream: .gpu) }),
                ("bits", { _ = a & 1 }), ("linspace", { _ = linspace(Float(0), 1, count: -1) }),
                ("eye", { _ = eye(-1) }), ("vmap", { _ = vmap { (x: MLXArray) in x }(MLXArray(1)) }),
                ("grad of a vector", { _ = grad { (x: MLXArray) in x }(a) }),
                ("grad of nothing", { _ = grad({ $0 }, argumentNumbers: [5])([a]) }),
                ("synchronize", { Stream.gpu.synchronize() }),
            ]
            for (name, misuse) in misuses
            where !(name == "gpu" || name == "synchronize") || Device.defaultDevice() == .cpu {
                let text = message { try withError { misuse() } }
                #expect(text.count > "MLX Error: ".count, "\(name)")
            }
        }

        @Test func arraysWithoutElementsAreHarmless() {
            func empty(_ shape: Int...) -> MLXArray { zeros(shape) }
            let index = zeros([0], dtype: .int32)
            let results: [(MLXArray, [Int])] = [
                (empty(0, 4) + empty(1, 4), [0, 4]), (empty(0, 4).sum(axis: 0), [4]), (empty(2, 0).mean(axis: 1), [2]),
                (softmax(empty(3, 0), axis: 1), [3, 0]), (cumsum(empty(0, 4), axis: 0), [0, 4]),
                (sorted(empty(0, 4), axis: 0), [0, 4]), (empty(3, 4)[index], [0, 4]), (empty(3, 4)[index, index], [0]),
                (empty(3, 0)[MLXArray([0, 2])], [2, 0]),
                (takeAlong(empty(0, 4), zeros([0, 2], dtype: .int32), axis: 1), [0, 2]),
                (matmul(empty(2, 0), empty(0, 3)), [2, 3]), (matmul(empty(0, 2), empty(2, 3)), [0, 3]),
                (addMM(ones([3]), empty(2, 0), empty(0, 3)), [2, 3]),
                (conv1d(empty(0, 4, 2), empty(3, 2, 2)), [0, 3, 3]),
                (MLXFast.rmsNorm(empty(0, 4), weight: ones([4]), eps: 1e-5), [0, 4]),
                (
                    MLXFast.RoPE(empty(1, 0, 4), dimensions: 4, traditional: false, base: 10, scale: 1, offset: 0),
                    [1, 0, 4]
                ),
                (
                    MLXFast.scaledDotProductAttention(
                        queries: empty(1, 2, 0, 4), keys: empty(1, 2, 3, 4), values: empty(1, 2, 3, 4), scale: 1,
                        mask: .none),
                    [1, 2, 0, 4]
                ),
                (concatenated([empty(0, 2), ones([1, 2])]), [1, 2]), (padded(empty(0, 1), width: 1), [2, 3]),
                (repeated(empty(0, 2), count: 3, axis: 0), [0, 2]), (empty(0, 4).T.reshaped(4, 0), [4, 0]),
                (MLXRandom.normal([0, 2]), [0, 2]), (einsum("ij,jk->ik", empty(0, 2), ones([2, 3])), [0, 3]),
                (outer(empty(0), ones([2])), [0, 2]), (which(empty(0) .> 0, empty(0), 1), [0]),
                (roll(empty(0), shift: 1), [0]),
            ]
            for (n, (result, shape)) in results.enumerated() {
                #expect(result.shape == shape, "case \(n)")
                eval(result)
                #expect(result.asArray(Float.self).count == shape.reduce(1, *), "case \(n)")
            }

            let x = empty(3, 0)
            x[MLXArray([0, 2])] = MLXArray(1)
            x[1...] = ones([2, 0])
            eval(x, x.at[MLXArray([0, 0])].add(1), ones([3]).at[index].add(2))
            #expect(x.shape == [3, 0])

            let (wq, scales, biases) = quantized(ones([4, 64]))
            let product = quantizedMM(empty(0, 64), wq, scales: scales, biases: biases)
            eval(product)
            #expect(product.shape == [0, 4])
        }

        @Test func divisionOfIntegersByZeroIsHarmless() {
            let (quotient, rest) = divmod(MLXArray([5, -5]), MLXArray([0, 0]))
            eval(quotient, rest, MLXArray([5]) % 0, floorDivide(MLXArray([5]), 0))
            #expect(quotient.shape == [2])
        }

        @Test func whatFollowsAFailureFailsToo() {
            let text = message {
                try withError {
                    let c = matmul(a, b)
                    let d = softmax(exp(c * 2 + 1)[0..., 1], axis: 0)
                    eval(d, [c])
                    #expect(d.asArray(Float.self).isEmpty)
                    #expect(d.item(Float.self) == 0)
                    #expect(d.shape == [])
                    #expect(c.asData().data.isEmpty)
                    _ = "\(d)"
                    for row in c { eval(row) }
                    c[0] = a
                    var e = c
                    e += 1
                    _ = split(c, parts: 2)
                }
            }
            // The first error is the one that tells what happened.
            #expect(text.contains("matmul"))
        }

        @Test func scopesNest() throws {
            let outer = ErrorLog()
            try withErrorHandler({ outer.append($0) }) {
                _ = matmul(a, b)
                #expect(throws: MLXError.self) { try withError { _ = a + b } }
                #expect(outer.messages.count == 1)
                _ = try withError { a + a }
            }
            #expect(outer.messages.count == 1)
        }

        @Test func theBoxShowsTheErrorEarly() {
            var reached = false
            #expect(throws: MLXError.self) {
                try withError { box in
                    #expect(box.firstError == nil)
                    _ = matmul(a, b)
                    #expect(box.firstError != nil)
                    try box.check()
                    reached = true
                }
            }
            #expect(!reached)
        }

        @Test func errorsOfTheBodyPassThrough() {
            struct Own: Error {}
            #expect(throws: Own.self) { try withError { throw Own() } }
        }

        @Test func asynchronousScopesFollowTheTask() async {
            let text = await Task {
                do {
                    try await withError {
                        await Task.yield()
                        _ = await Task { matmul(ones([2, 3]), ones([2, 3])).shape }.value
                    }
                    return ""
                } catch {
                    return error.localizedDescription
                }
            }.value
            #expect(text.contains("matmul"))
            await #expect(throws: MLXError.self) {
                try await withError { box in
                    _ = ones([2]) + ones([3])
                    await Task.yield()
                    try box.check()
                }
            }
        }

        @Test func errorsInTransformedFunctionsComeOut() {
            let text = message { try withError { _ = grad { (x: MLXArray) in matmul(x, b).sum() }(a) } }
            #expect(text.contains("matmul"))
            #expect(message { try withError { _ = compile { (x: MLXArray) in x + b }(a) } }.contains("broadcast"))
            #expect(message { try withError { _ = vmap { (x: MLXArray) in x + b }(a) } }.contains("broadcast"))
            // Gradients work again afterwards.
            expect(grad { (x: MLXArray) in x.sum() }(a), Naive([2, 3]) { _ in 1 })
        }

        @Test func errorsOfTheComputationItselfCanBeCaught() {
            // The file is there when the graph is built, and gone when it is computed.
            #expect(throws: (any Error).self) {
                try withTemporaryFolder { folder in
                    try loadArray(url: folder.appending(path: "none.npy"))
                }
            }
            #expect(throws: MLXError.self) { try checkedEval(matmulOrPlaceholder()) }
        }

        private func matmulOrPlaceholder() -> Any {
            var result: MLXArray?
            withErrorHandler({ _ in }) { result = matmul(a, b) }
            return result as Any
        }
    }
}

/// Messages from several threads.
final class ErrorLog: @unchecked Sendable {
    private let lock = NSLock()
    private var log: [String] = []

    var messages: [String] { lock.withLock { log } }

    func append(_ message: String) {
        lock.withLock { log.append(message) }
    }
}
