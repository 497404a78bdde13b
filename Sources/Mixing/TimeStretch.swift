import CSoundTouch
import MusicCore

/// Changes how fast music goes, and keeps its pitch.
enum TimeStretch {
    /// - Parameters:
    ///   - audio: samples of at least a tenth of a second.
    ///   - factor: how many times longer the result is, 0.5 to 2.
    /// - Returns: about `factor` times as many samples; the beginning stays where it is within some milliseconds.
    /// - Throws: ``MusicError`` `internal` if SoundTouch can't do it.
    static func stretched(_ audio: AudioBuffer, by factor: Double) throws -> AudioBuffer {
        precondition((0.5...2).contains(factor), "music is stretched 0.5 to 2 times")
        let (channels, frames) = (audio.channels.count, audio.frameCount)
        var samples = [Float](repeating: 0, count: frames * channels)
        for (channel, values) in audio.channels.enumerated() {
            for frame in 0..<frames { samples[frame * channels + channel] = values[frame] }
        }
        let capacity = Int(Double(frames) * factor) + audio.sampleRate
        var count = 0
        let result = [Float](unsafeUninitializedCapacity: capacity * channels) { buffer, initialized in
            buffer.initialize(repeating: 0)
            count = csoundtouch_stretch(
                samples, frames, Int32(channels), Int32(audio.sampleRate), 1 / factor, buffer.baseAddress, capacity)
            initialized = max(0, count) * channels
        }
        guard count > 0 else { throw MusicError(.internal, "SoundTouch can't stretch the music") }
        let stretched = (0..<channels).map { channel in (0..<count).map { result[$0 * channels + channel] } }
        return AudioBuffer(sampleRate: audio.sampleRate, channels: stretched)
    }
}
