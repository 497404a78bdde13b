public import AudioFile
public import Foundation
public import MusicCore

extension TimedLyrics {
    /// Puts the lyrics into a file's tags: with their times as LRC where a format has one text of lyrics alone (FLAC
    /// and Ogg), beside the plain text in ID3 (MP3 and WAV).
    public func add(to tags: inout AudioTags, in format: AudioFormat) {
        switch format {
        case .flac, .vorbis, .opus: tags.lyrics = lrc
        case .mp3, .wav: tags.lyrics = lines.map(\.text).joined(separator: "\n")
        }
        tags.timedLyrics = lines.map { AudioTags.TimedLine(start: $0.start, text: $0.text) }
    }

    /// Writes the lyrics to a file, whose extension says in which form.
    ///
    /// - Parameters:
    ///   - url: place of the file; its extension is one of ``MusicCore/TimedLyricsFormat``.
    ///   - replaces: whether it takes the place of a file that is there; else the next free number is put before the
    ///     extension.
    /// - Returns: where they were written.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unwritableOutput`.
    @discardableResult
    public func write(to url: URL, replacing replaces: Bool) throws -> URL {
        guard let format = TimedLyricsFormat(fileAt: url) else {
            let kinds = TimedLyricsFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw MusicError(
                .invalidRequest, "\(url.lastPathComponent) is no file of timed lyrics",
                advice: "let its name end in one of \(kinds)")
        }
        let contents = Data(try text(as: format).utf8)
        guard replaces else { return try NewFile.write(contents, names: FileNames(url)) }
        try NewFile.replace(url, with: contents)
        return url
    }
}
