import Foundation
import MLX
import MusicCore

/// The table of contents of a safetensors file, checked against the file's length.
///
/// The format: eight bytes with the header's length (little-endian), the header in JSON, then the data. The header
/// maps names to number format, shape and byte range. A damaged or malicious header is refused here, before anything
/// is allocated by it.
public struct SafetensorsHeader: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// Number format.
        public let dtype: DType
        /// Lengths of the axes.
        public let shape: [Int]

        /// Number of elements.
        public var count: Int { shape.reduce(1, *) }
    }

    /// The tensors by name.
    public let entries: [String: Entry]
    /// Free text that the writer stored, such as `format`.
    public let metadata: [String: String]

    /// Headers of real files are far smaller; the limit bounds what a damaged length makes us read.
    private static let longestHeader = 100 << 20

    /// Reads and checks the header of a file.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the file and what is wrong with it.
    public init(contentsOf url: URL) throws {
        let name = ConfigurationFile.shortName(url)
        func damaged(_ what: String) -> MusicError {
            MusicError(.invalidCheckpoint, "\(name): \(what)", advice: "download the file again")
        }

        guard let file = try? FileHandle(forReadingFrom: url) else {
            throw MusicError(
                .invalidCheckpoint, "\(name) can't be opened",
                advice: "check that the file exists and is readable: \(url.path)")
        }
        defer { try? file.close() }
        guard let fileSize = try? Int(file.seekToEnd()), (try? file.seek(toOffset: 0)) != nil,
            let prefix = try? file.read(upToCount: 8), prefix.count == 8
        else { throw damaged("too short to be a safetensors file") }

        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length >= 2, length <= UInt64(Self.longestHeader), Int(length) <= fileSize - 8 else {
            throw damaged("the header claims \(length) bytes of a file of \(fileSize): truncated or not safetensors")
        }
        guard let json = try? file.read(upToCount: Int(length)), json.count == Int(length) else {
            throw damaged("the header can't be read")
        }
        let table: [String: RawEntry]
        do {
            table = try JSONDecoder().decode([String: RawEntry].self, from: json)
        } catch {
            throw damaged("the header is not valid: \(Self.reason(error))")
        }

        var entries = [String: Entry](minimumCapacity: table.count)
        var metadata: [String: String] = [:]
        var ranges: [(begin: Int, end: Int, name: String)] = []
        let dataSize = fileSize - 8 - Int(length)
        for (key, raw) in table {
            switch raw {
            case .metadata(let values):
                guard key == "__metadata__" else { throw damaged("tensor '\(key)' has no shape") }
                metadata = values
            case .tensor(let format, let shape, let offsets):
                guard let dtype = Self.formats[format] else {
                    throw damaged("tensor '\(key)' has the unsupported number format \(format)")
                }
                let range = try Self.check(dtype: dtype, shape: shape, offsets: offsets, dataSize: dataSize) {
                    damaged("tensor '\(key)' \($0)")
                }
                entries[key] = Entry(dtype: dtype, shape: shape)
                ranges.append((range.lowerBound, range.upperBound, key))
            }
        }
        ranges.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        for (one, next) in zip(ranges, ranges.dropFirst()) where next.begin < one.end {
            throw damaged("tensors '\(one.name)' and '\(next.name)' overlap")
        }
        self.entries = entries
        self.metadata = metadata
    }

    /// Number formats by their names in the header.
    static let formats: [String: DType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16,
        "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
        "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
    ]

    /// Bytes of one element.
    static func byteWidth(_ dtype: DType) -> Int {
        switch dtype {
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    private static func check(
        dtype: DType, shape: [Int], offsets: [Int], dataSize: Int, damaged: (String) -> MusicError
    ) throws -> Range<Int> {
        var bytes = byteWidth(dtype)
        for length in shape {
            guard length >= 0 else { throw damaged("has the impossible shape \(shape)") }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow else { throw damaged("has the impossible shape \(shape)") }
            bytes = product
        }
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
            throw damaged("has the impossible byte range \(offsets)")
        }
        guard offsets[1] <= dataSize else {
            throw damaged("ends at byte \(offsets[1]) of \(dataSize): the file is truncated")
        }
        guard offsets[1] - offsets[0] == bytes else {
            throw damaged(
                "has the shape \(shape), which needs \(bytes) bytes, but \(offsets[1] - offsets[0]) are given")
        }
        return offsets[0]..<offsets[1]
    }

    private static func reason(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "unexpected contents" }
        return context.codingPath.isEmpty ? "not JSON" : "unexpected value at '\(context.codingPath[0].stringValue)'"
    }

    /// A value of the header's top level: a tensor, or the free-text metadata.
    private enum RawEntry: Decodable {
        case tensor(format: String, shape: [Int], offsets: [Int])
        case metadata([String: String])

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            if values.contains(.offsets) {
                self = .tensor(
                    format: try values.decode(String.self, forKey: .dtype),
                    shape: try values.decode([Int].self, forKey: .shape),
                    offsets: try values.decode([Int].self, forKey: .offsets))
            } else {
                self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
            }
        }
    }
}
