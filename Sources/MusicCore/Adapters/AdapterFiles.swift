public import Foundation

/// The files of an adapter: its tensors, and the configuration of PEFT beside them.
public struct AdapterFiles: Sendable, Equatable {
    /// The safetensors file.
    public let weights: URL
    /// `adapter_config.json`; `nil` if there is none.
    public let configuration: URL?

    private static let peftWeights = "adapter_model.safetensors"
    private static let peftConfiguration = "adapter_config.json"
    /// Folders in which trainers put the adapter itself.
    private static let inner = ["adapter", "final", "final/adapter"]
    private static let pickles: Set<String> = ["bin", "pt", "pth", "ckpt", "pkl", "pickle"]

    /// Finds the files at a path: the tensor file itself, the folder that holds it, or a folder of a trainer with
    /// `adapter/` or `final/` in it.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput` that names the path.
    public init(path: String) throws {
        let url = URL(fileURLWithPath: path)
        do {
            guard let status = try SystemFile.status(of: url) else { throw SystemFault(ENOENT, path: path) }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                try self.init(file: url, isRegular: status.st_mode & S_IFMT == S_IFREG)
                return
            }
            for name in [""] + Self.inner {
                let folder = name.isEmpty ? url : url.appendingPathComponent(name)
                if let names = try Self.names(in: folder), let weights = try Self.weights(names, in: folder) {
                    self.init(weights: weights, configuration: Self.configuration(beside: weights, names))
                    return
                }
            }
            throw Self.nothing(in: url, try Self.names(in: url) ?? [])
        } catch let fault as SystemFault {
            var error = fault.error(advice: "check the path of the adapter")
            error.field = "adapters"
            throw error
        }
    }

    private init(file: URL, isRegular: Bool) throws {
        guard !Self.pickles.contains(file.pathExtension.lowercased()) else { throw Self.pickle(file) }
        guard isRegular else {
            throw MusicError(
                .unreadableInput, "\(file.path) is neither a file nor a folder",
                advice: "give a .safetensors file, or a folder with \(Self.peftWeights)", field: "adapters",
                value: file.path)
        }
        let names = try Self.names(in: file.deletingLastPathComponent()) ?? []
        self.init(weights: file, configuration: Self.configuration(beside: file, names))
    }

    private init(weights: URL, configuration: URL?) {
        self.weights = weights
        self.configuration = configuration
    }

    /// The files that decide what the adapter is, by what to call them beside its path.
    public var all: [URL] { [weights] + [configuration].compactMap { $0 } }

    /// The names in a folder; `nil` if there is none.
    private static func names(in folder: URL) throws -> [String]? {
        do throws(SystemFault) {
            return try SystemFile.names(in: folder)
        } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
    }

    /// The tensor file of a folder; `nil` if there is none.
    private static func weights(_ names: [String], in folder: URL) throws -> URL? {
        if names.contains(peftWeights) { return folder.appendingPathComponent(peftWeights) }
        let tensors = names.filter { $0.hasSuffix(".safetensors") }
        guard tensors.count < 2 else {
            throw MusicError(
                .unreadableInput,
                "\(folder.path) holds several tensor files: \(tensors.prefix(4).joined(separator: ", "))",
                advice: "name the file of the adapter", field: "adapters", value: folder.path)
        }
        return tensors.first.map(folder.appendingPathComponent)
    }

    /// The configuration that belongs to a tensor file: PEFT's own, or that of a folder with this file alone.
    private static func configuration(beside weights: URL, _ names: [String]) -> URL? {
        guard names.contains(peftConfiguration),
            weights.lastPathComponent == peftWeights || names.filter({ $0.hasSuffix(".safetensors") }).count == 1
        else { return nil }
        return weights.deletingLastPathComponent().appendingPathComponent(peftConfiguration)
    }

    private static func nothing(in folder: URL, _ names: [String]) -> MusicError {
        if let pickled = names.first(where: { pickles.contains(URL(fileURLWithPath: $0).pathExtension) }) {
            return pickle(folder.appendingPathComponent(pickled))
        }
        return MusicError(
            .unreadableInput, "\(folder.path) holds no adapter",
            advice: "give a .safetensors file, or a folder with \(peftWeights)", field: "adapters", value: folder.path)
    }

    private static func pickle(_ file: URL) -> MusicError {
        MusicError(
            .unreadableInput,
            "\(file.path) is a pickle of Python, which may run any program when it is read",
            advice: "save it as safetensors: load it with PEFT, then save_pretrained(folder, safe_serialization=True)",
            field: "adapters", value: file.path, expected: "a .safetensors file")
    }
}
