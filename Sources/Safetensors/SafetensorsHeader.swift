import Foundation

/// What the header of a safetensors file says, once everything that it says has been checked against the file.
///
/// The format: eight bytes with the header's length (little-endian), the header, the tensors' bytes. The header is a
/// JSON object with an entry for each tensor, `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, the offsets
/// counted from the end of the header, and an optional entry `__metadata__` with strings, which may be null. The tensors
/// cover the data without overlaps and holes, as the format demands. A damaged or malicious header is refused here,
/// before anything is allocated by it.
public struct SafetensorsHeader: Sendable, Equatable {
    /// One tensor of the file.
    public struct Tensor: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Number format.
        public let type: ElementType
        /// Lengths of the axes, each at most 2³¹ - 1.
        public let shape: [Int]
        /// Where its bytes are, counted from the start of the file.
        public let range: Range<Int>

        /// Number of elements.
        public var count: Int { shape.reduce(1, *) }
    }

    /// The tensors in the order of the header.
    public let tensors: [Tensor]
    /// Free text that the writer stored, such as `format`.
    public let metadata: [String: String]

    /// The largest length of a header, which bounds what a damaged length makes us read; the reference implementation
    /// has the same limit.
    public static let longest = 100_000_000

    /// Bytes before the header, which give its length.
    static let prefixLength = 8

    /// The name in the header that no tensor has.
    static let metadataName = "__metadata__"

    /// Reads and checks the header in the bytes of a whole file.
    ///
    /// - Throws: ``SafetensorsError`` with the first thing that is wrong.
    public init(bytes: UnsafeRawBufferPointer) throws {
        let end = try Self.end(prefix: bytes.prefix(Self.prefixLength), fileSize: bytes.count)
        try self.init(
            json: UnsafeRawBufferPointer(rebasing: bytes[Self.prefixLength..<end]), dataStart: end,
            fileSize: bytes.count)
    }

    /// Reads and checks the header of a file.
    ///
    /// - Throws: ``SafetensorsError`` that names the file, with the first thing that is wrong.
    public init(contentsOf url: URL) throws {
        do {
            let descriptor = open(url.path(percentEncoded: false), O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SafetensorsError.system(.unreadable, errno) }
            defer { close(descriptor) }
            var information = stat()
            guard fstat(descriptor, &information) == 0 else { throw SafetensorsError.system(.unreadable, errno) }
            let size = Int(information.st_size)
            let prefix = try Self.read(descriptor, count: Self.prefixLength, at: 0)
            let end = try Self.end(prefix: prefix, fileSize: size)
            let json = try Self.read(descriptor, count: end - Self.prefixLength, at: Self.prefixLength)
            guard json.count == end - Self.prefixLength else {
                throw SafetensorsError(.truncated, "the file ends within its header")
            }
            self = try json.withUnsafeBytes {
                try SafetensorsHeader(json: $0, dataStart: end, fileSize: size)
            }
        } catch var error as SafetensorsError {
            error.file = url
            throw error
        }
    }

    init(tensors: [Tensor], metadata: [String: String]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Bytes from an offset of a file on, fewer at its end.
    private static func read(_ descriptor: Int32, count: Int, at offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while let base = buffer.baseAddress, filled < count {
                let part = pread(descriptor, base + filled, count - filled, off_t(offset + filled))
                if part == 0 { break }
                guard part > 0 else {
                    if errno == EINTR { continue }
                    throw SafetensorsError.system(.unreadable, errno)
                }
                filled += part
            }
        }
    }

    /// Where the header ends, counted from the start of the file.
    private static func end(prefix: some Collection<UInt8>, fileSize: Int) throws -> Int {
        guard prefix.count == prefixLength else {
            throw SafetensorsError(
                .truncated,
                "the file has \(fileSize) bytes; a safetensors file begins with \(prefixLength) that give the "
                    + "header's length")
        }
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(longest) else {
            throw SafetensorsError(
                .invalidHeader, "the header claims a length of \(length) bytes, more than any real header has")
        }
        guard Int(length) <= fileSize - prefixLength else {
            throw SafetensorsError(
                .truncated,
                "the header claims a length of \(length) bytes, but the file ends after \(fileSize - prefixLength); "
                    + "it may be truncated")
        }
        return prefixLength + Int(length)
    }
}
