import AudioFile
import Foundation
import MusicCore
import Testing

@Suite struct LossyTests {
    /// The least signal-to-noise ratio, in decibels, that each format's default quality must reach on tonal material.
    ///
    /// It also proves that nothing is shifted: one sample of delay costs all but some 20 dB.
    static let targets: [(AudioFormat, Double)] = [(.mp3, 38), (.opus, 26), (.vorbis, 28)]

    @Test(arguments: targets, [1, 2])
    func soundsTheSameAndStaysInPlace(_ target: (AudioFormat, Double), _ channelCount: Int) throws {
        let (format, bound) = target
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        for count in [48_000, 47_999, 100_003] {
            let channels = Signal.music(channels: channelCount, rate: 48_000, count: count)
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
            let back = try AudioFile.read(url)
            #expect(back.frameCount == count)
            #expect(back.channels.count == channelCount)
            for (decoded, original) in zip(back.channels, channels) {
                let ratio = signalToNoise(decoded, original)
                #expect(ratio > bound, "\(format) \(count)")
            }
        }
    }

    @Test(arguments: [AudioFormat.opus, .vorbis], [3, 6, 8])
    func surround(_ format: AudioFormat, _ channelCount: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        // Deep tones: one of the channels may be taken for a subwoofer's.
        let channels = (0..<channelCount).map {
            Signal.sine(50 + 5 * Double($0), rate: 48_000, count: 48_000, amplitude: 0.3)
        }
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
        let back = try AudioFile.read(url)
        #expect(back.channels.count == channelCount)
        for (decoded, original) in zip(back.channels, channels) {
            #expect(signalToNoise(Array(decoded[2000..<46_000]), Array(original[2000..<46_000])) > 10)
        }
    }

    @Test(arguments: [
        (AudioFormat.mp3, [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]),
        (.opus, [8000, 12000, 16000, 24000, 48000]), (.vorbis, [8000, 22050, 44100, 96000, 192_000]),
    ])
    func sampleRates(_ format: AudioFormat, _ rates: [Int]) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        for rate in rates {
            let tone = Signal.sine(440, rate: rate, count: rate, amplitude: 0.5)
            try AudioFile.write(AudioBuffer(sampleRate: rate, channels: [tone, tone]), to: url)
            let back = try AudioFile.read(url)
            #expect(back.sampleRate == rate)
            #expect(back.frameCount == rate)
            #expect(signalToNoise(back.channels[1], tone) > 15, "\(format) \(rate)")
        }
    }

    /// The rate of the file in kbit/s.
    private func rate(_ url: URL) throws -> Double {
        let duration = try #require(AudioFile.info(url).duration)
        return Double(try Data(contentsOf: url).count) * 8 / duration / 1000
    }

    @Test func bitRates() throws {
        let scratch = try Scratch()
        let channels = [1, 2].map { Signal.noise(seed: $0, count: 240_000, amplitude: 0.2) }
        let buffer = AudioBuffer(sampleRate: 48_000, channels: channels)
        let mp3 = scratch.file("a.mp3")
        for bitRate in [32, 64, 96, 128, 160, 192, 224, 256, 320] {
            try AudioFile.write(buffer, to: mp3, options: WriteOptions(quality: .bitRate(bitRate)))
            #expect(abs(try rate(mp3) / Double(bitRate) - 1) < 0.03, "\(bitRate)")
        }
        try AudioFile.write(buffer, to: mp3)
        #expect(abs(try rate(mp3) - 320) < 10)
        let opus = scratch.file("a.opus")
        for bitRate in [64, 128, 256, 400] {
            try AudioFile.write(buffer, to: opus, options: WriteOptions(quality: .bitRate(bitRate)))
            #expect(abs(try rate(opus) / Double(bitRate) - 1) < 0.1, "\(bitRate)")
        }
        for format in [AudioFormat.mp3, .vorbis] {
            let url = scratch.file(format.name("v"))
            let rates = try [0, 0.5, 1].map {
                try AudioFile.write(buffer, to: url, options: WriteOptions(quality: .variable($0)))
                return try rate(url)
            }
            #expect(rates[0] < 0.8 * rates[1] && rates[1] < 0.8 * rates[2], "\(rates)")
        }
    }

    @Test(arguments: [AudioFormat.mp3, .opus, .vorbis])
    func peaksBeyondFullScaleAreLimited(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let (loud, limited) = (scratch.file(format.name("loud")), scratch.file(format.name("limited")))
        let tone = Signal.sine(440, rate: 48_000, count: 20_000, amplitude: 2)
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [tone]), to: loud)
        let clipped = tone.map { min(1, max(-1, $0)) }
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [clipped]), to: limited)
        #expect(try Data(contentsOf: loud) == Data(contentsOf: limited))
    }

    @Test func variableRateMP3WithoutLengthHeader() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.mp3")
        // Silence first: a guess from the first frame's rate is far off.
        let samples = [Float](repeating: 0, count: 48_000) + Signal.noise(seed: 5, count: 96_000)
        let buffer = AudioBuffer(sampleRate: 48_000, channels: [samples, samples])
        try AudioFile.write(buffer, to: url, options: WriteOptions(quality: .variable(0.7)))
        let data = [UInt8](try Data(contentsOf: url))
        // Kilobits per second by the upper half of the third byte.
        let rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        let frameLength = 144_000 * rates[Int(data[2] >> 4)] / 48_000
        #expect(Data(data[..<frameLength]).range(of: Data("Xing".utf8)) != nil)
        try Data(data[frameLength...]).write(to: url)
        let back = try AudioFile.read(url)
        #expect(abs(back.frameCount - 144_000) < 3 * 1152)
        #expect(back.channels[0].suffix(20_000).contains { abs($0) > 0.3 })
    }

    @Test func joinedMP3sAreReadToTheEnd() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.mp3")
        let channels = Signal.music(channels: 2, rate: 48_000, count: 96_000)
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
        let data = try Data(contentsOf: url)
        try (data + data + data).write(to: url)
        // Without what the headers say of the ends, each part keeps up to four frames of padding.
        let count = try AudioFile.read(url).frameCount
        #expect(count > 3 * 96_000 && count < 3 * (96_000 + 4 * 1152))
    }
}
