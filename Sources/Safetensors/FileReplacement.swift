import Foundation

/// Files that appear under their names when they are complete.
package enum FileReplacement {
    /// Lets `fill` write a new file beside `url`, which then takes the place of `url`.
    ///
    /// If that fails nothing is left behind, and a file that was there stays as it was.
    ///
    /// - Parameters:
    ///   - url: the file to make or to replace.
    ///   - fill: writes to the empty file that it is given, whose name has the same ending.
    /// - Throws: ``SafetensorsError`` with the kind `unwritable`, or what `fill` throws.
    package static func replace(_ url: URL, _ fill: (URL) throws -> Void) throws {
        let ending = url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)"
        let name = ".\(url.deletingPathExtension().lastPathComponent).\(UUID().uuidString)\(ending)"
        let temporary = url.deletingLastPathComponent().appending(path: name)
        func unwritable(_ reason: String) -> SafetensorsError {
            SafetensorsError(.unwritable, reason, file: url)
        }
        guard FileManager.default.createFile(atPath: temporary.path(percentEncoded: false), contents: nil) else {
            throw unwritable("a file can't be made there: \(String(cString: strerror(errno)))")
        }
        do {
            try fill(temporary)
            guard rename(temporary.path(percentEncoded: false), url.path(percentEncoded: false)) == 0 else {
                throw unwritable(String(cString: strerror(errno)))
            }
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            if let error = error as? CocoaError { throw unwritable(error.localizedDescription) }
            throw error
        }
    }
}
