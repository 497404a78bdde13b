import Foundation
import MusicCore

/// A blob on its way: `HASH.incomplete` beside the finished blobs, hashed as it grows.
///
/// Used by one thread at a time: first by the task that opens it, then by the transfer's thread.
final class PartialFile: @unchecked Sendable {
    let url: URL
    private let file: RemoteFile
    private let descriptor: Int32
    private var hasher: ContentHasher
    /// How many bytes are here, all of them hashed.
    private(set) var offset: Int64 = 0
    /// Whether nobody else may have written to the file, so that it is removed when the download fails.
    private let isTemporary: Bool

    /// Opens or creates the file and hashes what is there.
    ///
    /// - Parameters:
    ///   - isTemporary: whether the file is for this download alone and removed if it fails.
    init(_ url: URL, for file: RemoteFile, isTemporary: Bool, isCancelled: () -> Bool) throws {
        self.url = url
        self.file = file
        self.isTemporary = isTemporary
        hasher = Self.hasher(for: file)
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw FileSystem.error(errno, "write", url.path) }
        // Without a hash to check the whole by, what is here may be the beginning of something else.
        if file.contentKey == nil { try restart() } else { try hashExisting(isCancelled) }
    }

    deinit { close(descriptor) }

    /// The hashes that the file is checked by and named by.
    private static func hasher(for file: RemoteFile) -> ContentHasher {
        ContentHasher(size: file.size, wantsSHA256: file.sha256 != nil, wantsGitHash: !file.isLarge)
    }

    private func hashExisting(_ isCancelled: () -> Bool) throws {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileSystem.error(errno, "read", url.path) }
        if Int64(information.st_size) > file.size { return try restart() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            if isCancelled() { throw CancellationError() }
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count == 0 { return }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileSystem.error(errno, "read", url.path)
            }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput`; the bytes that were written before stay.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = pwrite(descriptor, base, rest.count, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw FileSystem.error(errno, "write", url.path)
            }
            hasher.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            offset += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Throws away what is here.
    func restart() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw FileSystem.error(errno, "write", url.path) }
        hasher = Self.hasher(for: file)
        offset = 0
    }

    /// The hashes of everything that is here.
    func hashes() -> ContentHasher.Result { hasher.finish() }

    /// Puts the complete, checked file on the disk under its final name.
    func finish(as blob: URL) throws {
        // The name says what the contents are, so the contents go to the disk first.
        guard fsync(descriptor) == 0 else { throw FileSystem.error(errno, "write", url.path) }
        if rename(url.path, blob.path) != 0 {
            let code = errno
            // Where locks don't work, another process may have finished the same file.
            if FileSystem.size(blob) == file.size { return }
            throw FileSystem.error(code, "write", blob.path)
        }
    }

    /// Removes the file from the disk.
    func discard() { unlink(url.path) }

    /// To be called when the download ends without ``finish(as:)``: keeps the file for the next attempt, if it can
    /// serve one.
    func abandon() {
        if isTemporary || offset == 0 || file.contentKey == nil { discard() }
    }
}
