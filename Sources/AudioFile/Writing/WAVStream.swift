import Foundation
import MusicCore

/// A 16-bit WAV file as a stream: what is written before the samples, and the samples.
///
/// For a pipe, or a file that is played while it grows, whose header can't be completed afterwards. Files are written by ``AudioFile/write(_:to:options:)``.
public enum WAVStream {
    /// The 44 bytes before the samples.
    ///
    /// - Parameters:
    ///   - sampleRate: in hertz.
    ///   - channels: 1 or more.
    ///   - frames: samples of each channel; of streams beyond 4 GiB the header states the most that it can.
    public static func header(sampleRate: Int, channels: Int, frames: Int) -> Data {
        let frame = channels * 2
        let length = min(frames * frame, Int(UInt32.max) - 36)
        // Two numbers of 16 bits at a time: the code of plain integers and the channels, bytes and bits of a frame.
        let format =
            Text.littleEndian(channels << 16 | 1) + Text.littleEndian(sampleRate)
            + Text.littleEndian(sampleRate * frame) + Text.littleEndian(16 << 16 | frame)
        return Data(Array("RIFF".utf8) + Text.littleEndian(36 + length) + Array("WAVE".utf8))
            + Data(RIFFChunk.encode("fmt ", format) + Array("data".utf8) + Text.littleEndian(length))
    }

    /// Samples in turns of the channels, limited to full scale, as little-endian 16-bit integers; halves go to the even
    /// neighbour.
    ///
    /// The same numbers as in a file without dither.
    public static func samples(_ audio: AudioBuffer) -> Data {
        var quantizer = Quantizer(dither: .none)
        let count = audio.frameCount * audio.channels.count
        let values = [Int32](unsafeUninitializedCapacity: count) { values, initializedCount in
            quantizer.integers(audio.channels, bits: 16, into: values)
            initializedCount = count
        }
        return values.map { Int16($0 >> 16).littleEndian }.withUnsafeBytes { Data($0) }
    }
}
