import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct ElementwiseTests {

        /// A function, its counterpart in Swift, and where both are defined.
        struct Unary: Sendable, CustomTestStringConvertible {
            let name: String
            let mlx: @Sendable (MLXArray) -> MLXArray
            let swift: @Sendable (Double) -> Double
            let range: ClosedRange<Float>

            init(
                _ name: String, _ range: ClosedRange<Float>, _ mlx: @escaping @Sendable (MLXArray) -> MLXArray,
                _ swift: @escaping @Sendable (Double) -> Double
            ) {
                self.name = name
                self.range = range
                self.mlx = mlx
                self.swift = swift
            }

            var testDescription: String { name }
        }

        static let unary: [Unary] = [
            Unary("abs", -3...3, { abs($0) }, { Swift.abs($0) }),
            Unary("acos", -1...1, { acos($0) }, { Foundation.acos($0) }),
            Unary("acosh", 1.1...9, { acosh($0) }, { Foundation.acosh($0) }),
            Unary("asin", -1...1, { asin($0) }, { Foundation.asin($0) }),
            Unary("asinh", -3...3, { asinh($0) }, { Foundation.asinh($0) }),
            Unary("atan", -3...3, { atan($0) }, { Foundation.atan($0) }),
            Unary("atanh", -0.9...0.9, { atanh($0) }, { Foundation.atanh($0) }),
            Unary("ceil", -3...3, { ceil($0) }, { $0.rounded(.up) }),
            Unary("cos", -9...9, { cos($0) }, { Foundation.cos($0) }),
            Unary("cosh", -3...3, { cosh($0) }, { Foundation.cosh($0) }),
            Unary("degrees", -3...3, { degrees($0) }, { $0 * 180 / .pi }),
            Unary("erf", -3...3, { erf($0) }, { Foundation.erf($0) }),
            Unary("exp", -5...5, { exp($0) }, { Foundation.exp($0) }),
            Unary("expm1", -0.01...0.01, { expm1($0) }, { Foundation.expm1($0) }),
            Unary("floor", -3...3, { floor($0) }, { $0.rounded(.down) }),
            Unary("log", 0.01...9, { log($0) }, { Foundation.log($0) }),
            Unary("log10", 0.01...9, { log10($0) }, { Foundation.log10($0) }),
            Unary("log1p", -0.01...0.01, { log1p($0) }, { Foundation.log1p($0) }),
            Unary("log2", 0.01...9, { log2($0) }, { Foundation.log2($0) }),
            Unary("negative", -3...3, { negative($0) }, { -$0 }),
            Unary("radians", -180...180, { radians($0) }, { $0 * .pi / 180 }),
            Unary("reciprocal", 0.1...3, { reciprocal($0) }, { 1 / $0 }),
            Unary("rsqrt", 0.1...9, { rsqrt($0) }, { 1 / $0.squareRoot() }),
            Unary("sigmoid", -5...5, { sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }),
            Unary("sign", -3...3, { sign($0) }, { $0 < 0 ? -1 : $0 > 0 ? 1 : 0 }),
            Unary("sin", -9...9, { sin($0) }, { Foundation.sin($0) }),
            Unary("sinh", -3...3, { sinh($0) }, { Foundation.sinh($0) }),
            Unary("sqrt", 0...9, { sqrt($0) }, { $0.squareRoot() }),
            Unary("square", -3...3, { square($0) }, { $0 * $0 }),
            Unary("stopGradient", -3...3, { stopGradient($0) }, { $0 }),
            Unary("tan", -1.5...1.5, { tan($0) }, { Foundation.tan($0) }),
            Unary("tanh", -3...3, { tanh($0) }, { Foundation.tanh($0) }),
        ]

        @Test(arguments: unary) func agreesWithSwift(_ function: Unary) {
            var random = SeededGenerator(2)
            let values = random.floats(101, function.range)
            let expected = values.map { Float(function.swift(Double($0))) }
            expect(function.mlx(MLXArray(values)), expected, tolerance: 1e-4)
        }

        @Test func methodsDoWhatTheFunctionsDo() {
            let x = MLXArray([0.5, 1, 2.25] as [Float])
            let pairs: [(MLXArray, MLXArray)] = [
                (x.abs(), abs(x)), (x.cos(), cos(x)), (x.exp(), exp(x)), (x.floor(), floor(x)), (x.log(), log(x)),
                (x.log2(), log2(x)), (x.log10(), log10(x)), (x.log1p(), log1p(x)), (x.reciprocal(), reciprocal(x)),
                (x.rsqrt(), rsqrt(x)), (x.sin(), sin(x)), (x.sqrt(), sqrt(x)), (x.square(), square(x)),
                (x.round(), round(x)), (x.pow(2), pow(x, 2)), (x.floorDivide(2), floorDivide(x, 2)),
            ]
            for (method, function) in pairs {
                #expect(arrayEqual(method, function).item(Bool.self))
            }
        }

        @Test func twoArguments() {
            let a = MLXArray([5, -7, 2.5] as [Float])
            let b = MLXArray([2, 2, -1] as [Float])
            expect(add(a, b), [7, -5, 1.5])
            expect(subtract(a, 1), [4, -8, 1.5])
            expect(multiply(2, a), [10, -14, 5])
            expect(divide(a, b), [2.5, -3.5, -2.5])
            expect(floorDivide(a, b), [2, -4, -3])
            expect(remainder(a, b), [1, 1, -0.5])
            let (quotient, rest) = divmod(a, b)
            expect(quotient, [2, -4, -3])
            expect(rest, [1, 1, -0.5])
            expect(maximum(a, b), [5, 2, 2.5])
            expect(minimum(a, 0), [0, -7, 0])
            expect(pow(b, 3), [8, 8, -1])
            expect(pow(2, b), [4, 4, 0.5])
            expect(logAddExp(MLXArray([1000] as [Float]), 1000), [1000 + Foundation.log(Float(2))])
            expect(atan2(MLXArray([1, -1] as [Float]), MLXArray([-1, -1] as [Float])), [0.75 * .pi, -0.75 * .pi])
            #expect(logicalAnd(a, 0).asArray(Bool.self) == [false, false, false])
            #expect(logicalOr(a, 0).asArray(Bool.self) == [true, true, true])
            #expect(logicalNot(MLXArray([0, 2])).asArray(Bool.self) == [true, false])
            #expect(bitwiseXOr(MLXArray([6]), 3).item(Int.self) == 5)
            #expect(greaterEqual(a, b).asArray(Bool.self) == [true, false, true])
            #expect(notEqual(a, 5).asArray(Bool.self) == [false, true, true])
        }

        @Test func notANumberPrevails() {
            let x = MLXArray([.nan, 1] as [Float])
            expect(maximum(x, 0), [.nan, 1])
            expect(minimum(x, 0), [.nan, 0])
        }

        @Test func limitsAndSelection() {
            let x = MLXArray([-2, 0.5, 3] as [Float])
            expect(clip(x, min: -1, max: 1), [-1, 0.5, 1])
            expect(clip(x, min: 0), [0, 0.5, 3])
            expect(clip(x, max: MLXArray([0, 0, 5] as [Float])), [-2, 0, 3])
            expect(which(x .> 0, x, -x), [2, 0.5, 3])
            expect(`where`(x .> 0, 1, 0), [0, 1, 1])
            expect(round(MLXArray([0.5, 1.5, -2.5] as [Float])), [0, 2, -2])
            expect(round(MLXArray([1.2345] as [Float]), decimals: 2), [1.23])
        }

        @Test func specialValues() {
            let x = MLXArray([1, .nan, .infinity, -.infinity] as [Float])
            #expect(isNaN(x).asArray(Bool.self) == [false, true, false, false])
            #expect(isInf(x).asArray(Bool.self) == [false, false, true, true])
            #expect(isFinite(x).asArray(Bool.self) == [true, false, false, false])
            #expect(isPosInf(x).asArray(Bool.self) == [false, false, true, false])
            #expect(isNegInf(x).asArray(Bool.self) == [false, false, false, true])
            expect(nanToNum(x, nan: 7, posInf: 8, negInf: 9), [1, 7, 8, 9])
            expect(nanToNum(x, nan: 7, posInf: nil, negInf: 9), [1, 7, .greatestFiniteMagnitude, 9])
            expect(erfInverse(erf(MLXArray([0.3, -0.7] as [Float]))), [0.3, -0.7], tolerance: 1e-4)
        }

        @Test func closeness() {
            let x = MLXArray([1, .nan, .infinity] as [Float])
            let y = MLXArray([1 + 1e-6, .nan, .infinity] as [Float])
            #expect(isClose(x, y).asArray(Bool.self) == [true, false, true])
            #expect(!allClose(x, y).item(Bool.self))
            #expect(allClose(x, y, equalNaN: true).item(Bool.self))
            #expect(!arrayEqual(x, y, equalNAN: true).item(Bool.self))
            #expect(arrayEqual(x, x, equalNAN: true).item(Bool.self))
            #expect(!arrayEqual(x, MLXArray([1])).item(Bool.self))
        }

        @Test func limitsOfTypes() throws {
            for dtype in [DType.float16, .bfloat16, .float32, .float64] {
                let info = try #require(dtype.finfo)
                let one = MLXArray(1.0, dtype: dtype)
                #expect((one + MLXArray(info.eps, dtype: dtype)).item(Double.self) == 1 + info.eps)
                #expect((one + MLXArray(info.eps / 2, dtype: dtype)).item(Double.self) == 1)
                #expect(MLXArray(info.max, dtype: dtype).item(Double.self) == info.max)
                #expect((MLXArray(info.max, dtype: dtype) * 2).item(Double.self) == .infinity)
                #expect(MLXArray(info.smallestSubnormal, dtype: dtype).item(Double.self) == info.smallestSubnormal)
                #expect(MLXArray.maskFill(for: dtype).item(Double.self) == info.min)
            }
            #expect(DType.float32.finfo?.max == Double(Float.greatestFiniteMagnitude))
            #expect(DType.float16.finfo?.max == 65504)
            #expect(DType.float32.finfo?.smallestNormal == Double(Float.leastNormalMagnitude))
            #expect(DType.int32.finfo == nil)
        }

        @Test func typesSurviveCoding() throws {
            let data = try JSONEncoder().encode(DType.allCases)
            #expect(try JSONDecoder().decode([DType].self, from: data) == DType.allCases)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(DType.self, from: Data("99".utf8)) }
        }
    }
}
