import Foundation
import MusicCore

/// A file that appears under its name only when it is complete: it is written under a hidden name in the same
/// directory, forced to the disk, then renamed.
///
/// Until then a file that has the name already stays as it is.
///
/// The hidden file is locked while it is being written. A process that is killed leaves it behind unlocked, and the
/// next one that writes the same target removes it.
final class AtomicFile {
    let url: URL
    /// The path to replace, with symbolic links followed.
    private let destination: String
    private let temporary: String
    /// -1 after ``commit()`` or ``discard()``.
    private var descriptor: Int32
    /// Permissions of the file that is to be replaced.
    private let permissions: mode_t?
    private let sizeLimit: UInt64

    /// What hidden files are called: this, a number that stands for the target's name, and a random one.
    static let prefix = ".vivace-part-"

    /// - Throws: ``MusicError`` with code `unwritableOutput` if the directory doesn't exist or may not be written, or
    ///   the name belongs to something that is not a regular file.
    convenience init(_ url: URL) throws {
        guard url.isFileURL else {
            throw OutputError.make(url, "it is not a place on this machine", advice: "name a file")
        }
        try self.init(url, Self.resolve(url))
    }

    /// A file for ``commit(underFirstFreeOf:link:)``, to which it doesn't matter who has the name.
    ///
    /// - Parameter url: a place in the directory.
    convenience init(newFileBeside url: URL) throws {
        guard url.isFileURL else {
            throw OutputError.make(url, "it is not a place on this machine", advice: "name a file")
        }
        try self.init(url, (systemPath(url), nil))
    }

    private init(_ url: URL, _ target: (path: String, permissions: mode_t?)) throws {
        let (destination, permissions) = target
        let separator = destination.lastIndex(of: "/").map { destination.index(after: $0) } ?? destination.startIndex
        let directory = String(destination[..<separator])
        let own = Self.prefix + String(fingerprint(destination[separator...].utf8), radix: 16) + "-"
        Self.removeStale(prefix: own, in: directory)
        (temporary, descriptor) = try Self.create(url, prefix: directory + own, permissions)
        self.url = url
        self.destination = destination
        self.permissions = permissions
        var limit = rlimit()
        sizeLimit = getrlimit(fileSizeLimit, &limit) == 0 ? UInt64(limit.rlim_cur) : .max
    }

    deinit { discard() }

    /// Writes bytes at an offset from the start.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        // Writing past the limit would end the process with a signal.
        guard UInt64(offset + bytes.count) <= sizeLimit else { throw OutputError.system(url, EFBIG) }
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, base + written, bytes.count - written, off_t(offset + written))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw OutputError.system(url, count == 0 ? ENOSPC : errno) }
            written += count
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: offset) }
    }

    /// Puts the complete file in its place.
    ///
    /// On failure it is gone and the old one is still there.
    func commit() throws {
        try commit { temporary in rename(temporary, destination) == 0 ? destination : nil }
    }

    /// Puts the complete file under the first of these names, in the same directory, that nobody has.
    ///
    /// A name is taken in the moment in which it is found to be free, so that of several programs that write at the
    /// same time each gets a name of its own. Without a name that is free the file is gone.
    ///
    /// - Parameters:
    ///   - names: endless, or as many as may be tried.
    ///   - link: makes a second name for a file, and fails if somebody has it.
    /// - Returns: the name that it has got.
    func commit(
        underFirstFreeOf names: some Sequence<URL>, link: (String, String) -> Int32 = makeLink
    ) throws -> URL {
        var taken: URL?
        try commit { temporary in
            for name in names {
                let path = systemPath(name)
                if link(temporary, path) == 0 {
                    unlink(temporary)
                } else if [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) {
                    // The file system has no second names for a file: an empty one keeps the place.
                    let place = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                    if place < 0, errno == EEXIST { continue }
                    guard place >= 0 else { return nil }
                    close(place)
                    guard rename(temporary, path) == 0 else {
                        let code = errno
                        unlink(path)
                        errno = code
                        return nil
                    }
                } else if errno == EEXIST {
                    continue
                } else {
                    return nil
                }
                taken = name
                return path
            }
            errno = EEXIST
            return nil
        }
        return taken ?? url
    }

    /// Brings the complete file to the disk and lets `place` give it its name.
    ///
    /// - Parameter place: returns the path where the temporary file is now, or `nil` and leaves `errno`.
    private func commit(_ place: (_ temporary: String) -> String?) throws {
        defer { discard() }
        if let permissions, fchmod(descriptor, permissions) != 0 { throw OutputError.system(url, errno) }
        while fsync(descriptor) != 0 {
            // Some file systems have nothing to synchronise.
            if errno == EINVAL || errno == ENOTSUP { break }
            if errno != EINTR { throw OutputError.system(url, errno) }
        }
        // Network file systems may report a failed write only now. The copy keeps the lock until the rename is done.
        let lock = dup(descriptor)
        guard lock >= 0 else { throw OutputError.system(url, errno) }
        defer { close(lock) }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, let path = place(temporary) else {
            let code = errno
            unlink(temporary)
            throw OutputError.system(url, code)
        }
        Self.synchronizeDirectory(of: path)
    }

    /// Removes the unfinished file; nothing happens after ``commit()``.
    func discard() {
        guard descriptor >= 0 else { return }
        unlink(temporary)
        close(descriptor)
        descriptor = -1
    }

    // MARK: - Steps

    /// The path to replace and the permissions of the file there.
    private static func resolve(_ url: URL) throws -> (path: String, permissions: mode_t?) {
        var path = systemPath(url)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw OutputError.system(url, errno) }
            return (path, nil)
        }
        if status.st_mode & S_IFMT == S_IFLNK {
            guard let target = realpath(path, nil) else {
                throw OutputError.make(url, "it is a symbolic link to nowhere", advice: "remove the link")
            }
            defer { free(target) }
            path = String(cString: target)
            guard stat(path, &status) == 0 else { throw OutputError.system(url, errno) }
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw OutputError.make(url, "it is a directory", advice: "name a file in it")
        default: throw OutputError.make(url, "it is not a regular file", advice: "name a file in a directory")
        }
        guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else { throw OutputError.system(url, errno) }
        return (path, status.st_mode & 0o7777)
    }

    private static func create(
        _ url: URL, prefix: String, _ permissions: mode_t?
    ) throws -> (path: String, descriptor: Int32) {
        for _ in 0..<100 {
            let path = prefix + String(UInt64.random(in: .min ... .max), radix: 16)
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, permissions ?? 0o666)
            guard descriptor >= 0 else {
                if errno == EEXIST || errno == EINTR { continue }
                throw OutputError.system(url, errno)
            }
            // Another process that cleans up may have been quicker to lock, or to remove.
            var status = stat()
            let isLost = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            if !isLost, fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (path, descriptor) }
            unlink(path)
            close(descriptor)
        }
        throw OutputError.make(url, "no temporary file can be made beside it", advice: "choose another directory")
    }

    /// Removes files that earlier processes left behind when they were killed: those that nobody has locked.
    private static func removeStale(prefix: String, in directory: String) {
        // A directory that can't be listed shows no leftovers; creating a file in it will tell what is wrong.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.isEmpty ? "." : directory)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = directory + name
            let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }

    /// Makes the new name survive a power failure.
    ///
    /// The file itself is safe already, so failure here is no error.
    private static func synchronizeDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// A second name for a file, which nobody may have.
func makeLink(_ path: String, _ name: String) -> Int32 { link(path, name) }

#if canImport(Glibc)
    /// Glibc gives the limit's name a type of its own.
    private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
    private let fileSizeLimit = RLIMIT_FSIZE
#endif
