import CSndfile
import Foundation
import MusicCore

/// Checked options of a file that is to be written, in libsndfile's terms.
struct EncoderSettings {
    let format: AudioFormat
    /// libsndfile's code of major format and subtype.
    let code: Int
    /// Bits of an integer sample; `nil` if the encoder takes floats.
    let integerBits: Int?
    private let commands: [Command]

    private enum Command {
        case integer(Int, Int32)
        case double(Int, Double)
    }

    /// - Throws: ``MusicError``: `unwritableOutput` if the extension is unknown, `invalidRequest` if the options don't
    ///   go together or the format can't hold such audio.
    init(_ url: URL, sampleRate: Int, channelCount: Int, options: WriteOptions) throws {
        format = try options.format ?? AudioFormat(fileAt: url)
        try options.tags.validate()
        let name = format.fileExtension
        guard format.supports(sampleRate: sampleRate) else {
            throw Self.invalid(
                "a .\(name) file can't hold audio at \(sampleRate) Hz", "resample it to 48000 Hz, or choose .wav")
        }
        guard (1...format.maximumChannelCount).contains(channelCount) else {
            throw Self.invalid(
                "a .\(name) file can't hold \(channelCount) channels", "mix it to stereo, or choose .wav")
        }
        let depth = try Self.bitDepth(options, format)
        integerBits = depth == .int16 ? 16 : depth == .int24 ? 24 : nil
        if options.dither != .none && integerBits == nil {
            throw Self.invalid(
                "dither is for 16 and 24 bits, and this .\(name) file has neither",
                "leave it out, or choose a bit depth")
        }
        let subtype =
            switch depth {
            case .int16: SF_FORMAT_PCM_16
            case .int24: SF_FORMAT_PCM_24
            case .float32: SF_FORMAT_FLOAT
            case nil: 0
            }
        code =
            switch format {
            // More than two channels need the header that says which is which.
            case .wav: (channelCount > 2 ? SF_FORMAT_WAVEX : SF_FORMAT_WAV) | subtype
            case .flac: SF_FORMAT_FLAC | subtype
            case .mp3: SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III
            case .opus: SF_FORMAT_OGG | SF_FORMAT_OPUS
            case .vorbis: SF_FORMAT_OGG | SF_FORMAT_VORBIS
            }
        if let quality = options.quality, format.isLossless {
            throw Self.invalid("a .\(name) file is lossless and has no quality \(quality)", "leave the quality out")
        }
        commands = try Self.commands(format, options.quality ?? .high, sampleRate, channelCount)
    }

    /// Passes the settings to an encoder that was opened with ``code``.
    func apply(to encoder: SoundFileEncoder) throws {
        for command in commands {
            switch command {
            case .integer(let name, let value): try encoder.set(name, value)
            case .double(let name, let value): try encoder.set(name, value)
            }
        }
    }

    private static func bitDepth(_ options: WriteOptions, _ format: AudioFormat) throws -> BitDepth? {
        guard let depth = options.bitDepth else { return format.bitDepths.first }
        if format.bitDepths.contains(depth) { return depth }
        let name = format.fileExtension
        guard !format.bitDepths.isEmpty else {
            throw invalid(
                "a .\(name) file is lossy and has no bit depth", "leave the bit depth out, or choose .wav or .flac")
        }
        let depths = format.bitDepths.map(\.rawValue).joined(separator: " or ")
        throw invalid("a .\(name) file has no bit depth \(depth.rawValue)", "use \(depths), or choose .wav")
    }

    private static func commands(
        _ format: AudioFormat, _ quality: LossyQuality, _ sampleRate: Int, _ channelCount: Int
    ) throws -> [Command] {
        if case .variable(let value) = quality, !(0...1).contains(value) {
            throw invalid("a quality of \(value) is out of range", "use 0 (smallest) to 1 (best)")
        }
        switch (format, quality) {
        case (.wav, _), (.flac, _): return []
        case (.mp3, .high): return try constantMP3(nil, sampleRate)
        case (.mp3, .bitRate(let rate)): return try constantMP3(rate, sampleRate)
        case (.mp3, .variable(let value)):
            // The encoder reads 0 to 9.999: ten times this.
            return mp3(level: min(0.9999, 1 - value), mode: SF_BITRATE_MODE_VARIABLE)
        case (.opus, .high): return try opus(128 * channelCount, channelCount)
        case (.opus, .bitRate(let rate)): return try opus(rate, channelCount)
        case (.opus, .variable):
            throw invalid("an .opus file has no quality from 0 to 1", "give a bit rate in kbit/s")
        case (.vorbis, .high): return [.double(SFC_SET_VBR_ENCODING_QUALITY, 0.8)]
        case (.vorbis, .variable(let value)): return [.double(SFC_SET_VBR_ENCODING_QUALITY, value)]
        case (.vorbis, .bitRate):
            throw invalid("an .ogg file has no fixed bit rate", "give a quality from 0 to 1, or choose .opus")
        }
    }

    /// libsndfile takes a bit rate as a place between the highest (0) and the lowest (1) of the sample rate's range.
    private static func constantMP3(_ rate: Int?, _ sampleRate: Int) throws -> [Command] {
        let rates =
            switch sampleRate {
            case 32_000...: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
            case 16_000...: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
            default: [8, 16, 24, 32, 40, 48, 56, 64]
            }
        let (lowest, highest) = (rates[0], rates[rates.count - 1])
        let rate = rate ?? highest
        guard rates.contains(rate) else {
            let list = rates.map(String.init).joined(separator: ", ")
            throw invalid("an .mp3 file at \(sampleRate) Hz has no bit rate \(rate) kbit/s", "use one of \(list)")
        }
        // The encoder cuts the fraction off: aim at the middle between two whole numbers.
        let aim = min(Double(highest), Double(rate) + 0.5)
        let level = (Double(highest) - aim) / Double(highest - lowest)
        return mp3(level: level, mode: SF_BITRATE_MODE_CONSTANT)
    }

    /// The level comes first: libsndfile refuses a mode while it has no level to apply to it.
    private static func mp3(level: Double, mode: Int) -> [Command] {
        [.double(SFC_SET_COMPRESSION_LEVEL, level), .integer(SFC_SET_BITRATE_MODE, Int32(mode))]
    }

    /// The same for Opus, whose range is 6 to 256 kbit/s a channel.
    private static func opus(_ rate: Int, _ channelCount: Int) throws -> [Command] {
        guard (6 * channelCount...256 * channelCount).contains(rate) else {
            throw invalid(
                "an .opus file with \(channelCount) channels has no bit rate \(rate) kbit/s",
                "use \(6 * channelCount) to \(256 * channelCount)")
        }
        let bitsPerChannel = Double(rate) * 1000 / Double(channelCount)
        return [.double(SFC_SET_COMPRESSION_LEVEL, 1 - (bitsPerChannel - 6000) / 250_000)]
    }

    private static func invalid(_ message: String, _ advice: String) -> MusicError {
        MusicError(.invalidRequest, message, advice: advice)
    }
}
