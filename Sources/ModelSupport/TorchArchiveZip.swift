import Foundation

/// The entries of a zip archive whose entries are stored without compression, as PyTorch writes them.
///
/// Everything is read from the central directory at the end of the file; the header in front of an entry says only
/// where its bytes begin. Archives and entries of 4 GiB and more have their sizes in zip64 records.
struct ZipArchive {
    private struct Entry {
        var name: String
        var range: Range<Int>
    }

    private let data: Data
    private let entries: [String: Range<Int>]

    /// Bytes of the whole file.
    var byteCount: Int { data.count }

    /// The names of all entries.
    var names: Dictionary<String, Range<Int>>.Keys { entries.keys }

    init(_ data: Data) throws {
        let bytes = ByteReader(data)
        let directory = try Self.locateDirectory(bytes)
        var list: [Entry] = []
        var position = directory.start
        for _ in 0..<directory.count {
            list.append(try Self.readEntry(bytes, &position, before: directory.start))
        }
        guard position == directory.end else {
            throw TorchArchiveFault("its directory doesn't end where it should")
        }
        list.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        for (entry, next) in zip(list, list.dropFirst()) where entry.range.upperBound > next.range.lowerBound {
            throw TorchArchiveFault("its entries \(entry.name) and \(next.name) overlap")
        }
        var entries: [String: Range<Int>] = [:]
        for entry in list {
            guard entries.updateValue(entry.range, forKey: entry.name) == nil else {
                throw TorchArchiveFault("it has two entries named \(entry.name)")
            }
        }
        self.data = data
        self.entries = entries
    }

    /// The bytes of an entry.
    func content(of name: String) throws -> Data {
        guard let range = entries[name] else { throw TorchArchiveFault("the entry \(name) is missing") }
        return data[data.startIndex + range.lowerBound..<data.startIndex + range.upperBound]
    }

    private struct Directory {
        var start: Int
        var end: Int
        var count: Int
    }

    /// Finds the directory by the record that ends the file.
    private static func locateDirectory(_ bytes: ByteReader) throws -> Directory {
        let recordSize = 22
        let longestComment = 0xFFFF
        var candidate = bytes.count - recordSize
        let first = max(0, candidate - longestComment)
        while candidate >= first, try bytes.uint32(candidate) != 0x0605_4B50 { candidate -= 1 }
        guard candidate >= first else {
            throw TorchArchiveFault("it is no zip archive, or its end is missing")
        }
        var count = UInt64(try bytes.uint16(candidate + 10))
        var size = UInt64(try bytes.uint32(candidate + 12))
        var start = UInt64(try bytes.uint32(candidate + 16))
        if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
            let locator = candidate - 20
            guard locator >= 0, try bytes.uint32(locator) == 0x0706_4B50 else {
                throw TorchArchiveFault("its zip64 locator is missing")
            }
            let record = try bytes.position(try bytes.uint64(locator + 8))
            guard try bytes.uint32(record) == 0x0606_4B50 else {
                throw TorchArchiveFault("its zip64 record is missing")
            }
            count = try bytes.uint64(record + 32)
            size = try bytes.uint64(record + 40)
            start = try bytes.uint64(record + 48)
        }
        let (end, overflow) = start.addingReportingOverflow(size)
        let shortestEntry: UInt64 = 46
        guard !overflow, end <= UInt64(candidate), count <= size / shortestEntry else {
            throw TorchArchiveFault("its directory lies outside the file")
        }
        return Directory(start: Int(start), end: Int(end), count: Int(count))
    }

    /// Reads the directory's entry at `position` and moves on to the next.
    private static func readEntry(_ bytes: ByteReader, _ position: inout Int, before limit: Int) throws -> Entry {
        let start = position
        guard try bytes.uint32(start) == 0x0201_4B50 else {
            throw TorchArchiveFault("its directory is damaged")
        }
        let flags = try bytes.uint16(start + 8)
        let method = try bytes.uint16(start + 10)
        var compressedSize = UInt64(try bytes.uint32(start + 20))
        var size = UInt64(try bytes.uint32(start + 24))
        let nameLength = Int(try bytes.uint16(start + 28))
        let extraLength = Int(try bytes.uint16(start + 30))
        let commentLength = Int(try bytes.uint16(start + 32))
        var header = UInt64(try bytes.uint32(start + 42))
        let name = String(decoding: try bytes.slice(start + 46, length: nameLength), as: UTF8.self)
        let extra = start + 46 + nameLength
        position = extra + extraLength + commentLength

        if size == 0xFFFF_FFFF || compressedSize == 0xFFFF_FFFF || header == 0xFFFF_FFFF {
            guard var field = try zip64Field(bytes, extra..<extra + extraLength) else {
                throw TorchArchiveFault("the entry \(name) lacks its zip64 sizes")
            }
            // The field has only those values that didn't fit, in this order.
            if size == 0xFFFF_FFFF { size = try field.next(bytes) }
            if compressedSize == 0xFFFF_FFFF { compressedSize = try field.next(bytes) }
            if header == 0xFFFF_FFFF { header = try field.next(bytes) }
        }
        guard flags & 1 == 0 else { throw TorchArchiveFault("the entry \(name) is encrypted") }
        guard method == 0 else {
            throw TorchArchiveFault(
                "the entry \(name) is compressed", advice: "save the file again with torch.save, which doesn't compress"
            )
        }
        guard size == compressedSize else { throw TorchArchiveFault("the entry \(name) has two sizes") }

        let local = try bytes.position(header)
        guard try bytes.uint32(local) == 0x0403_4B50 else {
            throw TorchArchiveFault("the entry \(name) isn't where the directory says")
        }
        let content = local + 30 + Int(try bytes.uint16(local + 26)) + Int(try bytes.uint16(local + 28))
        guard content <= limit, size <= UInt64(limit - content) else {
            throw TorchArchiveFault("the entry \(name) lies outside the file")
        }
        return Entry(name: name, range: content..<content + Int(size))
    }

    /// The values of the zip64 extra field in `range`, if there is one.
    private static func zip64Field(_ bytes: ByteReader, _ range: Range<Int>) throws -> Zip64Field? {
        var position = range.lowerBound
        while position + 4 <= range.upperBound {
            let length = Int(try bytes.uint16(position + 2))
            guard position + 4 + length <= range.upperBound else { return nil }
            if try bytes.uint16(position) == 1 {
                return Zip64Field(position: position + 4, end: position + 4 + length)
            }
            position += 4 + length
        }
        return nil
    }

    private struct Zip64Field {
        var position: Int
        var end: Int

        mutating func next(_ bytes: ByteReader) throws -> UInt64 {
            guard position + 8 <= end else { throw TorchArchiveFault("a zip64 field is too short") }
            defer { position += 8 }
            return try bytes.uint64(position)
        }
    }
}

/// Little-endian integers at any position of a block of bytes; positions outside throw.
struct ByteReader {
    private let data: Data
    let count: Int

    init(_ data: Data) {
        self.data = data
        count = data.count
    }

    func uint16(_ position: Int) throws -> UInt16 { try integer(position) }
    func uint32(_ position: Int) throws -> UInt32 { try integer(position) }
    func uint64(_ position: Int) throws -> UInt64 { try integer(position) }

    /// `length` bytes from `position`.
    func slice(_ position: Int, length: Int) throws -> Data {
        try check(position, length)
        return data[data.startIndex + position..<data.startIndex + position + length]
    }

    /// A position in the file that the file itself gave.
    func position(_ value: UInt64) throws -> Int {
        guard value <= UInt64(count) else { throw TorchArchiveFault("a position in it lies outside the file") }
        return Int(value)
    }

    private func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ position: Int) throws -> Value {
        try check(position, MemoryLayout<Value>.size)
        return data.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Value.self))
        }
    }

    private func check(_ position: Int, _ length: Int) throws {
        guard position >= 0, length >= 0, position <= count, length <= count - position else {
            throw TorchArchiveFault("it ends too early")
        }
    }
}
