/// Which files of a repository a model needs.
package struct FileSelection: Sendable {
    /// Names of files that are needed beside weights, configuration and tokenizer data.
    var extraFiles: Set<String>

    package init(extraFiles: Set<String> = []) { self.extraFiles = extraFiles }

    /// Whether a file is weights, configuration or tokenizer data, or one of the extra files; code, pickles, documents
    /// and pictures are not.
    package func isNeeded(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasPrefix(".") { return false }
        if extraFiles.contains(name) { return true }
        return [".safetensors", ".json", ".txt", ".jinja", ".model", ".tiktoken"].contains { name.hasSuffix($0) }
    }

    /// The needed files of a listing in the given folders; the folder "" is the whole repository.
    func select(_ listing: RepositoryListing, folders: [String]) -> [RemoteFile] {
        listing.files.filter { file in
            isNeeded(file.path) && folders.contains { RemotePath.isIn($0, file.path) }
        }
    }
}
