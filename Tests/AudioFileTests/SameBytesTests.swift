import AudioFile
import CSndfile
import Foundation
import MusicCore
import Testing

/// The same samples and tags give the same bytes, whenever they are written.
struct SameBytesTests {
    @Test func sameSamplesGiveTheSameBytes() throws {
        let scratch = try Scratch()
        let options: [(String, WriteOptions)] =
            AudioFormat.allCases.map { ($0.name("a"), WriteOptions(tags: fullTags)) }
            + [
                ("f.wav", WriteOptions(bitDepth: .float32)),
                ("d.wav", WriteOptions(bitDepth: .int24, dither: .triangular)),
            ]
        for (name, options) in options {
            try AudioFile.write(WriterTests.audio, to: scratch.file(name), options: options)
        }
        let first = try options.map { try Data(contentsOf: scratch.file($0.0)) }
        for (name, options) in options {
            try AudioFile.write(WriterTests.audio, to: scratch.file(name), options: options)
        }
        for (index, (name, _)) in options.enumerated() {
            #expect(try Data(contentsOf: scratch.file(name)) == first[index], "\(name)")
        }
    }

    /// What would differ between two files: libsndfile gives each Ogg stream another random number.
    @Test(arguments: [SF_FORMAT_VORBIS, SF_FORMAT_OPUS])
    func encodersDrawStreamNumbers(_ codec: Int) throws {
        let scratch = try Scratch()
        let serials = try ["a", "b"].map { name in
            try ReadTests.make(scratch.file(name), SF_FORMAT_OGG | codec, rate: 48_000, WriterTests.audio.channels)
            return try Data(contentsOf: scratch.file(name))[14..<18]
        }
        #expect(serials[0] != serials[1])
    }

    /// libsndfile writes the time, in seconds, into the chunk with the peak, which it gives to files of floats.
    @Test func timeIsNotWritten() throws {
        let scratch = try Scratch()
        func chunks(_ url: URL) throws -> [String] {
            let bytes = [UInt8](try Data(contentsOf: url))
            var names: [String] = []
            var offset = 12
            while offset + 8 <= bytes.count {
                names.append(String(decoding: bytes[offset..<offset + 4], as: UTF8.self))
                let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
                offset += 8 + length + length % 2
            }
            return names
        }
        let (plain, ours) = (scratch.file("plain.wav"), scratch.file("ours.wav"))
        try ReadTests.make(plain, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 48_000, WriterTests.audio.channels)
        #expect(try chunks(plain).contains("PEAK"))
        try AudioFile.write(WriterTests.audio, to: ours, options: WriteOptions(bitDepth: .float32))
        let names = try chunks(ours)
        #expect(names.contains("data") && !names.contains("PEAK"), "\(names)")
    }

    @Test(arguments: [AudioFormat.opus, .vorbis])
    func oggStreamsAreWellFormed(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let tags = AudioTags(recipe: String(repeating: "long", count: 50_000))
        try AudioFile.write(WriterTests.audio, to: url, options: WriteOptions(tags: tags))
        var data = [UInt8](try Data(contentsOf: url))[...]
        var serials = Set<ArraySlice<UInt8>>()
        var sequence = 0
        while !data.isEmpty {
            let start = data.startIndex
            #expect(data.starts(with: Array("OggS".utf8)))
            let segments = data[(start + 27)...].prefix(Int(data[start + 26]))
            let length = 27 + segments.count + segments.reduce(0) { $0 + Int($1) }
            var page = Array(data.prefix(length))
            data = data.dropFirst(length)
            serials.insert(page[14..<18])
            let number = (0..<4).reduce(0) { $0 | Int(page[18 + $1]) << (8 * $1) }
            #expect(number == sequence)
            #expect((page[5] & 2 != 0) == (sequence == 0))
            #expect((page[5] & 4 != 0) == data.isEmpty)
            let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(page[22 + $1]) << (8 * $1) }
            page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
            var checksum: UInt32 = 0
            for byte in page {
                checksum ^= UInt32(byte) << 24
                for _ in 0..<8 { checksum = checksum << 1 ^ (checksum >> 31 == 1 ? 0x04C1_1DB7 : 0) }
            }
            #expect(checksum == stored)
            sequence += 1
        }
        #expect(serials.count == 1 && sequence > 4)
    }

    @Test func otherTagsGiveAnotherStreamNumber() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.opus")
        let serials = try ["one", "two"].map { title in
            try AudioFile.write(WriterTests.audio, to: url, options: WriteOptions(tags: AudioTags(title: title)))
            return try Data(contentsOf: url)[14..<18]
        }
        #expect(serials[0] != serials[1])
    }
}
