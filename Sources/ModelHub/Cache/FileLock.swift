import Foundation
import MusicCore

/// An exclusive lock on a file, as Hugging Face's library takes it: `flock` on a lock file that stays where it is.
final class FileLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The outcome of taking a lock.
    enum Outcome {
        case held(FileLock)
        /// The file system has no locks.
        case unsupported
    }

    /// Waits for the lock.
    ///
    /// - Parameters:
    ///   - url: the lock file; it and its folder are created.
    ///   - clock: what the pauses between attempts are measured by.
    ///   - onWait: called once if somebody else holds the lock.
    /// - Throws: ``MusicError`` `unwritableOutput`, `CancellationError`.
    static func acquire(_ url: URL, clock: any Clock<Duration>, onWait: () -> Void) async throws -> Outcome {
        try FileSystem.makeDirectory(url.deletingLastPathComponent())
        var pause = 0.05
        var hasWaited = false
        while true {
            try Task.checkCancellation()
            switch try attempt(url) {
            case .held(let lock): return .held(lock)
            case .unsupported: return .unsupported
            case nil: break
            }
            if !hasWaited {
                onWait()
                hasWaited = true
            }
            try await clock.sleep(for: .seconds(pause))
            pause = min(1, pause * 1.5)
        }
    }

    /// Takes the lock if it is free; `nil` if it is not.
    static func attempt(_ url: URL) throws -> Outcome? {
        // Not truncated and not removed on release: both would break the exclusion of those who wait for it.
        let flags = O_CLOEXEC | O_NOFOLLOW
        var descriptor = open(url.path, O_RDWR | O_CREAT | O_EXCL | flags, 0o664)
        if descriptor >= 0 {
            // Whatever the umask says, the group shares the lock, as in Hugging Face's library.
            _ = fchmod(descriptor, 0o664)
        } else {
            descriptor = open(url.path, O_RDWR | flags)
            if descriptor < 0, errno == EACCES { descriptor = open(url.path, O_RDONLY | flags) }
        }
        if descriptor < 0, errno == ENOENT, FileSystem.isDirectory(url.deletingLastPathComponent()) { return nil }
        guard descriptor >= 0 else { throw FileSystem.error(errno, "lock", url.path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            close(descriptor)
            switch code {
            case EWOULDBLOCK, EACCES, EINTR: return nil
            case ENOSYS, ENOTSUP, EOPNOTSUPP, ENOLCK: return .unsupported
            default: throw FileSystem.error(code, "lock", url.path)
            }
        }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_nlink > 0 else {
            // Somebody removed the file between our opening and locking it: the lock guards nothing.
            close(descriptor)
            return nil
        }
        return .held(FileLock(descriptor: descriptor))
    }
}
