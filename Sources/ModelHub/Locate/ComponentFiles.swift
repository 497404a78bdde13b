import Foundation

/// Which files a part of a model must have, and which of them a folder lacks.
enum ComponentFiles {
    /// Relative paths of the files that are missing in a folder, as far as can be told from what is there; empty if
    /// the part is complete.
    static func missing(in folder: URL, for role: ModelRole) -> [String] {
        switch role {
        case .dit:
            return absent(["config.json", "silence_latent.pt"], in: folder) + weights(in: folder, "model.safetensors")
        case .vae:
            return absent(["config.json"], in: folder) + weights(in: folder, "diffusion_pytorch_model.safetensors")
        case .textEncoder, .languageModel:
            return absent(["config.json"], in: folder) + tokenizer(in: folder)
                + weights(in: folder, "model.safetensors")
        case .pipeline:
            return pipeline(in: folder)
        }
    }

    private static func absent(_ names: [String], in folder: URL) -> [String] {
        names.filter { !FileSystem.isFile(folder.appending(path: $0)) }
    }

    private static func tokenizer(in folder: URL) -> [String] {
        if absent(["vocab.json", "merges.txt"], in: folder).isEmpty { return [] }
        return absent(["tokenizer.json"], in: folder)
    }

    /// Missing weights: one file of the usual name, or the shards that an index lists.
    private static func weights(in folder: URL, _ usualName: String) -> [String] {
        let names = FileSystem.names(in: folder)
        if names.contains(usualName), FileSystem.isFile(folder.appending(path: usualName)) { return [] }
        let suffix = ".safetensors.index.json"
        guard let index = names.first(where: { $0.hasSuffix(suffix) }) else {
            // Weights under another name serve as well, if they are no shard without its index.
            let others = names.filter { $0.hasSuffix(".safetensors") && FileSystem.isFile(folder.appending(path: $0)) }
            if !others.isEmpty, !others.contains(where: isShard) { return [] }
            return [others.contains(where: isShard) ? "\(usualName).index.json" : usualName]
        }
        guard let shards = shards(in: folder.appending(path: index)) else { return [index] }
        return absent(shards, in: folder)
    }

    private static func isShard(_ name: String) -> Bool { name.contains("-of-") }

    /// The shards that an index lists, sorted; `nil` if it can't be read.
    private static func shards(in index: URL) -> [String]? {
        struct Index: Decodable {
            var weightMap: [String: String]
            enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
        }
        guard let size = FileSystem.size(index), size <= 64 << 20, let data = try? Data(contentsOf: index),
            let map = try? JSONDecoder().decode(Index.self, from: data).weightMap, !map.isEmpty
        else { return nil }
        let shards = Set(map.values)
        return shards.allSatisfy(RemotePath.isSafe) ? shards.sorted() : nil
    }

    /// Missing files of a Diffusers folder: what `model_index.json` names.
    private static func pipeline(in folder: URL) -> [String] {
        guard let parts = pipelineParts(in: folder) else { return ["model_index.json"] }
        return parts.flatMap { name -> [String] in
            let part = folder.appending(path: name)
            let missing: [String]
            switch name {
            case "scheduler": missing = absent(["scheduler_config.json"], in: part)
            case "tokenizer": missing = tokenizer(in: part)
            case "text_encoder": missing = absent(["config.json"], in: part) + weights(in: part, "model.safetensors")
            default:
                missing =
                    absent(["config.json"], in: part) + weights(in: part, "diffusion_pytorch_model.safetensors")
            }
            return missing.map { "\(name)/\($0)" }
        }
    }

    /// The parts that a `model_index.json` names, sorted; `nil` if there is none that can be read.
    private static func pipelineParts(in folder: URL) -> [String]? {
        let url = folder.appending(path: "model_index.json")
        guard let index = JSONFile.object(at: url) else { return nil }
        return index.compactMap { name, value in
            // A part is a pair of library and class; absent ones are a pair of nulls.
            guard let pair = value as? [Any], pair.count == 2, pair[1] is String, RemotePath.isSafe(name),
                !name.contains("/")
            else { return nil }
            return name
        }.sorted()
    }
}

/// Small JSON files of unknown origin.
enum JSONFile {
    /// The object in a file; `nil` if there is none, or if it is larger than a configuration can be.
    static func object(at url: URL) -> [String: Any]? {
        guard let size = FileSystem.size(url), size <= 1 << 20, let data = try? Data(contentsOf: url) else {
            return nil
        }
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    }
}
