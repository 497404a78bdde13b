import Foundation
import MusicCore

/// Where everything of a job service lies: one folder, on one file system, so that files move by renaming.
package struct JobsFolder: Sendable {
    let root: URL

    package var database: URL { root.appendingPathComponent("jobs.sqlite") }
    package var library: URL { root.appendingPathComponent("library", isDirectory: true) }
    package var trash: URL { library.appendingPathComponent(".trash", isDirectory: true) }
    var uploads: URL { root.appendingPathComponent("spool/uploads", isDirectory: true) }
    var work: URL { root.appendingPathComponent("spool/jobs", isDirectory: true) }

    package init(_ root: URL) { self.root = root.standardizedFileURL }

    /// Makes the folders that aren't there.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput`.
    package func prepare() throws {
        for folder in [library, trash, uploads, work] { try Self.make(folder) }
    }

    package static func make(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MusicError(
                .unwritableOutput, "The folder \(folder.path) can't be made: \(error.localizedDescription)",
                advice: "check the permissions of the folder that holds it, and the room on its disk")
        }
    }

    /// The folder of one attempt at a job.
    package func attempt(_ job: String, _ number: Int) -> URL {
        work.appendingPathComponent("\(job)-\(number)", isDirectory: true)
    }

    /// Gives a complete file its name in another folder, for good.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput`.
    static func move(_ file: URL, to target: URL) throws {
        guard rename(file.path, target.path) == 0 else {
            throw MusicError(
                .unwritableOutput,
                "\(target.lastPathComponent) can't be put into its folder: \(String(cString: strerror(errno)))",
                advice: "check the permissions of the folder, and the room on its disk")
        }
        synchronize(target.deletingLastPathComponent())
        synchronize(file.deletingLastPathComponent())
    }

    /// Removes a file, for good; one that isn't there is no error.
    static func remove(_ file: URL) {
        unlink(file.path)
        synchronize(file.deletingLastPathComponent())
    }

    /// Makes the names in a folder survive a power failure.
    static func synchronize(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func size(_ file: URL) -> Int? {
        var status = stat()
        return stat(file.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Names of the files in a folder that aren't hidden.
    static func names(_ folder: URL) throws -> [String] {
        do {
            return try SystemFile.names(in: folder).filter { !$0.hasPrefix(".") }
        } catch {
            throw error.error()
        }
    }
}

/// Keeps a folder for one process.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``MusicError`` `unwritableOutput` if another process has it.
    init(_ folder: URL) throws {
        let path = folder.appendingPathComponent("lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemFault(errno, path: path).error(.unwritableOutput) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw MusicError(
                .unwritableOutput, "The folder \(folder.path) is in use by another process",
                advice: "end that process, or choose another folder")
        }
    }

    deinit { close(descriptor) }
}
