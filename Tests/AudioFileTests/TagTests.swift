import AudioFile
import Foundation
import MusicCore
import Testing

@Suite struct TagTests {
    static let buffer = AudioBuffer(sampleRate: 48_000, channels: Signal.music(channels: 2, rate: 48_000, count: 9600))

    @Test(arguments: AudioFormat.allCases)
    func everyFieldComesBack(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        #expect(try #require(fullTags.recipe).utf8.count > 16_384)
        try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: fullTags))
        #expect(try AudioFile.readTags(url) == fullTags)
        #expect(try AudioFile.read(url).frameCount == 9600)
    }

    @Test(arguments: AudioFormat.allCases)
    func eachFieldAlone(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let all: [WritableKeyPath<AudioTags, String?>] = [
            \.title, \.artist, \.album, \.date, \.genre, \.comment, \.lyrics, \.software, \.recipe,
        ]
        for path in all {
            var tags = AudioTags()
            tags[keyPath: path] = fullTags[keyPath: path]
            try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
            #expect(try AudioFile.readTags(url) == tags)
        }
    }

    @Test(arguments: [AudioFormat.mp3, .wav])
    func timedLinesComeBackWhereThereIsATagForThem(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        var tags = AudioTags(title: "t", lyrics: "é one\ntwo")
        tags.timedLyrics = [
            .init(start: 0, text: "é one"), .init(start: 61.25, text: ""), .init(start: 70, text: "two"),
        ]
        try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        #expect(try AudioFile.readTags(url) == tags)
        // The frame as the standard has it: UTF-8, language, milliseconds, lyrics, no description; text, zero, time.
        let data = try Data(contentsOf: url)
        let frame = Array("SYLT".utf8) + [0, 0, 0, 7 + 11 + 5 + 8, 0, 0, 3] + Array("XXX".utf8) + [2, 1, 0]
        let lines = Array("é one".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 0xEF, 0x42]
        #expect(data.firstRange(of: Data(frame + lines)) != nil)
        tags.timedLyrics[0].start = -1
        expectError(.invalidRequest, "timed lyrics") {
            try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func aMixHasChapters(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        var tags = AudioTags(title: "a set", cueSheet: "TITLE \"a set\"\n")
        // Times to a millisecond, and an end where the next begins: what all formats can hold.
        tags.chapters = [
            AudioChapter(title: "Ouvertüre", start: 0, end: 61.5),
            AudioChapter(title: "drums = loud", start: 61.5, end: 3725.043),
            AudioChapter(title: "", start: 3725.043, end: 3725.043),
        ]
        try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        #expect(try AudioFile.readTags(url) == tags)
    }

    @Test(arguments: AudioFormat.allCases)
    func emptyTextsAreNone(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let tags = AudioTags(title: "", artist: "a", comment: "", recipe: "")
        try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        #expect(try AudioFile.readTags(url) == AudioTags(artist: "a"))
    }

    @Test(arguments: AudioFormat.allCases)
    func noTags(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        try AudioFile.write(Self.buffer, to: url)
        #expect(try AudioFile.readTags(url).isEmpty)
    }

    /// Sizes around those of Ogg's segments and pages, and larger than one page.
    @Test(arguments: AudioFormat.allCases)
    func lengthsAroundLimits(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let sizes = Array(180...260) + Array(64_900...65_040).filter { $0 % 7 == 0 } + [130_050, 1 << 20]
        for size in sizes {
            let tags = AudioTags(recipe: String(repeating: "x", count: size))
            try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
            #expect(try AudioFile.readTags(url) == tags, "\(size)")
            #expect(try AudioFile.info(url).frameCount == 9600, "\(size)")
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func whatNoFileCanHold(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        expectError(.invalidRequest, "comment", "U+0000") {
            try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: AudioTags(comment: "a\0b")))
        }
        expectError(.invalidRequest, "bytes") {
            let tags = AudioTags(lyrics: String(repeating: "x", count: 9 << 20))
            try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        }
        #expect(try scratch.names.isEmpty)
    }

    // MARK: - Files of other programs

    /// An MP3 with another tag in front.
    private func mp3(_ tag: [UInt8]) throws -> AudioTags {
        let scratch = try Scratch()
        let url = scratch.file("a.mp3")
        try AudioFile.write(Self.buffer, to: url)
        try (Data(tag) + Data(contentsOf: url)).write(to: url)
        #expect(try AudioFile.read(url).frameCount == 9600)
        return try AudioFile.readTags(url)
    }

    private func synchsafe(_ value: Int) -> [UInt8] { [21, 14, 7, 0].map { UInt8(value >> $0 & 0x7F) } }

    private func utf16(_ text: String) -> [UInt8] {
        [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    @Test func id3Version3InUTF16AndLatin1() throws {
        func frame(_ id: String, _ body: [UInt8]) -> [UInt8] {
            let size = (0..<4).reversed().map { UInt8(body.count >> (8 * $0) & 0xFF) }
            return Array(id.utf8) + size + [0, 0] + body
        }
        var frames = frame("TIT2", [1] + utf16("日本 🎵"))
        frames += frame("TPE1", [0, 0x42, 0x6A, 0xF6, 0x72, 0x6B])
        frames += frame("COMM", [1] + Array("eng".utf8) + utf16("iTunNORM") + [0, 0] + utf16("0000"))
        frames += frame("COMM", [1] + Array("eng".utf8) + utf16("") + [0, 0] + utf16("a comment"))
        frames += frame("TYER", [0] + Array("1999".utf8))
        frames += frame("APIC", [UInt8](repeating: 0xFF, count: 5000))
        frames += frame("TCON", [0] + Array("Rock".utf8) + [0])
        let tag =
            Array("ID3".utf8) + [3, 0, 0] + synchsafe(frames.count + 100) + frames + [UInt8](repeating: 0, count: 100)
        #expect(
            try mp3(tag) == AudioTags(title: "日本 🎵", artist: "Björk", date: "1999", genre: "Rock", comment: "a comment")
        )
    }

    @Test func id3Version2() throws {
        func frame(_ id: String, _ body: [UInt8]) -> [UInt8] { Array(id.utf8) + [0, 0, UInt8(body.count)] + body }
        let frames =
            frame("TT2", [0] + Array("title".utf8)) + frame("COM", [0] + Array("eng".utf8) + [0] + Array("c".utf8))
        let tag = Array("ID3".utf8) + [2, 0, 0] + synchsafe(frames.count) + frames
        #expect(try mp3(tag) == AudioTags(title: "title", comment: "c"))
    }

    @Test func id3Unsynchronised() throws {
        // In UTF-16, a byte order mark 0xFF 0xFE follows; "ÿ" is 0xFF 0x00, where a zero is put in between.
        let body: [UInt8] = [1, 0xFF, 0x00, 0xFE, 0xFF, 0x00, 0x00, 0x61, 0x00]
        let header: [UInt8] = Array("TIT2".utf8) + [0, 0, 0, 7, 0, 0]
        let tag = Array("ID3".utf8) + [3, 0, 0x80] + synchsafe(header.count + body.count) + header + body
        #expect(try mp3(tag).title == "ÿa")
    }

    @Test func severalValuesAndOtherNames() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        try AudioFile.write(Self.buffer, to: url)
        var data = [UInt8](try Data(contentsOf: url))
        func block(_ entries: [[UInt8]]) -> [UInt8] {
            func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
            let body =
                number(4) + Array("test".utf8) + number(entries.count) + entries.flatMap { number($0.count) + $0 }
            return [0x84, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
        }
        let old = 4 + Int(data[43]) << 16 + Int(data[44]) << 8 + Int(data[45])
        let entries = ["artist=A", "ARTIST=B", "Description=d=e", "nonsense", "year=2001"].map { Array($0.utf8) }
        data.replaceSubrange(42..<42 + old, with: block(entries + [Array("title=".utf8) + [0x80, 0xE9]]))
        try Data(data).write(to: url)
        #expect(
            try AudioFile.readTags(url) == AudioTags(title: "€é", artist: "A, B", date: "2001", comment: "d=e"))
    }

    @Test func infoListWithoutID3() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try AudioFile.write(Self.buffer, to: url)
        var list = Array("INFO".utf8)
        list += Array("INAM".utf8) + [5, 0, 0, 0] + [0x43, 0x61, 0x66, 0xE9, 0] + [0]
        list += Array("ICMT".utf8) + [4, 0, 0, 0] + Array("abc".utf8) + [0]
        var data = try Data(contentsOf: url)
        data += Data("LIST".utf8) + Data([UInt8(list.count), 0, 0, 0]) + Data(list)
        try data.write(to: url)
        #expect(try AudioFile.readTags(url) == AudioTags(title: "Café", comment: "abc"))
    }

    /// Damaged tags give what can be read of them, never a crash.
    @Test(arguments: AudioFormat.allCases)
    func damagedTags(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let tags = AudioTags(title: "title", comment: "comment", recipe: "{\"a\":1}")
        try AudioFile.write(Self.buffer, to: url, options: WriteOptions(tags: tags))
        let data = [UInt8](try Data(contentsOf: url))
        let region = format == .wav ? data.count - 200..<data.count : 0..<min(400, data.count)
        var generator = SeededGenerator(seed: 11)
        var readable = 0
        for _ in 0..<300 {
            var damaged = data
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                damaged[Int.random(in: region, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try Data(damaged).write(to: url)
            do {
                _ = try AudioFile.info(url)
                readable += 1
            } catch {
                #expect((error as? MusicError)?.code == .unreadableInput)
            }
        }
        // Ogg's checksums refuse pages with any damage.
        if format == .wav || format == .mp3 { #expect(readable > 100) }
    }
}
