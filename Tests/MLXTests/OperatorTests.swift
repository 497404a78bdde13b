import MLX
import Testing

extension MLXTests {
    @Suite struct OperatorTests {

        private let a = MLXArray([4, -6, 7] as [Float])
        private let b = MLXArray([2, 4, -2] as [Float])

        @Test func arithmetic() {
            expect(a + b, [6, -2, 5])
            expect(a - b, [2, -10, 9])
            expect(a * b, [8, -24, -14])
            expect(a / b, [2, -1.5, -3.5])
            expect(a % b, [0, 2, -1])
            expect(MLXArray([2, 3] as [Float]) ** MLXArray([3, 2] as [Float]), [8, 9])
            expect(-a, [-4, 6, -7])
        }

        @Test func numbersStandOnEitherSide() {
            expect(a + 1, [5, -5, 8])
            expect(1 + a, [5, -5, 8])
            expect(a - 1.5, [2.5, -7.5, 5.5])
            expect(1.5 - a, [-2.5, 7.5, -5.5])
            expect(a * 2, [8, -12, 14])
            expect(2 * a, [8, -12, 14])
            expect(a / 2, [2, -3, 3.5])
            expect(12 / b, [6, 3, -6])
            expect(a % 4, [0, 2, 3])
            expect(10 % b, [0, 2, 0])
            expect(b ** 2, [4, 16, 4])
            expect(2 ** b, [4, 16, 0.25])
            expect(a + [1, 2, 3], [5, -4, 10])
        }

        @Test func assignment() {
            var x = MLXArray([1, 2] as [Float])
            x += 1
            x *= MLXArray([2, 3] as [Float])
            x -= 1
            x /= 2
            expect(x, [1.5, 4])
        }

        @Test(arguments: [DType.float16, .bfloat16, .float32, .float64, .complex64])
        func aNumberTakesOnTheTypeOfTheArray(_ dtype: DType) {
            let x = ones([2], dtype: dtype, stream: .cpu)
            #expect((x + 1).dtype == dtype)
            #expect((x * 2.5).dtype == dtype)
            #expect((2.5 - x).dtype == dtype)
            #expect(maximum(x, 0).dtype == dtype)
            #expect(which(MLXArray([true, false]), x, 0).dtype == dtype)
        }

        @Test func aFractionMakesAnIntegerArrayReal() {
            #expect((MLXArray([1, 2]) + 1).dtype == .int32)
            #expect((MLXArray([1, 2]) + 1.5).dtype == .float32)
            #expect((MLXArray([1, 2]) / 2).dtype == .float32)
            #expect((MLXArray([UInt8(1)]) + 1).dtype == .uint8)
            #expect((MLXArray([true]) + 1).dtype == .int32)
        }

        @Test func typesPromoteAsInMLX() {
            let table: [(DType, DType, DType)] = [
                (.bool, .int8, .int8), (.uint8, .int8, .int16), (.int32, .int64, .int64), (.uint32, .int32, .int64),
                (.int64, .float16, .float16), (.float16, .bfloat16, .float32), (.float16, .float32, .float32),
                (.bfloat16, .float32, .float32), (.float32, .complex64, .complex64), (.int32, .bfloat16, .bfloat16),
            ]
            for (a, b, expected) in table {
                #expect((zeros([1], dtype: a) + zeros([1], dtype: b)).dtype == expected, "\(a) and \(b)")
                #expect((zeros([1], dtype: b) + zeros([1], dtype: a)).dtype == expected, "\(b) and \(a)")
            }
        }

        @Test func broadcastingFollowsNumPy() {
            var random = SeededGenerator(1)
            for (left, right, result) in [
                ([3], [2, 3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([2, 1, 3], [4, 1], [2, 4, 3]),
                ([1], [0], [0]),
            ] {
                let (x, y) = (Naive(random.array(left)), Naive(random.array(right)))
                func at(_ n: Naive, _ index: [Int]) -> Float {
                    n[zip(index.suffix(n.shape.count), n.shape).map { $1 == 1 ? 0 : $0 }]
                }
                expect(
                    MLXArray(x.values, left) + MLXArray(y.values, right),
                    Naive(result) { at(x, $0) + at(y, $0) })
            }
        }

        @Test func comparisonAndLogic() {
            func bools(_ x: MLXArray) -> [Bool] {
                #expect(x.dtype == .bool)
                return x.asArray(Bool.self)
            }
            let x = MLXArray([1, 2, 3])
            let y = MLXArray([3, 2, 1])
            #expect(bools(x .== y) == [false, true, false])
            #expect(bools(x .!= y) == [true, false, true])
            #expect(bools(x .< y) == [true, false, false])
            #expect(bools(x .<= y) == [true, true, false])
            #expect(bools(x .> y) == [false, false, true])
            #expect(bools(x .>= y) == [false, true, true])
            #expect(bools(x .== 2) == [false, true, false])
            #expect(bools(x .< 2.5) == [true, true, false])
            #expect(bools((x .> 1) .&& (y .> 1)) == [false, true, false])
            #expect(bools((x .> 2) .|| (y .> 2)) == [true, false, true])
            #expect(bools(.!(x .> 1)) == [true, false, false])
        }

        @Test func bits() {
            let x = MLXArray([0b1100, 0b1010] as [Int32])
            #expect((x & 0b0110).asArray(Int32.self) == [0b0100, 0b0010])
            #expect((x | 0b0001).asArray(Int32.self) == [0b1101, 0b1011])
            #expect((x ^ 0b1111).asArray(Int32.self) == [0b0011, 0b0101])
            #expect((x << 1).asArray(Int32.self) == [0b11000, 0b10100])
            #expect((x >> 2).asArray(Int32.self) == [0b11, 0b10])
            #expect((1 << MLXArray([3, 4])).asArray(Int32.self) == [8, 16])
            #expect((~MLXArray([0, 5] as [Int32])).asArray(Int32.self) == [-1, -6])
        }
    }
}
