import Foundation
import MusicCore

/// What hashing a model's files anew has shown.
public struct VerificationReport: Sendable, Codable, Equatable {
    public enum Outcome: String, Sendable, Codable {
        /// The contents have the recorded hash.
        case intact
        /// The contents have another hash than the recorded one.
        case damaged
        /// The file is not here.
        case missing
        /// No hash of the file is recorded on this machine.
        case unrecorded
    }

    public struct File: Sendable, Codable, Equatable {
        public var path: String
        public var outcome: Outcome
        public var bytes: Int64
        /// The recorded hash: SHA-256 (64 digits) or git's (40 digits).
        public var expected: String?
        /// The hash of the contents, if it differs.
        public var actual: String?
    }

    public var name: String
    public var files: [File]

    /// Whether every file that can be checked is intact and none is missing.
    public var isIntact: Bool { !files.contains { $0.outcome == .damaged || $0.outcome == .missing } }
}

extension ModelLocator {
    /// Hashes all files of a model anew and compares them with the hashes that the hub recorded: the names of the
    /// cache's blobs, or the notes that Hugging Face's library leaves beside files that it downloads into a folder.
    ///
    /// - Parameter onProgress: told how many of how many bytes are done, from any thread.
    /// - Throws: ``MusicError`` `modelNotFound` if nothing of it is here; `CancellationError`.
    public func verify(
        _ name: String, onProgress: @escaping @Sendable (_ bytes: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws -> VerificationReport {
        let (folders, missing) = try verifiedFolders(name)
        var urls: [URL] = []
        for folder in folders {
            urls += HubCache.files(below: folder).filter { !$0.hasPrefix(".cache/") }.map { folder.appending(path: $0) }
        }
        // A part may lie within the folder of another.
        var seen: Set<String> = []
        let files = urls.filter { seen.insert($0.standardizedFileURL.path).inserted }
        let total = files.reduce(0) { $0 + (FileSystem.size($1) ?? 0) }
        let checked = try await Offload.run { isCancelled in
            var done: Int64 = 0
            return try files.map { url in
                try Self.check(url, isCancelled: isCancelled) { count in
                    done += Int64(count)
                    onProgress(done, total)
                }
            }
        }
        let absent = missing.map { VerificationReport.File(path: $0, outcome: .missing, bytes: 0) }
        return VerificationReport(name: name, files: checked + absent)
    }

    /// Removes the damaged files of a report from the cache, so that a download brings them anew.
    ///
    /// - Returns: the paths of damaged files that lie outside the cache and are therefore left alone.
    public func discardDamaged(_ report: VerificationReport) throws -> [String] {
        var left: [String] = []
        for file in report.files where file.outcome == .damaged {
            let url = URL(filePath: file.path)
            guard Self.recordedBlob(url) != nil, isInCache(url) else {
                left.append(file.path)
                continue
            }
            // The blob, or the store's file that it leads to, and with it what every link to it finds.
            let blob = url.resolvingSymlinksInPath()
            if unlink(blob.path) != 0, errno != ENOENT { throw FileSystem.error(errno, "remove", blob.path) }
        }
        return left
    }

    private func isInCache(_ url: URL) -> Bool {
        let root = configuration.cacheDirectory.resolvingSymlinksInPath().path
        return url.resolvingSymlinksInPath().path.hasPrefix(root + "/")
    }

    /// The folders to check, and the files that are known to be missing.
    private func verifiedFolders(_ name: String) throws -> (folders: [URL], missing: [String]) {
        switch try target(name) {
        case .folder(let url):
            return (try resolvePresent(url, name: name).parts.map(\.directory).sorted { $0.path < $1.path }, [])
        case .repository(let reference):
            guard let folder = cachedFolder(reference) else {
                throw missing([], name: name, install: reference.description, offline: nil)
            }
            return ([folder], [])
        case .parts(let wanted):
            let (parts, incomplete) = locate(wanted)
            if !parts.contains(where: { $0.role == wanted.model.ownComponent.role }),
                !snapshotFolders(of: wanted.model.ownComponent).contains(where: FileSystem.isDirectory)
            {
                throw missing(incomplete, name: name, install: wanted.name, offline: nil)
            }
            var folders = parts.map(\.directory)
            for part in incomplete {
                folders += snapshotFolders(of: part.component).filter(FileSystem.isDirectory).prefix(1)
            }
            return (
                folders.sorted { $0.path < $1.path },
                incomplete.flatMap { part in part.files.map { "\(part.component.repository)/\($0)" } }
            )
        }
    }

    private static func check(
        _ url: URL, isCancelled: () -> Bool, onBytes: (Int) -> Void
    ) throws -> VerificationReport.File {
        guard let size = FileSystem.size(url) else {
            return VerificationReport.File(
                path: url.path, outcome: .missing, bytes: 0, expected: recordedBlob(url))
        }
        guard let expected = recordedBlob(url) ?? recordedNote(url) else {
            onBytes(Int(clamping: size))
            return VerificationReport.File(path: url.path, outcome: .unrecorded, bytes: size)
        }
        let isSHA256 = expected.utf8.count == 64
        let hashes = try ContentHasher.hash(
            url, wantsSHA256: isSHA256, wantsGitHash: !isSHA256, onBytes: onBytes, isCancelled: isCancelled)
        let actual = isSHA256 ? hashes.sha256 : hashes.gitHash
        let isIntact = actual == expected
        return VerificationReport.File(
            path: url.path, outcome: isIntact ? .intact : .damaged, bytes: size, expected: expected,
            actual: isIntact ? nil : actual)
    }

    /// The hash that the name of a snapshot file's blob is; `nil` if the file is no link to a blob.
    private static func recordedBlob(_ url: URL) -> String? {
        guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path) else { return nil }
        let parts = link.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "blobs", let name = parts.last else { return nil }
        return hash(String(name))
    }

    /// The hash in the note that Hugging Face's library writes for a file in a folder of the user's: the second line
    /// of `.cache/huggingface/download/PATH.metadata` in that folder.
    private static func recordedNote(_ url: URL) -> String? {
        var root = url.deletingLastPathComponent()
        var path = url.lastPathComponent
        for _ in 0..<4 {
            let note = root.appending(path: ".cache/huggingface/download/\(path).metadata")
            if let text = try? String(contentsOf: note, encoding: .utf8) {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                return lines.count >= 2 ? hash(String(lines[1])) : nil
            }
            path = "\(root.lastPathComponent)/\(path)"
            root = root.deletingLastPathComponent()
        }
        return nil
    }

    private static func hash(_ text: String) -> String? {
        [40, 64].contains(text.utf8.count) && HubReference.isHexadecimal(text) ? text : nil
    }
}
