import Foundation
import StreamingJSON

extension SafetensorsHeader {
    /// Reads and checks the text of a header.
    ///
    /// - Parameters:
    ///   - json: the text.
    ///   - dataStart: where the tensors' bytes begin in the file.
    ///   - fileSize: bytes of the whole file.
    init(json: UnsafeRawBufferPointer, dataStart: Int, fileSize: Int) throws {
        var parser = HeaderParser(dataStart: dataStart, fileSize: fileSize)
        do {
            try parser.parse(json)
        } catch let fault as JSONFault {
            throw SafetensorsError(.invalidHeader, "the header is not valid JSON: \(fault.reason)")
        }
        try parser.checkCoverage()
        self.init(tensors: parser.tensors, metadata: parser.metadata)
    }
}

/// Reads the entries of a header one after the other.
private struct HeaderParser {
    let dataStart: Int
    let fileSize: Int
    private(set) var tensors: [SafetensorsHeader.Tensor] = []
    private(set) var metadata: [String: String] = [:]

    /// Beyond any length or offset of a real file.
    private static let largestNumber = 1 << 53

    init(dataStart: Int, fileSize: Int) {
        self.dataStart = dataStart
        self.fileSize = fileSize
    }

    mutating func parse(_ json: UnsafeRawBufferPointer) throws {
        guard json.isEmpty || String(validating: json, as: UTF8.self) != nil else {
            throw SafetensorsError(.invalidHeader, "the header is not valid UTF-8")
        }
        var reader = JSONReader(json)
        try entries(&reader, of: "the header") { name, reader in
            if name == SafetensorsHeader.metadataName {
                try readMetadata(&reader)
            } else {
                tensors.append(try tensor(name, &reader))
            }
        }
        try reader.end()
    }

    /// Reads an object, whose names must differ.
    private func entries(
        _ reader: inout JSONReader, of what: String, _ body: (_ name: String, inout JSONReader) throws -> Void
    ) throws {
        guard try reader.peek() == UInt8(ascii: "{") else {
            // Distinguishes another value from no value at all.
            try reader.skip()
            throw SafetensorsError(.invalidHeader, "\(what) is not a JSON object")
        }
        var names = Set<String>()
        try reader.object { reader, key in
            let name = String(decoding: key, as: UTF8.self)
            // What the reader puts in the place of half a surrogate pair.
            guard !name.unicodeScalars.contains("\u{FFFD}") else {
                throw SafetensorsError(.invalidHeader, "\(what) has a name that is not valid text")
            }
            guard names.insert(name).inserted else {
                throw SafetensorsError(.invalidHeader, "\(what) has two entries '\(name)'")
            }
            try body(name, &reader)
        }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws {
        // What MLX writes where there is none.
        if try reader.peek() == UInt8(ascii: "n") { return try reader.skip() }
        var texts: [String: String] = [:]
        try entries(&reader, of: SafetensorsHeader.metadataName) { key, reader in
            guard try reader.peek() == UInt8(ascii: "\"") else {
                throw SafetensorsError(.invalidHeader, "the metadata entry '\(key)' is not a string")
            }
            texts[key] = try reader.string()
        }
        metadata = texts
    }

    // MARK: Tensors

    private func tensor(_ name: String, _ reader: inout JSONReader) throws -> SafetensorsHeader.Tensor {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try entries(&reader, of: "the entry of tensor '\(name)'") { field, reader in
            switch field {
            case "dtype":
                guard try reader.peek() == UInt8(ascii: "\"") else {
                    throw SafetensorsError.tensor(name, "has a dtype that is not a string")
                }
                typeName = try reader.string()
            case "shape": shape = try numbers(&reader, field, of: name)
            case "data_offsets": offsets = try numbers(&reader, field, of: name)
            default: try reader.skip()
            }
        }
        guard let typeName else { throw SafetensorsError.tensor(name, "has no dtype") }
        guard let shape else { throw SafetensorsError.tensor(name, "has no list shape") }
        guard let offsets else { throw SafetensorsError.tensor(name, "has no list data_offsets") }
        guard let type = ElementType(rawValue: typeName) else {
            throw SafetensorsError.tensor(
                name, "has the dtype '\(typeName)', which is not supported", .unsupportedType(typeName))
        }
        let range = try range(offsets, byteCount: try byteCount(type, shape, of: name), of: name) {
            "of dtype \(typeName) and shape \(shape)"
        }
        return SafetensorsHeader.Tensor(name: name, type: type, shape: shape, range: range)
    }

    private func numbers(_ reader: inout JSONReader, _ field: String, of name: String) throws -> [Int] {
        guard try reader.peek() == UInt8(ascii: "[") else {
            throw SafetensorsError.tensor(name, "has no list \(field)")
        }
        var numbers: [Int] = []
        try reader.array { reader in
            do {
                numbers.append(try reader.wholeNumber("a whole number", upTo: Self.largestNumber))
            } catch is JSONFault {
                throw SafetensorsError.tensor(
                    name, "has a \(field) with something other than whole numbers from 0 to 2^53")
            }
        }
        return numbers
    }

    private func byteCount(_ type: ElementType, _ shape: [Int], of name: String) throws -> Int {
        var size = type.byteCount
        for length in shape {
            guard length <= Int(Int32.max) else {
                throw SafetensorsError.tensor(name, "has the shape \(shape), which is too large")
            }
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw SafetensorsError.tensor(name, "has the shape \(shape), whose size overflows")
            }
            size = product
        }
        return size
    }

    private func range(
        _ offsets: [Int], byteCount: Int, of name: String, _ description: () -> String
    ) throws -> Range<Int> {
        guard offsets.count == 2 else {
            throw SafetensorsError.tensor(name, "has \(offsets.count) data_offsets; there must be 2")
        }
        let (begin, end) = (offsets[0], offsets[1])
        guard begin <= end else {
            throw SafetensorsError.tensor(name, "ends at offset \(end), before it begins at \(begin)")
        }
        guard end - begin == byteCount else {
            throw SafetensorsError.tensor(
                name, "\(description()) needs \(byteCount) bytes, but its offsets span \(end - begin)")
        }
        guard end <= fileSize - dataStart else {
            throw SafetensorsError.tensor(
                name,
                "ends at offset \(end) of the data, but the file has only \(fileSize - dataStart) bytes of data; "
                    + "it may be truncated", .truncated)
        }
        return (dataStart + begin)..<(dataStart + end)
    }

    /// Requires that each byte of the data belongs to one tensor.
    func checkCoverage() throws {
        var last: SafetensorsHeader.Tensor?
        for tensor in tensors.filter({ !$0.range.isEmpty }).sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            let end = last?.range.upperBound ?? dataStart
            if let last, tensor.range.lowerBound < end {
                throw SafetensorsError(
                    .invalidTensor, "the tensors '\(last.name)' and '\(tensor.name)' overlap", tensor: tensor.name)
            }
            try checkNothingIsUnclaimed(end..<tensor.range.lowerBound)
            last = tensor
        }
        try checkNothingIsUnclaimed((last?.range.upperBound ?? dataStart)..<fileSize)
    }

    private func checkNothingIsUnclaimed(_ range: Range<Int>) throws {
        guard !range.isEmpty else { return }
        throw SafetensorsError(
            .invalidHeader, "\(range.count) bytes from byte \(range.lowerBound) of the file on belong to no tensor")
    }
}
