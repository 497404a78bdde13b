import CLineEdit
import Foundation
import Synchronization

/// Where lines of a conversation come from.
protocol LineReader {
    /// The next line after a prompt.
    func next(_ prompt: String) -> ReadLine
}

/// What came of reading a line.
enum ReadLine: Equatable {
    case line(String)
    /// Ctrl-C: what was written of the line is given up.
    case interrupted
    case end
}

/// Lines of a file or a pipe, without any prompt.
struct PlainLines: LineReader {
    func next(_ prompt: String) -> ReadLine { readLine().map { .line($0) } ?? .end }
}

/// Lines that a person edits at a terminal, with history and completion.
struct EditedLines: LineReader {
    /// Candidates for the last word of a line.
    typealias Completer = @Sendable (_ line: String) -> [String]

    private static let completer = Mutex<Completer?>(nil)
    /// A pipe whose reading end wakes the reader.
    private let wake: (reading: Int32, writing: Int32)

    /// Lines of history that are kept.
    private static let limit: Int32 = 2000

    /// - Parameters:
    ///   - history: file for what was written, of the user alone.
    ///   - completer: see ``Completer``.
    init(history: URL?, completer: @escaping Completer) {
        Self.completer.withLock { $0 = completer }
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
        if let history { Self.make(history) }
        clineedit_start(history?.path, Self.limit) { line in
            guard let line else { return nil }
            let completer = EditedLines.completer.withLock { $0 }
            return strdup((completer?(String(cString: line)) ?? []).joined(separator: "\n"))
        }
    }

    private static func make(_ file: URL) {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    func next(_ prompt: String) -> ReadLine {
        let writing = wake.writing
        let job = Interruption.begin {
            var byte: UInt8 = 1
            _ = write(writing, &byte, 1)
        }
        defer { Interruption.end(job) }
        var line: UnsafeMutablePointer<CChar>?
        switch clineedit_read(prompt, wake.reading, &line) {
        case clineedit_line:
            defer { free(line) }
            let text = line.map { String(cString: $0) } ?? ""
            if !text.allSatisfy(\.isWhitespace) { clineedit_remember(text) }
            return .line(text)
        case clineedit_interrupted: return .interrupted
        default:
            Terminal.output("")
            return .end
        }
    }
}
