import Foundation
import MusicCore

/// Reads text that a user keeps in a file: lyrics, a request, audio codes.
enum TextInput {
    /// Larger files are refused: lyrics are a few thousand characters, and the codes of ten minutes less than 100,000.
    static let maximumBytes = 1 << 20

    /// The text of a UTF-8 file, with LF line ends and no byte-order mark; `-` reads standard input.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - what: what it holds, for messages.
    /// - Throws: ``MusicError`` `unreadableInput` that says what is wrong with the file, or what `SystemFault` makes of
    ///   the system's reason not to read it.
    static func read(_ path: String, what: String = "lyrics") throws -> String {
        try PathArgument.check(path, "the name of the \(what) file")
        let data = try contents(path, what)
        let name = path == "-" ? "the \(what) on standard input" : "\(what) file \(path)"
        guard data.count <= maximumBytes else {
            throw MusicError(
                .unreadableInput, "\(name) is larger than 1 MiB", advice: "give the text of one song")
        }
        guard let text = String(data: data, encoding: .utf8), !text.unicodeScalars.contains("\0") else {
            throw MusicError(
                .unreadableInput, "\(name) is not UTF-8 text", advice: "save it as UTF-8 and try again")
        }
        var scalars = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
        if scalars.unicodeScalars.first == "\u{FEFF}" { scalars.unicodeScalars.removeFirst() }
        return scalars
    }

    private static func contents(_ path: String, _ what: String) throws -> Data {
        if path == "-" {
            do {
                return try SystemFile.contents(
                    of: STDIN_FILENO, path: "standard input", limit: maximumBytes + 1)
            } catch {
                throw MusicError(
                    .unreadableInput, "\(what) can't be read from standard input: \(reason(error))",
                    advice: "redirect a file or a program to it")
            }
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(SystemFault(errno, path: path), what) }
        defer { close(descriptor) }
        do {
            return try SystemFile.contents(of: descriptor, path: path, limit: maximumBytes + 1)
        } catch {
            throw unreadable(error, what)
        }
    }

    private static func unreadable(_ fault: SystemFault, _ what: String) -> MusicError {
        switch fault.code {
        case ENOENT, ENOTDIR:
            MusicError(.unreadableInput, "\(what) file \(fault.path) does not exist", advice: "check the path")
        case EISDIR:
            MusicError(.unreadableInput, "\(what) file \(fault.path) is a folder", advice: "give a text file")
        case EACCES, EPERM:
            MusicError(
                .unreadableInput, "\(what) file \(fault.path) can't be read: \(fault.reason)",
                advice: "check its permissions")
        default: fault.error()
        }
    }

    /// What the system says, in words that fit a stream.
    private static func reason(_ fault: SystemFault) -> String {
        switch fault.code {
        case EBADF: "it is closed, or not open for reading"
        case EISDIR: "it is a folder"
        default: fault.reason
        }
    }
}
