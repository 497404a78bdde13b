import AudioFile
import Foundation
public import MusicCore

/// Reads the audio files that a request names.
public enum AudioInputs {
    /// Makes sure, before a model is loaded, of files that can be read and are not too long.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    public static func check(_ request: MusicRequest) throws {
        if request.usesSource, let source = request.source {
            try check(source, "source", limit: RequestLimits.sourceDuration)
        }
        if let reference = request.reference {
            try check(reference, "reference", limit: RequestLimits.referenceDuration)
        }
    }

    /// Makes sure of one file.
    ///
    /// - Throws: likewise.
    public static func checkSource(_ path: String) throws {
        try check(AudioInput(path: path), "source", limit: RequestLimits.sourceDuration)
    }

    /// The request with the samples of its audio, at a model's sample rate and with its number of channels.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    static func read(_ request: MusicRequest, sampleRate: Int, channels: Int) throws -> MusicRequest {
        var loaded = request
        if request.usesSource {
            loaded.source = try request.source.map {
                try read($0, sampleRate: sampleRate, channels: channels, limit: RequestLimits.sourceDuration)
            }
        }
        loaded.reference = try request.reference.map {
            try read($0, sampleRate: sampleRate, channels: channels, limit: RequestLimits.referenceDuration)
        }
        return loaded
    }

    /// One input with its samples; samples that are there already are brought to the rate and the channels.
    static func read(_ input: AudioInput, sampleRate: Int, channels: Int, limit: Double) throws -> AudioInput {
        let audio =
            try input.audio.map { try Resampler.resample($0, to: sampleRate) }
            ?? AudioFile.read(
                URL(fileURLWithPath: input.path),
                ReadOptions(
                    sampleRate: sampleRate, layout: channels == 2 ? .stereo : .asStored, maximumDuration: limit))
        return AudioInput(path: input.path, audio: audio.with(channels: channels))
    }

    /// The bits per sample with which a file can be written again without loss, of those that a format can hold.
    static func bitDepth(of input: AudioInput, in format: AudioFormat) -> BitDepth? {
        guard let info = try? AudioFile.info(URL(fileURLWithPath: input.path), countingTo: 0) else { return nil }
        let encoding = info.encoding.lowercased()
        let needed: [BitDepth] =
            encoding.contains("float") || encoding.contains("32")
            ? [.float32, .int24] : encoding.contains("24") ? [.int24, .float32] : [.int16]
        return needed.first { format.bitDepths.contains($0) }
    }

    private static func check(_ input: AudioInput, _ role: String, limit: Double) throws {
        guard input.audio == nil else { return }
        let duration = try AudioFile.info(URL(fileURLWithPath: input.path), countingTo: limit).duration
        guard duration.map({ $0 <= limit }) ?? false else {
            // A file that doesn't state its length is counted no further.
            let length = duration.map { "\(Int($0)) seconds long" } ?? "longer than \(Int(limit)) seconds"
            throw MusicError(
                .unreadableInput, "the \(role) audio \(input.path) is \(length)",
                advice: "cut it to at most \(Int(limit)) seconds, for example: ffmpeg -i FILE -t \(Int(limit)) part.wav"
            )
        }
    }
}

extension AudioBuffer {
    /// The audio with a number of channels: one is repeated, several become one as their mean, and beyond the number
    /// that is wanted they are left out.
    func with(channels count: Int) -> AudioBuffer {
        guard channels.count != count, let first = channels.first else { return self }
        var audio = self
        if count == 1 {
            let scale = 1 / Float(channels.count)
            audio.channels = [first.indices.map { frame in channels.reduce(0) { $0 + $1[frame] } * scale }]
        } else if channels.count == 1 {
            audio.channels = Array(repeating: first, count: count)
        } else {
            audio.channels = Array(channels.prefix(count))
            while audio.channels.count < count { audio.channels.append([Float](repeating: 0, count: first.count)) }
        }
        return audio
    }
}
