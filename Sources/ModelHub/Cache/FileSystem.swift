import Foundation
import MusicCore

/// POSIX file operations whose failures say what to do.
enum FileSystem {
    /// The error for a failed operation on a file of the cache.
    ///
    /// - Parameters:
    ///   - code: `errno` of the operation.
    ///   - action: what was tried, such as `write`.
    static func error(_ code: Int32, _ action: String, _ path: String) -> MusicError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT:
            return MusicError(
                .unwritableOutput, "can't \(action) \(path): the disk is full",
                advice: "free some space and download again, which goes on where it stopped; or set HF_HOME to a "
                    + "folder on a larger disk")
        case EACCES, EPERM, EROFS:
            return MusicError(
                .unwritableOutput, "can't \(action) \(path): \(reason)",
                advice: "set HF_HUB_CACHE to a folder that you may write, or correct the permissions")
        case ENOTDIR, EEXIST, ELOOP:
            return MusicError(
                .unwritableOutput, "can't \(action) \(path): \(reason)",
                advice: "something else lies where the model cache needs a folder or file; move it away, or set "
                    + "HF_HUB_CACHE to another folder")
        default:
            return MusicError(.unwritableOutput, "can't \(action) \(path): \(reason)", advice: "check the disk")
        }
    }

    /// Free bytes on the disk that holds a path or, if it does not exist yet, its nearest existing parent.
    static func freeSpace(at url: URL) -> Int64? {
        var url = url.standardizedFileURL
        while true {
            var information = statvfs()
            if statvfs(url.path, &information) == 0 {
                let (bytes, overflows) = Int64(clamping: information.f_bavail).multipliedReportingOverflow(
                    by: Int64(clamping: information.f_frsize))
                return overflows ? Int64.max : bytes
            }
            let parent = url.deletingLastPathComponent()
            if parent.path == url.path { return nil }
            url = parent
        }
    }

    /// Length of a regular file, following links; `nil` if there is none.
    static func size(_ url: URL) -> Int64? {
        var information = stat()
        guard stat(url.path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(information.st_size)
    }

    /// Whether a regular file, or a link to one, is there.
    static func isFile(_ url: URL) -> Bool { size(url) != nil }

    /// Whether a directory, or a link to one, is there.
    static func isDirectory(_ url: URL) -> Bool {
        var information = stat()
        return stat(url.path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the path itself is a symbolic link.
    static func isLink(_ url: URL) -> Bool {
        var information = stat()
        return lstat(url.path, &information) == 0 && information.st_mode & S_IFMT == S_IFLNK
    }

    /// Names in a directory, sorted; empty if it can't be read.
    static func names(in directory: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    /// Makes a directory and its parents.
    static func makeDirectory(_ url: URL) throws {
        if isDirectory(url) { return }
        let parent = url.deletingLastPathComponent()
        if parent.path != url.path { try makeDirectory(parent) }
        if mkdir(url.path, 0o777) != 0 {
            let code = errno
            // Another process may have made it meanwhile.
            if code != EEXIST || !isDirectory(url) { throw error(code, "create", url.path) }
        }
    }

    /// Makes the folders of a relative path below a directory, none of which may be a link that leads elsewhere.
    static func makeFolders(of path: String, in directory: URL) throws {
        var folder = directory
        for name in path.split(separator: "/").dropLast() {
            folder = folder.appending(path: name, directoryHint: .isDirectory)
            if isLink(folder) { throw error(ELOOP, "create", folder.path) }
            try makeDirectory(folder)
        }
    }

    /// Replaces a small file by renaming a finished one over it.
    static func replace(_ url: URL, with text: String) throws {
        let temporary = url.deletingLastPathComponent()
            .appending(path: "\(url.lastPathComponent).\(randomSuffix()).tmp")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw error(errno, "write", url.path) }
        var text = text
        let count = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        close(descriptor)
        if count != text.utf8.count {
            unlink(temporary.path)
            throw error(count < 0 ? code : ENOSPC, "write", url.path)
        }
        if rename(temporary.path, url.path) != 0 {
            let code = errno
            unlink(temporary.path)
            throw error(code, "write", url.path)
        }
    }

    /// Eight hexadecimal digits that name a file as nobody else's.
    static func randomSuffix() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
