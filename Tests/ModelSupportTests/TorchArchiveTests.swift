import Foundation
import ModelSupport
import MusicCore
import Testing

/// What an archive holds according to PyTorch; made by `tools/reference/torch_fixtures.py`.
private indirect enum Golden: Decodable {
    case tensor(shape: [Int], dtype: String, floats: [Float])
    case list([Golden])
    case dictionary([String: Golden])
    case value(TorchValue)

    private enum CodingKeys: String, CodingKey {
        case tensor, list, dictionary, string, boolean, integer, number
    }

    private struct Tensor: Decodable {
        var shape: [Int]
        var dtype: String
        var floats: Data
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch values.allKeys.first {
        case .tensor:
            let tensor = try values.decode(Tensor.self, forKey: .tensor)
            let floats = tensor.floats.withUnsafeBytes { bytes in
                (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
            self = .tensor(shape: tensor.shape, dtype: tensor.dtype, floats: floats)
        case .list: self = .list(try values.decode([Golden].self, forKey: .list))
        case .dictionary: self = .dictionary(try values.decode([String: Golden].self, forKey: .dictionary))
        case .string: self = .value(.string(try values.decode(String.self, forKey: .string)))
        case .boolean: self = .value(.boolean(try values.decode(Bool.self, forKey: .boolean)))
        case .integer: self = .value(.integer(try values.decode(Int.self, forKey: .integer)))
        case .number: self = .value(.number(try values.decode(Double.self, forKey: .number)))
        case nil: self = .value(.none)
        }
    }

    /// Records an issue for every difference.
    func check(_ value: TorchValue, at path: String) {
        switch (self, value) {
        case (.tensor(let shape, let dtype, let floats), .tensor(let tensor)):
            #expect(tensor.shape == shape, "\(path)")
            #expect(tensor.dtype.rawValue == dtype, "\(path)")
            #expect(tensor.count == floats.count, "\(path)")
            #expect(tensor.floats().map(\.bitPattern) == floats.map(\.bitPattern), "\(path)")
            #expect(tensor.contiguousData().count == tensor.count * tensor.dtype.size, "\(path)")
        case (.list(let golden), .list(let list)):
            #expect(golden.count == list.count, "\(path)")
            for (index, pair) in zip(golden, list).enumerated() { pair.0.check(pair.1, at: "\(path)[\(index)]") }
        case (.dictionary(let golden), .dictionary(let dictionary)):
            #expect(Set(golden.keys) == Set(dictionary.keys), "\(path)")
            for (key, element) in golden { element.check(dictionary[key] ?? .none, at: "\(path).\(key)") }
        case (.value(let golden), _):
            #expect(golden == value, "\(path)")
        default:
            Issue.record("\(path) is another kind of value: \(value)")
        }
    }
}

/// The error of reading `data`, which must be refused as an unusable checkpoint.
private func refusal(of data: Data, _ place: SourceLocation = #_sourceLocation) -> MusicError? {
    do {
        let archive = try TorchArchive(data: data, name: "test.pt")
        Issue.record("accepted: \(archive.value)", sourceLocation: place)
        return nil
    } catch let error as MusicError {
        #expect(error.code == .invalidCheckpoint, sourceLocation: place)
        #expect(error.message.hasPrefix("test.pt "), sourceLocation: place)
        #expect(!error.description.contains("\n"), sourceLocation: place)
        #expect(!error.advice.isEmpty, sourceLocation: place)
        return error
    } catch {
        Issue.record("another error: \(error)", sourceLocation: place)
        return nil
    }
}

@Suite struct TorchArchiveTests {
    @Test func everyArchiveHoldsWhatPyTorchSaved() throws {
        let goldens = try JSONDecoder().decode([String: Golden].self, from: torchFixture("archives.json"))
        #expect(goldens.count >= 9)
        for (name, golden) in goldens {
            golden.check(try TorchArchive(data: try torchFixture(name), name: name).value, at: name)
        }
    }

    @Test func aSingleTensor() throws {
        let tensor = try TorchArchive(data: try torchFixture("single.pt"), name: "single.pt").tensor()
        #expect(tensor.shape == [1, 6, 20])
        #expect(tensor.dtype == .float32)
        let same = try TorchArchive(data: try torchFixture("big-endian.pt"), name: "big-endian.pt").tensor()
        #expect(tensor == same)
    }

    @Test func anotherObjectInPlaceOfATensor() throws {
        let archive = try TorchArchive(data: try torchFixture("tuple.pt"), name: "tuple.pt")
        let error = #expect(throws: MusicError.self) { try archive.tensor() }
        #expect(error?.message == "tuple.pt holds a list where a single tensor is expected")
        #expect(archive.value.list?.count == 2)
        #expect(archive.value.list?.first?.tensor?.shape == [6, 20])
        #expect(archive.value["key"] == nil)
    }

    @Test func aFileOnDisk() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pt")
        #expect(throws: MusicError.self) { try TorchArchive(contentsOf: file) }
        try torchFixture("single.pt").write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try TorchArchive(contentsOf: file).tensor().count == 120)
    }

    @Test(arguments: [
        ("refused-system.pt", "posix.system"), ("refused-eval.pt", "__builtin__.eval"),
        ("refused-system-protocol4.pt", "posix.system"), ("refused-module.pt", "torch.nn.modules.linear.Linear"),
        ("refused-float8.pt", "torch._utils._rebuild_tensor_v3"), ("refused-complex.pt", "torch.ComplexFloatStorage"),
        ("refused-deflated.pt", "compressed"), ("refused-legacy.pt", "before 1.6"),
    ])
    func refusedFilesNameTheReason(name: String, reason: String) throws {
        let error = refusal(of: try torchFixture(name))
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func otherFiles() {
        #expect(refusal(of: Data())?.message.contains("it is empty (0 bytes)") == true)
        #expect(refusal(of: Data("hello".utf8))?.message.contains("it is a text") == true)
        #expect(refusal(of: Data(repeating: 0, count: 100_000))?.message.contains("it is filled with zeros") == true)
        #expect(refusal(of: Data([1, 2, 3, 4]))?.message.contains("no zip archive") == true)
        #expect(refusal(of: Data("<html>".utf8))?.message.contains("it is a web page") == true)
        let gzip = refusal(of: Data([0x1F, 0x8B, 8, 0]))
        #expect(gzip?.message.contains("it is a gzip archive") == true && gzip?.advice.contains("unpack") == true)
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3841215\n"
        #expect(refusal(of: Data(pointer.utf8))?.message.contains("Git LFS pointer") == true)
    }
}

/// Files that were damaged or made with intent.
@Suite struct HostileTorchArchiveTests {
    @Test(arguments: ["single.pt", "types.pt", "nested.pt", "nested-protocol4.pt", "state.pt"])
    func truncatedFiles(name: String) throws {
        let data = try torchFixture(name)
        for length in stride(from: 0, to: data.count, by: 64) { _ = refusal(of: data.prefix(length)) }
        _ = refusal(of: data.dropLast())
        _ = refusal(of: Data(data.dropFirst()))
    }

    /// Every damaged file is either refused with a plain error or read without touching memory outside it.
    @Test(arguments: ["single.pt", "views.pt", "nested.pt", "nested-protocol5.pt"])
    func flippedBits(name: String) throws {
        let data = try torchFixture(name)
        var random = SeededBits(state: 20)
        var refused = 0
        for round in 0..<2000 {
            var damaged = data
            for _ in 0...round % 3 {
                damaged[Int(random.next() % UInt64(data.count))] ^= 1 << UInt8(random.next() % 8)
            }
            do {
                touch(try TorchArchive(data: damaged, name: name).value)
            } catch let error as MusicError {
                #expect(error.code == .invalidCheckpoint)
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    /// Damage within the pickle alone, which most flips of a whole file miss.
    @Test func damagedPickles() throws {
        let pickle = Pickle.tensor(count: 6, shape: [2, 3], strides: [3, 1])
        var random = SeededBits(state: 21)
        for _ in 0..<4000 {
            var bytes = pickle
            let position = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: position)
            default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
            }
            do {
                touch(try TorchArchive(data: Pickle.archive(bytes, storage: 24), name: "test.pt").value)
            } catch let error as MusicError {
                #expect(error.code == .invalidCheckpoint)
            }
        }
    }

    @Test func theTemplateItselfIsFine() throws {
        let pickle = Pickle.tensor(count: 6, shape: [2, 3], strides: [3, 1])
        let tensor = try TorchArchive(data: Pickle.archive(pickle, storage: 24), name: "test.pt").tensor()
        #expect(tensor.shape == [2, 3])
        #expect(tensor.floats() == [Float](repeating: 0, count: 6))
    }

    /// As `torch.zeros(1).expand(100, 64)` is saved: up to 64 elements for each byte of the file.
    @Test func aViewMayRepeatWhatItIsOf() throws {
        let pickle = Pickle.tensor(count: 1, shape: [100, 64], strides: [0, 0])
        let tensor = try TorchArchive(data: Pickle.archive(pickle, storage: 4), name: "test.pt").tensor()
        #expect(tensor.floats() == [Float](repeating: 0, count: 6400))
    }

    @Test(arguments: [
        ([6], [1], 0, 7, "24 bytes"), ([7], [1], 0, 6, "ends at element 6"), ([6], [1], 1, 6, "ends at element 6"),
        ([6], [2], 0, 6, "ends at element 10"), ([-1], [1], 0, 6, "negative"), ([2], [-1], 0, 6, "negative"),
        ([2], [1], -1, 6, "negative"), ([2, 3], [3], 0, 6, "2 sizes and 1 strides"),
        ([1 << 40], [0], 0, 6, "too often"), ([1 << 20], [0], 0, 6, "too often"),
        ([1 << 20, 1 << 20, 1 << 30], [0, 0, 0], 0, 6, "exceeds every memory"),
        ([2], [Int.max], 0, 6, "ends at element"), ([3], [Int.max], 0, 6, "exceeds every memory"),
        ([6], [1], 0, Int.max, "24 bytes"), ([6], [1], 0, -6, "24 bytes"),
    ])
    func lyingTensors(shape: [Int], strides: [Int], offset: Int, count: Int, reason: String) {
        let pickle = Pickle.tensor(count: count, shape: shape, strides: strides, offset: offset)
        let error = refusal(of: Pickle.archive(pickle, storage: 24))
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func anEmptyTensorNeedsNoStorage() throws {
        let pickle = Pickle.tensor(count: 0, shape: [0, 1 << 40], strides: [1, 1], offset: 5)
        let tensor = try TorchArchive(data: Pickle.archive(pickle, storage: 0), name: "test.pt").tensor()
        #expect(tensor.count == 0)
        #expect(tensor.floats().isEmpty)
    }

    @Test func hostilePickles() {
        func reason(_ pickle: [UInt8]) -> String {
            refusal(of: Pickle.archive([0x80, 2] + pickle, storage: 24))?.message ?? ""
        }
        #expect(reason([]).contains("ends too early"))
        #expect(reason(Array(".".utf8)).contains("empty stack"))
        #expect(reason(Array("cos\nsystem\n.".utf8)).contains("os.system"))
        #expect(
            reason(Array("cbuiltins\neval\n(X".utf8) + [3, 0, 0, 0] + Array("1+1tR.".utf8)).contains("builtins.eval"))
        #expect(reason(Array("ctorch\nload\n.".utf8)).contains("torch.load"))
        #expect(reason(Array("(cos\nsystem\no.".utf8)).contains("os.system"))
        #expect(reason(Array("(ios\nsystem\n.".utf8)).contains("instruction 0x69"))
        #expect(reason([0x82, 1] + Array(".".utf8)).contains("instruction 0x82"))
        #expect(reason(Array("X".utf8) + [255, 255, 255, 255] + Array("a.".utf8)).contains("ends too early"))
        #expect(reason([0x8D] + [UInt8](repeating: 255, count: 8)).contains("ends too early"))
        #expect(reason([0x8A, 255]).contains("64 bits"))
        #expect(reason(Array("h\u{5}.".utf8)).contains("never stored"))
        #expect(reason(Array("Q.".utf8)).contains("empty stack"))
        #expect(reason(Array("t.".utf8)).contains("no mark"))
        #expect(reason(Array("NN.".utf8)).contains("over"))
        #expect(reason(Array("(N.".utf8)).contains("over"))
        #expect(reason(Array("}NNs]NNs.".utf8)).contains("dictionary"))
        #expect(reason(Array("}(Nu.".utf8)).contains("key without a value"))
        #expect(reason(Array("cos\u{1B}[31m\nsystem\n.".utf8)).contains("\u{FFFD}[31m.system"))
    }

    @Test func bottomlessStructures() {
        // Ten thousand tuples within each other, a list that contains itself, and one that doubles sixty times.
        let deep = Array("N".utf8) + [UInt8](repeating: 0x85, count: 10_000) + Array(".".utf8)
        let circular = Array("]q\u{0}h\u{0}a.".utf8)
        let doubling: [UInt8] = Array("]".utf8) + [0x71, 0, 0x68, 0, 0x86] * 60 + Array(".".utf8)
        for pickle in [deep, circular] {
            let error = refusal(of: Pickle.archive([0x80, 2] + pickle, storage: 24))
            #expect(error?.message.contains("nested too deep") == true, "\(String(describing: error))")
        }
        #expect(refusal(of: Pickle.archive([0x80, 2] + doubling, storage: 24))?.message.contains("too many") == true)
    }

    @Test func lyingArchives() {
        let pickle = Zip.Entry(name: "a/data.pkl", content: Data(Pickle.tensor(count: 6, shape: [6], strides: [1])))
        let storage = Zip.Entry(name: "a/data/0", content: Data(count: 24))
        func reason(_ entries: [Zip.Entry], _ change: (inout Data) -> Void = { _ in }) -> String {
            var data = Zip.archive(entries)
            change(&data)
            return refusal(of: data)?.message ?? ""
        }
        #expect(reason([storage]).contains("0 entries named data.pkl"))
        #expect(reason([pickle]).contains("a/data/0 is missing"))
        let second = Zip.Entry(name: "b/data.pkl", content: pickle.content)
        #expect(reason([pickle, second, storage]).contains("2 entries named data.pkl"))
        #expect(reason([pickle, storage, storage]).contains("two entries named a/data/0"))

        var lying = storage
        lying.size = 1 << 31
        lying.compressedSize = 1 << 31
        #expect(reason([pickle, lying]).contains("outside the file"))
        lying.compressedSize = nil
        lying.size = 23
        #expect(reason([pickle, lying]).contains("two sizes"))
        lying.compressedSize = 23
        #expect(reason([pickle, lying]).contains("has 23 bytes"))
        lying = storage
        lying.method = 8
        #expect(reason([pickle, lying]).contains("compressed"))
        lying = storage
        lying.flags = 1
        #expect(reason([pickle, lying]).contains("encrypted"))
        lying = storage
        lying.headerOffset = 1 << 30
        #expect(reason([pickle, lying]).contains("outside the file"))
        lying.headerOffset = 3
        #expect(reason([pickle, lying]).contains("isn't where"))
        lying.headerOffset = 0
        #expect(reason([pickle, lying]).contains("overlap"))
        lying.headerOffset = 0xFFFF_FFFF
        #expect(reason([pickle, lying]).contains("zip64"))

        let order = Zip.Entry(name: "a/byteorder", content: Data("middle".utf8))
        #expect(reason([pickle, storage, order]).contains("byte order"))
        #expect(reason([pickle, storage]) { $0[$0.count - 12] = 0xFF }.contains("directory lies outside"))
        #expect(reason([pickle, storage]) { $0[$0.count - 10] = 0xFF }.contains("directory"))
    }

    @Test func zip64Archives() throws {
        let entries = [
            Zip.Entry(name: "a/data.pkl", content: Data(Pickle.tensor(count: 6, shape: [6], strides: [1]))),
            Zip.Entry(name: "a/data/0", content: Data(count: 24)),
        ]
        let data = Zip.archive(entries, zip64: true)
        #expect(try TorchArchive(data: data, name: "test.pt").tensor().count == 6)
        var random = SeededBits(state: 22)
        for _ in 0..<2000 {
            var damaged = data
            damaged[Int(random.next() % UInt64(data.count))] = UInt8(truncatingIfNeeded: random.next())
            do {
                touch(try TorchArchive(data: damaged, name: "test.pt").value)
            } catch let error as MusicError {
                #expect(error.code == .invalidCheckpoint)
            }
        }
    }

    /// Reads every element of a value.
    private func touch(_ value: TorchValue) {
        switch value {
        case .tensor(let tensor): #expect(tensor.floats().count == tensor.count)
        case .list(let elements): elements.forEach(touch)
        case .dictionary(let entries): entries.values.forEach(touch)
        default: break
        }
    }
}

/// A linear congruential generator: the same damage in every run.
private struct SeededBits {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}

/// Pickles made by hand.
private enum Pickle {
    /// A float32 tensor on storage "0".
    static func tensor(count: Int, shape: [Int], strides: [Int], offset: Int = 0) -> [UInt8] {
        var code: [UInt8] = [0x80, 2]
        code += Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8)
        code += string("storage") + Array("ctorch\nFloatStorage\n".utf8) + string("0") + string("cpu")
        code += integer(count) + Array("tQ".utf8) + integer(offset)
        code += tuple(shape) + tuple(strides)
        code += [0x89] + Array("ccollections\nOrderedDict\n)RtR.".utf8)
        return code
    }

    /// An archive with `pickle` and a storage "0" of `storage` bytes.
    static func archive(_ pickle: [UInt8], storage: Int) -> Data {
        Zip.archive([
            .init(name: "a/data.pkl", content: Data(pickle)), .init(name: "a/data/0", content: Data(count: storage)),
        ])
    }

    private static func string(_ text: String) -> [UInt8] {
        Array("X".utf8) + Zip.bytes(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    private static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + Zip.bytes(value) }

    private static func tuple(_ values: [Int]) -> [UInt8] {
        Array("(".utf8) + values.flatMap(integer) + Array("t".utf8)
    }
}

/// Zip archives made by hand, true or not.
private enum Zip {
    struct Entry {
        var name: String
        var content: Data
        var method: UInt16 = 0
        var flags: UInt16 = 0
        /// What the directory says, where it differs from the truth.
        var size: UInt32?
        var compressedSize: UInt32?
        var headerOffset: UInt32?
    }

    static func archive(_ entries: [Entry], zip64: Bool = false) -> Data {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let start = file.count
            let name = Array(entry.name.utf8)
            let size = UInt32(entry.content.count)
            file += bytes(UInt32(0x0403_4B50)) + [UInt8](repeating: 0, count: 22)
            file += bytes(UInt16(name.count)) + bytes(UInt16(0)) + name + Array(entry.content)

            let extra: [UInt8] =
                zip64 ? bytes(UInt16(1)) + bytes(UInt16(24)) + bytes(UInt64(size)) * 2 + bytes(UInt64(start)) : []
            directory += bytes(UInt32(0x0201_4B50)) + [0, 0, 0, 0] + bytes(entry.flags) + bytes(entry.method)
            directory += [UInt8](repeating: 0, count: 8)
            directory += bytes(zip64 ? .max : entry.compressedSize ?? size) + bytes(zip64 ? .max : entry.size ?? size)
            directory += bytes(UInt16(name.count)) + bytes(UInt16(extra.count)) + bytes(UInt16(0))
            directory += [UInt8](repeating: 0, count: 8)
            directory += bytes(zip64 ? .max : entry.headerOffset ?? UInt32(start)) + name + extra
        }
        let start = file.count
        file += directory
        if zip64 {
            let record = file.count
            file += bytes(UInt32(0x0606_4B50)) + bytes(UInt64(44)) + [UInt8](repeating: 0, count: 12)
            file += bytes(UInt64(entries.count)) * 2 + bytes(UInt64(directory.count)) + bytes(UInt64(start))
            file += bytes(UInt32(0x0706_4B50)) + bytes(UInt32(0)) + bytes(UInt64(record)) + bytes(UInt32(1))
        }
        file += bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0]
        file += bytes(zip64 ? .max : UInt16(entries.count)) * 2
        file += bytes(zip64 ? .max : UInt32(directory.count)) + bytes(zip64 ? .max : UInt32(start)) + [0, 0]
        return Data(file)
    }

    /// The little-endian bytes of an integer.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// `count` copies of a list of bytes.
private func * (bytes: [UInt8], count: Int) -> [UInt8] {
    (0..<count).flatMap { _ in bytes }
}
