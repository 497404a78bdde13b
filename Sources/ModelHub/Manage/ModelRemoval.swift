import Foundation
import MusicCore

/// What removing a model from the cache takes away, and what it leaves because others need it.
public struct ModelRemoval: Sendable, Equatable {
    /// Bytes that it frees.
    public internal(set) var freedBytes: Int64 = 0
    /// Repositories, or folders of them, that go.
    public internal(set) var removed: [String] = []
    /// Parts that stay, each with the models that need it.
    public internal(set) var kept: [String: [String]] = [:]

    var repositories: [RepositoryRemoval] = []
}

/// What goes of one repository's folder.
struct RepositoryRemoval: Sendable, Equatable {
    var repository: RepositoryID
    /// Whether nothing of it stays.
    var isWhole = false
    /// Files of snapshots.
    var pointers: [URL] = []
    var snapshots: [URL] = []
    /// References, and what else is noted about snapshots that go.
    var notes: [URL] = []
    var blobs: [URL] = []
}

extension ModelLocator {
    /// Plans the removal of a model: its own files, and shared parts that no other model here needs.
    ///
    /// Contents that another revision has as well stay.
    ///
    /// - Throws: ``MusicError`` `modelNotFound` if nothing of it is in the cache, `invalidRequest` for a folder of the
    ///   user's or while another program downloads it, `unreadableInput` if a part of the cache can't be seen.
    public func removal(of name: String) throws -> ModelRemoval {
        // What can't be seen may need what would go.
        let view = FolderView(configuration.cacheDirectory)
        _ = view.names
        if let obstacle = view.obstacle ?? cache.repositories().lazy.compactMap(cache.obstacle).first {
            throw obstacle.error()
        }
        var plan = ModelRemoval()
        var folders: [RepositoryID: [(folder: String, revision: String?)]] = [:]
        switch try target(name) {
        case .folder(let url):
            throw MusicError(
                .invalidRequest, "\(url.path) is a folder of yours or of the program, and not in the model cache",
                advice: "remove it with your own means")
        case .repository(let reference):
            folders[reference.repository] = [(reference.folder, reference.revision)]
        case .parts(let wanted):
            for component in wanted.model.components {
                let users = component == wanted.model.ownComponent ? [] : users(of: component, besides: wanted.model)
                if users.isEmpty {
                    folders[component.repository, default: []].append(
                        (component.folder, wanted.revision(of: component)))
                } else {
                    plan.kept[component.directoryName] = users
                }
            }
        }
        for (repository, places) in folders.sorted(by: { $0.key < $1.key }) {
            guard let removal = try removal(of: places, in: repository) else { continue }
            plan.repositories.append(removal)
            plan.freedBytes += freedBytes(removal)
            let parts = places.filter { !$0.folder.isEmpty }.map { "\(repository)/\($0.folder)" }
            plan.removed += removal.isWhole || parts.isEmpty ? [repository.description] : parts
        }
        if plan.repositories.isEmpty {
            throw MusicError(
                .modelNotFound, "nothing of '\(name)' is in the model cache \(configuration.cacheDirectory.path)",
                field: "model", value: name, suggestion: .listModels)
        }
        return plan
    }

    /// Carries out a plan.
    ///
    /// - Returns: the bytes that were freed.
    /// - Throws: ``MusicError`` `unwritableOutput`.
    @discardableResult
    public func remove(_ plan: ModelRemoval) throws -> Int64 {
        let shared = SharedBlobs(cache: configuration.cacheDirectory)
        var freed: Int64 = 0
        for removal in plan.repositories {
            // Links first, contents last: whoever looks meanwhile finds a file whole or not at all.
            let targets = removal.blobs.compactMap(shared.target)
            for url in removal.pointers + removal.notes {
                freed += ownBytes(url)
                try delete(url)
            }
            for url in removal.snapshots { try? FileManager.default.removeItem(at: url) }
            for url in removal.blobs {
                freed += ownBytes(url)
                try delete(url)
            }
            for target in Set(targets) { freed += shared.sweep(target) }
            if removal.isWhole {
                let folder = cache.folder(of: removal.repository)
                freed += HubCache.files(below: folder).reduce(0) { $0 + ownBytes(folder.appending(path: $1)) }
                try? FileManager.default.removeItem(at: folder)
                let locks = cache.lock("x", of: removal.repository).deletingLastPathComponent()
                try? FileManager.default.removeItem(at: locks)
            } else {
                for url in removal.pointers { removeEmptyFolders(from: url) }
            }
        }
        return freed
    }

    // MARK: - Planning

    /// The models here that need a shared part.
    private func users(of component: ModelComponent, besides model: KnownModel) -> [String] {
        var users = registry.models.filter { other in
            other != model && other.components.contains(component)
                && snapshotFolders(of: other.ownComponent).contains { hasWeights(below: $0) }
        }.map(\.name)
        let known = registry.repositories
        for repository in cache.repositories() where !known.contains(repository) {
            guard let snapshot = cache.snapshots(of: repository, revision: nil).first,
                case .model(let found)? = registry.catalog.contents(of: FolderView(snapshot.directory))?.contents,
                found.missingParts.contains(component)
            else { continue }
            users.append(repository.description)
        }
        return users
    }

    private func removal(
        of places: [(folder: String, revision: String?)], in repository: RepositoryID
    ) throws -> RepositoryRemoval? {
        let folder = cache.folder(of: repository)
        guard FileSystem.isDirectory(folder) else { return nil }
        var going: [URL] = []
        var staying: [URL] = []
        var removal = RepositoryRemoval(repository: repository)
        let all = cache.snapshots(of: repository, revision: nil)
        for snapshot in all {
            let here = places.filter { place in
                place.revision.map { cache.commit(of: $0, in: repository) == snapshot.commit } ?? true
            }
            let paths = HubCache.files(below: snapshot.directory)
            var rest = paths.filter { path in !here.contains { RemotePath.isIn($0.folder, path) } }
            // Documents and code that came along are no reason to keep a snapshot without weights.
            if !here.isEmpty, !rest.contains(where: { $0.hasSuffix(".safetensors") }) { rest = [] }
            going += Set(paths).subtracting(rest).sorted().map { snapshot.directory.appending(path: $0) }
            staying += rest.map { snapshot.directory.appending(path: $0) }
            if rest.isEmpty, !here.isEmpty { removal.snapshots.append(snapshot.directory) }
        }
        removal.isWhole = removal.snapshots.count == all.count
        if going.isEmpty, !removal.isWhole { return nil }
        try checkUnlocked(repository)
        removal.pointers = going
        let needed = Set(staying.compactMap(blobName))
        let blobs = cache.blobs(of: repository)
        removal.blobs = Set(going.compactMap(blobName)).subtracting(needed).sorted().map { blobs.appending(path: $0) }
        // What interrupted downloads have left.
        removal.blobs += FileSystem.names(in: blobs).filter { $0.hasSuffix(".incomplete") }
            .map { blobs.appending(path: $0) }
        let commits = Set(removal.snapshots.map(\.lastPathComponent))
        for (reference, commit) in cache.references(of: repository) where commits.contains(commit) {
            removal.notes.append(folder.appending(path: "refs").appending(path: reference))
        }
        removal.notes += commits.sorted().map { folder.appending(path: "trees/\($0).json") }.filter(FileSystem.isFile)
        return removal
    }

    private func checkUnlocked(_ repository: RepositoryID) throws {
        let folder = cache.lock("x", of: repository).deletingLastPathComponent()
        for name in FileSystem.names(in: folder) where try FileLock.attempt(folder.appending(path: name)) == nil {
            throw MusicError(
                .invalidRequest, "\(repository) is being downloaded by another program",
                advice: "wait until it has finished, or end it")
        }
    }

    /// The blob that a file of a snapshot is a link to.
    private func blobName(_ pointer: URL) -> String? {
        guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: pointer.path) else { return nil }
        let parts = link.split(separator: "/")
        return parts.count >= 2 && parts[parts.count - 2] == "blobs" ? parts.last.map(String.init) : nil
    }

    private func freedBytes(_ removal: RepositoryRemoval) -> Int64 {
        let folder = cache.folder(of: removal.repository)
        let urls =
            removal.isWhole
            ? HubCache.files(below: folder).map { folder.appending(path: $0) }
            : removal.pointers + removal.notes + removal.blobs
        let shared = SharedBlobs(cache: configuration.cacheDirectory)
        let leaving = Set(removal.blobs.map(\.path))
        let swept = Set(removal.blobs.compactMap(shared.target)).filter { target in
            shared.references(to: target).map { Set($0.map(\.path)).isSubset(of: leaving) } ?? false
        }
        return urls.reduce(0) { $0 + ownBytes($1) } + swept.reduce(0) { $0 + (FileSystem.size($1) ?? 0) }
    }

    /// Bytes that a file takes itself: none for a link.
    private func ownBytes(_ url: URL) -> Int64 {
        FileSystem.isLink(url) ? 0 : FileSystem.size(url) ?? 0
    }

    private func delete(_ url: URL) throws {
        if unlink(url.path) != 0, errno != ENOENT { throw FileSystem.error(errno, "remove", url.path) }
    }

    /// Removes the folders of a file, innermost first, as long as they are empty.
    private func removeEmptyFolders(from url: URL) {
        var folder = url.deletingLastPathComponent()
        while folder.lastPathComponent != "snapshots", rmdir(folder.path) == 0 {
            folder = folder.deletingLastPathComponent()
        }
    }
}
