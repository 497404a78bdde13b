import AudioFile
import Foundation
import MusicCore
import Testing

@Suite struct LosslessTests {
    static let targets: [(AudioFormat, BitDepth)] = [
        (.wav, .int16), (.wav, .int24), (.wav, .float32), (.flac, .int16), (.flac, .int24),
    ]

    /// Values where rounding and clipping can go wrong, for a scale of 2^15 or 2^23.
    static func critical(_ scale: Float) -> [Float] {
        let step = 1 / scale
        let positive: [Float] = [
            0, step / 2, step, 1.5 * step, 2.5 * step, 0.49999 * step, 0.50001 * step, .leastNonzeroMagnitude,
            .leastNormalMagnitude, 0.1, 0.5, 1 - step, 1 - step / 2, Float(1).nextDown, 1, Float(1).nextUp,
            1 + step, 1.5, 3, 1e10, .greatestFiniteMagnitude,
        ]
        return positive + positive.map { -$0 }
    }

    /// What a sample becomes in a file, calculated in double precision.
    static func expected(_ sample: Float, _ depth: BitDepth) -> Float {
        let scale: Double
        switch depth {
        case .int16: scale = 32_768
        case .int24: scale = 8_388_608
        case .float32: return sample
        }
        let rounded = (Double(sample) * scale).rounded(.toNearestOrEven)
        return Float(min(scale - 1, max(-scale, rounded)) / scale)
    }

    @Test(arguments: targets)
    func everySampleComesBack(_ format: AudioFormat, _ depth: BitDepth) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let samples = Self.critical(depth == .int24 ? 8_388_608 : 32_768) + Signal.noise(seed: 1, count: 9001)
        let buffer = AudioBuffer(sampleRate: 48_000, channels: [samples, samples.reversed()])
        try AudioFile.write(buffer, to: url, options: WriteOptions(bitDepth: depth))
        let back = try AudioFile.read(url)
        #expect(back.sampleRate == 48_000)
        #expect(back.channels == buffer.channels.map { $0.map { Self.expected($0, depth) } })
        #expect(try scratch.names == [url.lastPathComponent])
    }

    @Test(arguments: targets)
    func writingWhatWasReadChangesNothing(_ format: AudioFormat, _ depth: BitDepth) throws {
        let scratch = try Scratch()
        let (first, second) = (scratch.file(format.name("a")), scratch.file(format.name("b")))
        let buffer = AudioBuffer(sampleRate: 44_100, channels: [Signal.noise(seed: 2, count: 5000, amplitude: 1.2)])
        let options = WriteOptions(bitDepth: depth)
        try AudioFile.write(buffer, to: first, options: options)
        try AudioFile.write(try AudioFile.read(first), to: second, options: options)
        #expect(try Data(contentsOf: first) == Data(contentsOf: second))
    }

    @Test func floatFilesKeepEveryBit() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let samples: [Float] = [-0.0, .leastNonzeroMagnitude, 1.5, -7, .greatestFiniteMagnitude]
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: [samples]), to: url, options: WriteOptions(bitDepth: .float32))
        #expect(try AudioFile.read(url).channels[0].map(\.bitPattern) == samples.map(\.bitPattern))
    }

    @Test(arguments: targets, [1, 2, 3, 6, 8])
    func channelsAndOddLengths(_ target: (AudioFormat, BitDepth), _ channelCount: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file(target.0.name("a"))
        for count in [1, 2, 3, 4095, 4096, 4097] {
            let channels = (0..<channelCount).map { Signal.noise(seed: UInt64($0), count: count) }
            let buffer = AudioBuffer(sampleRate: 48_000, channels: channels)
            // With tags, whose chunks must stay aligned after an odd number of bytes.
            let tags = AudioTags(title: "odd", recipe: "{}")
            try AudioFile.write(buffer, to: url, options: WriteOptions(bitDepth: target.1, tags: tags))
            let back = try AudioFile.read(url)
            #expect(back.channels == channels.map { $0.map { Self.expected($0, target.1) } })
            #expect(try AudioFile.readTags(url) == tags)
        }
    }

    @Test func sixteenBitsAreTheDefault() throws {
        let scratch = try Scratch()
        for format in [AudioFormat.wav, .flac] {
            let url = scratch.file(format.name("a"))
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [[0.25]]), to: url)
            let info = try AudioFile.info(url)
            #expect(info.encoding == "Signed 16 bit PCM")
            #expect(info.frameCount == 1)
        }
    }

    @Test func ditherIsTriangularAndTheSameEachTime() throws {
        let scratch = try Scratch()
        let count = 200_000
        let step = Float(1) / 32_768
        // Too quiet for 16 bits without dither.
        let signal = Signal.sine(440, rate: 48_000, count: count, amplitude: 0.4 * Double(step))
        let buffer = AudioBuffer(sampleRate: 48_000, channels: [signal])
        try AudioFile.write(buffer, to: scratch.file("plain.wav"))
        #expect(try AudioFile.read(scratch.file("plain.wav")).peak == 0)

        let options = WriteOptions(dither: .triangular)
        try AudioFile.write(buffer, to: scratch.file("a.wav"), options: options)
        try AudioFile.write(buffer, to: scratch.file("b.wav"), options: options)
        #expect(try Data(contentsOf: scratch.file("a.wav")) == Data(contentsOf: scratch.file("b.wav")))

        let errors = zip(try AudioFile.read(scratch.file("a.wav")).channels[0], signal).map {
            Double(($0 - $1) / step)
        }
        let mean = errors.reduce(0, +) / Double(count)
        let power = errors.reduce(0) { $0 + $1 * $1 } / Double(count)
        let correlation = zip(errors, signal).reduce(0) { $0 + $1.0 * Double($1.1 / step) } / Double(count)
        // Triangular noise of two steps has power 1/6, rounding 1/12, and the error is independent of the signal.
        #expect(abs(mean) < 0.01)
        #expect(abs(power - 0.25) < 0.005)
        #expect(abs(correlation) < 0.005)
        #expect(errors.allSatisfy { abs($0) < 1.51 })
    }

    @Test func blocksGiveTheSameFileAsTheWhole() throws {
        let scratch = try Scratch()
        let channels = Signal.music(channels: 2, rate: 48_000, count: 30_011)
        for format in AudioFormat.allCases {
            let (whole, parts) = (scratch.file(format.name("whole")), scratch.file(format.name("parts")))
            let options = WriteOptions(tags: fullTags)
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: whole, options: options)
            let writer = try AudioFileWriter(parts, sampleRate: 48_000, channelCount: 2, options: options)
            var start = 0
            for length in [0, 1, 4096, 10_000, 3, 9000] {
                try writer.append(channels.map { Array($0[start..<start + length]) })
                start += length
            }
            try writer.append(channels.map { Array($0[start...]) })
            #expect(writer.frameCount == 30_011)
            try writer.finish()
            #expect(try Data(contentsOf: whole) == Data(contentsOf: parts), "\(format)")
        }
    }
}
