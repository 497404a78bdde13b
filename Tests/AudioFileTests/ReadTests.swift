import AudioFile
import CSndfile
import Foundation
import MusicCore
import Testing

@Suite struct ReadTests {
    /// Writes a file of any kind that libsndfile makes.
    static func make(_ url: URL, _ format: Int, rate: Int, _ channels: [[Float]]) throws {
        var description = SF_INFO()
        description.samplerate = Int32(rate)
        description.channels = Int32(channels.count)
        description.format = Int32(format)
        let handle = try #require(sf_open(url.path, Int32(SFM_WRITE), &description))
        let interleaved = channels[0].indices.flatMap { frame in channels.map { $0[frame] } }
        #expect(sf_writef_float(handle, interleaved, sf_count_t(channels[0].count)) == channels[0].count)
        #expect(sf_close(handle) == 0)
    }

    /// Kinds of file, and the least signal-to-noise ratio in decibels that each encoding allows.
    static let kinds: [(String, Int, Double)] = [
        ("wav u8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 36), ("wav 16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 85),
        ("wav 24", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 130), ("wav 32", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 140),
        ("wav float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, .infinity),
        ("wav double", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, .infinity),
        ("wav mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 30), ("wav A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 30),
        ("wav IMA", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 20), ("wav MS", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 20),
        ("wavex 24", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 130), ("rf64 16", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 85),
        ("w64 float", SF_FORMAT_W64 | SF_FORMAT_FLOAT, .infinity), ("aiff 16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 85),
        ("aiff 24", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 130), ("aifc", SF_FORMAT_AIFF | SF_FORMAT_FLOAT, .infinity),
        ("au 16", SF_FORMAT_AU | SF_FORMAT_PCM_16, 85), ("caf 24", SF_FORMAT_CAF | SF_FORMAT_PCM_24, 130),
        ("caf alac", SF_FORMAT_CAF | SF_FORMAT_ALAC_24, 130),
        ("rifx 16", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 85),
        ("flac 8", SF_FORMAT_FLAC | SF_FORMAT_PCM_S8, 36),
        ("flac 24", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 130), ("vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 15),
    ]

    @Test(arguments: kinds)
    func kindsOfFiles(_ kind: (name: String, format: Int, bound: Double)) throws {
        let scratch = try Scratch()
        // No extension: the content tells what it is.
        let url = scratch.file("audio")
        let channels = Signal.music(channels: 2, rate: 44_100, count: 30_000)
        try Self.make(url, kind.format, rate: 44_100, channels)
        let back = try AudioFile.read(url)
        #expect(back.sampleRate == 44_100)
        #expect(back.channels.count == 2)
        #expect(back.frameCount >= 30_000)
        for (decoded, original) in zip(back.channels, channels) {
            #expect(signalToNoise(decoded, original) >= kind.bound, "\(kind.name)")
        }
    }

    @Test(arguments: [1, 2, 6, 8])
    func stereo(_ channelCount: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let channels = (0..<channelCount).map { Signal.noise(seed: UInt64($0), count: 1000, amplitude: 0.9) }
        try Self.make(url, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 48_000, channels)
        #expect(try AudioFile.read(url).channels == channels)
        let back = try AudioFile.read(url, ReadOptions(layout: .stereo))
        #expect(back.channels == [channels[0], channels[min(1, channelCount - 1)]])
    }

    @Test func modelInput() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let tone = Signal.sine(997, rate: 44_100, count: 44_100, amplitude: 1.5)
        try Self.make(url, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 44_100, [tone])
        let back = try AudioFile.read(url, .stereo48kHz)
        let ideal = Signal.sine(997, rate: 48_000, count: 48_000, amplitude: 1.5).map { min(1, max(-1, $0)) }
        #expect(back.sampleRate == 48_000)
        #expect(back.channels.count == 2)
        #expect(back.channels[0] == back.channels[1])
        #expect(back.frameCount == 48_000)
        #expect(back.peak == 1)
        #expect(largestDifference(back.channels[0][4000..<44_000], ideal[4000..<44_000]) < 1e-6)
        #expect(try AudioFile.read(url).peak > 1.4)
    }

    @Test(arguments: AudioFormat.allCases)
    func partsAreThoseOfTheWhole(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let channels = Signal.music(channels: 2, rate: 48_000, count: 200_001)
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
        for rate in [48_000, 44_100, 96_000, 44_101] {
            let whole = try AudioFile.read(url, ReadOptions(sampleRate: rate))
            for (start, duration) in [(0, 0.5), (0.01, 0.01), (1.2345, 1.5), (3, 0.7), (4.1, 5), (4.166, 1)] {
                let part = try AudioFile.read(url, ReadOptions(sampleRate: rate, start: start, duration: duration))
                let first = Int((start * Double(rate)).rounded())
                let end = min(whole.frameCount, first + Int((duration * Double(rate)).rounded()))
                for channel in 0..<2 {
                    let difference = largestDifference(part.channels[channel], whole.channels[channel][first..<end])
                    #expect(difference < 1e-6, "\(format) \(rate) \(start) \(duration)")
                }
            }
            let rest = try AudioFile.read(url, ReadOptions(sampleRate: rate, start: 2))
            #expect(largestDifference(rest.channels[1], whole.channels[1][(2 * rate)...]) < 1e-6)
        }
    }

    @Test func longFilesAreRefusedBeforeDecoding() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        let writer = try AudioFileWriter(url, sampleRate: 8000, channelCount: 1)
        for _ in 0..<60 { try writer.append([[Float](repeating: 0, count: 8000 * 60)]) }
        try writer.finish()
        #expect(try AudioFile.info(url).duration == 3600)
        // Of this copy there is little more than the header: whoever decodes it meets its end first.
        let beginning = scratch.file("beginning.flac")
        try Data(contentsOf: url).prefix(20_000).write(to: beginning)
        for file in [url, beginning] {
            expectError(.unreadableInput, "longer than 600 seconds", "cut it to at most 600 seconds") {
                _ = try AudioFile.read(file, ReadOptions(maximumDuration: 600))
            }
        }
        expectError(.unreadableInput, "beginning.flac") {
            _ = try AudioFile.read(beginning, ReadOptions(maximumDuration: 3600))
        }
        let part = try AudioFile.read(url, ReadOptions(start: 3590, duration: 5, maximumDuration: 600))
        #expect(part.frameCount == 40_000)
        #expect(try AudioFile.read(url, ReadOptions(start: 3000, maximumDuration: 600)).duration == 600)
        expectError(.unreadableInput, "ends before 3600.0 s") { _ = try AudioFile.read(url, ReadOptions(start: 3600)) }
    }

    /// A FLAC from a pipe states no length; the limit holds all the same.
    @Test func limitWithoutStatedLength() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        let tone = Signal.sine(440, rate: 48_000, count: 96_000)
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [tone]), to: url)
        var data = [UInt8](try Data(contentsOf: url))
        // The number of samples: 36 bits from the lower half of byte 21 on.
        data[21] &= 0xF0
        data.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        try Data(data).write(to: url)
        #expect(try AudioFile.info(url).frameCount == 96_000)
        #expect(try AudioFile.info(url, countingTo: 0).frameCount == nil)
        #expect(try AudioFile.info(url, countingTo: 0.5).frameCount == nil)
        #expect(try AudioFile.read(url).frameCount == 96_000)
        #expect(try AudioFile.read(url, ReadOptions(maximumDuration: 2)).frameCount == 96_000)
        expectError(.unreadableInput, "longer than 1.5 seconds") {
            _ = try AudioFile.read(url, ReadOptions(maximumDuration: 1.5))
        }
    }

    @Test func optionsOutOfRange() throws {
        let url = URL(fileURLWithPath: "/nonexistent.wav")
        for value in [-1, .nan, .infinity, 1e300] {
            expectError(.invalidRequest, "start") { _ = try AudioFile.read(url, ReadOptions(start: value)) }
            expectError(.invalidRequest, "duration") { _ = try AudioFile.read(url, ReadOptions(duration: value)) }
            expectError(.invalidRequest, "maximum duration") {
                _ = try AudioFile.read(url, ReadOptions(maximumDuration: value))
            }
        }
        expectError(.invalidRequest, "0 s") { _ = try AudioFile.read(url, ReadOptions(duration: 0)) }
        for rate in [0, -48_000, 999, 1_000_001, .max] {
            expectError(.invalidRequest, "\(rate) Hz") { _ = try AudioFile.read(url, ReadOptions(sampleRate: rate)) }
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func blocksAndSeeking(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let channels = Signal.music(channels: 2, rate: 48_000, count: 50_007)
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
        let whole = try AudioFile.read(url)
        let reader = try AudioFileReader(url)
        #expect(reader.info.frameCount == 50_007)
        var parts = [[Float]](repeating: [], count: 2)
        while true {
            let block = try reader.read(7001)
            if block[0].isEmpty { break }
            for channel in 0..<2 { parts[channel] += block[channel] }
            #expect(reader.position == parts[0].count)
        }
        #expect(parts == whole.channels)
        #expect(try reader.read(10) == [[], []])
        for frame in [20_000, 0, 49_990, 50_007, 30_000, 50_007] {
            try reader.seek(to: frame)
            let block = try reader.read(500)
            #expect(largestDifference(block[1], whole.channels[1][frame...].prefix(500)) < 1e-6, "\(format) \(frame)")
        }
        expectError(.unreadableInput) { try reader.seek(to: -1) }
        expectError(.unreadableInput) { try reader.seek(to: 60_000) }
    }

    @Test func cancelledTasksStopReading() async throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [[0.1, 0.2]]), to: url)
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            expectError(.cancelled, "a.wav") { _ = try AudioFile.read(url) }
        }.value
    }

    @Test func descriptionsOfFiles() throws {
        let scratch = try Scratch()
        let expected: [AudioFormat: (String, String)] = [
            .wav: ("WAV", "16 bit"), .flac: ("FLAC", "16 bit"), .mp3: ("MPEG", "Layer III"), .opus: ("OGG", "Opus"),
            .vorbis: ("OGG", "Vorbis"),
        ]
        for format in AudioFormat.allCases {
            let url = scratch.file(format.name("a"))
            let channels = Signal.music(channels: 2, rate: 48_000, count: 24_000)
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
            let info = try AudioFile.info(url)
            let words = try #require(expected[format])
            #expect(info.container.contains(words.0) && info.encoding.contains(words.1))
            #expect(info.sampleRate == 48_000)
            #expect(info.channelCount == 2)
            #expect(info.duration == 0.5)
        }
    }
}
