import MusicCore

/// What an audio file says about itself.
///
/// Every field is free Unicode text of any length (8 MiB together); U+0000 can't be stored, and an empty text counts as
/// none.
public struct AudioTags: Sendable, Equatable, Codable {
    public var title: String?
    public var artist: String?
    public var album: String?
    /// Year or date in ISO 8601: `2025`, `2025-06-01`.
    public var date: String?
    public var genre: String?
    public var comment: String?
    /// The words that are sung.
    public var lyrics: String?
    /// The program that made the file.
    public var software: String?
    /// When each line is sung, in their order; stored as ID3's `SYLT` (MP3 and WAV), of which other formats have
    /// nothing.
    public var timedLyrics: [TimedLine] = []
    /// What made the song, as a JSON document: caption, lyrics, seed and all parameters.
    public var recipe: String?
    /// The songs of a mix as a cue sheet.
    public var cueSheet: String?
    /// Named stretches, in their order; WAV, MP3, FLAC and Ogg files hold them.
    public var chapters: [AudioChapter]?

    public init(
        title: String? = nil, artist: String? = nil, album: String? = nil, date: String? = nil, genre: String? = nil,
        comment: String? = nil, lyrics: String? = nil, software: String? = nil, recipe: String? = nil,
        cueSheet: String? = nil, chapters: [AudioChapter]? = nil
    ) {
        self.title = title
        self.artist = artist
        self.album = album
        self.date = date
        self.genre = genre
        self.comment = comment
        self.lyrics = lyrics
        self.software = software
        self.recipe = recipe
        self.cueSheet = cueSheet
        self.chapters = chapters
    }

    /// A line and when it is sung.
    public struct TimedLine: Sendable, Equatable, Codable {
        /// Seconds from the beginning.
        public var start: Double
        public var text: String

        public init(start: Double, text: String) {
            self.start = start
            self.text = text
        }
    }

    /// Whether no field is set.
    public var isEmpty: Bool { self == AudioTags() }

    /// The name under which formats with free field names hold ``recipe``.
    static let recipeField = "VIVACE_RECIPE"
    /// The name under which players look for ``cueSheet``.
    static let cueSheetField = "CUESHEET"

    /// One field, for code that goes through them all.
    struct Field {
        var path: any WritableKeyPath<AudioTags, String?> & Sendable
        /// The field's name in messages.
        var name: String
        /// Vorbis comment names (FLAC, Ogg): the first is written, all are read.
        var vorbis: [String]
        /// Text frame of ID3v2.4; `nil` for the fields that have a frame of another make-up.
        var id3: String?
        /// Chunk of a RIFF `INFO` list; `nil` for the fields that it has none for.
        var info: String?
    }

    /// All fields, in the order in which they are written.
    static let fields: [Field] = [
        Field(path: \.title, name: "title", vorbis: ["TITLE"], id3: "TIT2", info: "INAM"),
        Field(path: \.artist, name: "artist", vorbis: ["ARTIST"], id3: "TPE1", info: "IART"),
        Field(path: \.album, name: "album", vorbis: ["ALBUM"], id3: "TALB", info: "IPRD"),
        Field(path: \.date, name: "date", vorbis: ["DATE", "YEAR"], id3: "TDRC", info: "ICRD"),
        Field(path: \.genre, name: "genre", vorbis: ["GENRE"], id3: "TCON", info: "IGNR"),
        Field(path: \.comment, name: "comment", vorbis: ["COMMENT", "DESCRIPTION"], id3: nil, info: "ICMT"),
        Field(path: \.lyrics, name: "lyrics", vorbis: ["LYRICS", "UNSYNCEDLYRICS"], id3: nil, info: nil),
        Field(path: \.software, name: "software", vorbis: ["ENCODER", "SOFTWARE"], id3: "TSSE", info: "ISFT"),
        Field(path: \.recipe, name: "recipe", vorbis: [recipeField], id3: nil, info: nil),
        Field(path: \.cueSheet, name: "cue sheet", vorbis: [cueSheetField], id3: nil, info: nil),
    ]

    /// Fills the fields that are `nil` here with those of `other`.
    func merged(with other: AudioTags) -> AudioTags {
        var merged = self
        if merged.timedLyrics.isEmpty { merged.timedLyrics = other.timedLyrics }
        for field in Self.fields where merged[keyPath: field.path] == nil {
            merged[keyPath: field.path] = other[keyPath: field.path]
        }
        merged.chapters = merged.chapters ?? other.chapters
        return merged
    }

    /// The tags with `nil` in place of empty texts, which not all formats can tell apart.
    var withoutEmptyFields: AudioTags {
        var tags = self
        for field in Self.fields where tags[keyPath: field.path]?.isEmpty == true { tags[keyPath: field.path] = nil }
        if tags.chapters?.isEmpty == true { tags.chapters = nil }
        return tags
    }

    /// Checks that every format can hold the tags.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func validate() throws {
        var total = timedLyrics.reduce(0) { $0 + $1.text.utf8.count + 5 }
        guard !timedLyrics.contains(where: { $0.text.utf8.contains(0) || !(0...4e6).contains($0.start) }) else {
            throw MusicError(
                .invalidRequest, "the timed lyrics have U+0000 or a time that isn't one, which no tag can hold",
                advice: "give plain text, and times in seconds from 0 on")
        }
        for field in Self.fields {
            guard let text = self[keyPath: field.path] else { continue }
            if text.utf8.contains(0) {
                throw MusicError(
                    .invalidRequest, "the tag \(field.name) contains U+0000, which no file format can hold",
                    advice: "remove that character")
            }
            total += text.utf8.count
        }
        for chapter in chapters ?? [] {
            if chapter.title.utf8.contains(0) {
                throw MusicError(
                    .invalidRequest, "the title of a chapter contains U+0000, which no file format can hold",
                    advice: "remove that character")
            }
            total += chapter.title.utf8.count + 64
        }
        if total > 8 << 20 {
            throw MusicError(
                .invalidRequest, "the tags are \(total) bytes long, more than the \(8 << 20) that a file can hold",
                advice: "shorten the longest of them")
        }
    }
}
