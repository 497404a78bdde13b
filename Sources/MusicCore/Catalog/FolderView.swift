public import Foundation
import Synchronization

/// A folder as a family sees it that is asked what lies there: names and small JSON files, no weights.
///
/// Links are followed. What can't be read counts as absent, and ``obstacle`` tells of it: whoever finds that something
/// is missing asks there first whether it only can't be seen.
public struct FolderView: Sendable, Hashable {
    public let url: URL
    /// Shared with the views that are made of this one.
    private let obstacles: Obstacles

    public init(_ url: URL) {
        self.init(url, Obstacles())
    }

    private init(_ url: URL, _ obstacles: Obstacles) {
        self.url = url
        self.obstacles = obstacles
    }

    /// The first thing that the system refused to this view or to one that was made of it, though it is there or may
    /// be: for want of permission, of descriptors, of memory; `nil` if it refused nothing.
    public var obstacle: SystemFault? { obstacles.first }

    /// The folder's own name.
    public var name: String { url.lastPathComponent }

    /// The folder that holds it.
    public var parent: FolderView { FolderView(url.deletingLastPathComponent(), obstacles) }

    /// Whether it is there.
    public var exists: Bool { status(of: url).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// A folder in it, which need not exist.
    public func folder(_ name: String) -> FolderView {
        FolderView(url.appending(path: name, directoryHint: .isDirectory), obstacles)
    }

    /// Names of what it holds, sorted.
    public var names: [String] { seen { () throws(SystemFault) in try SystemFile.names(in: url) } ?? [] }

    /// The folders in it, sorted by name, without hidden ones.
    public var folders: [FolderView] {
        names.filter { !$0.hasPrefix(".") }.map(folder).filter(\.exists)
    }

    /// Length in bytes of a regular file; `nil` if there is none of that relative path.
    public func bytes(of path: String) -> Int64? {
        guard let status = status(of: url.appending(path: path)), status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether there is a regular file of that relative path.
    public func hasFile(_ path: String) -> Bool { bytes(of: path) != nil }

    /// The object in a JSON file.
    ///
    /// - Parameter limit: largest length in bytes; a configuration has less than a megabyte.
    /// - Returns: `nil` if there is no such file, if it is longer, or if it holds something else.
    public func object(_ path: String, limit: Int64 = 1 << 20) -> [String: Any]? {
        let file = url.appending(path: path)
        guard let size = bytes(of: path), size <= limit,
            let data = seen({ () throws(SystemFault) in try SystemFile.contents(of: file) })
        else { return nil }
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    }

    private func status(of url: URL) -> stat? {
        seen { () throws(SystemFault) in try SystemFile.status(of: url) } ?? nil
    }

    /// What the system gives; `nil`, and a note of it, where it refuses.
    private func seen<Value>(_ body: () throws(SystemFault) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            if !error.isAbsence { obstacles.note(error) }
            return nil
        }
    }

    public static func == (left: FolderView, right: FolderView) -> Bool { left.url == right.url }

    public func hash(into hasher: inout Hasher) { hasher.combine(url) }
}

/// What the system has refused to a view of a folder and to those that were made of it.
private final class Obstacles: Sendable {
    private let noted = Mutex<SystemFault?>(nil)

    var first: SystemFault? { noted.withLock { $0 } }

    func note(_ fault: SystemFault) {
        noted.withLock { $0 = $0 ?? fault }
    }
}
