import CZlib
import Foundation

/// Writes one float32 tensor as `torch.save` does: a zip archive with a pickle that describes the tensor, and its data.
package enum TorchArchiveWriter {
    /// The bytes of the file.
    ///
    /// - Parameters:
    ///   - values: row-major.
    ///   - shape: lengths of the axes, each below 2³¹.
    package static func data(_ values: [Float], shape: [Int]) -> Data {
        var storage = Data(capacity: values.count * 4)
        for value in values { append(value.bitPattern, to: &storage) }
        return zip([
            ("archive/data.pkl", pickle(count: values.count, shape: shape)),
            ("archive/byteorder", Data("little".utf8)),
            ("archive/data/0", storage),
            ("archive/version", Data("3\n".utf8)),
        ])
    }

    /// A pickle of protocol 2: a call of PyTorch's tensor builder on storage 0.
    private static func pickle(count: Int, shape: [Int]) -> Data {
        var data = Data([0x80, 2])
        func text(_ string: String) -> Data {
            var result = Data([0x58])  // BINUNICODE
            append(UInt32(string.utf8.count), to: &result)
            return result + Data(string.utf8)
        }
        func number(_ value: Int) -> Data {
            var result = Data([0x4A])  // BININT
            append(UInt32(truncatingIfNeeded: value), to: &result)
            return result
        }
        func tuple(_ values: [Int]) -> Data {
            Data([0x28]) + values.map(number).reduce(Data(), +) + Data([0x74])  // MARK ... TUPLE
        }
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        data += Data("ctorch._utils\n_rebuild_tensor_v2\n".utf8)  // GLOBAL
        data.append(0x28)  // MARK
        data.append(0x28)  // MARK: the persistent id of the storage
        data += text("storage") + Data("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + number(count)
        data += Data([0x74, 0x51])  // TUPLE, BINPERSID
        data += number(0) + tuple(shape) + tuple(strides)
        data.append(0x89)  // NEWFALSE: needs no gradient
        data += Data("ccollections\nOrderedDict\n".utf8) + Data([0x29, 0x52])  // EMPTY_TUPLE, REDUCE
        data += Data([0x74, 0x52, 0x2E])  // TUPLE, REDUCE, STOP
        return data
    }

    /// A zip archive of entries without compression, each entry's data aligned to 64 bytes as PyTorch does.
    private static func zip(_ entries: [(name: String, data: Data)]) -> Data {
        var archive = Data()
        var directory = Data()
        for (name, data) in entries {
            let offset = archive.count
            let header = 30 + name.utf8.count
            let padding = (64 - (offset + header + 4) % 64) % 64
            var fields = Data()
            append(UInt16(0), to: &fields)  // version needed
            append(UInt16(0), to: &fields)  // flags
            append(UInt16(0), to: &fields)  // no compression
            append(UInt32(0), to: &fields)  // time and date
            append(checksum(data), to: &fields)
            append(UInt32(data.count), to: &fields)
            append(UInt32(data.count), to: &fields)
            append(UInt16(name.utf8.count), to: &fields)

            append(UInt32(0x0403_4B50), to: &archive)
            archive += fields
            append(UInt16(padding + 4), to: &archive)
            archive += Data(name.utf8)
            append(UInt16(0x4246), to: &archive)  // extra field "FB": padding
            append(UInt16(padding), to: &archive)
            archive += Data(count: padding) + data

            append(UInt32(0x0201_4B50), to: &directory)
            append(UInt16(0), to: &directory)  // version made by
            directory += fields
            append(UInt16(0), to: &directory)  // extra field
            append(UInt16(0), to: &directory)  // comment
            append(UInt16(0), to: &directory)  // disk
            append(UInt16(0), to: &directory)  // internal attributes
            append(UInt32(0), to: &directory)  // external attributes
            append(UInt32(offset), to: &directory)
            directory += Data(name.utf8)
        }
        let start = archive.count
        archive += directory
        append(UInt32(0x0605_4B50), to: &archive)
        append(UInt32(0), to: &archive)  // disks
        append(UInt16(entries.count), to: &archive)
        append(UInt16(entries.count), to: &archive)
        append(UInt32(directory.count), to: &archive)
        append(UInt32(start), to: &archive)
        append(UInt16(0), to: &archive)  // comment
        return archive
    }

    /// CRC-32 as zip uses it.
    package static func checksum(_ data: Data) -> UInt32 {
        data.withUnsafeBytes { bytes in
            UInt32(crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
        }
    }

    private static func append(_ value: some FixedWidthInteger, to data: inout Data) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
}
