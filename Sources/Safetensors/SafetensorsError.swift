import Foundation

/// Why a safetensors file can't be read or written.
public struct SafetensorsError: Error, Sendable, Equatable {
    /// What kind of fault it is.
    public enum Kind: Sendable, Equatable {
        /// The system refuses to open or read the file.
        case unreadable
        /// The system refuses to make or write the file.
        case unwritable
        /// The file is shorter than its beginning claims.
        case truncated
        /// The header is something else than the format's.
        case invalidHeader
        /// What the header says of a tensor can't be, or the bytes written for one are not as many as announced.
        case invalidTensor
        /// A tensor is in a number format that is not read, under the format's own name, such as `F8_E4M3`.
        case unsupportedType(String)
    }

    /// What kind of fault it is.
    public let kind: Kind
    /// The file; `nil` for contents in memory.
    public internal(set) var file: URL?
    /// The tensor whose entry is at fault, if it is one of them.
    public let tensor: String?
    /// What is wrong, in one sentence without a full stop, with the tensor's name and without the file's.
    public let reason: String
    /// The system's error number (`errno`) where it is the system that refuses.
    public let systemCode: Int32?

    init(_ kind: Kind, _ reason: String, tensor: String? = nil, file: URL? = nil, systemCode: Int32? = nil) {
        self.kind = kind
        self.file = file
        self.tensor = tensor
        self.reason = reason
        self.systemCode = systemCode
    }

    /// The system refuses, with this error number.
    static func system(_ kind: Kind, _ code: Int32, file: URL? = nil) -> SafetensorsError {
        SafetensorsError(kind, String(cString: strerror(code)), file: file, systemCode: code)
    }

    /// A fault of the entry of a tensor: `tensor 'x' has …`.
    static func tensor(_ name: String, _ rest: String, _ kind: Kind = .invalidTensor) -> SafetensorsError {
        SafetensorsError(kind, "tensor '\(name)' \(rest)", tensor: name)
    }
}

extension SafetensorsError: LocalizedError {
    public var errorDescription: String? {
        file.map { "\($0.path(percentEncoded: false)): \(reason)" } ?? reason
    }
}
