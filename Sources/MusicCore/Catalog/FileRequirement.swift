/// Files that a part of a model must have.
public enum FileRequirement: Sendable, Codable, Hashable {
    /// A file of that name.
    case file(String)
    /// Weights in safetensors: a file of that name, or one of another name, or all shards that an index lists.
    case weights(String)
    /// All files of one of these sets; the last set is the one that is asked for.
    case anySet([[String]])
    /// In the layout of Diffusers: all that `model_index.json` names.
    case pipeline

    /// A tokenizer: `tokenizer.json`, or the vocabulary and merges of older ones.
    public static let tokenizer = FileRequirement.anySet([["vocab.json", "merges.txt"], ["tokenizer.json"]])

    /// Relative paths of what a folder lacks of it, as far as can be told from what is there.
    func missing(in folder: FolderView) -> [String] {
        switch self {
        case .file(let name):
            return Self.absent([name], in: folder)
        case .weights(let name):
            return Self.missingWeights(name, in: folder)
        case .anySet(let sets):
            if sets.contains(where: { Self.absent($0, in: folder).isEmpty }) { return [] }
            return Self.absent(sets.last ?? [], in: folder)
        case .pipeline:
            return Self.missingInPipeline(folder)
        }
    }

    private static func absent(_ names: [String], in folder: FolderView) -> [String] {
        names.filter { !folder.hasFile($0) }
    }

    private static func missingWeights(_ usualName: String, in folder: FolderView) -> [String] {
        if folder.hasFile(usualName) { return [] }
        let names = folder.names
        guard let index = names.first(where: { $0.hasSuffix(".safetensors.index.json") }) else {
            // Weights under another name serve as well, if they are no shard without its index.
            let others = names.filter { $0.hasSuffix(".safetensors") && folder.hasFile($0) }
            if others.contains(where: isShard) { return ["\(usualName).index.json"] }
            return others.isEmpty ? [usualName] : []
        }
        guard let shards = shards(index, in: folder) else { return [index] }
        return absent(shards, in: folder)
    }

    private static func isShard(_ name: String) -> Bool { name.contains("-of-") }

    /// The shards that an index lists, sorted; `nil` if it can't be read.
    private static func shards(_ index: String, in folder: FolderView) -> [String]? {
        guard let map = folder.object(index, limit: 64 << 20)?["weight_map"] as? [String: String], !map.isEmpty
        else { return nil }
        let shards = Set(map.values)
        return shards.allSatisfy(isInside) ? shards.sorted() : nil
    }

    /// Whether a relative path leads to a file below the folder.
    static func isInside(_ path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }
}

extension FolderView {
    /// Relative paths of the files that are missing for a part of a model; empty if it is complete.
    public func missing(_ files: [FileRequirement]) -> [String] { files.flatMap { $0.missing(in: self) } }
}
