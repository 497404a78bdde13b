import Foundation
import MusicCore
import Safetensors

/// Makes folders that appear under their names when they are complete.
public enum NewFolder {
    /// Fills a folder beside the wanted one and renames it; removes it if anything fails.
    ///
    /// - Parameters:
    ///   - directory: must not exist.
    ///   - advice: what to do if it can't be written.
    ///   - fill: makes the files, in the folder that it is given.
    /// - Throws: ``MusicError`` with code `unwritableOutput`, or what `fill` throws if that is a ``MusicError`` or a
    ///   `CancellationError`.
    public static func make(_ directory: URL, advice: String, fill: (URL) throws -> Void) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: directory.path) else {
            throw MusicError(
                .unwritableOutput, "\(directory.path) exists already", advice: "give a folder that does not exist yet")
        }
        let partial = directory.deletingLastPathComponent()
            .appendingPathComponent(".\(directory.lastPathComponent).partial-\(UUID().uuidString.prefix(8))")
        do {
            try files.createDirectory(at: partial, withIntermediateDirectories: true)
            try fill(partial)
            try files.moveItem(at: partial, to: directory)
        } catch {
            try? files.removeItem(at: partial)
            if error is MusicError || error is CancellationError { throw error }
            let code = (error as? SafetensorsError)?.systemCode
            if let fault = code.map({ SystemFault($0, path: directory.path) })
                ?? SystemFault(error, path: directory.path)
            {
                throw fault.writingError(advice: advice)
            }
            throw MusicError(
                .unwritableOutput, "\(directory.path) can't be written: \(error.localizedDescription)", advice: advice)
        }
    }
}
