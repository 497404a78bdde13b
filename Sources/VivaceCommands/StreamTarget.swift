import AudioFile
import Foundation
import MusicCore

/// A file or a pipe that samples are written to, whose waiting can be ended.
///
/// A pipe without a reader, or whose reader has stopped, lets the writer wait: here in short turns, between which the
/// writer asks whether it is still wanted.
final class StreamTarget {
    private let descriptor: Int32
    private let name: String
    /// Whether the work has been given up.
    private let isStopped: () -> Bool

    /// Milliseconds of a turn.
    private static let turn: Int32 = 50

    /// Opens a file, which is emptied, or a pipe, for which it waits until somebody reads.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput`, or `CancellationError`.
    init(_ url: URL, isStopped: @escaping () -> Bool) throws {
        name = url.relativePath
        self.isStopped = isStopped
        let isPipe = Playback.isPipe(url)
        let flags = isPipe ? O_WRONLY | O_NONBLOCK : O_WRONLY | O_CREAT | O_TRUNC
        while true {
            let descriptor = open(url.path, flags | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                self.descriptor = descriptor
                return
            }
            // Nobody reads the pipe yet.
            guard isPipe, errno == ENXIO || errno == EINTR else { throw Self.error(name, errno) }
            if isStopped() { throw CancellationError() }
            poll(nil, 0, Self.turn)
        }
    }

    /// Opens a new file, under the first of some names that nobody has.
    ///
    /// - Parameter names: endless.
    /// - Returns: the target, and its name.
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    static func newFile(_ names: FileNames, isStopped: @escaping () -> Bool) throws -> (StreamTarget, URL) {
        for url in names {
            let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (StreamTarget(descriptor, name: url.relativePath, isStopped), url) }
            guard errno == EEXIST || errno == EINTR else { throw error(url.relativePath, errno) }
        }
        throw MusicError(.internal, "the names of a stream came to an end")
    }

    private init(_ descriptor: Int32, name: String, _ isStopped: @escaping () -> Bool) {
        self.descriptor = descriptor
        self.name = name
        self.isStopped = isStopped
    }

    /// Takes over a copy of a descriptor that somebody reads from.
    init(copying descriptor: Int32, name: String, isStopped: @escaping () -> Bool) throws {
        self.name = name
        self.isStopped = isStopped
        self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard self.descriptor >= 0 else { throw Self.error(name, errno) }
        _ = fcntl(self.descriptor, F_SETFL, fcntl(self.descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// Writes all of it.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput`, or `CancellationError`.
    func write(_ bytes: Data) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = Foundation.write(descriptor, base, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                    continue
                }
                guard count < 0, [EAGAIN, EINTR].contains(errno) else {
                    throw Self.error(name, count == 0 ? ENOSPC : errno)
                }
                if isStopped() { throw CancellationError() }
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&place, 1, Self.turn)
            }
        }
    }

    private static func error(_ name: String, _ code: Int32) -> MusicError {
        let fault = SystemFault(code, path: name)
        let (reason, advice) =
            code == EPIPE
            ? ("its reader has gone", "let it read until the end")
            : fault.writingAdvice ?? (fault.reason, "check the path and its permissions")
        return MusicError(.unwritableOutput, "the stream can't be written to \(name): \(reason)", advice: advice)
    }
}
