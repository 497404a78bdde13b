import AudioFile
import Foundation
import MusicCore

/// Reads the audio files that a request names.
enum AudioInputs {
    /// Makes sure, before a model is loaded, of files that can be read and are not too long.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    static func check(_ request: MusicRequest) throws {
        if request.task.needsSource, let source = request.source {
            try check(source, "source", limit: RequestLimits.sourceDuration)
        }
        if let reference = request.reference {
            try check(reference, "reference", limit: RequestLimits.referenceDuration)
        }
    }

    /// The request with the samples of its files, at a model's sample rate, stereo.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    static func read(_ request: MusicRequest, sampleRate: Int) throws -> MusicRequest {
        var loaded = request
        if request.task.needsSource {
            loaded.source = try request.source.map {
                try read($0, sampleRate: sampleRate, limit: RequestLimits.sourceDuration)
            }
        }
        loaded.reference = try request.reference.map {
            try read($0, sampleRate: sampleRate, limit: RequestLimits.referenceDuration)
        }
        return loaded
    }

    /// One file with its samples.
    static func read(_ input: AudioInput, sampleRate: Int, limit: Double) throws -> AudioInput {
        let audio = try AudioFile.read(
            URL(fileURLWithPath: input.path),
            ReadOptions(sampleRate: sampleRate, layout: .stereo, maximumDuration: limit))
        return AudioInput(path: input.path, audio: audio)
    }

    /// The bits per sample with which a file can be written again without loss, of those that a format can hold.
    static func bitDepth(of input: AudioInput, in format: AudioFormat) -> BitDepth? {
        guard let info = try? AudioFile.info(URL(fileURLWithPath: input.path)) else { return nil }
        let encoding = info.encoding.lowercased()
        let needed: [BitDepth] =
            encoding.contains("float") || encoding.contains("32")
            ? [.float32, .int24] : encoding.contains("24") ? [.int24, .float32] : [.int16]
        return needed.first { format.bitDepths.contains($0) }
    }

    private static func check(_ input: AudioInput, _ role: String, limit: Double) throws {
        let info = try AudioFile.info(URL(fileURLWithPath: input.path))
        guard let duration = info.duration else { return }
        if duration == 0 {
            throw MusicError(
                .unreadableInput, "the \(role) audio \(input.path) holds no samples", advice: "choose another file")
        }
        if duration > limit {
            throw MusicError(
                .unreadableInput,
                "the \(role) audio \(input.path) is \(Int(duration)) seconds long",
                advice: "cut it to at most \(Int(limit)) seconds")
        }
    }
}
