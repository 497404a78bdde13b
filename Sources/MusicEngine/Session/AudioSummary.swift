import AudioFile
public import Foundation
import MusicCore

/// What an audio file holds.
public struct AudioSummary: Sendable, Codable, Equatable {
    /// Seconds.
    public var duration: Double
    /// Samples per second.
    public var sampleRate: Int
    public var channels: Int

    public init(duration: Double, sampleRate: Int, channels: Int) {
        self.duration = duration
        self.sampleRate = sampleRate
        self.channels = channels
    }

    /// What a file holds, as far as sources may be long; one that doesn't say how long it is is counted.
    ///
    /// - Throws: ``MusicError`` `unreadableInput` if it is no audio file, or longer than a source may be.
    public init(file: URL) throws {
        let limit = RequestLimits.sourceDuration
        let info = try AudioFile.info(file, countingTo: limit)
        guard let duration = info.duration, duration <= limit else {
            throw MusicError(
                .unreadableInput, "the audio \(file.path) is longer than \(Int(limit)) seconds",
                advice: "cut it to at most \(Int(limit)) seconds")
        }
        self.init(duration: duration, sampleRate: info.sampleRate, channels: info.channelCount)
    }
}

/// The SHA-256 of a file's contents.
public enum FileDigest {
    /// - Returns: 64 hexadecimal digits.
    /// - Throws: ``MusicError`` `unreadableInput`.
    public static func sha256(of file: URL) throws -> String {
        do {
            return try FilePin(file).sha256
        } catch {
            throw MusicError(
                .unreadableInput, "\(file.path) can't be read: \(error.localizedDescription)", advice: "check the file")
        }
    }
}
