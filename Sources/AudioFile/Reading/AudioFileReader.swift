import CSndfile
import Foundation
import MusicCore

/// Reads an audio file a block at a time, at any sample rate and channel count: WAV, RF64, BW64, W64, AIFF, AU, CAF,
/// FLAC, MP3 and the other layers of MPEG audio, and Vorbis, Opus and FLAC in Ogg, told by their content.
///
/// An instance is for one thread at a time.
public final class AudioFileReader {
    /// What the file holds; `tags` are left empty here, see ``AudioFile/info(_:countingTo:)``.
    public let info: AudioFileInfo

    /// Index of the next frame that ``read(_:)`` returns.
    public private(set) var position = 0

    private let file: InputFile
    private let input: DecoderInput
    private let handle: OpaquePointer
    private let checksLength: Bool
    private var interleaved: [Float] = []

    /// Sample rates in hertz that are taken for real.
    static let sampleRates = 1000...1_000_000

    /// Opens a file.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`: no such file, a directory, no permission, empty, cut off,
    ///   damaged, of a kind that can't be read, or on a disk that fails.
    public convenience init(_ url: URL) throws {
        try self.init(InputFile(url))
    }

    /// - Parameter read: takes the place of the system's call.
    package convenience init(_ url: URL, read: @escaping PositionedRead) throws {
        try self.init(InputFile(url, read: read))
    }

    init(_ file: InputFile) throws {
        let url = file.url
        try file.checked { try FileKind.check(file) }
        let (mpeg, stated, pages) = try file.checked {
            (MPEGAudio(file), StatedLength(file), OggFLAC.pieces(of: file))
        }
        let missing = mpeg?.missingBytes ?? stated.missingBytes
        guard missing == 0 else {
            throw InputError.make(
                url, "it is cut off: at least \(missing) bytes are missing at its end", advice: InputError.damaged)
        }
        input = DecoderInput(file, mpeg?.pieces(of: file) ?? pages ?? stated.pieces(of: file))
        var description = SF_INFO()
        guard let handle = input.open(&description) else {
            let code = sf_error(nil)
            throw file.failure ?? Self.refused(file, code)
        }
        if let failure = file.failure {
            sf_close(handle)
            throw failure
        }
        guard FileKind.isRead(description.format) else {
            sf_close(handle)
            throw InputError.make(url, "it is not audio of a known kind", advice: InputError.convert)
        }
        guard Self.sampleRates.contains(Int(description.samplerate)), description.channels > 0 else {
            sf_close(handle)
            throw InputError.make(
                url, "it claims \(description.channels) channels at \(description.samplerate) Hz",
                advice: InputError.damaged)
        }
        guard description.frames > 0 else {
            sf_close(handle)
            throw InputError.make(url, "it holds no samples", advice: "choose a file with sound in it")
        }
        self.file = file
        self.handle = handle
        var info = AudioFileInfo(description)
        if pages != nil { info.container = "FLAC in Ogg" }
        self.info = info
        // The length of an MPEG file that doesn't state it is counted or guessed.
        let isMPEG = description.format & SF_FORMAT_TYPEMASK.int32 == SF_FORMAT_MPEG.int32
        checksLength = !isMPEG || mpeg?.hasFrameCount == true
    }

    deinit { sf_close(handle) }

    /// The error of a file that libsndfile doesn't open.
    private static func refused(_ file: InputFile, _ code: Int32) -> MusicError {
        if code == SF_ERR_UNRECOGNISED_FORMAT.int32 {
            return InputError.make(file.url, "it is not audio of a known kind", advice: InputError.convert)
        }
        let isUnsupported = code == SF_ERR_UNSUPPORTED_ENCODING.int32
        if let codec = FileKind.codec(file, isUnsupported: isUnsupported) {
            return InputError.make(file.url, "its samples are coded as \(codec)", advice: InputError.convert)
        }
        return InputError.make(
            file.url, "its header is damaged, or of a kind that isn't known (\(message(code)))",
            advice: InputError.damaged)
    }

    /// The number of frames in a file that doesn't state its length, counted by decoding it.
    ///
    /// - Parameter limit: where to stop.
    /// - Returns: `nil` if there are more than the limit.
    /// - Throws: ``MusicError`` with code `unreadableInput` if the file is damaged.
    func count(atMost limit: Int) throws -> Int? {
        while position <= limit {
            if try read(65_536)[0].isEmpty { return position }
        }
        return nil
    }

    /// Reads the next frames.
    ///
    /// - Parameter frameCount: how many frames to read at most, above 0.
    /// - Returns: one array of samples per channel, full scale at ±1, all of one length; empty arrays at the end.
    /// - Throws: ``MusicError`` with code `unreadableInput` if the file is damaged, ends before its promised length,
    ///   can't be read to its end, or holds a value that is not a finite number.
    public func read(_ frameCount: Int) throws -> [[Float]] {
        precondition(frameCount > 0, "a block has a length")
        let channelCount = info.channelCount
        // Reading past the promised length would make trailing tags look like damage.
        let wanted = min(frameCount, info.frameCount.map { max(0, $0 - position) } ?? frameCount)
        if interleaved.count < wanted * channelCount {
            interleaved = [Float](repeating: 0, count: wanted * channelCount)
        }
        let count = wanted == 0 ? 0 : Int(sf_readf_float(handle, &interleaved, sf_count_t(wanted)))
        if let failure = file.failure { throw failure }
        let code = sf_error(handle)
        guard code == 0, count >= 0 else {
            throw InputError.make(
                file.url, "it is damaged at \(time(position)): \(Self.message(code))", advice: InputError.damaged)
        }
        if count < wanted, checksLength, let promised = info.frameCount, promised - position - count > slack {
            throw InputError.make(
                file.url, "it is cut off: it promises \(time(promised)) and ends at \(time(position + count))",
                advice: InputError.damaged)
        }
        var channels = [[Float]]()
        channels.reserveCapacity(channelCount)
        for channel in 0..<channelCount {
            channels.append(
                [Float](unsafeUninitializedCapacity: count) { plane, filled in
                    for frame in 0..<count { plane[frame] = interleaved[frame * channelCount + channel] }
                    filled = count
                })
            if let frame = channels[channel].firstIndex(where: { !$0.isFinite }) {
                throw InputError.make(
                    file.url,
                    "channel \(channel + 1) is \(channels[channel][frame]) at \(time(position + frame))",
                    advice: "export the file again from the program that made it")
            }
        }
        position += count
        return channels
    }

    /// Goes to a frame, so that ``read(_:)`` returns the samples from there.
    ///
    /// - Parameter frame: index of a frame, from 0 to the length of the file.
    /// - Throws: ``MusicError`` with code `unreadableInput` if the file has no such frame, or can't be read there.
    public func seek(to frame: Int) throws {
        if frame == position { return }
        if frame >= 0, frame < info.frameCount ?? .max {
            // Some decoders can't go to every place, above all near the end: then read on from an earlier one.
            for lead in [0, info.sampleRate, frame] {
                let target = sf_count_t(max(0, frame - lead))
                guard sf_seek(handle, target, SF_SEEK_SET.int32) == target else { continue }
                position = Int(target)
                while position < frame, try !read(min(65_536, frame - position))[0].isEmpty {}
                if position == frame { return }
            }
        } else if frame == info.frameCount {
            // There is nothing to read at the end, and not all decoders can go there.
            position = frame
            return
        }
        throw file.failure
            ?? InputError.make(file.url, "it can't be read from \(time(frame)) on", advice: InputError.damaged)
    }

    /// How many frames a file may fall short of its promised length: lossy encoders count in blocks.
    private var slack: Int { info.isLossless ? 0 : 4608 }

    private func time(_ frame: Int) -> String {
        String(format: "%.2f s", Double(frame) / Double(info.sampleRate))
    }

    /// libsndfile's text for an error, on one line.
    private static func message(_ code: Int32) -> String {
        guard let text = sf_error_number(code) else { return "unknown error \(code)" }
        let line = String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
        // libsndfile has no other words for a file that ends within its header.
        if line.hasPrefix("File does not exist") { return "it ends early" }
        let start = line.hasPrefix("Error : ") ? line.dropFirst(8) : line[...]
        return start.trimmingCharacters(in: CharacterSet(charactersIn: ". "))
    }

    /// A text field as libsndfile found it.
    func string(_ type: Int) -> String? {
        sf_get_string(handle, Int32(type)).map { String(cString: $0) }
    }
}

extension BinaryInteger {
    /// For constants of C enumerations.
    var int32: Int32 { Int32(truncatingIfNeeded: self) }
}
