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
    /// - Throws: ``MusicError`` `unreadableInput` that says what is wrong with the file.
    static func read(_ path: String, what: String = "lyrics") throws -> String {
        let data: Data
        if path == "-" {
            data = (try? FileHandle.standardInput.read(upToCount: maximumBytes + 1)) ?? Data()
        } else {
            let url = URL(fileURLWithPath: path)
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
                throw MusicError(.unreadableInput, "\(what) file \(path) does not exist", advice: "check the path")
            }
            guard !isDirectory.boolValue else {
                throw MusicError(.unreadableInput, "\(what) file \(path) is a folder", advice: "give a text file")
            }
            do {
                let handle = try FileHandle(forReadingFrom: url)
                defer { try? handle.close() }
                data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
            } catch {
                throw MusicError(
                    .unreadableInput, "\(what) file \(path) can't be read", advice: "check its permissions")
            }
        }
        guard data.count <= maximumBytes else {
            throw MusicError(
                .unreadableInput, "\(what) file \(path) is larger than 1 MiB", advice: "give the text of one song")
        }
        guard let text = String(data: data, encoding: .utf8), !text.unicodeScalars.contains("\0") else {
            throw MusicError(
                .unreadableInput, "\(what) file \(path) is not UTF-8 text", advice: "save it as UTF-8 and try again")
        }
        var scalars = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
        if scalars.unicodeScalars.first == "\u{FEFF}" { scalars.unicodeScalars.removeFirst() }
        return scalars
    }
}
