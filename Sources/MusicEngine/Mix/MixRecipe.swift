public import AudioFile
public import Foundation
public import Mixing
public import MusicCore

/// What a mix is made of: stored in the tags of its file, where songs have their ``Recipe``.
public struct MixRecipe: Codable, Equatable, Sendable {
    /// A song of the mix.
    public struct Cue: Codable, Equatable, Sendable {
        /// Name of its file, or its handle.
        public var song: String
        public var title: String
        /// Seconds in the mix at which it begins to be heard, and for how long.
        public var start: Double
        public var seconds: Double
        /// Beats per minute; `nil` if nobody knows.
        public var bpm: Double?
        public var key: String?
    }

    /// Version of Vivace that made it.
    public var vivace: String
    public var title: String
    public var cues: [Cue]
    public var transitions: [MixJoin]

    private enum CodingKeys: String, CodingKey {
        case vivace, mix
    }

    private struct Mix: Codable {
        var title: String
        var cues: [Cue]
        var transitions: [MixJoin]
    }

    /// - Parameters:
    ///   - mix: as it is planned.
    ///   - title: of the whole.
    ///   - names: what its songs are called, in their order.
    public init(_ mix: SongMix, title: String, names: [String]) {
        vivace = Release.version
        self.title = title
        cues = zip(mix.cues, names).map { cue, name in
            Cue(
                song: name, title: cue.title, start: cue.start, seconds: cue.seconds, bpm: cue.tempo, key: cue.key)
        }
        transitions = mix.joins
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        vivace = try values.decode(String.self, forKey: .vivace)
        let mix = try values.decode(Mix.self, forKey: .mix)
        (title, cues, transitions) = (mix.title, mix.cues, mix.transitions)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(vivace, forKey: .vivace)
        try values.encode(Mix(title: title, cues: cues, transitions: transitions), forKey: .mix)
    }

    /// The recipe in the tags of a file; `nil` if the file is no mix of ours.
    public init?(file url: URL) {
        guard let text = (try? AudioFile.readTags(url))?.recipe,
            let recipe = try? JSONDecoder().decode(MixRecipe.self, from: Data(text.utf8))
        else { return nil }
        self = recipe
    }

    /// What made the file, under the names of requests.
    public var parameters: [String: JSONValue] {
        let mix = (try? JSONEncoder().encode(self)).flatMap { try? JSONDecoder().decode(JSONValue.self, from: $0) }
        guard case .object(let members)? = mix else { return [:] }
        return ["task_type": "mix", "mix": members["mix"] ?? .null]
    }

    /// The cue sheet.
    ///
    /// - Parameter file: name of the audio file.
    public func cueSheet(file: String) -> String {
        CueSheet.text(
            cues.map { MixCue(title: $0.title, start: $0.start, seconds: $0.seconds, tempo: $0.bpm, key: $0.key) },
            title: title, file: file)
    }

    /// Tags for the file: title, software, recipe, chapters and cue sheet.
    public func tags(file: String) throws -> AudioTags {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var tags = AudioTags()
        tags.title = title
        tags.software = "Vivace \(vivace)"
        tags.recipe = String(decoding: try encoder.encode(self), as: UTF8.self)
        tags.cueSheet = cueSheet(file: file)
        tags.chapters = cues.enumerated().map { index, cue in
            let next = index + 1 < cues.count ? cues[index + 1].start : cue.start + cue.seconds
            return AudioChapter(title: cue.title, start: cue.start, end: next)
        }
        return tags
    }
}
