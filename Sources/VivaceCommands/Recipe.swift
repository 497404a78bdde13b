import AudioFile
import Foundation
import MusicCore

/// What made a song: stored in the tags of its file, shown by `vivace info`, repeated by `vivace generate --from`.
package struct Recipe: Codable, Equatable, Sendable {
    /// Version of Vivace that made the song.
    package var vivace: String
    /// The model as the user named it.
    package var model: String
    /// Family and variant, such as `ace-step turbo`.
    package var variant: String
    /// Number format of the arithmetic: `f32` or `bf16`.
    package var precision: String
    /// Device of the arithmetic: `cpu` or `gpu`.
    package var device: String
    /// The resolved request for this one song.
    package var request: MusicRequest

    package init(model: String, info: ModelInfo, request: MusicRequest, seed: UInt64) {
        vivace = VivaceCommand.version
        self.model = model
        variant = "\(info.family) \(info.variant)"
        precision = info.precision
        device = info.device
        self.request = request
        self.request.seeds = [seed]
        self.request.batchSize = 1
    }

    /// The recipe in the tags of an audio file.
    ///
    /// - Throws: ``MusicError`` `unreadableInput` if the file can't be read or holds no recipe.
    package init(file url: URL) throws {
        let tags = try AudioFile.info(url).tags
        guard let text = tags.recipe else {
            throw MusicError(
                .unreadableInput, "\(url.path) holds no recipe",
                advice: "only files written by vivace can be repeated")
        }
        do {
            self = try JSONDecoder().decode(Recipe.self, from: Data(text.utf8))
        } catch {
            throw MusicError(
                .unreadableInput, "the recipe in \(url.path) is damaged", advice: "give the parameters as options")
        }
    }

    /// The recipe as JSON with sorted keys.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Tags for the song's file.
    package func tags() throws -> AudioTags {
        var tags = AudioTags()
        tags.title = request.prompt.isEmpty ? nil : String(request.prompt.prefix(120))
        tags.software = "Vivace \(vivace)"
        tags.recipe = try json()
        return tags
    }
}
