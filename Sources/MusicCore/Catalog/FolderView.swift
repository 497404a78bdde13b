public import Foundation

/// A folder as a family sees it that is asked what lies there: names and small JSON files, no weights.
///
/// Links are followed. What can't be read counts as absent.
public struct FolderView: Sendable, Hashable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    /// The folder's own name.
    public var name: String { url.lastPathComponent }

    /// The folder that holds it.
    public var parent: FolderView { FolderView(url.deletingLastPathComponent()) }

    /// Whether it is there.
    public var exists: Bool {
        var information = stat()
        return stat(url.path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// A folder in it, which need not exist.
    public func folder(_ name: String) -> FolderView {
        FolderView(url.appending(path: name, directoryHint: .isDirectory))
    }

    /// Names of what it holds, sorted.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    }

    /// The folders in it, sorted by name, without hidden ones.
    public var folders: [FolderView] {
        names.filter { !$0.hasPrefix(".") }.map(folder).filter(\.exists)
    }

    /// Length in bytes of a regular file; `nil` if there is none of that relative path.
    public func bytes(of path: String) -> Int64? {
        var information = stat()
        let file = url.appending(path: path).path
        guard stat(file, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(information.st_size)
    }

    /// Whether there is a regular file of that relative path.
    public func hasFile(_ path: String) -> Bool { bytes(of: path) != nil }

    /// The object in a JSON file.
    ///
    /// - Parameter limit: largest length in bytes; a configuration has less than a megabyte.
    /// - Returns: `nil` if there is no such file, if it is longer, or if it holds something else.
    public func object(_ path: String, limit: Int64 = 1 << 20) -> [String: Any]? {
        guard let size = bytes(of: path), size <= limit, let data = try? Data(contentsOf: url.appending(path: path))
        else { return nil }
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    }
}
