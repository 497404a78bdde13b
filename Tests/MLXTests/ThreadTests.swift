import Foundation
import MLX
import Testing

extension MLXTests {
    @Suite struct ThreadTests {

        /// Runs `body` on a new thread and waits for it.
        private func onNewThread<R: Sendable>(_ body: @escaping @Sendable () -> R) -> R? {
            let box = Box<R>()
            let thread = Thread { box.finish(body()) }
            thread.stackSize = 1 << 23
            thread.start()
            return box.wait()
        }

        @Test func oneDedicatedThreadCanDoEverything() {
            let result = onNewThread {
                let x = MLXRandom.normal([64, 64], key: MLXRandom.key(0))
                let loss = grad { (w: MLXArray) in (matmul(x, w) ** 2).mean() }(eye(64))
                eval(loss)
                Stream.defaultStream(.cpu).synchronize()
                return loss.sum().item(Float.self)
            }
            #expect(result?.isFinite == true)
            #expect(result != 0)
        }

        @Test func arraysMayMoveFromThreadToThread() {
            // Made here, continued and computed there, used here again.
            let x = SendableArray(MLXArray(0..<8).asType(.float32) * 2)
            let y = onNewThread { SendableArray(x.array + 1) }
            let z = onNewThread { [y] in
                guard let y else { return SendableArray(MLXArray(0)) }
                let result = y.array.sum()
                eval(result)
                return SendableArray(result)
            }
            #expect(z?.array.item(Float.self) == 64)
            if let y { expect(y.array * x.array, [0, 6, 20, 42, 72, 110, 156, 210]) }
        }

        @Test func tasksMayHopBetweenThreads() async {
            var total = MLXArray(Float(0))
            for i in 0..<50 {
                total = total + Float(i)
                await Task.yield()
                if i % 10 == 0 { eval(total) }
            }
            #expect(total.item(Float.self) == 1225)
        }

        @Test func manyThreadsMayComputeAtOnce() async {
            let sums = await withTaskGroup(of: Float.self) { group in
                for i in 0..<8 {
                    group.addTask {
                        var x = MLXArray(Float(i))
                        for _ in 0..<200 {
                            x = sqrt(x * x + 1) - sqrt(x * x + 1) + x + 1
                            eval(x)
                        }
                        return x.item(Float.self)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(sums.sorted() == (0..<8).map { Float($0 + 200) })
        }

        @Test func devicesAndStreamsHaveScopes() async {
            #expect(Device.withDefaultDevice(.cpu) { Device.defaultDevice() } == .cpu)
            #expect(
                await Device.withDefaultDevice(.cpu) {
                    await Task.yield(); return Device.defaultDevice()
                } == .cpu)
            #expect(Device.withDefaultDevice(.gpu) { StreamOrDevice.default } == .gpu)
            #expect(StreamOrDevice.device(.cpu) == .cpu)
            #expect(Device(.gpu).deviceType == .gpu)

            let stream = Stream(.cpu)
            #expect(stream != .cpu)
            #expect(StreamOrDevice.stream(stream).stream == stream)
            let x = add(MLXArray([1, 2]), 1, stream: .stream(stream))
            let y = Stream.withNewDefaultStream(device: .cpu) { x * 2 }
            #expect((x + y).asArray(Int32.self) == [6, 9])
            let z = await Stream.withNewDefaultStream(device: .cpu) {
                await Task.yield(); return (x * 3).sum()
            }
            #expect(z.item(Int.self) == 15)
            stream.synchronize()
        }
    }
}

/// A value that one thread makes and another waits for.
private final class Box<Value: Sendable>: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private var value: Value?

    func finish(_ value: Value) {
        self.value = value
        semaphore.signal()
    }

    func wait() -> Value? {
        semaphore.wait()
        return value
    }
}

/// An array that is handed over: its giver does not use it at the same time.
private struct SendableArray: @unchecked Sendable {
    let array: MLXArray

    init(_ array: MLXArray) {
        self.array = array
    }
}
