import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct MemoryTests {

        // These watch the memory of the whole process, so each has a process of its own.

        @Test func operationsLeaveNoMemoryBehind() async {
            await #expect(processExitsWith: .success) {
                func run(_ count: Int) {
                    var x = MLXArray([1, 2, 3] as [Float])
                    for i in 0..<count {
                        x = x * 0.5 + 1
                        if i % 100 == 0 { eval(x) }
                    }
                    eval(x)
                }
                run(10_000)
                let active = Memory.activeMemory
                let before = residentMemory().anonymous
                run(100_000)
                #expect(Memory.activeMemory == active)
                #expect(residentMemory().anonymous - before < 8 << 20)
            }
        }

        @Test func theBytesBeforeAMappedArrayAreNotItsSize() async {
            await #expect(processExitsWith: .success) {
                let folder = FileManager.default.temporaryDirectory.appending(path: "mapped-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                let url = folder.appending(path: "a.safetensors")
                // What lies before `b` is zero, and what lies before `d` the largest number.
                let values = MLXArray(0..<50_000).asType(.float32)
                try save(
                    arrays: ["a": zeros([64]), "b": values, "c": full([64], values: UInt32.max), "d": values], url: url)
                let before = try Data(contentsOf: url)
                func taken(_ name: String) throws -> (Int, [Float]) {
                    let start = Memory.activeMemory
                    let result = contiguous(try #require(try loadArrays(url: url)[name]))
                    eval(result)
                    return (Memory.activeMemory - start, result.asArray(Float.self))
                }
                let (zero, large) = (try taken("b"), try taken("d"))
                #expect(zero.0 == large.0)
                #expect(zero.1 == values.asArray(Float.self) && large.1 == zero.1)
                for name in ["b", "d"] {
                    // Each the only reference to its array when it is evaluated.
                    for operation: (MLXArray) -> MLXArray in [{ exp($0) }, { $0 + 1 }, { softmax($0) }, { cumsum($0) }]
                    {
                        let result = operation(try #require(try loadArrays(url: url)[name]))
                        eval(result)
                        #expect(result.asArray(Float.self) == operation(values).asArray(Float.self))
                    }
                }
                #expect(try Data(contentsOf: url) == before)
            }
        }

        @Test func longChainsNeedNoStack() {
            var x = MLXArray(Float(0))
            for _ in 0..<100_000 { x = x + 1 }
            #expect(x.item(Float.self) == 100_000)
            do {
                var unused = MLXArray(Float(0))
                for _ in 0..<100_000 { unused = unused + 1 }
            }
            let slope = grad { (x: MLXArray) in
                var y = x
                for _ in 0..<5_000 { y = y + x }
                return y
            }(MLXArray(Float(1)))
            #expect(slope.item(Float.self) == 5_001)
        }

        @Test func transformsAndErrorsLeaveNoMemoryBehind() async {
            await #expect(processExitsWith: .success) {
                let x = ones([16, 16])
                let wrong = ones([3])
                func run(_ count: Int) {
                    for _ in 0..<count {
                        eval(grad { (a: MLXArray) in matmul(a, x).sum() }(x))
                        _ = message { try withError { _ = matmul(x, wrong) } }
                        let f = compile { (a: MLXArray) in a + x }
                        eval(f(x), x[0], x[MLXArray([0, 1])])
                    }
                }
                run(200)
                let active = Memory.activeMemory
                let before = residentMemory().anonymous
                run(4000)
                #expect(Memory.activeMemory == active)
                #expect(residentMemory().anonymous - before < 8 << 20)
            }
        }

        @Test func theAllocatorCountsWhatArraysOccupy() async {
            await #expect(processExitsWith: .success) {
                let before = Memory.snapshot()
                Memory.peakMemory = 0
                var x: MLXArray? = zeros([1 << 20]) + 1
                if let x { eval(x) }
                let during = Memory.snapshot()
                #expect(before.delta(during).activeMemory >= 4 << 20)
                #expect(Memory.peakMemory >= 4 << 20)
                x = nil
                #expect(Memory.activeMemory <= before.activeMemory + 4096)
                Memory.clearCache()
                #expect(during.description.contains("Active:"))
                #expect(GPU.maxRecommendedWorkingSetBytes() == nil)
            }
        }

        @Test(.enabled(if: Device.defaultDevice() == .cpu)) func largeBlocksAreKeptForReuse() async {
            await #expect(processExitsWith: .success) {
                Memory.clearCache()
                #expect(Memory.cacheMemory == 0)
                func compute() {
                    var x = zeros([3 << 20]) + 1
                    for _ in 0..<4 { x = concatenated([x[0..<(1 << 20)] * 2, x[(1 << 20)...]]) }
                    eval(x)
                    #expect(x[0].item(Float.self) == 16)
                    #expect(x[-1].item(Float.self) == 1)
                }
                compute()
                let cached = Memory.cacheMemory
                #expect(cached >= 12 << 20)
                let before = residentMemory().anonymous
                for _ in 0..<20 { compute() }
                #expect(Memory.cacheMemory <= 2 * cached)
                #expect(residentMemory().anonymous - before < 64 << 20)

                let limit = Memory.cacheLimit
                Memory.cacheLimit = 1 << 20
                #expect(Memory.cacheMemory <= 1 << 20)
                compute()
                #expect(Memory.cacheMemory <= 1 << 20)
                Memory.cacheLimit = limit
                Memory.clearCache()
                #expect(Memory.cacheMemory == 0)
            }
        }

        @Test(.enabled(if: Device.defaultDevice() == .cpu)) func arraysAreAlignedForVectorUnits() {
            for count in [17, 100, 1000, 1 << 18, 1 << 20, 3 << 20] {
                let x = zeros([count]) + 1
                let address = x.asData(access: .noCopy).data.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
                #expect(address % 64 == 0, "\(count)")
                withExtendedLifetime(x) {}
            }
        }

        @Test func tooLittleMemoryIsAnError() {
            for shape in [[1 << 30, 1 << 20], [1 << 30, 1 << 30], [1 << 30, 1 << 30, 1 << 30]] {
                let text = message { try withError { eval(zeros(shape) + 1) } }
                #expect(text.contains("memory") || text.contains("too large"), "\(shape): \(text)")
            }
            #expect(
                message { try withError { _ = broadcast(MLXArray(1), to: [1 << 30, 1 << 30, 1 << 30]) } }.contains(
                    "large"))
            expect(zeros([2]) + 1, [1, 1])
        }

        @Test func limitsCanBeSetAndRead() async {
            await #expect(processExitsWith: .success) {
                let limit = Memory.memoryLimit
                Memory.memoryLimit = limit / 2
                #expect(Memory.memoryLimit == limit / 2)
                let cache = Memory.cacheLimit
                Memory.cacheLimit = cache / 2
                #expect(Memory.cacheLimit == cache / 2)
            }
        }

        @Test func aFunctionIsReleasedWithItsTransform() {
            final class Token {}
            weak var released: Token?
            do {
                let token = Token()
                released = token
                let f = valueAndGrad { arrays in
                    withExtendedLifetime(token) { [arrays[0].sum()] }
                }
                eval(f([ones([2])]).1)
                #expect(released != nil)
            }
            #expect(released == nil)
        }
    }
}
