import Foundation
import MusicCore

/// The model cache in the layout of Hugging Face's Python library, which both sides read and write.
///
///     models--OWNER--NAME/blobs/HASH                 contents, named by SHA-256 (large files) or git hash
///     models--OWNER--NAME/refs/REVISION              text: the commit that the revision stood for
///     models--OWNER--NAME/snapshots/COMMIT/PATH      link to the blob
///     .locks/models--OWNER--NAME/HASH.lock           held while a blob is downloaded
struct HubCache: Sendable {
    /// The cache's directory.
    let directory: URL

    /// A commit of a repository whose files, or some of them, are here.
    struct Snapshot: Sendable, Equatable {
        var commit: String
        var directory: URL
    }

    static let prefix = "models--"

    func folder(of repository: RepositoryID) -> URL {
        directory.appending(path: Self.folderName(repository), directoryHint: .isDirectory)
    }

    func blobs(of repository: RepositoryID) -> URL { folder(of: repository).appending(path: "blobs") }

    func lock(_ name: String, of repository: RepositoryID) -> URL {
        directory.appending(path: ".locks").appending(path: Self.folderName(repository))
            .appending(path: "\(name).lock")
    }

    private static func folderName(_ repository: RepositoryID) -> String {
        "\(prefix)\(repository.owner)--\(repository.name)"
    }

    /// The repositories that have a folder here, sorted.
    func repositories() -> [RepositoryID] {
        FileSystem.names(in: directory).compactMap { name in
            guard name.hasPrefix(Self.prefix), let separator = name.dropFirst(Self.prefix.count).firstRange(of: "--")
            else { return nil }
            return RepositoryID(
                "\(name[name.index(name.startIndex, offsetBy: Self.prefix.count)..<separator.lowerBound])/"
                    + "\(name[separator.upperBound...])")
        }.sorted()
    }

    /// The repository whose folder in some cache, `models--OWNER--NAME`, this is; `nil` if it is none.
    static func repository(at folder: URL) -> RepositoryID? {
        guard folder.lastPathComponent.hasPrefix(prefix),
            FileSystem.isDirectory(folder.appending(path: "snapshots"))
        else { return nil }
        let cache = HubCache(directory: folder.deletingLastPathComponent())
        return cache.repositories().first { folderName($0) == folder.lastPathComponent }
    }

    /// The commit that a revision stood for at the last download; a commit stands for itself.
    func commit(of revision: String, in repository: RepositoryID) -> String? {
        if HubReference.isCommit(revision) { return revision }
        guard HubReference.isValidRevision(revision) else { return nil }
        let url = folder(of: repository).appending(path: "refs").appending(path: revision)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return HubReference.isCommit(commit) ? commit : nil
    }

    /// All references, by path below `refs/`.
    func references(of repository: RepositoryID) -> [String: String] {
        let refs = folder(of: repository).appending(path: "refs")
        var result: [String: String] = [:]
        for path in Self.files(below: refs) { result[path] = commit(of: path, in: repository) }
        return result
    }

    /// The snapshots that can serve a revision, best first: of a revision, its own; of none, that of the main branch,
    /// then the others, newest first.
    func snapshots(of repository: RepositoryID, revision: String?) -> [Snapshot] {
        let directory = folder(of: repository).appending(path: "snapshots")
        func snapshot(_ commit: String) -> Snapshot {
            Snapshot(commit: commit, directory: directory.appending(path: commit, directoryHint: .isDirectory))
        }
        if let revision {
            guard let commit = commit(of: revision, in: repository) else { return [] }
            return FileSystem.isDirectory(snapshot(commit).directory) ? [snapshot(commit)] : []
        }
        let preferred = ["main", Self.modelScopeReference].compactMap { commit(of: $0, in: repository) }
        let all = FileSystem.names(in: directory).filter(HubReference.isCommit).map { commit in
            let values = try? snapshot(commit).directory.resourceValues(forKeys: [.contentModificationDateKey])
            return (commit: commit, date: values?.contentModificationDate ?? .distantPast)
        }
        return all.sorted { left, right in
            let places = (preferred.firstIndex(of: left.commit), preferred.firstIndex(of: right.commit))
            switch places {
            case (let left?, let right?): return left < right
            case (.some, nil): return true
            case (nil, .some): return false
            case (nil, nil): return (left.date, left.commit) > (right.date, right.commit)
            }
        }.map { snapshot($0.commit) }
    }

    /// Whether not even the existence of the cache can be told, because a folder above it is closed to this user.
    var isHidden: Bool {
        let view = FolderView(directory)
        return !view.exists && [EACCES, EPERM].contains(view.obstacle?.code)
    }

    /// What the system refuses to show of a repository, so that nobody can tell what of it is here; `nil` if nothing.
    func obstacle(to repository: RepositoryID) -> SystemFault? {
        let view = FolderView(folder(of: repository))
        guard view.exists else { return view.obstacle }
        _ = view.folder("refs").names
        _ = view.folder("blobs").names
        for snapshot in view.folder("snapshots").folders { _ = snapshot.names }
        return view.obstacle
    }

    /// The reference of ModelScope's main branch, kept apart from that of Hugging Face.
    static let modelScopeReference = "modelscope/master"

    /// Notes which commit a downloaded listing had.
    func writeReference(for listing: RepositoryListing) throws {
        let revision = listing.revision
        if let revision, HubReference.isCommit(revision) { return }
        var names = [revision ?? "main"]
        if listing.source == .modelScope {
            // The two sites' commits differ. Only where Hugging Face has said nothing yet does `main` mean this one,
            // so that Python programs find the snapshot.
            names = [revision.map { "modelscope/\($0)" } ?? Self.modelScopeReference]
            let plain = revision ?? "main"
            if commit(of: plain, in: listing.repository) == nil { names.append(plain) }
        }
        for name in names where commit(of: name, in: listing.repository) != listing.commit {
            let refs = folder(of: listing.repository).appending(path: "refs")
            try FileSystem.makeDirectory(refs)
            try FileSystem.makeFolders(of: name, in: refs)
            try FileSystem.replace(refs.appending(path: name), with: listing.commit)
        }
    }

    /// Where a file of a listing belongs.
    func pointer(_ file: RemoteFile, of listing: RepositoryListing) -> URL {
        folder(of: listing.repository).appending(path: "snapshots").appending(path: listing.commit)
            .appending(path: file.path)
    }

    /// Puts a file of a snapshot in its place: a relative link to the blob, or the blob itself where links can't be.
    func point(_ file: RemoteFile, of listing: RepositoryListing, to blob: URL, avoidsLinks: Bool) throws {
        let snapshot = folder(of: listing.repository).appending(path: "snapshots").appending(path: listing.commit)
        try FileSystem.makeDirectory(snapshot)
        try FileSystem.makeFolders(of: file.path, in: snapshot)
        let pointer = snapshot.appending(path: file.path)
        let depth = file.path.split(separator: "/").count + 1
        let target = String(repeating: "../", count: depth) + "blobs/\(blob.lastPathComponent)"
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: pointer.path)) == target { return }

        // Under another name first, so that a reader finds the old file or the new one, and never none.
        let temporary = pointer.deletingLastPathComponent()
            .appending(path: ".\(FileSystem.randomSuffix()).link")
        var source = temporary
        if avoidsLinks || symlink(target, temporary.path) != 0 {
            let code = errno
            if !avoidsLinks, ![EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(code) {
                throw FileSystem.error(code, "create", pointer.path)
            }
            source = blob
        }
        if rename(source.path, pointer.path) != 0 {
            let code = errno
            unlink(temporary.path)
            throw FileSystem.error(code, "create", pointer.path)
        }
    }

    /// Marks the directory as a cache for backup programs (Cache Directory Tagging Specification).
    func writeTag() throws {
        let tag = directory.appending(path: "CACHEDIR.TAG")
        if FileSystem.isFile(tag) { return }
        try FileSystem.makeDirectory(directory)
        let text =
            "Signature: 8a477f597d28d172789f06886806bc55\n# Models downloaded from a hub; all of it can be had again.\n"
        try FileSystem.replace(tag, with: text)
    }

    /// Relative paths of all files and links below a directory, sorted; links to directories are not followed.
    static func files(below directory: URL) -> [String] {
        var result: [String] = []
        func visit(_ folder: URL, _ prefix: String, depth: Int) {
            guard depth < 32 else { return }
            for name in FileSystem.names(in: folder) {
                let url = folder.appending(path: name)
                if FileSystem.isDirectory(url), !FileSystem.isLink(url) {
                    visit(url, prefix + name + "/", depth: depth + 1)
                } else {
                    result.append(prefix + name)
                }
            }
        }
        visit(directory, "", depth: 0)
        return result
    }
}
