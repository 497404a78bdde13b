import Foundation
import MusicCore

/// Refuses folders in which the files that tell what they hold can be read and are something else.
///
/// Without them a folder would be taken for something else, or for nothing.
///
/// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the first such file and says what it is.
func refuseForeignConfiguration(in folders: [FolderView]) throws {
    for folder in folders {
        for name in ["model_index.json", "config.json"] where folder.hasFile(name) && folder.object(name) == nil {
            let file = folder.url.appending(path: name)
            guard let start = try? FileHandle(forReadingFrom: file).read(upToCount: FileContent.sampleLength) ?? Data()
            else { continue }
            if let content = FileContent(start), content.kind != .json {
                throw content.error(.invalidCheckpoint, file.path, wanted: "the description of a model")
            }
            throw MusicError(
                .invalidCheckpoint, "\(file.path) is not a valid JSON object", advice: "download the file again")
        }
    }
}
