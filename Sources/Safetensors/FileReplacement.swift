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
        let descriptor = open(temporary.path(percentEncoded: false), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SafetensorsError.system(.unwritable, errno, file: url) }
        close(descriptor)
        do {
            try fill(temporary)
            guard rename(temporary.path(percentEncoded: false), url.path(percentEncoded: false)) == 0 else {
                throw SafetensorsError.system(.unwritable, errno, file: url)
            }
        } catch {
            unlink(temporary.path(percentEncoded: false))
            if let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError,
                reason.domain == NSPOSIXErrorDomain
            {
                throw SafetensorsError.system(.unwritable, Int32(reason.code), file: url)
            }
            if let error = error as? CocoaError {
                throw SafetensorsError(.unwritable, error.localizedDescription, file: url)
            }
            throw error
        }
    }
}
