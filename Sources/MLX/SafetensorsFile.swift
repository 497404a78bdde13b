import CMLX
import Foundation

/// Reading and writing safetensors files.
enum SafetensorsFile {

    /// The tensors and the metadata of a file, which stays mapped into memory as long as any of the tensors is alive.
    static func load(_ url: URL) throws -> ([String: MLXArray], [String: String]) {
        guard let mapping = cmlx_mapping_open(url.path(percentEncoded: false)) else {
            throw LoadSaveError.unableToOpen(url, String(cString: cmlx_last_error()))
        }
        defer { cmlx_mapping_free(mapping) }
        let bytes = UnsafeRawBufferPointer(start: cmlx_mapping_bytes(mapping), count: cmlx_mapping_size(mapping))
        do {
            return try load(bytes) { tensor in
                let shape = tensor.shape.asInt32
                return cmlx_array_new_mapped(
                    mapping, tensor.range.lowerBound, shape, shape.count, tensor.dtype.cmlxDtype)
            }
        } catch let problem as SafetensorsHeader.Problem {
            throw LoadSaveError.unableToOpen(url, problem.reason)
        }
    }

    /// The tensors and the metadata of a file's contents.
    ///
    /// The tensors are copies.
    static func load(_ data: Data) throws -> ([String: MLXArray], [String: String]) {
        try data.withUnsafeBytes { bytes in
            do {
                return try load(bytes) { tensor in
                    let shape = tensor.shape.asInt32
                    let start = bytes.baseAddress.map { $0 + tensor.range.lowerBound }
                    return cmlx_array_new(start, shape, shape.count, tensor.dtype.cmlxDtype)
                }
            } catch let problem as SafetensorsHeader.Problem {
                throw MLXError.caught(problem.reason)
            }
        }
    }

    private static func load(
        _ bytes: UnsafeRawBufferPointer, _ array: (SafetensorsHeader.Tensor) -> OpaquePointer?
    ) throws -> ([String: MLXArray], [String: String]) {
        let header = try SafetensorsHeader(bytes: bytes)
        var arrays: [String: MLXArray] = [:]
        arrays.reserveCapacity(header.tensors.count)
        for tensor in header.tensors {
            guard let handle = array(tensor) else {
                throw SafetensorsHeader.Problem("tensor '\(tensor.name)': \(String(cString: cmlx_last_error()))")
            }
            arrays[tensor.name] = MLXArray(handle: handle)
        }
        return (arrays, header.metadata)
    }

    // MARK: Writing

    /// Passes the contents of a file to `write`, piece by piece.
    ///
    /// The same tensors always make the same file.
    ///
    /// Tensors with larger elements come first, so that all are aligned; those with elements of one size are in the
    /// order of their names.
    static func write(
        _ arrays: [String: MLXArray], _ metadata: [String: String], to write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let sorted = arrays.sorted { ($1.value.itemSize, $0.key) < ($0.value.itemSize, $1.key) }
        let header = try header(sorted, metadata)
        try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try write($0) }
        try header.withUnsafeBytes { try write($0) }
        for (_, array) in sorted where array.size > 0 {
            try withError {
                let data = array.asData(access: .noCopyIfContiguous).data
                try withExtendedLifetime(array) { try data.withUnsafeBytes { try write($0) } }
            }
        }
    }

    private static func header(_ arrays: [(key: String, value: MLXArray)], _ metadata: [String: String]) throws -> Data
    {
        var entries: [String] = []
        if !metadata.isEmpty {
            let fields = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            entries.append("\"__metadata__\":{\(fields.joined(separator: ","))}")
        }
        var offset = 0
        for (name, array) in arrays {
            guard array.handle != nil else {
                throw MLXError.caught("the array '\(name)' is the result of an operation that failed")
            }
            guard let dtype = SafetensorsHeader.dtypes.first(where: { $0.value == array.dtype })?.key else {
                throw MLXError.caught("the format has no element type \(array.dtype)")
            }
            let shape = array.shape.map(String.init).joined(separator: ",")
            let end = offset + array.nbytes
            entries.append(
                "\(quoted(name)):{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Data("{\(entries.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return header
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}": result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
