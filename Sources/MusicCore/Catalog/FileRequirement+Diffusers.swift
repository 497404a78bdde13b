extension FileRequirement {
    /// Relative paths of the files that a folder in the layout of Diffusers lacks, by what `model_index.json` names.
    static func missingInPipeline(_ folder: FolderView) -> [String] {
        guard let names = pipelineParts(of: folder) else { return ["model_index.json"] }
        return names.flatMap { name in
            folder.folder(name).missing(files(ofPipelinePart: name)).map { "\(name)/\($0)" }
        }
    }

    private static func files(ofPipelinePart name: String) -> [FileRequirement] {
        switch name {
        case "scheduler": [.file("scheduler_config.json")]
        case "tokenizer": [.tokenizer]
        case "text_encoder": [.file("config.json"), .weights("model.safetensors")]
        default: [.file("config.json"), .weights("diffusion_pytorch_model.safetensors")]
        }
    }

    /// The parts that a `model_index.json` names, sorted; `nil` if there is none that can be read.
    private static func pipelineParts(of folder: FolderView) -> [String]? {
        guard let index = folder.object("model_index.json") else { return nil }
        return index.compactMap { name, value in
            // A part is a pair of library and class; absent ones are a pair of nulls.
            guard let pair = value as? [Any], pair.count == 2, pair[1] is String, !name.contains("/"), isInside(name)
            else { return nil }
            return name
        }.sorted()
    }
}
