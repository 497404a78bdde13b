import Foundation

/// Element types of tensors in PyTorch archives.
public enum TorchDType: String, Sendable, CaseIterable {
    case float64, float32, float16, bfloat16
    case int64, int32, int16, int8, uint8
    case bool

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// The type of a storage class of the module `torch`.
    init?(storageClass: String) {
        switch storageClass {
        case "DoubleStorage": self = .float64
        case "FloatStorage": self = .float32
        case "HalfStorage": self = .float16
        case "BFloat16Storage": self = .bfloat16
        case "LongStorage": self = .int64
        case "IntStorage": self = .int32
        case "ShortStorage": self = .int16
        case "CharStorage": self = .int8
        case "ByteStorage": self = .uint8
        case "BoolStorage": self = .bool
        default: return nil
        }
    }
}

/// A tensor of a PyTorch archive: a view of a storage with a shape, strides and an offset.
public struct TorchTensor: Sendable, Equatable {
    /// Sizes of the dimensions, outermost first; empty for a single value.
    public let shape: [Int]

    /// Type of the elements.
    public let dtype: TorchDType

    /// Distance in elements between neighbours of each dimension.
    let strides: [Int]

    /// Index of the first element in the storage.
    let offset: Int

    /// The whole storage, as it lies in the file.
    let storage: Data

    /// The storage's bytes are those of a machine that puts the upper byte first.
    let isBigEndian: Bool

    /// Checks that every element lies in the storage.
    ///
    /// - Parameters:
    ///   - limit: the most elements that a view may have which repeats those of its storage.
    init(
        shape: [Int], dtype: TorchDType, strides: [Int], offset: Int, storage: Data, isBigEndian: Bool, limit: Int
    ) throws {
        guard shape.count == strides.count, shape.count <= Self.maximumRank else {
            throw TorchArchiveFault("a tensor has \(shape.count) sizes and \(strides.count) strides")
        }
        guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
            throw TorchArchiveFault("a tensor has a negative size, stride or offset")
        }
        let capacity = storage.count / dtype.size
        var count = 1
        var last = offset
        for (size, stride) in zip(shape, strides) {
            let (product, productOverflow) = count.multipliedReportingOverflow(by: size)
            let (reach, reachOverflow) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            guard !productOverflow, !reachOverflow, !sumOverflow else {
                throw TorchArchiveFault("a tensor of shape \(shape) exceeds every memory")
            }
            (count, last) = (product, sum)
        }
        if count > 0, last >= capacity {
            throw TorchArchiveFault(
                "a tensor of shape \(shape) ends at element \(last) of a storage with \(capacity) elements")
        }
        // A view may repeat elements with a stride of 0; without a bound a few bytes could claim any amount of memory.
        if count > max(capacity, limit) {
            throw TorchArchiveFault("a tensor of shape \(shape) repeats a storage of \(capacity) elements too often")
        }
        self.shape = shape
        self.dtype = dtype
        self.strides = strides
        self.offset = offset
        self.storage = storage
        self.isBigEndian = isBigEndian
    }

    private static let maximumRank = 64

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The elements in row-major order, in the byte order of this machine.
    public func contiguousData() -> Data {
        var result = gathered()
        let size = dtype.size
        #if _endian(big)
            let swapped = !isBigEndian
        #else
            let swapped = isBigEndian
        #endif
        if swapped, size > 1 {
            result.withUnsafeMutableBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
            }
        }
        return result
    }

    /// The elements in row-major order, converted to single precision.
    public func floats() -> [Float] {
        let data = contiguousData()
        switch dtype {
        case .float32: return Self.converted(data, from: Float.self) { $0 }
        case .float64: return Self.converted(data, from: Double.self) { Float($0) }
        case .float16: return Self.converted(data, from: UInt16.self) { Float(Float16(bitPattern: $0)) }
        case .bfloat16: return Self.converted(data, from: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .int64: return Self.converted(data, from: Int64.self) { Float($0) }
        case .int32: return Self.converted(data, from: Int32.self) { Float($0) }
        case .int16: return Self.converted(data, from: Int16.self) { Float($0) }
        case .int8: return Self.converted(data, from: Int8.self) { Float($0) }
        case .uint8: return Self.converted(data, from: UInt8.self) { Float($0) }
        case .bool: return Self.converted(data, from: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    private static func converted<Element: BitwiseCopyable>(
        _ data: Data, from type: Element.Type, _ convert: (Element) -> Float
    ) -> [Float] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<Element>.size).map { index in
                convert(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.size, as: type))
            }
        }
    }

    /// The elements' bytes in row-major order, as the storage has them.
    private func gathered() -> Data {
        let size = dtype.size
        let count = count
        guard count > 0 else { return Data() }
        if isContiguous {
            let start = storage.startIndex + offset * size
            return Data(storage[start..<start + count * size])
        }
        var result = Data(count: count * size)
        result.withUnsafeMutableBytes { destination in
            storage.withUnsafeBytes { source in
                var position = [Int](repeating: 0, count: shape.count)
                var element = offset
                for index in 0..<count {
                    let bytes = UnsafeRawBufferPointer(rebasing: source[element * size..<(element + 1) * size])
                    UnsafeMutableRawBufferPointer(rebasing: destination[index * size..<(index + 1) * size])
                        .copyMemory(from: bytes)
                    var axis = shape.count - 1
                    while axis >= 0 {
                        position[axis] += 1
                        element += strides[axis]
                        if position[axis] < shape[axis] { break }
                        element -= strides[axis] * shape[axis]
                        position[axis] = 0
                        axis -= 1
                    }
                }
            }
        }
        return result
    }

    /// Row-major order is the order in the storage, without gaps.
    private var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            if stride != expected { return false }
            expected *= size
        }
        return true
    }

    /// Tensors are equal when shape, type and elements are; layout doesn't matter.
    public static func == (one: TorchTensor, other: TorchTensor) -> Bool {
        one.shape == other.shape && one.dtype == other.dtype && one.contiguousData() == other.contiguousData()
    }
}

/// The storages of an archive: its entries below `data/`, each with the type that the pickle gives it.
struct TorchStorages {
    struct Storage {
        var dtype: TorchDType
        var bytes: Data
    }

    private let archive: ZipArchive
    private let folder: String
    private var known: [String: Storage] = [:]
    let isBigEndian: Bool

    /// The most elements of a view that repeats those of its storage: so many for each byte of the file.
    var repetitionLimit: Int { 64 * archive.byteCount }

    /// - Parameters:
    ///   - archive: the zip archive.
    ///   - folder: what the names of its entries begin with, up to and including a slash; may be empty.
    init(archive: ZipArchive, folder: String) throws {
        self.archive = archive
        self.folder = folder
        guard archive.names.contains(folder + "byteorder") else {
            isBigEndian = false
            return
        }
        let order = try archive.content(of: folder + "byteorder")
        switch String(decoding: order, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) {
        case "little": isBigEndian = false
        case "big": isBigEndian = true
        default: throw TorchArchiveFault("its byte order is neither little nor big")
        }
    }

    /// The storage `key`, which the pickle says has `count` elements of type `dtype`.
    mutating func storage(key: String, dtype: TorchDType, count: Int) throws -> Storage {
        if let storage = known[key] {
            guard storage.dtype == dtype, storage.bytes.count / dtype.size == count else {
                throw TorchArchiveFault("storage \(key) is described in two ways")
            }
            return storage
        }
        let entry = "\(folder)data/\(key)"
        guard archive.names.contains(entry) else {
            throw TorchArchiveFault("the entry \(entry) is missing")
        }
        let bytes = try archive.content(of: entry)
        let (size, overflow) = count.multipliedReportingOverflow(by: dtype.size)
        guard count >= 0, !overflow, bytes.count == size else {
            throw TorchArchiveFault(
                "storage \(key) should have \(count) elements of type \(dtype.rawValue), but has \(bytes.count) bytes")
        }
        let storage = Storage(dtype: dtype, bytes: bytes)
        known[key] = storage
        return storage
    }
}
