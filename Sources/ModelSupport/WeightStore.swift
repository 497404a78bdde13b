import Foundation
import MLX
import MusicCore

/// The tensors of one checkpoint folder by name, checked but not yet read.
///
/// Understands a single file, shards with an index (`model.safetensors.index.json`), and shards without one
/// (`model-00001-of-00003.safetensors`), under the names that Transformers and Diffusers use.
public struct WeightStore: Sendable {
    /// Where one tensor lies.
    public struct Tensor: Sendable, Equatable {
        /// Number format in the file.
        public let dtype: DType
        /// Lengths of the axes in the file.
        public let shape: [Int]
        /// The file that holds it.
        public let file: URL
        /// Its name in that file, which differs from the name in the store after renaming.
        public let name: String

        /// Number of elements.
        public var count: Int { shape.reduce(1, *) }
    }

    /// The tensors by name.
    public private(set) var tensors: [String: Tensor]
    /// What to call the store in messages: `vae/diffusion_pytorch_model.safetensors`.
    public let label: String

    /// Opens the weights of a folder.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if there are none, if a shard is missing, or if a file is
    ///   damaged; the message names the file.
    public init(folder: URL) throws {
        let files = try Self.files(in: folder)
        var tensors: [String: Tensor] = [:]
        for file in files {
            let header = try SafetensorsHeader(contentsOf: file)
            for (name, entry) in header.entries {
                if let other = tensors[name] {
                    throw MusicError(
                        .invalidCheckpoint,
                        "Tensor '\(name)' is in both \(ConfigurationFile.shortName(other.file)) and "
                            + ConfigurationFile.shortName(file),
                        advice: "keep the weights of one model in the folder")
                }
                tensors[name] = Tensor(dtype: entry.dtype, shape: entry.shape, file: file, name: name)
            }
        }
        self.tensors = tensors
        label =
            files.count == 1
            ? ConfigurationFile.shortName(files[0]) : "\(folder.lastPathComponent)/ (\(files.count) shards)"
    }

    private init(tensors: [String: Tensor], label: String) {
        self.tensors = tensors
        self.label = label
    }

    /// Number of elements in all tensors.
    public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

    /// A store with other names for the same tensors.
    ///
    /// - Parameter rename: the new name for an old one, or `nil` to leave the tensor out.
    public func renamed(_ rename: (String) -> String?) -> WeightStore {
        var renamed = [String: Tensor](minimumCapacity: tensors.count)
        for (name, tensor) in tensors {
            if let newName = rename(name) { renamed[newName] = tensor }
        }
        return WeightStore(tensors: renamed, label: label)
    }

    /// The tensors whose names begin with a prefix, with the prefix taken off.
    public func component(_ prefix: String) -> WeightStore {
        renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
    }

    // MARK: Files

    /// File names before their endings, in the order in which they are looked for.
    private static let baseNames = ["model", "diffusion_pytorch_model"]

    private static func files(in folder: URL) throws -> [URL] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw MusicError(
                .invalidCheckpoint, "The folder \(folder.lastPathComponent) can't be read",
                advice: "check that the checkpoint is complete: \(folder.path)")
        }
        for base in baseNames {
            if names.contains("\(base).safetensors.index.json") {
                return try indexedShards(folder.appendingPathComponent("\(base).safetensors.index.json"), names: names)
            }
            if names.contains("\(base).safetensors") {
                return [folder.appendingPathComponent("\(base).safetensors")]
            }
        }
        let weights = names.filter { $0.hasSuffix(".safetensors") }.sorted()
        let shards = weights.compactMap(ShardName.init)
        if let first = shards.first, shards.count == weights.count {
            for number in 1...max(first.total, 1) {
                let name = first.name(of: number)
                guard names.contains(name) else { throw missing(name, in: folder) }
            }
            return weights.map(folder.appendingPathComponent)
        }
        if weights.count == 1 { return [folder.appendingPathComponent(weights[0])] }
        if weights.isEmpty {
            let pickled = names.contains { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
            throw MusicError(
                .invalidCheckpoint, "\(folder.lastPathComponent)/ holds no .safetensors file",
                advice: pickled
                    ? "convert the pickled weights to safetensors" : "download the checkpoint again: \(folder.path)")
        }
        throw MusicError(
            .invalidCheckpoint,
            "\(folder.lastPathComponent)/ holds several weight files: \(weights.prefix(4).joined(separator: ", "))",
            advice: "keep one, or add an index file")
    }

    private static func indexedShards(_ index: URL, names: [String]) throws -> [URL] {
        struct Index: Decodable {
            let weight_map: [String: String]
        }
        let folder = index.deletingLastPathComponent()
        let files = Set(try ConfigurationFile.decode(Index.self, at: index).weight_map.values).sorted()
        for file in files {
            guard !file.contains("/"), names.contains(file) else { throw missing(file, in: folder) }
        }
        guard !files.isEmpty else {
            throw MusicError(.invalidCheckpoint, "\(ConfigurationFile.shortName(index)) lists no files")
        }
        return files.map(folder.appendingPathComponent)
    }

    private static func missing(_ name: String, in folder: URL) -> MusicError {
        MusicError(
            .invalidCheckpoint, "The weight file \(folder.lastPathComponent)/\(name) is missing",
            advice: "download the checkpoint again")
    }
}

/// The parts of a shard's file name: `model-00002-of-00003.safetensors`.
private struct ShardName {
    let base: Substring
    let digits: Int
    let total: Int
    private let totalText: Substring

    init?(_ name: String) {
        guard let match = name.wholeMatch(of: /(.+)-([0-9]{1,9})-of-([0-9]{1,5})\.safetensors/),
            let total = Int(match.3)
        else { return nil }
        base = match.1
        digits = match.2.count
        self.total = total
        totalText = match.3
    }

    func name(of number: Int) -> String {
        let text = String(number)
        let padding = String(repeating: "0", count: max(0, digits - text.count))
        return "\(base)-\(padding)\(text)-of-\(totalText).safetensors"
    }
}

/// Reads tensors of stores.
///
/// Each file is opened once, and each tensor can be taken once, so that no second copy of the weights stays in memory.
@MLXActor
public final class WeightReader {
    private var arrays: [URL: [String: MLXArray]] = [:]

    /// A reader that has opened no file yet.
    public init() {}

    /// A tensor of a file, to be read when it is evaluated.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the file can't be read.
    public func take(_ tensor: WeightStore.Tensor) throws -> MLXArray {
        if arrays[tensor.file] == nil {
            do {
                arrays[tensor.file] = try loadArrays(url: tensor.file)
            } catch {
                throw MusicError(
                    .invalidCheckpoint,
                    "\(ConfigurationFile.shortName(tensor.file)) can't be read: \(error.localizedDescription)",
                    advice: "download the file again")
            }
        }
        guard let array = arrays[tensor.file]?.removeValue(forKey: tensor.name) else {
            throw MusicError(
                .internal, "Tensor '\(tensor.name)' of \(ConfigurationFile.shortName(tensor.file)) was read twice")
        }
        return array
    }
}
