import Foundation

/// The store that newer versions of Hugging Face's library share between repositories: `blobs/XX/HASH` in the cache's
/// directory, with the repositories' blobs as links to it and a list of these links in `HASH.refs`.
///
/// Vivace reads through the links and, when it removes the last one, removes what they led to.
struct SharedBlobs {
    private let cache: URL
    private var store: URL { cache.appending(path: "blobs") }

    init(cache: URL) {
        self.cache = cache
    }

    /// The file in the store that a repository's blob is a link to; `nil` if it is an ordinary file.
    func target(of blob: URL) -> URL? {
        guard isStore, let link = try? FileManager.default.destinationOfSymbolicLink(atPath: blob.path) else {
            return nil
        }
        let target = URL(filePath: link, relativeTo: blob.deletingLastPathComponent()).standardizedFileURL
        let name = target.lastPathComponent
        let folder = target.deletingLastPathComponent()
        guard name.utf8.count == 64, HubReference.isHexadecimal(name), folder.lastPathComponent == name.prefix(2),
            folder.deletingLastPathComponent().path == store.standardizedFileURL.path
        else { return nil }
        return target
    }

    /// Whether the folder is a store of the one layout that we know.
    private var isStore: Bool {
        (try? String(contentsOf: store.appending(path: ".huggingface-shared-blobs"), encoding: .utf8)) == "1\n"
    }

    /// The links to a file of the store that are listed and still there; `nil` if the list can't be read, in which
    /// case nobody knows who needs the file.
    func references(to target: URL) -> [URL]? {
        guard let list = try? String(contentsOf: list(of: target), encoding: .utf8) else { return nil }
        return Set(list.split(separator: "\n").map(String.init)).filter(RemotePath.isSafe)
            .map { cache.appending(path: $0) }
            .filter { self.target(of: $0)?.path == target.path }
    }

    /// Removes a file of the store that no link needs any more.
    ///
    /// - Returns: the bytes that were freed.
    func sweep(_ target: URL) -> Int64 {
        let lock = target.deletingLastPathComponent().appending(path: "\(target.lastPathComponent).lock")
        guard case .held(let held)? = try? FileLock.attempt(lock), let references = references(to: target),
            references.isEmpty, let bytes = FileSystem.size(target), unlink(target.path) == 0
        else { return 0 }
        unlink(list(of: target).path)
        return withExtendedLifetime(held) { bytes }
    }

    private func list(of target: URL) -> URL {
        target.deletingLastPathComponent().appending(path: "\(target.lastPathComponent).refs")
    }
}
