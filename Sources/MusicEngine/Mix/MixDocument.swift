import AudioFile
import Foundation
public import Mixing
public import MusicCore

/// A mix of songs as JSON asks for it: `songs`, files in their order; `transitions`, one for each join or one for all;
/// `titles`, where they are others than those in the files.
public struct MixDocument: Sendable, Equatable {
    /// Paths, or what stands for them.
    public var songs: [String]
    public var transitions: [Transition]
    /// One for each song; empty for those in the files.
    public var titles: [String]

    public init(_ songs: [String], transitions: [Transition], titles: [String] = []) {
        self.songs = songs
        self.transitions = transitions
        self.titles = titles
    }

    public static let names: Set<String> = ["songs", "transitions", "titles"]

    /// - Throws: ``MusicError`` `invalidRequest` that names the field.
    public init(_ object: [String: JSONValue]) throws {
        if let name = object.keys.filter({ !Self.names.contains($0) }).min() {
            throw Self.wrong(String(name.prefix(64)), object[name] ?? .null, "songs, transitions or titles")
        }
        songs = try Self.texts(object["songs"] ?? .null, "songs")
        guard SongMix.limit.contains(songs.count) else {
            throw Self.wrong("songs", object["songs"] ?? .null, "a list of 2 to 50 songs")
        }
        titles = try object["titles"].map { $0 == .null ? [] : try Self.texts($0, "titles") } ?? []
        guard titles.isEmpty || titles.count == songs.count else {
            throw Self.wrong("titles", object["titles"] ?? .null, "one title for each song")
        }
        switch object["transitions"] ?? .null {
        case .null: transitions = [Transition(.crossfade)]
        case .object(let one): transitions = [try Self.transition(one)]
        case .list(let items):
            transitions = try items.map { item in
                guard case .object(let one) = item else { throw Self.wrong("transitions", item, "objects") }
                return try Self.transition(one)
            }
        case let other: throw Self.wrong("transitions", other, "a list of objects")
        }
        guard transitions.count == 1 || transitions.count == songs.count - 1 else {
            throw Self.wrong(
                "transitions", object["transitions"] ?? .null, "one for all joins, or \(songs.count - 1)")
        }
    }

    private static func texts(_ value: JSONValue, _ name: String) throws -> [String] {
        guard case .list(let items) = value else { throw wrong(name, value, "a list of texts") }
        return try items.map { item in
            guard case .text(let text) = item else { throw wrong(name, item, "a list of texts") }
            return text
        }
    }

    private static func transition(_ object: [String: JSONValue]) throws -> Transition {
        let styles = Transition.Style.allCases.map(\.rawValue).joined(separator: ", ")
        guard let style = Transition.Style(rawValue: object["style"]?.plainText ?? "") else {
            throw wrong("transitions.style", object["style"] ?? .null, "one of \(styles)")
        }
        if let name = object.keys.filter({ !["style", "seconds", "beats"].contains($0) }).min() {
            throw wrong("transitions.\(name.prefix(40))", object[name] ?? .null, "style, seconds or beats")
        }
        var transition = Transition(style)
        if let value = object["seconds"], value != .null {
            guard let seconds = value.numberValue else { throw wrong("transitions.seconds", value, "0 to 30") }
            transition.seconds = seconds
        }
        if let value = object["beats"], value != .null {
            guard let beats = value.numberValue.flatMap({ Int(exactly: $0) }) else {
                throw wrong("transitions.beats", value, "a whole number from 4 to 64")
            }
            transition.beats = beats
        }
        try transition.validate()
        return transition
    }

    private static func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> MusicError {
        MusicError(
            .invalidRequest, "The field \(name) is \(value.described)", advice: "give \(expected)", field: name,
            value: String(value.plainText.prefix(64)), expected: expected)
    }

    /// The songs with what their files say of title, tempo, key and meter.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    public func mixSongs() throws -> [MixSong] {
        try songs.enumerated().map { index, path in
            let url = URL(fileURLWithPath: path)
            let tags = try AudioFile.info(url).tags
            let options = (try? Recipe(file: url))?.request.options ?? [:]
            let stem = url.deletingPathExtension().lastPathComponent
            var song = MixSong(path: path, title: titles.isEmpty ? tags.title ?? stem : titles[index])
            song.tempo = options["bpm"]?.numberValue.flatMap { $0 > 0 ? $0 : nil }
            song.key = options["keyscale"]?.plainText.isEmpty == false ? options["keyscale"]?.plainText : nil
            if let meter = (options["timesignature"]?.plainText).flatMap({ Int($0.prefix { $0 != "/" }) }),
                (2...12).contains(meter)
            {
                song.meter = meter
            }
            return song
        }
    }
}
