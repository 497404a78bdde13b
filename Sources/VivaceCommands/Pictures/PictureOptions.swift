import ArgumentParser
import AudioFile
import Foundation
import MusicCore

/// What commands that draw pictures have in common.
struct PictureOptions: ParsableArguments {
    @Argument(help: "An audio file.")
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The picture, or a folder for it; by default beside the file, with a number if the name is taken.",
            valueName: "file"))
    var output: String?

    @Option(help: "Width in pixels, 240 to 8192.")
    var width = 1200

    @Option(help: "Height in pixels, 120 to 4096.")
    var height = 480

    @Option(
        help: ArgumentHelp(
            "What stands above the picture (default: the title in the file's tags, else its name).", valueName: "text"))
    var title: String?

    /// The largest pictures, in pixels.
    static let largest = (width: 8192, height: 4096)

    /// Makes sure of the size.
    ///
    /// - Parameter smallest: in pixels.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func checkSize(smallest: (width: Int, height: Int) = PictureFrame.smallest) throws {
        for (name, value, range) in [
            ("width", width, smallest.width...Self.largest.width),
            ("height", height, smallest.height...Self.largest.height),
        ] where !range.contains(value) {
            throw MusicError(
                .invalidRequest, "--\(name) is \(value)",
                advice: "use \(range.lowerBound) to \(range.upperBound) pixels")
        }
    }

    /// Where the picture goes.
    ///
    /// - Parameters:
    ///   - kinds: extensions that it may have, the usual one first.
    ///   - suffix: what the usual name has behind that of the file.
    /// - Throws: ``MusicError`` with code `unwritableOutput` for another extension.
    func target(kinds: [String], suffix: String = "") throws -> URL {
        let source = try PathArgument.url(file, "the name of the audio file")
        try PathArgument.check(output, "--output")
        let name = "\(source.deletingPathExtension().lastPathComponent)\(suffix).\(kinds[0])"
        func place(in folder: String) -> URL {
            URL(fileURLWithPath: folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)")
        }
        guard let output else { return place(in: (file as NSString).deletingLastPathComponent) }
        let url = URL(fileURLWithPath: output)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            return place(in: output)
        }
        guard kinds.contains(url.pathExtension.lowercased()) else {
            throw MusicError(
                .unwritableOutput,
                "can't write \(output): the picture is a \(Wording.list(kinds.map { $0.uppercased() })) file",
                advice: "end its name in \(Wording.list(kinds.map { ".\($0)" }))")
        }
        return url
    }

    /// The sound, and what is written above it.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    func read() throws -> (audio: AudioBuffer, title: String, facts: String) {
        let url = URL(fileURLWithPath: file)
        let info = try AudioFile.info(url, countingTo: 0)
        let audio = try AudioFile.read(url)
        let own = info.tags.title.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        let title = (title ?? own ?? url.lastPathComponent).split(whereSeparator: \.isNewline).joined(separator: " ")
        let channels =
            switch audio.channels.count {
            case 1: "mono"
            case 2: "stereo"
            case let count: "\(count) channels"
            }
        let rate = String(format: "%g kHz", Double(audio.sampleRate) / 1000)
        return (audio, title, "\(rate), \(channels), \(String(format: "%.2f s", audio.duration))")
    }

    /// Writes the picture and prints its name: in place of what the file held if the user named it, and otherwise under
    /// the first name that is free.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    func write(_ picture: Data, to target: URL) throws {
        var file = target
        if let output, URL(fileURLWithPath: output).path == target.path {
            try NewFile.replace(target, with: picture)
        } else {
            file = try NewFile.write(picture, names: FileNames(target))
        }
        Terminal.output(file.relativePath)
    }
}
