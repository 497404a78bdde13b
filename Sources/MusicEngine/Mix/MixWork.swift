public import AudioFile
public import Foundation
public import Mixing
public import MusicCore

/// Makes a mix and its file.
public enum MixWork {
    /// The part of the work in which songs are joined.
    public static let stage: MusicStage = "mix"

    /// - Parameters:
    ///   - document: songs by their paths.
    ///   - title: of the whole.
    ///   - names: what songs are called in the recipe, in their order; `nil` for the names of their files.
    ///   - file: to be written; its extension says its kind.
    ///   - bitDepth: `nil` takes the format's usual one.
    ///   - report: takes how much is done, 0 to 1, and songs of songs.
    /// - Returns: what the mix is made of, and its length in seconds.
    /// - Throws: ``MusicError``.
    @concurrent public static func make(
        _ document: MixDocument, title: String, names: [String]? = nil, to file: URL, bitDepth: BitDepth? = nil,
        report: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void
    ) async throws -> (recipe: MixRecipe, mix: SongMix) {
        let songs = try document.mixSongs()
        let total = 2 * songs.count
        let mix = try SongMix(songs, transitions: document.transitions) { completed, _ in report(completed, total) }
        let recipe = MixRecipe(
            mix, title: title,
            names: names ?? document.songs.map { URL(fileURLWithPath: $0).lastPathComponent })
        let options = WriteOptions(bitDepth: bitDepth, tags: try recipe.tags(file: file.lastPathComponent))
        try mix.write(to: file, options: options) { completed, _ in report(songs.count + completed, total) }
        return (recipe, mix)
    }
}
