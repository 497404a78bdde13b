import CSndfile
import Foundation
import MusicCore

/// Writes an audio file block by block.
///
/// The file appears, complete, when ``finish()`` returns; before that, and after any failure, the place holds what it
/// held before.
///
/// The same samples, options and library versions give the same bytes. An instance is for one thread at a time; one
/// that is released unfinished leaves nothing behind.
public final class AudioFileWriter {
    /// Where the file is to be.
    public let url: URL
    /// The kind of file.
    public let format: AudioFormat
    /// Samples per second and channel, in hertz.
    public let sampleRate: Int
    /// The number of channels.
    public let channelCount: Int
    /// How many samples of each channel have been taken so far.
    public private(set) var frameCount = 0

    private let settings: EncoderSettings
    private let file: AtomicFile
    private let encoder: SoundFileEncoder
    private var quantizer: Quantizer
    private var isOpen = true
    /// Samples that wait until a block is full.
    private var pending: [[Float]]

    /// Frames that go to the encoder at once.
    ///
    /// Some encoders' output depends on it, so it is always the same.
    private static let blockSize = 4096

    /// Opens a file for writing; the directory gets a hidden temporary file.
    ///
    /// - Parameters:
    ///   - url: where the file is to be; its extension chooses the format unless the options do.
    ///   - sampleRate: samples per second and channel, in hertz.
    ///   - channelCount: the number of channels.
    ///   - options: format, depth, quality and tags.
    /// - Throws: ``MusicError``: `invalidRequest` if the options don't go together or the format can't hold such audio,
    ///   `unwritableOutput` if the extension is unknown or the place can't be written.
    public convenience init(
        _ url: URL, sampleRate: Int, channelCount: Int, options: WriteOptions = WriteOptions()
    ) throws {
        // What the options say is checked before the directory is touched.
        let settings = try EncoderSettings(url, sampleRate: sampleRate, channelCount: channelCount, options: options)
        try self.init(
            url, AtomicFile(url), settings, sampleRate: sampleRate, channelCount: channelCount, options: options)
    }

    /// Opens a new file for ``finish(underFirstFreeOf:)``, to which it doesn't matter who has the name.
    ///
    /// - Parameter url: a place in the directory; its extension chooses the format unless the options do.
    /// - Throws: ``MusicError`` likewise.
    public convenience init(
        newFileBeside url: URL, sampleRate: Int, channelCount: Int, options: WriteOptions = WriteOptions()
    ) throws {
        let settings = try EncoderSettings(url, sampleRate: sampleRate, channelCount: channelCount, options: options)
        try self.init(
            url, AtomicFile(newFileBeside: url), settings, sampleRate: sampleRate, channelCount: channelCount,
            options: options)
    }

    private init(
        _ url: URL, _ file: AtomicFile, _ settings: EncoderSettings, sampleRate: Int, channelCount: Int,
        options: WriteOptions
    ) throws {
        self.settings = settings
        self.file = file
        encoder = try SoundFileEncoder(
            format: settings.code, sampleRate: sampleRate, channelCount: channelCount,
            container: settings.format.container(tags: options.tags.withoutEmptyFields), file: file)
        try settings.apply(to: encoder)
        quantizer = Quantizer(dither: options.dither)
        pending = [[Float]](repeating: [], count: channelCount)
        self.url = url
        format = settings.format
        self.sampleRate = sampleRate
        self.channelCount = channelCount
    }

    /// Adds samples at the end.
    ///
    /// Values beyond ±1 are limited to ±1, except in 32-bit float files, which keep them.
    ///
    /// - Parameter channels: one array of samples per channel, all of one length.
    /// - Throws: ``MusicError``: `numericalFailure` for a sample that is NaN or infinite, `unwritableOutput` for a full
    ///   disk and the like, `cancelled` if the task was cancelled. The file is given up then.
    public func append(_ channels: [[Float]]) throws {
        precondition(channels.count == channelCount, "one array per channel")
        let count = channels[0].count
        precondition(channels.allSatisfy { $0.count == count }, "channels have one length")
        try checkOpen()
        do {
            try checkLength(frameCount + count)
            try checkFinite(channels)
            frameCount += count
            var start = 0
            while start < count {
                let length = min(Self.blockSize - pending[0].count, count - start)
                for channel in 0..<channelCount { pending[channel] += channels[channel][start..<start + length] }
                start += length
                if pending[0].count == Self.blockSize { try encodePending() }
            }
        } catch {
            abort()
            throw error
        }
    }

    /// Completes the file and puts it in its place.
    ///
    /// - Throws: ``MusicError`` as ``append(_:)`` does, and `unwritableOutput` if there is not one sample; the place
    ///   holds what it held before then.
    public func finish() throws {
        try finish { try file.commit() }
    }

    /// Completes the file and puts it under the first of these names that nobody has; nothing is replaced.
    ///
    /// A name is taken in the moment in which it is found to be free, whoever else writes at the same time.
    ///
    /// - Parameter names: places in the directory of ``url``, for the same kind of file; endless, or as many as may be
    ///   tried.
    /// - Returns: the name that the file has got.
    /// - Throws: ``MusicError`` as ``finish()`` does.
    public func finish(underFirstFreeOf names: some Sequence<URL>) throws -> URL {
        try finish { try file.commit(underFirstFreeOf: names) }
    }

    private func finish<Result>(_ commit: () throws -> Result) throws -> Result {
        try checkOpen()
        do {
            try checkCancellation()
            guard frameCount > 0 else {
                throw OutputError.make(url, "there are no samples to write", advice: "make the audio longer")
            }
            try encodePending()
            try encoder.finish()
            let result = try commit()
            isOpen = false
            return result
        } catch {
            abort()
            throw error
        }
    }

    /// Gives the file up: nothing is left of it, and the place holds what it held before.
    public func abort() {
        isOpen = false
        file.discard()
    }

    private func checkOpen() throws {
        guard !isOpen else { return }
        throw MusicError(.internal, "\(displayName(url)) is finished or given up already")
    }

    private func checkCancellation() throws {
        guard Task.isCancelled else { return }
        throw MusicError(.cancelled, "writing \(displayName(url)) was cancelled")
    }

    private func encodePending() throws {
        try checkCancellation()
        let frames = pending[0].count
        let size = frames * channelCount
        if let bits = settings.integerBits {
            try withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { samples in
                quantizer.integers(pending, bits: bits, into: samples)
                try encoder.write(UnsafeBufferPointer(samples), frameCount: frames)
            }
        } else {
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { samples in
                quantizer.floats(pending, clips: !settings.format.isLossless, into: samples)
                try encoder.write(UnsafeBufferPointer(samples), frameCount: frames)
            }
        }
        for channel in 0..<channelCount { pending[channel].removeAll(keepingCapacity: true) }
    }

    private func checkFinite(_ channels: [[Float]]) throws {
        for (channel, samples) in channels.enumerated() {
            guard let frame = samples.firstIndex(where: { !$0.isFinite }) else { continue }
            let seconds = String(format: "%.3f s", Double(frameCount + frame) / Double(sampleRate))
            throw MusicError(
                .numericalFailure,
                "can't write \(displayName(url)): channel \(channel + 1) is \(samples[frame]) at \(seconds)",
                advice: "generate it again in float32")
        }
    }

    /// The lengths in a WAV file have 32 bits.
    private func checkLength(_ frames: Int) throws {
        guard format == .wav else { return }
        let bytesPerSample = settings.integerBits.map { $0 / 8 } ?? 4
        // Beside the samples there are headers, and the tags twice.
        let limit = Int(UInt32.max) - (32 << 20)
        if frames * channelCount * bytesPerSample > limit {
            throw OutputError.make(
                url, "WAV files end at 4 GiB", advice: "choose .flac, a smaller bit depth, or shorter audio")
        }
    }
}
