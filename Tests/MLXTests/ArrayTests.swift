import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct ArrayTests {

        @Test func scalarsHaveTheTypeOfTheirSwiftValue() {
            #expect(MLXArray(1).dtype == .int32)
            #expect(MLXArray(int64: 1).dtype == .int64)
            #expect(MLXArray(true).dtype == .bool)
            #expect(MLXArray(Float(1)).dtype == .float32)
            #expect(MLXArray(1.5).dtype == .float32)
            #expect(MLXArray(1e300).dtype == .float64)
            #expect(MLXArray(float64: 1).dtype == .float64)
            #expect(MLXArray(Float16(1)).dtype == .float16)
            #expect(MLXArray(UInt8(1)).dtype == .uint8)
            #expect(MLXArray(bfloat16: 1).dtype == .bfloat16)
            #expect(MLXArray(real: 1, imaginary: 2).dtype == .complex64)
            #expect(MLXArray(3, dtype: .bfloat16).dtype == .bfloat16)
        }

        @Test func propertiesDescribeTheArray() {
            let x = MLXArray(0..<24, [2, 3, 4])
            #expect(x.shape == [2, 3, 4])
            #expect(x.shape3 == (2, 3, 4))
            #expect(x.ndim == 3)
            #expect(x.size == 24)
            #expect(x.count == 2)
            #expect(x.itemSize == 4)
            #expect(x.nbytes == 96)
            #expect(x.dim(1) == 3)
            #expect(x.dim(-1) == 4)
            #expect(x.reshaped(6, 4).shape2 == (6, 4))
            #expect(x.reshaped(1, 2, 3, 4).shape4 == (1, 2, 3, 4))
            #expect(MLXArray(1).shape == [])
        }

        @Test func valuesComeBackInRowMajorOrder() {
            let x = MLXArray(0..<6, [2, 3])
            #expect(x.T.asArray(Int32.self) == [0, 3, 1, 4, 2, 5])
            #expect(x[0..., .stride(by: -2)].asArray(Int32.self) == [2, 0, 5, 3])
            #expect(broadcast(MLXArray([1, 2]), to: [3, 2]).asArray(Int32.self) == [1, 2, 1, 2, 1, 2])
            #expect(x.asArray(Float.self) == [0, 1, 2, 3, 4, 5])
            #expect(zeros([0, 3]).asArray(Float.self) == [])
        }

        @Test(arguments: DType.allCases) func everyTypeConvertsToEveryOther(_ dtype: DType) {
            for other in DType.allCases where !(dtype.isComplex && !other.isComplex) {
                let x = MLXArray([0, 1, 1] as [Int32]).asType(dtype)
                #expect(x.dtype == dtype)
                #expect(x.itemSize == dtype.size)
                #expect(x.asType(other).dtype == other)
                #expect(x.asType(other).asType(.int32).asArray(Int32.self) == [0, 1, 1], "\(dtype) to \(other)")
            }
        }

        @Test func itemConvertsWithoutLeavingTheRange() {
            #expect(MLXArray(2.75).item(Int.self) == 2)
            #expect(MLXArray(-2.75).item(Int.self) == -2)
            #expect(MLXArray(300).item(UInt8.self) == 255)
            #expect(MLXArray(-1).item(UInt32.self) == 0)
            #expect(MLXArray(Float.infinity).item(Int32.self) == Int32.max)
            #expect(MLXArray(-Float.infinity).item(Int64.self) == Int64.min)
            #expect(MLXArray(Float.nan).item(Int.self) == 0)
            #expect(MLXArray(2).item(Bool.self))
            #expect(!MLXArray(0.0).item(Bool.self))
            #expect(MLXArray(bfloat16: 1.5).item(Float.self) == 1.5)
            #expect(MLXArray(Float16(0.5)).item(Double.self) == 0.5)
            #expect(MLXArray(int64: 1 << 40).item(Int.self) == 1 << 40)
            #expect(MLXArray(UInt64.max).item(UInt64.self) == UInt64.max)
            #expect(MLXArray(UInt64.max).item(Double.self) == 0x1p64)
            let inferred: Int = MLXArray([5], [1, 1]).item()
            #expect(inferred == 5)
        }

        @Test func bfloat16ScalarsRoundToTheNearestEven() {
            // Neighbours of 1 are 1 - 2^-8 and 1 + 2^-7.
            #expect(MLXArray(bfloat16: 1 + 0x1p-8).item(Float.self) == 1)
            #expect(MLXArray(bfloat16: 1 + 0x1p-7 + 0x1p-8).item(Float.self) == 1 + 0x1p-6)
            #expect(MLXArray(bfloat16: 1 + 0x1.8p-8).item(Float.self) == 1 + 0x1p-7)
            #expect(MLXArray(bfloat16: .infinity).item(Float.self) == .infinity)
            #expect(MLXArray(bfloat16: .nan).item(Float.self).isNaN)
            for value: Float in [0.1, -3.3, 1e-30, 65504, 3.3e38] {
                let converted = MLXArray(value).asType(.bfloat16).item(Float.self)
                #expect(MLXArray(bfloat16: value).item(Float.self) == converted)
            }
        }

        @Test func complexNumbersHaveParts() {
            let z = MLXArray([Float(1), 2]) + MLXArray([Float(3), 4]).asImaginary()
            #expect(z.dtype == .complex64)
            expect(z.realPart(), [1, 2])
            expect(z.imaginaryPart(), [3, 4])
            expect((z * z.conjugate()).realPart(), [10, 20])
        }

        @Test func bytesMakeArraysAndArraysMakeBytes() {
            let values: [Float] = [1.5, -2, 3, 4]
            let data = values.withUnsafeBytes { Data($0) }
            expect(MLXArray(data, [2, 2], type: Float.self), values, shape: [2, 2])
            expect(MLXArray(data, dtype: .float32), values)
            values.withUnsafeBufferPointer { expect(MLXArray($0, [4]), values) }
            values.withUnsafeBytes { expect(MLXArray($0, type: Float.self), values) }

            let x = MLXArray(values, [2, 2])
            let copy = x.T.asData()
            #expect(copy.shape == [2, 2])
            #expect(copy.strides == [2, 1])
            #expect(copy.dType == .float32)
            expect(MLXArray(data: copy), [1.5, 3, -2, 4], shape: [2, 2])
            #expect(x.asData(access: .noCopyIfContiguous).data == data)

            let transposed = x.T
            let view = transposed.asData(access: .noCopy)
            #expect(view.strides == [1, 2])
            #expect(view.data == data)
            withExtendedLifetime(transposed) {}
        }

        @Test func anArrayOverForeignMemoryCallsItsFinalizerOnce() {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
            memory.initializeMemory(as: Float.self, repeating: 2, count: 4)
            let calls = Counter()
            do {
                let x = MLXArray(rawPointer: memory, [4], dtype: .float32) {
                    memory.deallocate()
                    calls.increment()
                }
                expect(x + 1, [3, 3, 3, 3])
            }
            #expect(calls.value == 1)
        }

        @Test func literalsAndSequencesMakeArrays() {
            let literal: MLXArray = [1, 2, 3]
            #expect(literal.dtype == .int32)
            #expect(literal.asArray(Int32.self) == [1, 2, 3])
            #expect(MLXArray(stride(from: Float(0), to: 1, by: 0.25)).asArray(Float.self) == [0, 0.25, 0.5, 0.75])
            #expect(MLXArray(converting: [1.5, 2.5]).dtype == .float32)
            #expect(MLXArray([Int]()).shape == [0])
        }

        @Test func iterationGoesOverTheFirstAxis() {
            let rows = MLXArray(0..<6, [3, 2]).map { $0.asArray(Int32.self) }
            #expect(rows == [[0, 1], [2, 3], [4, 5]])
        }

        @Test func theDescriptionShowsTheValues() {
            #expect(MLXArray([1, 2]).description == "array([1, 2], dtype=int32)")
            #expect("\(Device.cpu)" == "Device(cpu, 0)")
        }

        @Test func updatingChangesWhatAnObjectStandsFor() {
            let x = MLXArray([1, 2])
            var y = x
            y += 1
            #expect(x.asArray(Int32.self) == [2, 3])
            x._updateInternal(MLXArray(Float(7)))
            #expect(y.dtype == .float32)
            #expect(y.shape == [])
        }
    }
}

/// A number that several threads may increase.
final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    var value: Int { lock.withLock { count } }

    func increment() {
        lock.withLock { count += 1 }
    }
}
