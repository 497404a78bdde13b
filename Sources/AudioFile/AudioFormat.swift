import Foundation
import MusicCore

/// A kind of audio file that can be written.
///
/// The file's extension chooses it.
public enum AudioFormat: String, Sendable, Codable, CaseIterable {
    /// RIFF WAVE: 16- or 24-bit integer, or 32-bit float.
    case wav
    /// Free Lossless Audio Codec: 16 or 24 bits.
    case flac
    /// MPEG-1/2/2.5 layer III: lossy.
    case mp3
    /// Opus in Ogg: lossy.
    case opus
    /// Vorbis in Ogg (`.ogg`): lossy.
    case vorbis = "ogg"

    /// The extension, without the dot, of files of this kind.
    public var fileExtension: String { rawValue }

    /// Whether decoding gives back the samples that were encoded.
    public var isLossless: Bool { self == .wav || self == .flac }

    /// The bit depths that the format can hold, the default first; empty for lossy formats.
    public var bitDepths: [BitDepth] {
        switch self {
        case .wav: [.int16, .int24, .float32]
        case .flac: [.int16, .int24]
        case .mp3, .opus, .vorbis: []
        }
    }

    /// The format that a file's extension names, in any case of letters: `wav`, `wave`, `flac`, `mp3`, `opus`, `ogg`
    /// or `oga`.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput` if the extension is missing or another one.
    public init(fileAt url: URL) throws {
        switch url.pathExtension.lowercased() {
        case "wav", "wave": self = .wav
        case "flac": self = .flac
        case "mp3": self = .mp3
        case "opus": self = .opus
        case "ogg", "oga": self = .vorbis
        case "":
            throw OutputError.make(
                url, "its name has no extension to choose the format by", advice: Self.extensionAdvice)
        case let other:
            throw OutputError.make(url, "files of kind .\(other) can't be written", advice: Self.extensionAdvice)
        }
    }

    private static var extensionAdvice: String {
        "use one of " + allCases.map { ".\($0.fileExtension)" }.joined(separator: ", ")
    }

    /// Sample rates in hertz that the format can hold.
    func supports(sampleRate: Int) -> Bool {
        switch self {
        case .wav: (1...Int(Int32.max)).contains(sampleRate)
        // What libFLAC takes.
        case .flac: (1...655_350).contains(sampleRate)
        case .mp3: [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000].contains(sampleRate)
        case .opus: [8000, 12000, 16000, 24000, 48000].contains(sampleRate)
        case .vorbis: (8000...192_000).contains(sampleRate)
        }
    }

    /// The most channels that the format can hold.
    var maximumChannelCount: Int {
        switch self {
        case .wav: 64
        case .flac, .opus, .vorbis: 8
        case .mp3: 2
        }
    }
}

/// How the samples of a lossless file are stored.
public enum BitDepth: String, Sendable, Codable, CaseIterable {
    /// Signed 16-bit integers.
    case int16 = "16"
    /// Signed 24-bit integers.
    case int24 = "24"
    /// 32-bit floating point: nothing is rounded and nothing is clipped.
    case float32 = "32f"
}

/// How much a lossy encoder may discard.
public enum LossyQuality: Sendable, Equatable {
    /// No audible loss: MP3 at its highest constant bit rate (320 kbit/s at 48 kHz), Opus at 128 kbit/s a channel,
    /// Vorbis at quality 0.8 (some 256 kbit/s in stereo).
    case high
    /// Kilobits per second of all channels together: constant for MP3 (one of the format's own rates), an average to
    /// aim at for Opus (6 to 256 a channel). Vorbis has no such setting.
    case bitRate(Int)
    /// Variable bit rate from 0 (smallest) to 1 (best), for MP3 and Vorbis. Opus has no such setting.
    case variable(Double)
}

/// Noise that takes the correlation out of rounding errors.
public enum Dither: String, Sendable, Codable, CaseIterable {
    /// Plain rounding to the nearest value.
    case none
    /// Triangular noise, two quantisation steps wide, the same in every file: output stays reproducible.
    case triangular
}

/// How an audio file is to be written.
public struct WriteOptions: Sendable, Equatable {
    /// The kind of file; `nil` leaves the choice to the extension.
    public var format: AudioFormat?
    /// Sample format of a lossless file.
    ///
    /// With `nil`, it is 16 bits. Lossy formats have none.
    public var bitDepth: BitDepth?
    /// Quality of a lossy file.
    ///
    /// With `nil`, it is ``LossyQuality/high``. Lossless formats have none.
    public var quality: LossyQuality?
    /// Noise added before rounding to 16 or 24 bits.
    public var dither: Dither
    /// What the file says about itself.
    public var tags: AudioTags

    public init(
        format: AudioFormat? = nil, bitDepth: BitDepth? = nil, quality: LossyQuality? = nil, dither: Dither = .none,
        tags: AudioTags = AudioTags()
    ) {
        self.format = format
        self.bitDepth = bitDepth
        self.quality = quality
        self.dither = dither
        self.tags = tags
    }
}
