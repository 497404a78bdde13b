import Foundation

/// Random numbers of a PyTorch CUDA generator: `torch.Generator("cuda").manual_seed(seed)`.
///
/// The engine is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). A GPU draws a
/// tensor with one thread per element as long as it can run that many threads at once; a larger tensor wraps around
/// the threads, so its values depend on the GPU. Sine and cosine come from a GPU's fast instructions there: values
/// agree to about 3e-6, not to the last bit.
public struct TorchCUDAGenerator: Sendable {
    /// How many threads a GPU runs at once.
    public struct Geometry: Sendable, Equatable {
        /// Number of streaming multiprocessors.
        public var multiprocessors: Int
        /// Most resident threads of a multiprocessor; a multiple of 256.
        public var threadsPerMultiprocessor: Int

        public init(multiprocessors: Int, threadsPerMultiprocessor: Int) {
            precondition(multiprocessors > 0, "a GPU has a multiprocessor")
            precondition(threadsPerMultiprocessor >= TorchCUDAGenerator.threadsPerBlock, "a block must be resident")
            self.multiprocessors = multiprocessors
            self.threadsPerMultiprocessor = threadsPerMultiprocessor
        }
    }

    static let threadsPerBlock = 256

    private let key: SIMD2<UInt32>
    private let geometry: Geometry?

    /// Calls of the engine that every thread has already made.
    private var callsMade: UInt64 = 0

    /// Starts the stream of `seed`.
    ///
    /// - Parameters:
    ///   - seed: all 64 bits count.
    ///   - geometry: the GPU to imitate for tensors with more elements than it has threads; `nil` for one that has a
    ///     thread for every element.
    public init(seed: UInt64, geometry: Geometry? = nil) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.geometry = geometry
    }

    /// Standard normal values, as `torch.randn(count, generator: self, dtype: format)` gives them on a GPU.
    ///
    /// - Parameters:
    ///   - count: number of elements in the tensor; 0 or more.
    ///   - format: element type of the tensor; the values returned are representable in it.
    public mutating func randn(_ count: Int, as format: TorchFloatFormat = .float32) -> [Float] {
        precondition(count >= 0, "a tensor has 0 or more elements")
        guard count > 0 else { return [] }
        var blocks = (count + Self.threadsPerBlock - 1) / Self.threadsPerBlock
        if let geometry {
            let resident = geometry.threadsPerMultiprocessor / Self.threadsPerBlock
            blocks = min(blocks, geometry.multiprocessors * resident)
        }
        let threads = blocks * Self.threadsPerBlock
        let valuesPerCall = 4
        var values = [Float](repeating: 0, count: count)
        for thread in 0..<min(threads, count) {
            var call = callsMade
            // One call gives a thread the values that lie 0, 1, 2 and 3 times the number of threads ahead.
            for first in stride(from: thread, to: count, by: threads * valuesPerCall) {
                let normals = Philox.normals(Philox.words(key: key, subsequence: UInt64(thread), call: call))
                for lane in 0..<valuesPerCall {
                    let index = first + lane * threads
                    if index < count { values[index] = format.rounded(normals[lane]) }
                }
                call += 1
            }
        }
        callsMade += UInt64((count - 1) / (threads * valuesPerCall) + 1)
        return values
    }
}

/// A PyTorch random stream: which generator turns a seed into noise.
public enum TorchNoise: String, Sendable, CaseIterable {
    /// The generator of PyTorch on a CPU; see ``TorchGenerator``.
    case cpu
    /// The generator of PyTorch on an NVIDIA GPU with a thread for every element; see ``TorchCUDAGenerator``.
    case cuda

    /// Standard normal values for a batch whose items have a generator each, so that an item's values depend neither
    /// on its place in the batch nor on the other items.
    ///
    /// - Parameters:
    ///   - seeds: one seed per item.
    ///   - countPerItem: number of elements in an item.
    ///   - format: element type of the tensor.
    /// - Returns: `seeds.count * countPerItem` values, item after item.
    public func randn(
        seeds: [UInt64], countPerItem: Int, as format: TorchFloatFormat = .float32
    ) -> [Float] {
        seeds.flatMap { seed in
            switch self {
            case .cpu:
                var generator = TorchGenerator(seed: seed)
                return generator.randn(countPerItem, as: format)
            case .cuda:
                var generator = TorchCUDAGenerator(seed: seed)
                return generator.randn(countPerItem, as: format)
            }
        }
    }
}

/// The Philox4x32-10 function and the normal values that a GPU makes of its output.
package enum Philox {
    /// Four words of the stream.
    ///
    /// - Parameters:
    ///   - key: the lower and the upper half of the seed.
    ///   - subsequence: the thread.
    ///   - call: how many calls the thread has made before.
    package static func words(key: SIMD2<UInt32>, subsequence: UInt64, call: UInt64) -> SIMD4<UInt32> {
        var counter = SIMD4(
            UInt32(truncatingIfNeeded: call), UInt32(truncatingIfNeeded: call >> 32),
            UInt32(truncatingIfNeeded: subsequence), UInt32(truncatingIfNeeded: subsequence >> 32))
        var key = key
        for _ in 0..<10 {
            let first = UInt64(counter.x) * 0xD251_1F53
            let second = UInt64(counter.z) * 0xCD9E_8D57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter.y ^ key.x, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter.w ^ key.y, UInt32(truncatingIfNeeded: first))
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return counter
    }

    /// Two Box-Muller pairs from four words, each (radius · sin, radius · cos).
    package static func normals(_ words: SIMD4<UInt32>) -> SIMD4<Float> {
        let first = pair(words.x, words.y)
        let second = pair(words.z, words.w)
        return SIMD4(first.0, first.1, second.0, second.1)
    }

    private static func pair(_ first: UInt32, _ second: UInt32) -> (Float, Float) {
        let uniform = Float(0x1p-33).addingProduct(Float(first), 0x1p-32)
        let turn: Float = 6.283185307179586 * 0x1p-32
        let angle = (turn / 2).addingProduct(Float(second), turn)
        let radius = (-2 * Float(log(Double(uniform)))).squareRoot()
        return (radius * Float(sin(Double(angle))), radius * Float(cos(Double(angle))))
    }
}
