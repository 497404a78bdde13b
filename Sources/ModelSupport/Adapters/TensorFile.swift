import Foundation
import MLX
import MusicCore
import Safetensors

/// Writes arrays as a safetensors file, one after the other.
package enum TensorFile {
    /// A tensor to be written, made when its turn comes.
    package struct Entry {
        package let name: String
        package let dtype: DType
        package let shape: [Int]
        private let values: Values

        private enum Values {
            case array(MLXArray)
            case made(@MLXActor () throws -> MLXArray)
        }

        /// - Parameter make: makes the values, of the given shape.
        package init(_ name: String, dtype: DType, shape: [Int], make: @escaping @MLXActor () throws -> MLXArray) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
            values = .made(make)
        }

        /// An array that is there.
        package init(_ name: String, _ array: MLXArray) {
            self.name = name
            dtype = array.dtype
            shape = array.shape
            values = .array(array)
        }

        /// The values in the given format, evaluated.
        @MLXActor
        fileprivate func data() throws -> Data {
            let array: MLXArray =
                switch values {
                case .array(let array): array.asType(dtype)
                case .made(let make): try make().asType(dtype)
                }
            eval(array)
            return array.asData().data
        }
    }

    /// Writes a file, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - entries: in any order; larger elements come first in the file, and names in their order.
    ///   - metadata: free text.
    /// - Throws: `MusicError` with code `unwritableOutput`, or what making a tensor throws; `CancellationError` between
    ///   two tensors.
    @MLXActor
    package static func write(_ entries: [Entry], metadata: [String: String] = [:], to url: URL) throws {
        let sorted = entries.sorted { ($1.dtype.size, $0.name) < ($0.dtype.size, $1.name) }
        let byName = Dictionary(sorted.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let tensors = try sorted.map { entry in
            SafetensorsWriter.Tensor(name: entry.name, type: try elementType(entry.dtype), shape: entry.shape)
        }
        do {
            try SafetensorsWriter.write(tensors, metadata: metadata, to: url) { tensor, output in
                try Task.checkCancellation()
                guard let entry = byName[tensor.name] else { return }
                let data = try evaluating("writing \(url.lastPathComponent)") { try entry.data() }
                try data.withUnsafeBytes { try output($0) }
            }
        } catch let error as SafetensorsError {
            let advice = "check permissions and that there is space for the file"
            throw error.systemCode.map { SystemFault($0, path: url.path).writingError(advice: advice) }
                ?? MusicError(.unwritableOutput, "\(url.path) can't be written: \(error.reason)", advice: advice)
        }
    }

    private static func elementType(_ dtype: DType) throws -> ElementType {
        switch dtype {
        case .bool: .bool
        case .uint8: .uint8
        case .uint16: .uint16
        case .uint32: .uint32
        case .uint64: .uint64
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        case .float64: .float64
        case .complex64: .complex64
        }
    }
}
