import AudioFile
import CSndfile
import Foundation
import MusicCore
import Testing

/// Files whose headers were never completed: of recorders that were cut off, and of programs that write to a pipe.
@Suite struct UnfinishedFileTests {
    /// A field of a header.
    struct Field: Sendable {
        /// Letters in the header, and how many bytes behind their first the field is.
        var letters: String
        var distance: Int
        /// Bytes of the field, and whether the most significant comes first.
        var size: Int
        var isBigEndian: Bool

        func set(_ value: Int64, in data: inout Data) throws {
            let start = try #require(data.range(of: Data(letters.utf8))).lowerBound + distance
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
            data.replaceSubrange(start..<start + size, with: isBigEndian ? bytes.reversed() : bytes)
        }
    }

    /// A kind of file: the fields that state its length, and the numbers that stand for an unknown one.
    struct Kind: Sendable, CustomStringConvertible {
        var description: String
        var format: Int
        var fields: [Field]
        var placeholders: [[Int64]]
    }

    private static let short: [Int64] = [0, 36, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]

    static let kinds: [Kind] = [
        Kind(
            description: "WAV", format: SF_FORMAT_WAV | SF_FORMAT_PCM_16,
            fields: [
                Field(letters: "RIFF", distance: 4, size: 4, isBigEndian: false),
                Field(letters: "data", distance: 4, size: 4, isBigEndian: false),
            ],
            placeholders: short.map { [$0, 0] } + [[10_036, 0]]
                + [0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFDB].map { [$0, $0] }),
        Kind(
            description: "RIFX", format: SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG,
            fields: [
                Field(letters: "RIFX", distance: 4, size: 4, isBigEndian: true),
                Field(letters: "data", distance: 4, size: 4, isBigEndian: true),
            ],
            placeholders: [[0, 0], [36, 0], [0xFFFF_FFFF, 0xFFFF_FFFF]]),
        Kind(
            description: "RF64", format: SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
            fields: [8, 16, 24].map { Field(letters: "ds64", distance: $0, size: 8, isBigEndian: false) }
                + [Field(letters: "data", distance: 4, size: 4, isBigEndian: false)],
            placeholders: [
                [0, 0, 0, 0xFFFF_FFFF], [-1, -1, -1, 0xFFFF_FFFF], [10_072, 0, 0, 0xFFFF_FFFF], [0, 0, 0, 0],
                [.max, .max, .max, 0xFFFF_FFFF],
            ]),
        Kind(
            description: "AIFF", format: SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
            fields: [
                Field(letters: "FORM", distance: 4, size: 4, isBigEndian: true),
                Field(letters: "COMM", distance: 10, size: 4, isBigEndian: true),
                Field(letters: "SSND", distance: 4, size: 4, isBigEndian: true),
            ],
            placeholders: [
                [0, 0, 0], [46, 0, 8], [10_046, 5000, 0], [-1, -1, -1], [0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF],
                [-1, 0, -1],
            ]),
        Kind(
            description: "AU", format: SF_FORMAT_AU | SF_FORMAT_PCM_16,
            fields: [Field(letters: ".snd", distance: 8, size: 4, isBigEndian: true)],
            placeholders: [[0], [-1], [0x7FFF_F000]]),
        Kind(
            description: "AU, least significant byte first", format: SF_FORMAT_AU | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE,
            fields: [Field(letters: "dns.", distance: 8, size: 4, isBigEndian: false)], placeholders: [[0], [-1]]),
        Kind(
            description: "W64", format: SF_FORMAT_W64 | SF_FORMAT_PCM_16,
            fields: [
                Field(letters: "riff", distance: 16, size: 8, isBigEndian: false),
                Field(letters: "data", distance: 16, size: 8, isBigEndian: false),
            ],
            placeholders: [[0, 0], [104, 24], [-1, -1], [.max, .max], [.min, .min]]),
        Kind(
            description: "CAF", format: SF_FORMAT_CAF | SF_FORMAT_PCM_16,
            fields: [Field(letters: "data", distance: 4, size: 8, isBigEndian: true)],
            placeholders: [[0], [4], [-1], [.max], [.min]]),
    ]

    @Test(arguments: kinds) func placeholdersAreNoLengths(_ kind: Kind) throws {
        let scratch = try Scratch()
        let url = scratch.file("a")
        let samples = Signal.noise(seed: 9, count: 5000)
        try ReadTests.make(url, kind.format, rate: 48_000, [samples])
        let whole = try AudioFile.read(url)
        let data = try Data(contentsOf: url)
        for values in kind.placeholders {
            var changed = data
            for (field, value) in zip(kind.fields, values) { try field.set(value, in: &changed) }
            try changed.write(to: url)
            #expect(try AudioFile.read(url) == whole, "\(values)")
            #expect(try AudioFile.info(url).frameCount == 5000, "\(values)")
        }
    }

    /// What is stated and missing is another matter.
    @Test(arguments: kinds) func filesThatEndEarlyAreRefused(_ kind: Kind) throws {
        let scratch = try Scratch()
        let url = scratch.file("a")
        try ReadTests.make(url, kind.format, rate: 48_000, [Signal.noise(seed: 9, count: 5000)])
        try Data(contentsOf: url).dropLast(4000).write(to: url)
        expectError(.unreadableInput, "cut off", "missing") { _ = try AudioFile.read(url) }
    }

    /// An empty chunk with others behind it is empty, and their bytes are no sound.
    @Test func emptyFilesWithTagsHoldNoSamples() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: [[0.5]]), to: url,
            options: WriteOptions(tags: AudioTags(title: "a title of some length")))
        var data = try Data(contentsOf: url)
        let start = try #require(data.range(of: Data("data".utf8))).upperBound
        data.replaceSubrange(start..<start + 4, with: [0, 0, 0, 0])
        data.removeSubrange(start + 4..<start + 6)
        try data.write(to: url)
        expectError(.unreadableInput, "no samples") { _ = try AudioFile.read(url) }
    }

    @Test func theNewerNameOfRF64() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try ReadTests.make(
            url, SF_FORMAT_RF64 | SF_FORMAT_PCM_16, rate: 48_000, [Signal.noise(seed: 9, count: 5000)])
        let whole = try AudioFile.read(url)
        var data = try Data(contentsOf: url)
        data.replaceSubrange(0..<4, with: Data("BW64".utf8))
        try data.write(to: url)
        #expect(try AudioFile.read(url) == whole)
    }

    @Test func soundBehindZerosAndSeveralTags() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.mp3")
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: [Signal.sine(440, rate: 48_000, count: 48_000)]), to: url)
        let whole = try AudioFile.read(url)
        let data = try Data(contentsOf: url)
        let tag = Data(Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 10))
        for before in [Data(count: 5000), Data(count: 200_000), tag, tag + tag, tag + Data(count: 300)] {
            try (before + data).write(to: url)
            #expect(try AudioFile.read(url) == whole, "\(before.count)")
        }
    }

    /// Pages as another program than libFLAC lays them out: a packet may go on on the next page.
    @Test(arguments: [255, 4000, 60_000]) func flacInOgg(_ pageSize: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        let channels = Signal.music(channels: 2, rate: 48_000, count: 30_000)
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: channels), to: url,
            options: WriteOptions(tags: AudioTags(title: "Ærø")))
        let whole = try AudioFile.read(url)
        let flac = [UInt8](try Data(contentsOf: url))
        // The first packet has the signature and the first block; the second one the comments.
        let comment = try #require(Data(flac).range(of: Data("Ærø".utf8))).lowerBound
        let second = flac[42] & 0x7F == 4 && comment > 42 ? 42 : 0
        try #require(second > 0, "comments follow the first block")
        let secondLength = 4 + Int(flac[43]) << 16 + Int(flac[44]) << 8 + Int(flac[45])
        var file = Self.pages([0x7F] + Array("FLAC".utf8) + [1, 0, 0, 2] + flac[..<42], pageSize)
        file += Self.pages(Array(flac[42..<42 + secondLength]), pageSize)
        // Another stream between them.
        file += Self.pages([1, 2, 3], pageSize, serial: 9)
        file += Self.pages(Array(flac[(42 + secondLength)...]), pageSize)
        let ogg = scratch.file("a.oga")
        try Data(file).write(to: ogg)
        #expect(try AudioFile.read(ogg) == whole)
        let info = try AudioFile.info(ogg)
        #expect(info.container == "FLAC in Ogg" && info.frameCount == 30_000 && info.tags.title == "Ærø")
        try Data(file.dropLast(1000)).write(to: ogg)
        expectError(.unreadableInput, "cut off") { _ = try AudioFile.read(ogg) }
    }

    /// A packet on pages of its own.
    private static func pages(_ packet: [UInt8], _ size: Int, serial: UInt8 = 7) -> [UInt8] {
        var segments = [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
        var rest = packet[...]
        var file: [UInt8] = []
        while !segments.isEmpty {
            let own = segments.prefix(max(1, size / 255))
            segments.removeFirst(own.count)
            let length = own.reduce(0) { $0 + Int($1) }
            file += Array("OggS".utf8) + [0, 0] + [UInt8](repeating: 0, count: 8) + [serial, 0, 0, 0]
            file += [UInt8](repeating: 0, count: 8) + [UInt8(own.count)] + own + rest.prefix(length)
            rest = rest.dropFirst(length)
        }
        return file
    }
}
