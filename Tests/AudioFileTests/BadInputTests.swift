import AudioFile
import CSndfile
import Foundation
import MusicCore
import Testing

#if os(Linux)
    import Glibc
#endif

@Suite struct BadInputTests {
    static func wholeFile(_ format: AudioFormat, in scratch: Scratch) throws -> URL {
        let url = scratch.file(format.name("whole"))
        let channels = Signal.music(channels: 2, rate: 48_000, count: 48_000)
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: channels), to: url,
            options: WriteOptions(tags: AudioTags(title: "x")))
        return url
    }

    @Test func thingsThatAreNoFiles() throws {
        let scratch = try Scratch()
        expectError(.unreadableInput, "no such file", "missing.wav") {
            _ = try AudioFile.read(scratch.file("missing.wav"))
        }
        expectError(.unreadableInput, "directory") { _ = try AudioFile.read(scratch.directory) }
        expectError(.unreadableInput, "not a regular file") {
            _ = try AudioFile.read(URL(fileURLWithPath: "/dev/null"))
        }
        let pipe = scratch.file("pipe.wav")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        expectError(.unreadableInput, "not a regular file") { _ = try AudioFile.read(pipe) }
        let remote = try #require(URL(string: "https://example.org/a.wav"))
        expectError(.unreadableInput, "not a file on this machine", "example.org") { _ = try AudioFile.read(remote) }
        let under = try Self.wholeFile(.wav, in: scratch).appendingPathComponent("a.wav")
        expectError(.unreadableInput, "no such file") { _ = try AudioFile.read(under) }
        let long = scratch.file(String(repeating: "x", count: 300) + ".wav")
        expectError(.unreadableInput, "too long") { _ = try AudioFile.read(long) }
    }

    @Test func forbiddenFile() async {
        // Root may read everything, so this happens in a process that has become somebody else.
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let url = try BadInputTests.wholeFile(.wav, in: scratch)
            #expect(chmod(scratch.directory.path, 0o755) == 0 && chmod(url.path, 0o200) == 0)
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            expectError(.unreadableInput, "permissions", "chmod") { _ = try AudioFile.read(url) }
            if getuid() == 0 { #expect(seteuid(0) == 0) }
        }
    }

    @Test func namesStayOnOneLine() {
        let url = URL(fileURLWithPath: "/nowhere/new\nline\u{1B}[31m.wav")
        expectError(.unreadableInput, "new\u{FFFD}line\u{FFFD}[31m.wav") { _ = try AudioFile.read(url) }
    }

    @Test func thingsThatAreNoAudio() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        func read(_ bytes: [UInt8], _ word: String) throws {
            try Data(bytes).write(to: url)
            expectError(.unreadableInput, word) { _ = try AudioFile.read(url) }
            expectError(.unreadableInput, word) { _ = try AudioFile.info(url) }
        }
        try read([], "empty (0 bytes)")
        try read(Array("RIFF".utf8), "can't read")
        try read([0], "can't read")
        try read(Array(repeating: 0, count: 100_000), "filled with zeros, not audio")
        try read(Array("Dear diary, this is a text and no music at all. ".utf8), "a text, not audio")
        try read(Array("<!DOCTYPE html><html><body>404</body></html>\n\n\n".utf8), "a web page, not audio")
        try read(Array("version https://git-lfs.github.com/spec/v1\nsize 5000000\n".utf8), "a Git LFS pointer")
        try read([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48], "a gzip archive, not audio; unpack it")
        try read([0x01, 0x02, 0x03, 0x04, 0x05, 0x06], "not audio of a known kind")
        try read(
            Array(Signal.noise(seed: 3, count: 10_000).map { UInt8(truncatingIfNeeded: Int($0 * 255)) }), "can't read")
        let rest = [UInt8](repeating: 0, count: 200)
        try read([0, 0, 0, 32] + Array("ftypM4A ".utf8) + rest, "MPEG-4")
        try read([0xFF, 0xF1, 0x50, 0x80] + rest, "AAC")
        try read(Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 1, 0, 0xFF, 0xF1, 0x50, 0x80] + rest, "AAC")
        try read([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8) + rest, "WebM")
        // A CAF file that ends within its first chunk.
        try read(Array("caff".utf8) + [0, 1, 0, 0] + Array("desc".utf8), "can't read")
        try read([0x30, 0x26, 0xB2, 0x75] + rest, "wma")
        try read(Array("MThd".utf8) + rest, "fluidsynth")
        try read(Array("wvpk".utf8) + rest, "WavPack")
        try read([0, 0, 0, 32] + Array("ftypM4A ".utf8) + rest, "ffmpeg -i")
    }

    /// Kinds that libsndfile reads, one of whose readers prints, and that nobody keeps music in.
    @Test(arguments: [SF_FORMAT_VOC, SF_FORMAT_NIST, SF_FORMAT_MAT5, SF_FORMAT_IRCAM, SF_FORMAT_SDS, SF_FORMAT_PAF])
    func kindsThatAreNotRead(_ format: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try ReadTests.make(url, format | SF_FORMAT_PCM_16, rate: 48_000, [Signal.noise(seed: 1, count: 5000)])
        expectError(.unreadableInput, "can't read", "it is ") { _ = try AudioFile.read(url) }
    }

    /// The container is known, and what is in it is not decoded: the message names that.
    @Test(arguments: [(0x00FF, "AAC"), (0x2000, "AC-3"), (0x0161, "WMA"), (0x1234, "format 0x1234")])
    func codecsInWAVFiles(_ codec: (number: Int, name: String)) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try ReadTests.make(url, SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate: 48_000, [Signal.noise(seed: 1, count: 5000)])
        var data = try Data(contentsOf: url)
        data.replaceSubrange(20..<22, with: [UInt8(codec.number & 255), UInt8(codec.number >> 8)])
        try data.write(to: url)
        expectError(.unreadableInput, "coded as \(codec.name)", "ffmpeg") { _ = try AudioFile.read(url) }
    }

    @Test func filesWithoutSamples() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        for format in [
            SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_FORMAT_PCM_16,
        ] {
            try ReadTests.make(url, format, rate: 48_000, [[], []])
            expectError(.unreadableInput, "no samples") { _ = try AudioFile.read(url) }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func samplesThatAreNoNumbers(_ value: Float) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        var samples = Signal.noise(seed: 1, count: 96_000)
        samples[72_000] = value
        try ReadTests.make(
            url, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 48_000, [Signal.noise(seed: 2, count: 96_000), samples])
        for options in [ReadOptions(), .stereo48kHz] {
            expectError(.unreadableInput, "channel 2", "1.50 s") { _ = try AudioFile.read(url, options) }
        }
        #expect(try AudioFile.read(url, ReadOptions(duration: 1)).frameCount == 48_000)
    }

    @Test func samplesTooLargeForTheFilter() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let samples = (0..<20_000).map { $0 % 3 == 0 ? Float.greatestFiniteMagnitude : -.greatestFiniteMagnitude }
        try ReadTests.make(url, SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 44_100, [samples])
        expectError(.unreadableInput, "too large") { _ = try AudioFile.read(url, ReadOptions(sampleRate: 48_000)) }
        #expect(try AudioFile.read(url).channels[0] == samples)
    }

    @Test(arguments: [1, 10, 999, 1_000_001, 2_000_000_000])
    func absurdSampleRates(_ rate: Int) throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [[0.5, 0.5]]), to: url)
        var data = try Data(contentsOf: url)
        data.replaceSubrange(24..<28, with: (0..<4).map { UInt8(truncatingIfNeeded: rate >> (8 * $0)) })
        try data.write(to: url)
        expectError(.unreadableInput, "\(rate) Hz") { _ = try AudioFile.read(url) }
    }

    @Test(arguments: AudioFormat.allCases)
    func filesThatAreCutOff(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let data = try Data(contentsOf: Self.wholeFile(format, in: scratch))
        let cut = scratch.file(format.name("cut"))
        for percent in [1, 5, 10, 20, 33, 50, 66, 75, 80, 90] {
            try data.prefix(data.count * percent / 100).write(to: cut)
            expectError(.unreadableInput, cut.lastPathComponent) { _ = try AudioFile.read(cut) }
        }
    }

    @Test func cutOffFilesOfOtherKinds() throws {
        let scratch = try Scratch()
        let url = scratch.file("a")
        let channels = Signal.music(channels: 2, rate: 48_000, count: 20_000)
        for format in [
            SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM,
        ] {
            try ReadTests.make(url, format, rate: 48_000, channels)
            let data = try Data(contentsOf: url)
            try data.dropLast(5000).write(to: url)
            expectError(.unreadableInput, "cut off", "bytes are missing") { _ = try AudioFile.read(url) }
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func randomDamageNeverCrashes(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let channels = Signal.music(channels: 2, rate: 44_100, count: 9000)
        let rate = format == .opus ? 48_000 : 44_100
        try AudioFile.write(
            AudioBuffer(sampleRate: rate, channels: channels), to: url,
            options: WriteOptions(tags: AudioTags(title: "t", recipe: "{}")))
        let data = [UInt8](try Data(contentsOf: url))
        var generator = SeededGenerator(seed: 2025)
        var (refused, read) = (0, 0)
        for trial in 0..<500 {
            var damaged = data
            if trial % 2 == 0 { damaged.removeLast(Int.random(in: 0..<data.count, using: &generator)) }
            if trial % 3 > 0 {
                // Half of the damage hits the headers.
                let region = trial % 4 < 2 ? min(300, damaged.count) : damaged.count
                for _ in 0..<Int.random(in: 1...12, using: &generator) where region > 0 {
                    damaged[Int.random(in: 0..<region, using: &generator)] ^=
                        1 << UInt8.random(in: 0..<8, using: &generator)
                }
            }
            try Data(damaged).write(to: url)
            _ = try? AudioFile.info(url)
            do {
                let options = ReadOptions(
                    sampleRate: 48_000, layout: .stereo, start: trial % 5 == 0 ? 0.05 : 0, maximumDuration: 30)
                let audio = try AudioFile.read(url, options)
                #expect(audio.peak.isFinite && audio.duration <= 30 && audio.channels.count == 2)
                read += 1
            } catch {
                let error = try #require(error as? MusicError)
                let isOneLine = !error.description.contains { $0.isNewline }
                #expect(error.code == .unreadableInput && isOneLine, "\(error)")
                refused += 1
            }
        }
        #expect(refused + read == 500 && refused > 100)
    }
}
