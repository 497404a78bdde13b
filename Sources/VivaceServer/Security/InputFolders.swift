import Foundation
import MusicCore

/// Files that clients on the server's own machine name by their paths: only those within folders that were allowed, and
/// only plain files.
struct InputFolders: Sendable {
    private let folders: [String]

    /// - Parameter folders: paths.
    init(_ folders: [String]) {
        self.folders = folders.compactMap(Self.real)
    }

    /// The content of a file.
    ///
    /// - Parameters:
    ///   - path: as the client says it.
    ///   - limit: most bytes.
    /// - Throws: ``ServerFailure`` 400 for a path that isn't allowed, in the words of the reference; 413.
    func read(_ path: String, limit: Int) throws -> Data {
        guard !path.utf8.contains(0), let real = Self.real(path),
            folders.contains(where: { real.hasPrefix($0 == "/" ? "/" : $0 + "/") })
        else { throw Self.refusal }
        let descriptor = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.refusal }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw Self.refusal }
        guard Int(status.st_size) <= limit else { throw ServerFailure.tooLarge(limit) }
        var data = Data(count: Int(status.st_size))
        let total = data.count
        var count = 0
        while count < total {
            let got = data.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + count, total - count, off_t(count)) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            count += got
        }
        return data.prefix(count)
    }

    /// The reference's words; the same whether the file is there or not.
    static let refusal = ServerFailure(400, "absolute audio file paths are not allowed")

    /// A path without links; `nil` if there is no such file.
    private static func real(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
