import Foundation
import MusicCore
import Synchronization

/// The standard streams, as the commands use them: results on standard output, everything else on standard error.
///
/// A result that can't be written is a failure of the command, which ``finishOutput()`` tells at its end; notes that
/// can't be written are none.
enum Terminal {
    /// Whether a person reads standard error as it is written.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// The first error number of writing results; 0 as long as all have been written.
    private static let outputFailure = Atomic<Int32>(0)

    /// Writes a line of result.
    ///
    /// What follows one that can't be written is left out, and the work that goes on for it is cancelled.
    static func output(_ text: String) {
        guard outputFailure.load(ordering: .acquiring) == 0 else { return }
        let code = write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
        if code != 0 { fail(code) }
    }

    /// Writes lines for the user; what strangers' texts in them would do to a terminal is left out.
    static func note(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { PlainText.shown(String($0)) }
        let shown = lines.joined(separator: "\n")
        _ = write(shown.hasSuffix("\n") ? shown : shown + "\n", to: STDERR_FILENO)
    }

    /// Writes an error as one line.
    static func error(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        note("vivace: error: \(line)")
    }

    /// Rewrites the current line of standard error.
    static func rewriteLine(_ text: String) {
        _ = write("\r\u{1B}[2K\(text)", to: STDERR_FILENO)
    }

    /// A document for people and programs alike.
    static func json(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// How the writing of results has ended.
    enum OutputOutcome {
        case written
        /// The reader has enough: no error, and nothing to say.
        case closed
        case failed(MusicError)
    }

    /// Ends the writing of results and tells how it went.
    static func finishOutput() -> OutputOutcome {
        if fflush(nil) != 0 { fail(errno) }
        // Some file systems, network ones above all, report a failed write only now.
        if outputFailure.load(ordering: .acquiring) == 0, close(STDOUT_FILENO) != 0, errno != EINTR { fail(errno) }
        switch outputFailure.load(ordering: .acquiring) {
        case 0: return .written
        case EPIPE: return .closed
        case let code: return .failed(outputError(code))
        }
    }

    private static func fail(_ code: Int32) {
        if outputFailure.compareExchange(expected: 0, desired: code, ordering: .acquiringAndReleasing).exchanged {
            Interruption.cancelJobs()
        }
    }

    private static func outputError(_ code: Int32) -> MusicError {
        func make(_ reason: String, _ advice: String) -> MusicError {
            MusicError(.unwritableOutput, "can't write to standard output: \(reason)", advice: advice)
        }
        if code == EBADF { return make("it is closed, or not open for writing", "redirect it to a file or a program") }
        let fault = SystemFault(code, path: "")
        let (reason, advice) =
            fault.writingAdvice ?? (fault.reason, "check the disk or the program that it is redirected to")
        return make(reason, advice)
    }

    /// Writes all of a text.
    ///
    /// - Returns: 0, or the error number of what went wrong.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = Foundation.write(descriptor, base, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if count == 0 {
                    return ENOSPC
                } else if errno == EAGAIN {
                    // Another program that has the same pipe open may have made it one that doesn't wait.
                    var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&place, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}

/// The descriptors 0 to 2, in whatever state the program that started this one has left them.
enum StandardStreams {
    /// Puts something in the place of closed streams, so that no file that is opened later becomes standard output.
    ///
    /// What stands in their place refuses what the stream is for, as a closed one does: reading from standard input and
    /// writing to the others fail with `EBADF`.
    static func secure() {
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is taken, which is this one.
            _ = open("/dev/null", mode)
        }
        // A closed pipe, and a file that has the size it may have, show in the result of writing. Programs that are
        // started get the usual handling back.
        for number in [SIGPIPE, SIGXFSZ] { signal(number) { _ in } }
    }
}
