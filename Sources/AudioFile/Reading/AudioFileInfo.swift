import CSndfile
import Foundation

/// What an audio file holds.
public struct AudioFileInfo: Sendable, Equatable, Codable {
    /// Kind of file, such as `FLAC` or `WAV`.
    public var container: String
    /// How the samples are stored, such as `Signed 16 bit PCM`.
    public var encoding: String
    /// Samples per second and channel, in hertz.
    public var sampleRate: Int
    /// The number of channels.
    public var channelCount: Int
    /// The number of samples in each channel.
    ///
    /// It is `nil` if the file doesn't say. For MPEG layers I and II it is a guess from the bit rate.
    public var frameCount: Int?
    /// What the file says about itself.
    public var tags = AudioTags()

    /// Length in seconds; `nil` if the file doesn't say.
    public var duration: Double? { frameCount.map { Double($0) / Double(sampleRate) } }

    /// Whether the samples are stored as numbers, with or without packing, so that decoding gives them back exactly.
    public var isLossless: Bool

    init(_ description: SF_INFO) {
        container = Self.name(description.format & SF_FORMAT_TYPEMASK.int32)
        encoding = Self.name(description.format & SF_FORMAT_SUBMASK.int32)
        sampleRate = Int(description.samplerate)
        channelCount = Int(description.channels)
        // Streams of unknown length come with an enormous number.
        frameCount = description.frames < 1 << 48 ? Int(description.frames) : nil
        switch Int(description.format & SF_FORMAT_SUBMASK.int32) {
        case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
            SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE, SF_FORMAT_ALAC_16, SF_FORMAT_ALAC_20, SF_FORMAT_ALAC_24,
            SF_FORMAT_ALAC_32:
            isLossless = true
        default: isLossless = false
        }
    }

    /// libsndfile's name of a major format or a subtype.
    private static func name(_ format: Int32) -> String {
        var description = SF_FORMAT_INFO()
        description.format = format
        let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
        guard sf_command(nil, SFC_GET_FORMAT_INFO.int32, &description, size) == 0, let name = description.name else {
            return String(format: "0x%08x", format)
        }
        return String(cString: name)
    }
}
