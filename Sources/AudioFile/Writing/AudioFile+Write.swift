import Foundation
import MusicCore

extension AudioFile {
    /// Writes audio to a file, which is complete or not there at all.
    ///
    /// - Parameters:
    ///   - buffer: the audio; values beyond ±1 are limited to ±1, except in 32-bit float files, which keep them.
    ///   - url: where the file is to be; its extension chooses the format unless the options do. A file that is there
    ///     already is replaced, with its permissions kept; a symbolic link is followed.
    ///   - options: format, depth, quality and tags.
    /// - Throws: ``MusicError``: `invalidRequest` if the options don't go together or the format can't hold such audio,
    ///   `unwritableOutput` if the extension is unknown or the place can't be written, `numericalFailure` for a sample
    ///   that is NaN or infinite, `cancelled` if the task was cancelled. A file that was there before is unchanged
    ///   then.
    public static func write(_ buffer: AudioBuffer, to url: URL, options: WriteOptions = WriteOptions()) throws {
        let writer = try AudioFileWriter(
            url, sampleRate: buffer.sampleRate, channelCount: buffer.channels.count, options: options)
        try writer.append(buffer.channels)
        try writer.finish()
    }

    /// Writes audio to a new file, under the first of some names that nobody has.
    ///
    /// Nothing is replaced, whoever else writes at the same time: a name is taken in the moment in which it is found to
    /// be free.
    ///
    /// - Parameters:
    ///   - buffer: the audio, as for ``write(_:to:options:)``.
    ///   - names: places in one directory, with one extension; endless, or as many as may be tried.
    ///   - options: format, depth, quality and tags.
    /// - Returns: the name that the file has got.
    /// - Throws: ``MusicError`` as ``write(_:to:options:)``.
    public static func writeNew(
        _ buffer: AudioBuffer, names: some Sequence<URL>, options: WriteOptions = WriteOptions()
    ) throws -> URL {
        let writer = try AudioFileWriter(
            newFileBeside: NewFile.firstName(of: names), sampleRate: buffer.sampleRate,
            channelCount: buffer.channels.count, options: options)
        try writer.append(buffer.channels)
        return try writer.finish(underFirstFreeOf: names)
    }

    /// Checks, before the work is done, that a file could be written: format, options, directory and permissions.
    ///
    /// - Throws: ``MusicError`` as ``write(_:to:options:)`` would.
    public static func checkOutput(
        _ url: URL, sampleRate: Int = 48_000, channelCount: Int = 2, options: WriteOptions = WriteOptions()
    ) throws {
        _ = try EncoderSettings(url, sampleRate: sampleRate, channelCount: channelCount, options: options)
        try AtomicFile(url).discard()
    }
}
