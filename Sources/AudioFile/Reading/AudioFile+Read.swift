import CSndfile
import Foundation
import MusicCore

extension AudioFile {
    /// Reads an audio file, or a part of it, into memory.
    ///
    /// Reading from `start` for `duration` gives the same samples as reading the whole file and cutting that part out
    /// (resampled audio within rounding), and decodes nothing else. Cancelling the task stops it within one block.
    ///
    /// - Parameters:
    ///   - url: a file of any kind that ``AudioFileReader`` takes.
    ///   - options: which part to read, and what to turn it into.
    /// - Throws: ``MusicError`` with code `unreadableInput` for everything that is wrong with the file,
    ///   `invalidRequest` for options out of range, `cancelled`.
    public static func read(_ url: URL, _ options: ReadOptions = ReadOptions()) throws -> AudioBuffer {
        try options.validate()
        let reader = try AudioFileReader(url)
        let inputRate = reader.info.sampleRate
        let outputRate = options.sampleRate ?? inputRate
        let sources = options.layout == .asStored ? reader.info.channelCount : min(2, reader.info.channelCount)

        // The part to return, in frames of the result.
        let first = Int((options.start * Double(outputRate)).rounded())
        let wanted = options.duration.map { max(1, Int(($0 * Double(outputRate)).rounded())) }
        let limit = options.maximumDuration.map { Int(($0 * Double(outputRate)).rounded()) }
        if let frames = reader.info.frameCount {
            let available = Resampler.outputCount(of: frames, from: inputRate, to: outputRate) - first
            guard available > 0 else { throw startsAfterEnd(url, options) }
            if let limit, min(wanted ?? .max, available) > limit { throw tooLong(url, options) }
        }
        let window = Window(first: first, count: wanted, from: inputRate, to: outputRate)
        try reader.seek(to: min(window.inputStart, reader.info.frameCount ?? .max))

        let resampler = try Resampler(from: inputRate, to: outputRate, channelCount: sources)
        var channels = [[Float]](repeating: [], count: sources)
        var skip = window.skip
        let blockSize = max(1, 65_536 / reader.info.channelCount)
        var isAtEnd = false
        while !isAtEnd {
            if Task.isCancelled {
                throw MusicError(.cancelled, "reading \(displayName(url)) was cancelled")
            }
            let count = min(blockSize, (window.inputEnd ?? .max) - reader.position)
            let block = count > 0 ? try reader.read(count) : []
            isAtEnd = block.first?.isEmpty ?? true
            let output = isAtEnd ? try resampler.finish() : try resampler.process(Array(block[..<sources]))
            let dropped = min(skip, output[0].count)
            skip -= dropped
            for channel in 0..<sources { channels[channel] += output[channel][dropped...] }
            if wanted == nil, let limit, channels[0].count > limit { throw tooLong(url, options) }
        }
        if let wanted, channels[0].count > wanted {
            for channel in 0..<sources { channels[channel].removeLast(channels[channel].count - wanted) }
        }
        guard !channels[0].isEmpty else { throw startsAfterEnd(url, options) }
        for channel in 0..<sources {
            // Values near the largest of a float can leave its range in the filter.
            guard channels[channel].allSatisfy(\.isFinite) else {
                throw InputError.make(
                    url, "its samples are too large to be resampled", advice: "bring its peak to 0 dBFS first")
            }
            if options.clamps {
                for frame in channels[channel].indices { channels[channel][frame] = clamped(channels[channel][frame]) }
            }
        }
        if options.layout == .stereo && sources == 1 { channels.append(channels[0]) }
        return AudioBuffer(sampleRate: outputRate, channels: channels)
    }

    /// What a file holds, with its tags.
    ///
    /// No sample is decoded where the file states its length. FLAC files that were written to a pipe don't: their
    /// frames are counted.
    ///
    /// - Parameters:
    ///   - url: a file of any kind that ``AudioFileReader`` takes.
    ///   - limit: seconds of samples to count at most; of a longer file the length stays `nil`.
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    public static func info(_ url: URL, countingTo limit: Double = .infinity) throws -> AudioFileInfo {
        try info(url, countingTo: limit) { pread($0, $1, $2, off_t($3)) }
    }

    /// - Parameter read: takes the place of the system's call.
    package static func info(
        _ url: URL, countingTo limit: Double = .infinity, read: @escaping PositionedRead
    ) throws -> AudioFileInfo {
        let file = try InputFile(url, read: read)
        let reader = try AudioFileReader(file)
        var info = reader.info
        info.tags = try file.checked { TagReader.read(file, fallback: reader) }
        if info.frameCount == nil, limit > 0 {
            let most = limit * Double(info.sampleRate)
            info.frameCount = try reader.count(atMost: most < 1e15 ? Int(most) : .max)
        }
        return info
    }

    /// What a file says about itself.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    public static func readTags(_ url: URL) throws -> AudioTags { try info(url, countingTo: 0).tags }

    private static func clamped(_ sample: Float) -> Float { min(1, max(-1, sample)) }

    private static func startsAfterEnd(_ url: URL, _ options: ReadOptions) -> MusicError {
        guard options.start > 0 else {
            return InputError.make(url, "it holds no samples", advice: "choose a file with sound in it")
        }
        return InputError.make(
            url, "it ends before \(options.start) s, where reading is to start", advice: "choose an earlier start")
    }

    private static func tooLong(_ url: URL, _ options: ReadOptions) -> MusicError {
        let limit = String(format: "%g", options.maximumDuration ?? 0)
        return InputError.make(
            url, "it is longer than \(limit) seconds",
            advice: "cut it to at most \(limit) seconds, for example: ffmpeg -i FILE -t \(limit) part.wav")
    }

    /// The part of a file that must be decoded for a part of the result.
    ///
    /// A resampler starts here where an input and an output frame coincide, and early enough that its filter has
    /// settled when the wanted part begins.
    private struct Window {
        /// First frame to decode.
        var inputStart: Int
        /// The frame after the last one to decode; `nil` is the end of the file.
        var inputEnd: Int?
        /// Frames of the resampler's output that lie before the wanted part.
        var skip: Int

        init(first: Int, count: Int?, from inputRate: Int, to outputRate: Int) {
            guard inputRate != outputRate else {
                inputStart = first
                inputEnd = count.map { first + $0 }
                skip = 0
                return
            }
            var (divisor, rest) = (inputRate, outputRate)
            while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
            let inputUnit = inputRate / divisor
            let outputUnit = outputRate / divisor
            // 1024 samples at the lower of the rates: several times the filter's length.
            let settling = 1024 * ((inputRate + outputRate - 1) / outputRate)
            let leadUnits = (settling + inputUnit - 1) / inputUnit
            let startUnit = max(0, first / outputUnit - leadUnits)
            inputStart = startUnit * inputUnit
            skip = first - startUnit * outputUnit
            inputEnd = count.map { Resampler.outputCount(of: first + $0, from: outputRate, to: inputRate) + settling }
        }
    }
}
