public import AudioFile
import Foundation
public import MusicCore

extension OutputPlan.Place {
    /// The place that a user names: a folder, if the name ends in a slash, or if it has no extension and there is a
    /// folder of that name; or a file.
    ///
    /// - Parameter path: `nil` leaves the name to the program.
    public init(path: String?) {
        guard let path else {
            self = .automatic
            return
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        self =
            path.hasSuffix("/") || isFolder.boolValue && URL(fileURLWithPath: path).pathExtension.isEmpty
            ? .keyed(folder: URL(fileURLWithPath: path, isDirectory: true)) : .file(URL(fileURLWithPath: path))
    }
}

extension OutputPlan {
    /// Writes one piece of audio where the plan says.
    ///
    /// - Parameters:
    ///   - audio: the samples.
    ///   - name: of the file without its extension, where the plan leaves it open.
    ///   - tags: of the file.
    /// - Returns: the file's path, as it is shown.
    /// - Throws: ``MusicError`` `unwritableOutput`.
    public func write(_ audio: AudioBuffer, named name: String, tags: AudioTags) throws -> String {
        try prepareFolder()
        let options = WriteOptions(format: format, bitDepth: bitDepth, tags: tags)
        let file: URL
        switch place {
        case .file(let url):
            try AudioFile.write(audio, to: url, options: options)
            file = url
        case .keyed(let folder):
            let names = FileNames(name, ending: format.fileExtension, in: folder)
            file = try AudioFile.writeNew(audio, names: names, options: options)
        case .automatic:
            let names = FileNames(name, ending: format.fileExtension)
            file = try AudioFile.writeNew(audio, names: names, options: options)
        }
        return file.relativePath
    }
}
