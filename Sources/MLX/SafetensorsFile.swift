import CMLX
import Foundation
import Safetensors

/// Reading and writing arrays in the safetensors format.
enum SafetensorsFile {
    /// The arrays and the metadata of a file, which stays mapped into memory as long as any of the arrays is alive.
    static func load(_ url: URL) throws -> ([String: MLXArray], [String: String]) {
        do {
            let file = try MappedFile(url)
            return try load(SafetensorsHeader(bytes: file.bytes), array: file.array)
        } catch let error as SafetensorsError {
            throw LoadSaveError.unableToOpen(url, error.reason)
        } catch MLXError.caught(let reason) {
            throw LoadSaveError.unableToOpen(url, reason)
        } catch let error as POSIXError {
            throw LoadSaveError.unableToOpen(url, String(cString: strerror(error.code.rawValue)))
        }
    }

    /// The arrays and the metadata of a file's contents.
    ///
    /// The arrays are copies.
    static func load(_ data: Data) throws -> ([String: MLXArray], [String: String]) {
        try data.withUnsafeBytes { bytes in
            do {
                return try load(SafetensorsHeader(bytes: bytes)) { tensor in
                    let shape = tensor.shape.asInt32
                    let start = bytes.baseAddress.map { $0 + tensor.range.lowerBound }
                    guard let handle = cmlx_array_new(start, shape, shape.count, DType(tensor.type).cmlxDtype) else {
                        throw MLXError.caught("tensor '\(tensor.name)': \(String(cString: cmlx_last_error()))")
                    }
                    return MLXArray(handle: handle)
                }
            } catch let error as SafetensorsError {
                throw MLXError.caught(error.reason)
            }
        }
    }

    private static func load(
        _ header: SafetensorsHeader, array: (SafetensorsHeader.Tensor) throws -> MLXArray
    ) throws -> ([String: MLXArray], [String: String]) {
        var arrays = [String: MLXArray](minimumCapacity: header.tensors.count)
        for tensor in header.tensors { arrays[tensor.name] = try array(tensor) }
        return (arrays, header.metadata)
    }

    // MARK: Writing

    /// Writes a file.
    static func write(_ arrays: [String: MLXArray], _ metadata: [String: String], to url: URL) throws {
        try SafetensorsWriter.write(try tensors(arrays), metadata: metadata, to: url, bytes: bytes(of: arrays))
    }

    /// Passes the contents of a file to `output`, piece by piece.
    static func write(
        _ arrays: [String: MLXArray], _ metadata: [String: String], to output: @escaping SafetensorsWriter.Output
    ) throws {
        try SafetensorsWriter.write(try tensors(arrays), metadata: metadata, to: output, bytes: bytes(of: arrays))
    }

    /// Arrays with larger elements come first, so that all are aligned; those with elements of one size are in the order
    /// of their names.
    private static func tensors(_ arrays: [String: MLXArray]) throws -> [SafetensorsWriter.Tensor] {
        try arrays.sorted { ($1.value.itemSize, $0.key) < ($0.value.itemSize, $1.key) }.map { name, array in
            guard array.handle != nil else {
                throw MLXError.caught("the array '\(name)' is the result of an operation that failed")
            }
            return SafetensorsWriter.Tensor(name: name, type: array.dtype.elementType, shape: array.shape)
        }
    }

    private static func bytes(
        of arrays: [String: MLXArray]
    ) -> (SafetensorsWriter.Tensor, SafetensorsWriter.Output) throws -> Void {
        { tensor, output in
            guard let array = arrays[tensor.name], array.size > 0 else { return }
            try withError {
                let data = array.asData(access: .noCopyIfContiguous).data
                try withExtendedLifetime(array) { try data.withUnsafeBytes { try output($0) } }
            }
        }
    }
}

extension DType {
    /// The number format of elements in a safetensors file.
    public init(_ type: ElementType) {
        self =
            switch type {
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

    /// The safetensors format's name of this number format.
    fileprivate var elementType: ElementType {
        switch self {
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
