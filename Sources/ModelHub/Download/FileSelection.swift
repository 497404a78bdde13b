/// Which files of a repository a model needs.
package enum FileSelection {
    /// Whether a file is weights, configuration or tokenizer data; code, pickles, documents and pictures are not.
    package static func isNeeded(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasPrefix(".") { return false }
        if name == "silence_latent.pt" { return true }
        return [".safetensors", ".json", ".txt", ".jinja", ".model", ".tiktoken"].contains { name.hasSuffix($0) }
    }

    /// The needed files of a listing in the given folders; the folder "" is the whole repository.
    static func select(_ listing: RepositoryListing, folders: [String]) -> [RemoteFile] {
        listing.files.filter { file in
            isNeeded(file.path) && folders.contains { RemotePath.isIn($0, file.path) }
        }
    }
}
