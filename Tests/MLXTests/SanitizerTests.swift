import Foundation
import MLX
import Testing

/// The sanitizer that the tests were built with, as `make asan` and `make tsan` say.
private let sanitizer = ProcessInfo.processInfo.environment["VIVACE_SANITIZER"]

extension MLXTests {
    /// The sanitizers see what they are there for, in memory that the library itself keeps too.
    @Suite struct SanitizerTests {
        @Test(.enabled(if: sanitizer == "address", "make asan runs it"))
        func readingPastASmallArrayIsSeen() async {
            await #expect(processExitsWith: .failure) { readPast(arrayOf: 100) }
        }

        @Test(.enabled(if: sanitizer == "address", "make asan runs it"))
        func readingPastAMappedArrayIsSeen() async {
            await #expect(processExitsWith: .failure) { readPast(arrayOf: 1 << 20) }
        }

        @Test(.enabled(if: sanitizer == "address", "make asan runs it"))
        func readingAnArrayThatIsNoMoreIsSeen() async {
            await #expect(processExitsWith: .failure) {
                var address: UnsafeRawPointer?
                do {
                    let x = zeros([1 << 20]) + 1
                    address = x.asData(access: .noCopy).data.withUnsafeBytes { $0.baseAddress }
                    #expect(address?.load(as: Float.self) == 1)
                }
                #expect(address?.load(as: Float.self) == 1)
            }
        }

        @Test(.enabled(if: sanitizer == "address", "make asan runs it"))
        func leaksAreSeen() async {
            await #expect(processExitsWith: .failure) {
                for count in 1...100 { UnsafeMutablePointer<Int>.allocate(capacity: count).initialize(to: count) }
            }
        }

        @Test(.enabled(if: sanitizer == "thread", "make tsan runs it"))
        func racesAreSeen() async {
            await #expect(processExitsWith: .failure) {
                let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
                count.initialize(to: 0)
                let address = UInt(bitPattern: count)
                let done = DispatchSemaphore(value: 0)
                for _ in 0..<2 {
                    Thread.detachNewThread {
                        UnsafeMutablePointer<Int>(bitPattern: address)?.pointee += 1
                        done.signal()
                    }
                }
                for _ in 0..<2 { done.wait() }
                #expect(count.pointee > 0)
            }
        }
    }
}

/// Reads the float behind the last one of an array of ones.
private func readPast(arrayOf count: Int) {
    let x = zeros([count]) + 1
    let behind = x.asData(access: .noCopy).data.withUnsafeBytes { bytes in
        bytes.baseAddress.map { UnsafeRawPointer($0).load(fromByteOffset: bytes.count, as: Float.self) }
    }
    withExtendedLifetime(x) { #expect(behind != nil) }
}
