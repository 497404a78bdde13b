import Foundation
import MusicCore

/// Paths on the command line.
enum PathArgument {
    /// The place that a path names.
    ///
    /// - Parameters:
    ///   - path: as it was given; an empty one would name the current folder.
    ///   - name: of the option, or what an argument is, for messages.
    /// - Throws: ``MusicError`` with code `invalidRequest` if it is empty.
    static func url(_ path: String, _ name: String) throws -> URL {
        try check(path, name)
        return URL(fileURLWithPath: path)
    }

    /// - Throws: ``MusicError`` with code `invalidRequest` if a path is given and empty.
    static func check(_ path: String?, _ name: String) throws {
        guard path?.isEmpty == true else { return }
        throw MusicError(.invalidRequest, "\(name) is empty", advice: "name a file")
    }
}
