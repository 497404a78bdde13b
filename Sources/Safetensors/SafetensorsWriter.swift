import Foundation

/// Writes safetensors files: the header first, then the tensors' bytes as they come.
public enum SafetensorsWriter {
    /// A tensor to be written.
    public struct Tensor: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Number format.
        public let type: ElementType
        /// Lengths of the axes.
        public let shape: [Int]

        /// - Parameters:
        ///   - name: any text but `__metadata__`.
        ///   - type: number format.
        ///   - shape: lengths of the axes.
        public init(name: String, type: ElementType, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }

        /// Number of bytes.
        public var byteCount: Int { shape.reduce(type.byteCount, *) }
    }

    /// Takes the next bytes of a file.
    public typealias Output = (UnsafeRawBufferPointer) throws -> Void

    /// Writes a file, which appears under its name when it is complete and replaces one that was there.
    ///
    /// The same tensors and bytes always make the same file.
    ///
    /// - Parameters:
    ///   - tensors: what the file holds, in the order of their bytes. Those with larger elements should come first, so
    ///     that all are aligned.
    ///   - metadata: free text.
    ///   - url: where to write; a file that was there stays until the new one is complete.
    ///   - bytes: passes the bytes of a tensor to the output, row-major and little-endian, in as many pieces as it
    ///     likes.
    /// - Throws: ``SafetensorsError`` with the kind `unwritable` or `invalidTensor`, or what `bytes` throws. Nothing is
    ///   left behind then.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = [:], to url: URL,
        bytes: (_ tensor: Tensor, _ output: Output) throws -> Void
    ) throws {
        try FileReplacement.replace(url) { temporary in
            let file = try FileHandle(forWritingTo: temporary)
            defer { try? file.close() }
            try write(tensors, metadata: metadata, to: { try file.write(contentsOf: $0) }, bytes: bytes)
            try file.close()
        }
    }

    /// Passes the contents of a file to an output, piece by piece.
    ///
    /// - Throws: ``SafetensorsError`` with the kind `invalidTensor`, or what `output` and `bytes` throw.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = [:], to output: @escaping Output,
        bytes: (_ tensor: Tensor, _ output: Output) throws -> Void
    ) throws {
        try beginning(tensors, metadata).withUnsafeBytes { try output($0) }
        for tensor in tensors {
            var written = 0
            try bytes(tensor) { piece in
                try output(piece)
                written += piece.count
            }
            guard written == tensor.byteCount else {
                throw SafetensorsError.tensor(
                    tensor.name, "needs \(tensor.byteCount) bytes, and \(written) were written")
            }
        }
    }

    /// The header with its length before it, padded so that the data begins at a multiple of eight bytes.
    private static func beginning(_ tensors: [Tensor], _ metadata: [String: String]) throws -> Data {
        var names: Set = [SafetensorsHeader.metadataName]
        var entries: [String] = []
        if !metadata.isEmpty {
            let fields = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            entries.append("\(quoted(SafetensorsHeader.metadataName)):{\(fields.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else {
                throw SafetensorsError.tensor(tensor.name, "has a name that is in use already")
            }
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.byteCount
            entries.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Data("{\(entries.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
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
