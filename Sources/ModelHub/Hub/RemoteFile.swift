import MusicCore

/// A file of a repository, as a hub lists it.
package struct RemoteFile: Sendable, Hashable {
    /// Path in the repository, checked by ``RemotePath/isSafe(_:)``.
    package var path: String
    /// Length in bytes.
    package var size: Int64
    /// SHA-256 of the contents, 64 hexadecimal digits, if the hub tells it.
    package var sha256: String?
    /// Git's hash of the contents as a blob (SHA-1), 40 hexadecimal digits, if the hub tells it.
    package var gitHash: String?
    /// Whether git holds a pointer to the file (LFS) instead of the file; the cache names such a blob by its SHA-256,
    /// any other by its git hash.
    package var isLarge: Bool

    package init(path: String, size: Int64, sha256: String? = nil, gitHash: String? = nil, isLarge: Bool) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.gitHash = gitHash
        self.isLarge = isLarge
    }

    /// The blob's name in the cache, if it is known before the download.
    package var blobName: String? { isLarge ? sha256 : gitHash }

    /// What the file's contents must be for its partial download to be continued: a hash, if any is known.
    package var contentKey: String? { sha256 ?? gitHash }
}

/// The files of a repository at one commit.
package struct RepositoryListing: Sendable {
    package var repository: RepositoryID
    package var source: HubSourceName
    /// The revision that was asked for; `nil` for the main branch.
    package var revision: String?
    /// The commit that it stands for, 40 hexadecimal digits; names the snapshot in the cache.
    package var commit: String
    /// What the source understands in a file's address: the commit, or the revision where the commit is not known.
    package var downloadRevision: String
    package var files: [RemoteFile]

    package init(
        repository: RepositoryID, source: HubSourceName, revision: String? = nil, commit: String,
        downloadRevision: String, files: [RemoteFile]
    ) {
        self.repository = repository
        self.source = source
        self.revision = revision
        self.commit = commit
        self.downloadRevision = downloadRevision
        self.files = files
    }
}
