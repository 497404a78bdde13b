public import Foundation
import MusicCore
import MusicEngine

/// Files that users give, whole or in pieces; jobs name them by their handles.
public actor Uploads {
    /// What may be uploaded.
    public struct Limits: Sendable, Equatable {
        /// Bytes of one file.
        public var bytes: Int
        /// Bytes of all files of an owner.
        public var ownerBytes: Int
        /// Seconds after which a file goes that no job needs.
        public var lifetime: Double

        public init(bytes: Int = 512 << 20, ownerBytes: Int = 4 << 30, lifetime: Double = 86_400) {
            self.bytes = bytes
            self.ownerBytes = ownerBytes
            self.lifetime = lifetime
        }
    }

    private let index: any UploadIndex
    private let folder: JobsFolder
    private let runner: any JobRunner
    public nonisolated let limits: Limits
    private let now: @Sendable () -> Date
    /// Uploads that a piece is being written to.
    private var busy: Set<String> = []

    init(
        index: any UploadIndex, folder: JobsFolder, runner: any JobRunner, limits: Limits,
        now: @escaping @Sendable () -> Date
    ) {
        self.index = index
        self.folder = folder
        self.runner = runner
        self.limits = limits
        self.now = now
    }

    /// Begins an upload.
    ///
    /// - Parameters:
    ///   - name: as the owner calls the file.
    ///   - length: bytes that it will have.
    /// - Throws: ``JobRefusal`` `tooLarge`; ``MusicError`` `invalidRequest` for a length below 1, `unwritableOutput`.
    public func create(owner: String, name: String = "", length: Int) async throws -> UploadRecord {
        guard length > 0 else {
            throw MusicError(
                .invalidRequest, "The upload is \(length) bytes long", advice: "give the length of the file",
                field: "length", value: String(length), expected: "1 to \(limits.bytes)")
        }
        let used = try await index.uploads(owner: owner).reduce(0) { $0 + $1.length }
        guard length <= limits.bytes, used <= limits.ownerBytes - length else {
            let most = min(limits.bytes, max(0, limits.ownerBytes - used))
            throw JobRefusal(
                .tooLarge,
                MusicError(
                    .invalidRequest, "The upload of \(length) bytes is larger than the \(most) bytes that are free",
                    advice: "send a shorter or a compressed file, or remove other uploads", field: "length",
                    value: String(length), expected: "1 to \(most)"))
        }
        let time = now()
        let upload = UploadRecord(
            id: Handle.make(.upload), owner: owner, name: String(name.prefix(200)), length: length, created: time,
            expires: time.addingTimeInterval(limits.lifetime))
        // The file goes first: one without a record is removed at the next start.
        let path = file(upload.id).path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable(errno) }
        close(descriptor)
        try await index.put(upload)
        return upload
    }

    /// An upload as it stands.
    ///
    /// - Throws: ``JobRefusal`` `notFound`, also if it is somebody else's.
    public func upload(_ id: String, owner: String? = nil) async throws -> UploadRecord {
        guard Handle.kind(of: id) == .upload, var upload = try await index.upload(id),
            owner == nil || upload.owner == owner, let size = JobsFolder.size(file(id))
        else { throw JobRefusal.notFound("upload", id) }
        // What has reached the file counts, also if the process was killed since.
        upload.offset = size
        return upload
    }

    /// Adds a piece; the last one completes the file, which is then looked into.
    ///
    /// - Parameters:
    ///   - offset: where the piece begins, which has to be where the last one ended.
    /// - Throws: ``JobRefusal`` `wrongOffset`, `tooLarge` or `notFound`; ``MusicError`` `unreadableInput` if the
    ///   complete file is not audio, and `unwritableOutput`.
    public func append(_ data: Data, to id: String, offset: Int, owner: String? = nil) async throws -> UploadRecord {
        var upload = try await upload(id, owner: owner)
        guard offset == upload.offset, !upload.isComplete, busy.insert(id).inserted else {
            throw JobRefusal(
                .wrongOffset,
                MusicError(
                    .invalidRequest, "The piece begins at \(offset), and \(upload.offset) bytes are there",
                    advice: "go on at \(upload.offset)", field: "offset", value: String(offset),
                    expected: String(upload.offset)))
        }
        defer { busy.remove(id) }
        guard data.count <= upload.length - offset else {
            throw JobRefusal(
                .tooLarge,
                MusicError(
                    .invalidRequest, "The piece reaches beyond the \(upload.length) bytes of the upload",
                    advice: "send at most \(upload.length - offset) bytes more"))
        }
        try Self.write(data, at: offset, to: file(id))
        upload.offset = offset + data.count
        guard upload.offset == upload.length else { return upload }
        do {
            upload.audio = try await runner.inspect(file(id))
        } catch {
            try await remove(id)
            throw error
        }
        upload.sha256 = try await Self.digest(file(id))
        try await index.put(upload)
        return upload
    }

    /// Takes a whole file in.
    ///
    /// - Throws: as ``create(owner:name:length:)`` and ``append(_:to:offset:owner:)``.
    public func store(_ data: Data, owner: String, name: String = "") async throws -> UploadRecord {
        let upload = try await create(owner: owner, name: name, length: data.count)
        do {
            return try await append(data, to: upload.id, offset: 0)
        } catch {
            try await remove(upload.id)
            throw error
        }
    }

    /// The file of a complete upload.
    ///
    /// - Throws: ``JobRefusal`` `notFound`.
    public func file(of id: String, owner: String? = nil) async throws -> URL {
        guard try await upload(id, owner: owner).isComplete else { throw JobRefusal.notFound("complete upload", id) }
        return file(id)
    }

    /// Removes an upload; one that isn't there is no error.
    public func remove(_ id: String, owner: String? = nil) async throws {
        guard Handle.kind(of: id) == .upload, let upload = try await index.upload(id),
            owner == nil || upload.owner == owner
        else { return }
        try await index.removeUpload(id)
        JobsFolder.remove(file(id))
    }

    /// Removes uploads whose time is over.
    ///
    /// - Parameter needed: handles that jobs need still.
    /// - Returns: the handles of what was removed.
    public func sweep(needed: Set<String>) async throws -> [String] {
        let time = now()
        let over = try await index.uploads(owner: nil)
            .filter { $0.expires <= time && !needed.contains($0.id) && !busy.contains($0.id) }
        for upload in over { try await remove(upload.id) }
        return over.map(\.id)
    }

    /// Brings records and files together after a crash.
    func repair() async throws {
        let files = Set(try JobsFolder.names(folder.uploads))
        let records = try await index.uploads(owner: nil)
        for record in records where !files.contains(record.id) { try await index.removeUpload(record.id) }
        for name in files.subtracting(records.map(\.id)) {
            JobsFolder.remove(folder.uploads.appendingPathComponent(name))
        }
    }

    private nonisolated func file(_ id: String) -> URL { folder.uploads.appendingPathComponent(id) }

    @concurrent private static func digest(_ file: URL) async throws -> String { try FileDigest.sha256(of: file) }

    /// Writes a piece as a whole or not at all, and brings it to the disk.
    private static func write(_ data: Data, at offset: Int, to file: URL) throws {
        let descriptor = open(file.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(errno) }
        defer { close(descriptor) }
        var written = 0
        while written < data.count {
            let count = data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Int in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = count == 0 ? ENOSPC : errno
                ftruncate(descriptor, off_t(offset))
                throw unwritable(code)
            }
            written += count
        }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            let code = errno
            ftruncate(descriptor, off_t(offset))
            throw unwritable(code)
        }
    }

    private static func unwritable(_ code: Int32) -> MusicError {
        MusicError(
            .unwritableOutput, "The upload can't be stored: \(String(cString: strerror(code)))",
            advice: "make room on the server's disk")
    }
}
