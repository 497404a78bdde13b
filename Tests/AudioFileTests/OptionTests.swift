import AudioFile
import Foundation
import MusicCore
import Testing

@Suite struct OptionTests {
    @Test(arguments: [
        ("a.wav", AudioFormat.wav), ("a.WAV", .wav), ("a.wave", .wav), ("b.c.flac", .flac), ("a.Mp3", .mp3),
        ("a.opus", .opus), ("a.ogg", .vorbis), ("a.oga", .vorbis),
    ])
    func extensionsChooseTheFormat(_ name: String, _ format: AudioFormat) throws {
        #expect(try AudioFormat(fileAt: URL(fileURLWithPath: name)) == format)
    }

    @Test(arguments: ["a", "a.", ".wav", "a.m4a", "a.aac", "a.aiff", "a.wav.txt"])
    func otherExtensions(_ name: String) throws {
        let scratch = try Scratch()
        let url = scratch.file(name)
        expectError(.unwritableOutput, ".wav, .flac, .mp3, .opus, .ogg") {
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [[0]]), to: url)
        }
        // A format that is named needs no extension.
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: [[0.5]]), to: url, options: WriteOptions(format: .flac))
        #expect(try AudioFile.info(url).container.contains("FLAC"))
    }

    /// File, options, sample rate, channels, and a word of the message.
    static let impossible: [(String, WriteOptions, Int, Int, String)] = [
        ("a.flac", WriteOptions(bitDepth: .float32), 48_000, 2, "no bit depth 32f; use 16 or 24"),
        ("a.mp3", WriteOptions(bitDepth: .int16), 48_000, 2, "lossy and has no bit depth"),
        ("a.opus", WriteOptions(bitDepth: .int24), 48_000, 2, "lossy and has no bit depth"),
        ("a.ogg", WriteOptions(bitDepth: .float32), 48_000, 2, "lossy and has no bit depth"),
        ("a.wav", WriteOptions(quality: .high), 48_000, 2, "lossless"),
        ("a.flac", WriteOptions(quality: .bitRate(320)), 48_000, 2, "lossless"),
        ("a.wav", WriteOptions(bitDepth: .float32, dither: .triangular), 48_000, 2, "dither"),
        ("a.mp3", WriteOptions(dither: .triangular), 48_000, 2, "dither"),
        ("a.mp3", WriteOptions(quality: .bitRate(100)), 48_000, 2, "use one of 32, 40"),
        ("a.mp3", WriteOptions(quality: .bitRate(320)), 22_050, 2, "no bit rate 320"),
        ("a.mp3", WriteOptions(quality: .variable(1.5)), 48_000, 2, "1.5 is out of range"),
        ("a.ogg", WriteOptions(quality: .variable(.nan)), 48_000, 2, "out of range"),
        ("a.ogg", WriteOptions(quality: .bitRate(128)), 48_000, 2, "quality from 0 to 1"),
        ("a.opus", WriteOptions(quality: .bitRate(5)), 48_000, 2, "use 12 to 512"),
        ("a.opus", WriteOptions(quality: .variable(1)), 48_000, 2, "bit rate"),
        ("a.opus", WriteOptions(), 44_100, 2, "44100 Hz; resample it to 48000 Hz"),
        ("a.mp3", WriteOptions(), 96_000, 2, "96000 Hz"), ("a.mp3", WriteOptions(), 48_000, 3, "3 channels"),
        ("a.flac", WriteOptions(), 48_000, 9, "9 channels"), ("a.opus", WriteOptions(), 48_000, 9, "9 channels"),
        ("a.ogg", WriteOptions(), 4000, 2, "4000 Hz"), ("a.flac", WriteOptions(), 700_000, 2, "700000 Hz"),
        ("a.wav", WriteOptions(), 48_000, 65, "65 channels"), ("a.wav", WriteOptions(), 48_000, 0, "0 channels"),
    ]

    @Test(arguments: impossible)
    func impossibleCombinations(_ given: (String, WriteOptions, Int, Int, String)) throws {
        let scratch = try Scratch()
        let url = scratch.file(given.0)
        expectError(.invalidRequest, given.4) {
            try AudioFile.checkOutput(url, sampleRate: given.2, channelCount: given.3, options: given.1)
        }
        expectError(.invalidRequest, given.4) {
            let channels = [[Float]](repeating: [0.5], count: given.3)
            try AudioFile.write(AudioBuffer(sampleRate: given.2, channels: channels), to: url, options: given.1)
        }
        #expect(try scratch.names.isEmpty)
    }

    @Test func checkingBeforehandLeavesNothing() throws {
        let scratch = try Scratch()
        for format in AudioFormat.allCases { try AudioFile.checkOutput(scratch.file(format.name("a"))) }
        #expect(try scratch.names.isEmpty)
        expectError(.unwritableOutput, "doesn't exist", "mkdir") {
            try AudioFile.checkOutput(scratch.file("no/a.wav"))
        }
    }
}
