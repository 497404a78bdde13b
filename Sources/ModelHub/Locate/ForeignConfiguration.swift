import Foundation
import MusicCore

/// The files that tell what a folder holds, in the folder and in those that it holds.
private let configurationNames = ["model_index.json", "config.json"]

/// Refuses a folder in which no family finds a model because a file that would tell is something else.
///
/// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the first such file and says what it is.
func refuseForeignConfiguration(_ folder: FolderView) throws {
    for place in [folder] + folder.folders {
        for name in configurationNames where place.hasFile(name) {
            let file = place.url.appending(path: name)
            guard let content = FileContent(fileAt: file), content.kind != .json else { continue }
            throw content.error(.invalidCheckpoint, file.path, wanted: "the description of a model")
        }
    }
}
