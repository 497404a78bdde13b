import AudioFile
import Foundation
import MusicCore
import Testing

/// WAV as a stream: header and samples written one after the other are a file like any other.
struct WAVStreamTests {
    @Test(arguments: [1, 2, 3]) func aStreamIsAFile(channels: Int) throws {
        let samples = (0..<channels).map { channel in
            (0..<101).map { Float(sin(Double($0 * (channel + 3)) * 0.1)) * 1.2 }
        }
        let audio = AudioBuffer(sampleRate: 44_100, channels: samples)
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).wav")
        defer { try? FileManager.default.removeItem(at: url) }
        let header = WAVStream.header(sampleRate: 44_100, channels: channels, frames: 101)
        #expect(header.count == 44)
        try (header + WAVStream.samples(audio)).write(to: url)
        let read = try AudioFile.read(url)
        #expect(read.sampleRate == 44_100 && read.channels.count == channels && read.frameCount == 101)
        for (made, given) in zip(read.channels, samples) {
            for (a, b) in zip(made, given) { #expect(abs(a - max(-1, min(1, b))) <= 1 / 32768) }
        }
    }

    @Test func numbersAreLittleEndianAndLimited() {
        let audio = AudioBuffer(sampleRate: 8, channels: [[0, 1, -1], [0.5, 2, -2]])
        #expect([UInt8](WAVStream.samples(audio)) == [0, 0, 0, 0x40, 0xFF, 0x7F, 0xFF, 0x7F, 0, 0x80, 0, 0x80])
        // More than the four bytes of a length can say.
        let long = [UInt8](WAVStream.header(sampleRate: 48_000, channels: 2, frames: 2_000_000_000))
        #expect(long[4..<8].allSatisfy { $0 == 0xFF })
        #expect(Array(long[20..<24]) == [1, 0, 2, 0] && Array(long[32..<36]) == [4, 0, 16, 0])
    }
}
