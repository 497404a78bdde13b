import Foundation
import MusicCore

/// The content of a `.pt` file as `torch.save` writes it: a zip archive with a pickle that describes the objects and
/// one entry of raw bytes per storage.
///
/// A pickle is a program. This reader knows the few instructions that build tensors, numbers, strings and containers
/// of them; a file that asks for anything else is refused with an error that names it. Nothing that a file names is
/// ever looked up or executed. That is why it is read here and not by a library that could do more.
public struct TorchArchive: Sendable {
    /// What was saved.
    public let value: TorchValue

    private let name: String

    /// Reads the file at `url`.
    ///
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if the file is missing, is no such archive, is
    ///   inconsistent, or holds more than tensors, numbers, strings and containers of them; what `SystemFault` makes of
    ///   the system's reason not to read it.
    public init(contentsOf url: URL) throws {
        let data: Data
        do {
            data = try SystemFile.contents(of: url)
        } catch {
            throw error.error(.invalidCheckpoint, advice: "copy or download the checkpoint again")
        }
        try self.init(data: data, name: url.path(percentEncoded: false))
    }

    /// Reads an archive in memory; `name` is how errors call it.
    public init(data: Data, name: String) throws {
        self.name = name
        do {
            try Self.refuseOtherFormats(data)
            let archive = try ZipArchive(data)
            let pickles = archive.names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
            guard pickles.count == 1, let pickle = pickles.first else {
                throw TorchArchiveFault("it has \(pickles.count) entries named data.pkl where one belongs")
            }
            let folder = pickle.dropLast("data.pkl".count)
            var storages = try TorchStorages(archive: archive, folder: String(folder))
            var interpreter = TorchPickle(try archive.content(of: pickle))
            value = try interpreter.run(&storages)
        } catch let fault as TorchArchiveFault {
            throw MusicError(
                .invalidCheckpoint, "\(name) can't be used as a PyTorch archive: \(fault.reason)", advice: fault.advice)
        }
    }

    /// The tensor that the archive consists of.
    ///
    /// - Throws: `MusicError` with code `.invalidCheckpoint` if it holds something else.
    public func tensor() throws -> TorchTensor {
        guard case .tensor(let tensor) = value else {
            throw MusicError(
                .invalidCheckpoint, "\(name) holds \(value.kind) where a single tensor is expected",
                advice: "use the file that came with the checkpoint, or save the tensor alone")
        }
        return tensor
    }

    private static func refuseOtherFormats(_ data: Data) throws {
        let legacyMagic: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
        if data.starts(with: legacyMagic) {
            throw TorchArchiveFault(
                "it has the format of PyTorch before 1.6", advice: "load it and save it again with a current PyTorch")
        }
        guard !data.starts(with: Array("PK".utf8)), let content = FileContent(data) else { return }
        throw TorchArchiveFault("it is \(content.name)", advice: content.advice)
    }
}

/// An object that a PyTorch archive holds.
public enum TorchValue: Sendable, Equatable {
    case tensor(TorchTensor)
    /// A list or a tuple.
    case list([TorchValue])
    /// A dictionary; keys that are integers appear in decimal digits.
    case dictionary([String: TorchValue])
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case none

    /// The tensor in this value, if it is one.
    public var tensor: TorchTensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    /// The elements of this value, if it is a list or a tuple.
    public var list: [TorchValue]? {
        if case .list(let elements) = self { elements } else { nil }
    }

    /// The value under a key, if this is a dictionary that has it.
    public subscript(key: String) -> TorchValue? {
        if case .dictionary(let entries) = self { entries[key] } else { nil }
    }

    /// What this value is, with an article.
    var kind: String {
        switch self {
        case .tensor: "a tensor"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .string: "a string"
        case .integer, .number: "a number"
        case .boolean: "a truth value"
        case .none: "nothing"
        }
    }
}

/// Why an archive was refused; ``TorchArchive`` adds the name of the file.
struct TorchArchiveFault: Error {
    var reason: String
    var advice: String

    /// What a file says of itself may be in `reason`: it is cut to one line of printable text.
    init(_ reason: String, advice: String = "download the file again from a source that you trust") {
        let printable = reason.unicodeScalars.prefix(300).map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
        }
        self.reason = String(printable)
        self.advice = advice
    }
}
