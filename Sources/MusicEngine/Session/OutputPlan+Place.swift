public import AudioFile
import Foundation
public import MusicCore

extension OutputPlan.Place {
    /// The place that a user names: a folder, if there is one of that name or the name ends in a slash, or a file.
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
            path.hasSuffix("/") || isFolder.boolValue
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
        let file: URL =
            switch place {
            case .file(let url): url
            case .keyed(let folder): folder.appendingPathComponent("\(name).\(format.fileExtension)")
            case .automatic: URL(fileURLWithPath: "\(name).\(format.fileExtension)")
            }
        try AudioFile.write(audio, to: file, options: options)
        return file.relativePath
    }
}
