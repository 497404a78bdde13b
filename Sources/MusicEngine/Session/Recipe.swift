import AudioFile
public import Foundation
public import MusicCore

/// What made a song: stored in the tags of its file, and enough to make it again.
public struct Recipe: Codable, Equatable, Sendable {
    /// Version of Vivace that made the song.
    public var vivace: String
    /// The model as the user named it.
    public var model: String
    /// Family and variant, such as `ace-step turbo`.
    public var variant: String
    /// Number format of the arithmetic: `f32` or `bf16`.
    public var precision: String
    /// Device of the arithmetic: `cpu` or `gpu`.
    public var device: String
    /// The resolved request for this one song.
    public var request: MusicRequest

    /// - Parameters:
    ///   - result: of a session.
    ///   - index: of the song.
    public init(_ result: MusicResult, song index: Int) {
        vivace = Release.version
        model = result.model ?? ""
        variant = result.info.map { "\($0.family) \($0.variant)" } ?? ""
        precision = result.info?.precision ?? ""
        device = result.info?.device ?? ""
        request = result.request(ofSong: index)
    }

    /// The recipe in the tags of an audio file.
    ///
    /// - Throws: ``MusicError`` `unreadableInput` if the file can't be read or holds no recipe.
    public init(file url: URL) throws {
        guard let text = try AudioFile.readTags(url).recipe else {
            throw MusicError(
                .unreadableInput, "\(url.path) holds no recipe",
                advice: "only files written by Vivace can be repeated")
        }
        do {
            self = try JSONDecoder().decode(Recipe.self, from: Data(text.utf8))
        } catch {
            throw MusicError(
                .unreadableInput, "the recipe in \(url.path) is damaged", advice: "give the parameters themselves")
        }
    }

    /// Tags for the song's file: title, software, and the recipe as JSON with sorted keys.
    func tags() throws -> AudioTags {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var tags = AudioTags()
        tags.title = request.prompt.isEmpty ? nil : String(request.prompt.prefix(120))
        tags.software = "Vivace \(vivace)"
        tags.recipe = String(decoding: try encoder.encode(self), as: UTF8.self)
        return tags
    }
}
