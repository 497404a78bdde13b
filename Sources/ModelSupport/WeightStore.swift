import Foundation
import MLX
import MusicCore
import Safetensors

/// The tensors of one checkpoint folder by name, checked but not yet read.
///
/// The headers are read once, here; parts of a checkpoint in one file are views of one store.
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
    public let tensors: [String: Tensor]
    /// What to call the store in messages: `vae/diffusion_pytorch_model.safetensors`.
    public let label: String
    /// Free text in the header of the one file; empty for shards.
    public let metadata: [String: String]
    private let files: [URL: WeightFile]

    /// Opens the weights of a folder.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if there are none, if a shard is missing, or if a file is
    ///   damaged; the message names the file.
    public init(folder: URL) throws {
        let files = try Self.files(in: folder).map { try WeightFile($0) }
        var tensors: [String: Tensor] = [:]
        for file in files {
            for (name, entry) in file.tensors {
                if let other = tensors[name] {
                    throw MusicError(
                        .invalidCheckpoint,
                        "Tensor '\(name)' is in both \(ConfigurationFile.shortName(other.file)) and "
                            + ConfigurationFile.shortName(file.url),
                        advice: "keep the weights of one model in the folder")
                }
                tensors[name] = Tensor(
                    dtype: DType(entry.type), shape: entry.shape, file: file.url, name: name)
            }
        }
        self.tensors = tensors
        label =
            files.count == 1
            ? ConfigurationFile.shortName(files[0].url) : "\(folder.lastPathComponent)/ (\(files.count) shards)"
        metadata = files.count == 1 ? files[0].metadata : [:]
        self.files = Dictionary(uniqueKeysWithValues: files.map { ($0.url, $0) })
    }

    /// Opens one file, whatever it is called.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says what is wrong with it, or what ``SystemFault``
    ///   makes of the system's reason not to read it.
    public init(file url: URL) throws {
        let file = try WeightFile(url)
        self.init(
            tensors: file.tensors.mapValues {
                Tensor(dtype: DType($0.type), shape: $0.shape, file: url, name: $0.name)
            }, label: ConfigurationFile.shortName(url), metadata: file.metadata, files: [url: file])
    }

    private init(tensors: [String: Tensor], label: String, metadata: [String: String], files: [URL: WeightFile]) {
        self.tensors = tensors
        self.label = label
        self.metadata = metadata
        self.files = files
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
        return WeightStore(tensors: renamed, label: label, metadata: metadata, files: files)
    }

    /// The tensors whose names begin with a prefix, with the prefix taken off.
    public func component(_ prefix: String) -> WeightStore {
        renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
    }

    /// A tensor, to be read when it is evaluated; numbers in 64 bits come in 32, which every device can take.
    ///
    /// Nothing is kept: what is let go of leaves the memory, and may be read again.
    ///
    /// - Parameter name: one of the names in ``tensors``.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the file can't be read.
    @MLXActor
    public func array(_ name: String) throws -> MLXArray {
        guard let tensor = tensors[name], let file = files[tensor.file], let entry = file.tensors[tensor.name] else {
            throw MusicError(.internal, "There is no tensor '\(name)' in \(label)")
        }
        let array = try file.array(entry)
        // Metal has no numbers of this format, and would refuse to convert them.
        return array.dtype == .float64 ? array.asType(.float32, stream: .cpu) : array
    }

    // MARK: Files

    /// File names before their endings, in the order in which they are looked for.
    private static let baseNames = ["model", "diffusion_pytorch_model"]

    private static func files(in folder: URL) throws -> [URL] {
        let names: [String]
        do {
            names = try SystemFile.names(in: folder)
        } catch {
            throw error.error(.invalidCheckpoint, advice: "copy or download the checkpoint again")
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
