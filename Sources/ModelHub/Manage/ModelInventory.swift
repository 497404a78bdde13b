import Foundation
import MusicCore

/// One line of the list of models.
public struct ListedModel: Sendable, Codable, Equatable {
    /// Whether it can be used.
    public enum Status: String, Sendable, Codable {
        /// All files are here.
        case installed
        /// Some files are here.
        case partial
        /// The system doesn't let this user see what is here.
        case unreadable
        case absent
    }

    /// Where its name comes from.
    public enum Origin: String, Sendable, Codable {
        /// It comes with the program.
        case builtin
        /// A published checkpoint.
        case official
        /// A name of the user's own.
        case user
        /// A repository in the cache that has no short name.
        case cache
    }

    public var name: String
    public var origin: Origin
    public var status: Status
    /// What it is for; `nil` if unknown.
    public var purpose: ModelPurpose?
    /// The role of its own part, such as `pipeline`; `nil` if unknown.
    public var kind: ModelRole?
    /// Where it comes from: a hub id, or what a name of the user's stands for.
    public var source: String?
    public var summary: String?
    public var parameters: String?
    /// An SPDX expression.
    public var licence: String?
    /// Whether its owners ask everyone to accept their terms before a download; `nil` if unknown.
    public var isGated: Bool?
    /// Approximate bytes of a complete download, parts that are shared with other models included.
    public var downloadBytes: Int64?
    /// Bytes on this machine, shared parts included.
    public var diskBytes: Int64
    /// The checkpoint's own folder, if it is complete.
    public var directory: String?
    /// Folders of the parts that are complete, by role.
    public var directories: [String: String]

    enum CodingKeys: String, CodingKey {
        case name, origin, status, purpose, kind, source, summary, parameters, licence
        case isGated = "gated"
        case downloadBytes = "download_bytes"
        case diskBytes = "disk_bytes"
        case directory, directories
    }
}

/// All models that are known or here.
public struct ModelInventory: Sendable, Codable, Equatable {
    /// The cache's directory.
    public var cacheDirectory: String
    /// Bytes of all model repositories in the cache that are listed below.
    public var cachedBytes: Int64
    public var models: [ListedModel]

    enum CodingKeys: String, CodingKey {
        case cacheDirectory = "cache_directory"
        case cachedBytes = "cached_bytes"
        case models
    }
}

extension ModelLocator {
    /// Lists the known models, and those that are here without being known, without a look at the network.
    ///
    /// - Throws: ``MusicError`` if the cache can't be read: nobody can tell then what is in it.
    public func inventory() throws -> ModelInventory {
        let view = FolderView(configuration.cacheDirectory)
        _ = view.names
        if let obstacle = view.obstacle { throw obstacle.error() }
        var models: [ListedModel] = []
        if let builtin = builtinEntry() { models.append(builtin) }
        models += registry.models.map(entry)
        models += registry.userModels.map(entry)
        models += unnamedRepositories()

        let repositories = registry.repositories
            .union(models.filter { $0.origin == .cache }.compactMap { $0.source.flatMap(RepositoryID.init) })
        let bytes = repositories.reduce(0) { $0 + DiskUsage.bytes(below: cache.blobs(of: $1)) }
        return ModelInventory(
            cacheDirectory: configuration.cacheDirectory.path, cachedBytes: bytes, models: models)
    }

    private func builtinEntry() -> ListedModel? {
        guard case .folder(let url)? = try? target(ModelRegistry.builtinName) else { return nil }
        return present(
            ModelRegistry.builtinName, .builtin, url, source: nil, summary: "comes with the program, works offline")
    }

    private func entry(_ model: KnownModel) -> ListedModel {
        let (parts, incomplete) = locate(WantedModel(model: model))
        let own = model.ownComponent
        let ownFolder = parts.first { $0.role == own.role }?.directory
        let hasOwn = ownFolder != nil || snapshotFolders(of: own).contains { hasWeights(below: $0) }
        let status: ListedModel.Status =
            incomplete.isEmpty
            ? .installed : incomplete.contains { $0.obstacle != nil } ? .unreadable : hasOwn ? .partial : .absent
        return ListedModel(
            name: model.name, origin: .official, status: status, purpose: model.purpose, kind: own.role,
            source: own.place, summary: model.summary, parameters: model.parameters, licence: model.licence,
            isGated: model.isGated, downloadBytes: model.bytes,
            diskBytes: status == .absent ? 0 : DiskUsage.bytes(below: parts.map(\.directory)),
            directory: ownFolder?.path, directories: Self.paths(parts))
    }

    private func entry(_ model: UserModel) -> ListedModel {
        switch try? target(model.name) {
        case .folder(let url)?:
            return present(model.name, .user, url, source: model.model, summary: model.summary)
        case .repository(let reference)?:
            if let url = cachedFolder(reference) {
                return present(model.name, .user, url, source: model.model, summary: model.summary)
            }
        case .parts(let wanted)?:
            var entry = entry(wanted.model)
            (entry.name, entry.origin, entry.source) = (model.name, .user, model.model)
            entry.summary = model.summary ?? entry.summary
            return entry
        case nil:
            break
        }
        return absent(model.name, .user, source: model.model, summary: model.summary)
    }

    /// Repositories of the cache that hold a model of a known family and have no short name.
    private func unnamedRepositories() -> [ListedModel] {
        let known = registry.repositories
        return cache.repositories().filter { !known.contains($0) }.compactMap { repository in
            guard let snapshot = cache.snapshots(of: repository, revision: nil).first else { return nil }
            switch registry.catalog.contents(of: FolderView(snapshot.directory))?.contents {
            case .model(let found)? where found.purpose == .music: break
            case .several?: break
            default: return nil
            }
            return present(repository.description, .cache, snapshot.directory, source: repository.description)
        }
    }

    /// The entry of a folder that is here.
    private func present(
        _ name: String, _ origin: ListedModel.Origin, _ folder: URL, source: String?, summary: String? = nil
    ) -> ListedModel {
        let model: ResolvedModel
        do {
            model = try resolvePresent(folder, name: name)
        } catch {
            var entry = absent(name, origin, source: source, summary: summary)
            if (error as? MusicError)?.tellsOfAbsence == false {
                entry.status = .unreadable
            } else if FileSystem.isDirectory(folder) {
                entry.status = .partial
                entry.diskBytes = DiskUsage.bytes(below: folder)
            }
            return entry
        }
        return ListedModel(
            name: name, origin: origin, status: .installed, purpose: model.purpose, kind: model.ownPart.role,
            source: source, summary: summary, diskBytes: DiskUsage.bytes(below: model.parts.map(\.directory)),
            directory: model.directory.path, directories: Self.paths(model.parts))
    }

    private func absent(
        _ name: String, _ origin: ListedModel.Origin, source: String?, summary: String?
    ) -> ListedModel {
        ListedModel(
            name: name, origin: origin, status: .absent, source: source, summary: summary, diskBytes: 0,
            directories: [:])
    }

    private static func paths(_ parts: [FoundModel.Part]) -> [String: String] {
        Dictionary(parts.map { ($0.role.rawValue, $0.directory.path) }) { first, _ in first }
    }

    /// The folders of a part in all snapshots of the cache.
    func snapshotFolders(of component: ModelComponent) -> [URL] {
        cache.snapshots(of: component.repository, revision: nil).map {
            component.folder.isEmpty ? $0.directory : $0.directory.appending(path: component.folder)
        }
    }

    func hasWeights(below folder: URL) -> Bool {
        HubCache.files(below: folder).contains {
            $0.hasSuffix(".safetensors") && FileSystem.isFile(folder.appending(path: $0))
        }
    }
}

/// Sizes of files on a disk, each counted once however many links lead to it.
enum DiskUsage {
    /// Bytes of all files below a folder.
    static func bytes(below folder: URL) -> Int64 { bytes(below: [folder]) }

    static func bytes(below folders: [URL]) -> Int64 {
        var seen: Set<[UInt64]> = []
        var total: Int64 = 0
        for folder in folders {
            for path in HubCache.files(below: folder) {
                var information = stat()
                guard stat(folder.appending(path: path).path, &information) == 0,
                    seen.insert([UInt64(information.st_dev), UInt64(information.st_ino)]).inserted
                else { continue }
                total += Int64(information.st_size)
            }
        }
        return total
    }
}
