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
        switch PlainFile(path: real, limit: limit) {
        case .content(let data): return data
        case .tooLarge: throw ServerFailure.tooLarge(limit)
        case .none: throw Self.refusal
        }
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
