import Foundation

/// What the header of a safetensors file says, once everything that it says has been checked.
///
/// The format: eight bytes with the length of the header, the header, the tensors' bytes. The header is a JSON object
/// with an entry for each tensor, `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, the offsets counted from the
/// end of the header, and an optional entry `__metadata__` with strings.
struct SafetensorsHeader {

    struct Tensor: Equatable {
        let name: String
        let dtype: DType
        let shape: [Int]
        /// Where the bytes are, counted from the start of the file.
        let range: Range<Int>
    }

    let tensors: [Tensor]
    let metadata: [String: String]

    /// The reference implementation accepts no longer header either.
    static let longestHeader = 100_000_000

    /// Reads and checks a header.
    ///
    /// Throws ``Problem`` with the first thing that is wrong.
    init(bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= 8 else {
            throw Problem(
                "the file has \(bytes.count) bytes; a safetensors file begins with 8 that give the header's length")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.longestHeader) else {
            throw Problem("the header claims a length of \(length) bytes, more than any real header has")
        }
        let start = 8 + Int(length)
        guard start <= bytes.count else {
            throw Problem("the header claims a length of \(length) bytes, but the file ends after \(bytes.count - 8)")
        }

        let header = UnsafeRawBufferPointer(rebasing: bytes[8..<start])
        var tensors: [Tensor] = []
        var metadata: [String: String] = [:]
        for (name, value) in try Self.entries(of: JSONReader.parse(header), what: "the header") {
            if name == "__metadata__" {
                for (key, value) in try Self.entries(of: value, what: "__metadata__") {
                    guard case .string(let text) = value else {
                        throw Problem("the metadata entry '\(key)' is not a string")
                    }
                    metadata[key] = text
                }
            } else {
                tensors.append(try Self.tensor(name, value, dataStart: start, fileSize: bytes.count))
            }
        }
        try Self.checkThatNoneOverlap(tensors)
        self.tensors = tensors
        self.metadata = metadata
    }

    private static func tensor(
        _ name: String, _ value: JSONReader.Value, dataStart: Int, fileSize: Int
    ) throws -> Tensor {
        let fields = Dictionary(
            try entries(of: value, what: "the entry of tensor '\(name)'"), uniquingKeysWith: { first, _ in first })
        guard case .string(let dtypeName) = fields["dtype"] else {
            throw Problem("tensor '\(name)' has no dtype")
        }
        guard let dtype = dtypes[dtypeName] else {
            throw Problem("tensor '\(name)' has the dtype '\(dtypeName)', which is not supported")
        }
        let shape = try integers(fields["shape"], "shape", of: name)
        let offsets = try integers(fields["data_offsets"], "data_offsets", of: name)
        guard offsets.count == 2 else {
            throw Problem("tensor '\(name)' has \(offsets.count) data_offsets; there must be 2")
        }
        guard shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
            throw Problem("tensor '\(name)' has the shape \(shape), which is too large")
        }

        var size = dtype.size
        for length in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            if overflow {
                throw Problem("tensor '\(name)' has the shape \(shape), whose size overflows")
            }
            size = product
        }
        guard offsets[0] <= offsets[1] else {
            throw Problem("tensor '\(name)' ends at offset \(offsets[1]), before it begins at \(offsets[0])")
        }
        guard offsets[1] - offsets[0] == size else {
            throw Problem(
                "tensor '\(name)' of dtype \(dtypeName) and shape \(shape) needs \(size) bytes, "
                    + "but its offsets span \(offsets[1] - offsets[0])")
        }
        guard offsets[1] <= fileSize - dataStart else {
            throw Problem(
                "tensor '\(name)' ends at offset \(offsets[1]) of the data, "
                    + "but the file has only \(fileSize - dataStart) bytes of data; it may be truncated")
        }
        return Tensor(
            name: name, dtype: dtype, shape: shape, range: (dataStart + offsets[0])..<(dataStart + offsets[1]))
    }

    private static func checkThatNoneOverlap(_ tensors: [Tensor]) throws {
        let sorted = tensors.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (a, b) in zip(sorted, sorted.dropFirst()) where b.range.lowerBound < a.range.upperBound {
            throw Problem("the tensors '\(a.name)' and '\(b.name)' overlap")
        }
    }

    private static func entries(of value: JSONReader.Value, what: String) throws -> [(String, JSONReader.Value)] {
        guard case .object(let entries) = value else {
            throw Problem("\(what) is not a JSON object")
        }
        var names = Set<String>()
        for (name, _) in entries where !names.insert(name).inserted {
            throw Problem("\(what) has two entries '\(name)'")
        }
        return entries
    }

    private static func integers(_ value: JSONReader.Value?, _ field: String, of name: String) throws -> [Int] {
        guard case .array(let values) = value else {
            throw Problem("tensor '\(name)' has no list \(field)")
        }
        return try values.map {
            guard case .integer(let number) = $0, number >= 0 else {
                throw Problem("tensor '\(name)' has a \(field) with something that is not a whole number from 0 up")
            }
            return number
        }
    }

    /// The format's names of element types.
    static let dtypes: [String: DType] = [
        "BOOL": .bool, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "I8": .int8, "I16": .int16,
        "I32": .int32, "I64": .int64, "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64,
        "C64": .complex64,
    ]

    /// What is wrong with a file, in one sentence without a final full stop.
    struct Problem: Error {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }
}
