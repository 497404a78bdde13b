/// A named stretch of an audio file, such as a song of a mix.
public struct AudioChapter: Sendable, Equatable, Codable {
    public var title: String
    /// Seconds at which it begins and ends; files hold them to a millisecond.
    public var start: Double
    public var end: Double

    public init(title: String, start: Double, end: Double) {
        self.title = title
        self.start = start
        self.end = end
    }
}

/// Chapters as FLAC, Vorbis and Opus files hold them: `CHAPTER001=00:01:23.456` and `CHAPTER001NAME=title`
/// (wiki.xiph.org, "Chapter Extension"). An end is the next one's beginning.
enum VorbisChapters {
    static func entries(_ chapters: [AudioChapter]) -> [(name: String, text: String)] {
        chapters.enumerated().flatMap { index, chapter in
            let name = "CHAPTER" + padded(index + 1, 3)
            return [(name, time(chapter.start)), (name + "NAME", chapter.title)]
        }
    }

    /// The last chapter has no length: it ends with the file.
    static func decode(_ entries: [(name: String, text: String)]) -> [AudioChapter]? {
        var chapters: [AudioChapter] = []
        for number in 1...999 {
            let name = "CHAPTER" + padded(number, 3)
            guard let start = entries.first(where: { $0.name == name }).flatMap({ seconds($0.text) }) else { break }
            let title = entries.first { $0.name == name + "NAME" }?.text ?? ""
            if let last = chapters.indices.last { chapters[last].end = start }
            chapters.append(AudioChapter(title: title, start: start, end: start))
        }
        return chapters.isEmpty ? nil : chapters
    }

    static func time(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded())
        let (minutes, hours) = (milliseconds / 60_000 % 60, milliseconds / 3_600_000)
        return "\(padded(hours, 2)):\(padded(minutes, 2)):\(padded(milliseconds / 1000 % 60, 2))."
            + padded(milliseconds % 1000, 3)
    }

    private static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2],
            [hours, minutes, seconds].allSatisfy({ (0...1e6).contains($0) })
        else { return nil }
        return hours * 3600 + minutes * 60 + seconds
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Chapters as ID3 tags hold them (id3.org, "ID3v2 Chapter Frame Addendum").
enum ID3Chapters {
    /// Identifiers and contents of the frames: a table of contents, then a frame for each chapter.
    static func frames(_ chapters: [AudioChapter]) -> [(id: String, content: [UInt8])] {
        let names = chapters.indices.map { Array("ch\($0)".utf8) + [0] }
        let (isTopLevel, isOrdered): (UInt8, UInt8) = (2, 1)
        // One byte counts them.
        let listed = names.prefix(255)
        let contents = Array("toc".utf8) + [0, isTopLevel | isOrdered, UInt8(listed.count)] + listed.joined()
        return [("CTOC", contents)]
            + zip(names, chapters).map { name, chapter in
                let title = [3] + Array(chapter.title.utf8)
                let times = [chapter.start, chapter.end].flatMap { Text.bigEndian(Int(($0 * 1000).rounded())) }
                let noOffsets = [UInt8](repeating: 0xFF, count: 8)
                let frame = Array("TIT2".utf8) + ID3.synchsafe(title.count) + [0, 0] + title
                return ("CHAP", name + times + noOffsets + frame)
            }
    }

    /// The chapter of a frame in version 2.4; `nil` if it is damaged.
    static func decode(_ content: ArraySlice<UInt8>) -> AudioChapter? {
        guard let end = content.firstIndex(of: 0) else { return nil }
        let rest = content[(end + 1)...]
        guard rest.count >= 16 else { return nil }
        let (start, stop) = (rest.bigEndian(at: 0), rest.bigEndian(at: 4))
        var title = ""
        let frame = rest.dropFirst(16)
        if frame.count > 11, frame.prefix(4).elementsEqual("TIT2".utf8), frame[frame.startIndex + 10] == 3 {
            let size = ID3.synchsafe(frame.dropFirst(4).prefix(4))
            title = Text.decode(frame.dropFirst(11).prefix(max(0, size - 1)))
        }
        return AudioChapter(title: title, start: Double(start) / 1000, end: Double(stop) / 1000)
    }
}
