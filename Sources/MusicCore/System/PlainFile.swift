public import Foundation

/// The content of a file that must be a plain one.
public enum PlainFile: Sendable, Equatable {
    case content(Data)
    /// It has more bytes than are wanted.
    case tooLarge
    /// There is none that may be read, or it is a link, a folder, a pipe or a device.
    case none

    /// Reads a file that is not a link, and never waits for one.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - limit: most bytes.
    public init(path: String, limit: Int) {
        self = .none
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard Int(status.st_size) <= limit else {
            self = .tooLarge
            return
        }
        var data = Data(count: Int(status.st_size))
        let total = data.count
        var count = 0
        while count < total {
            let got = data.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + count, total - count, off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return }
            if got == 0 { break }
            count += got
        }
        self = .content(data.prefix(count))
    }
}
