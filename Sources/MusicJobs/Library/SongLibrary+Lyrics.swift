import AudioFile
import Foundation
public import MusicCore

extension SongLibrary {
    /// When the lyrics of a song are sung, as its tags tell; `nil` if they don't.
    ///
    /// - Parameters:
    ///   - id: handle of the song.
    ///   - owner: `nil` finds everybody's.
    /// - Throws: ``JobRefusal`` if there is no such song, ``MusicError`` if its file can't be read.
    public func lyricTimes(of id: String, owner: String? = nil) async throws -> TimedLyrics? {
        let duration = try await song(id, owner: owner).duration ?? 0
        let tags = try AudioFile.readTags(try await file(of: id, owner: owner))
        let lines =
            tags.timedLyrics.isEmpty
            ? TimedLyrics.lines(lrc: tags.lyrics ?? "") : tags.timedLyrics.map { ($0.start, $0.text) }
        guard !lines.isEmpty else { return nil }
        let ends = lines.dropFirst().map(\.0) + [max(duration, lines[lines.count - 1].0)]
        return TimedLyrics(
            lines: zip(lines, ends).map { line, end in
                TimedLyrics.Line(text: line.1, start: line.0, end: max(line.0, end), words: [])
            }, tokens: [], duration: duration)
    }
}
