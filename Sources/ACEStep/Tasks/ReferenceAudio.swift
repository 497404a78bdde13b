import MusicCore

/// The part of reference audio that the timbre encoder listens to.
package enum ReferenceAudio {
    /// Seconds of each of the three excerpts.
    private static let excerpt = 10

    /// Thirty seconds of a clip: its first ten, the ten from the end of its first third on, and its last ten.
    ///
    /// A clip that is shorter is repeated first.
    package static func excerpts(of audio: AudioBuffer) -> AudioBuffer {
        let length = excerpt * audio.sampleRate
        let channels = audio.channels.map { channel -> [Float] in
            var samples = channel
            if samples.count < 3 * length {
                let copies = (3 * length + samples.count - 1) / samples.count
                samples = Array(repeatElement(channel, count: copies).joined())
            }
            let middle = samples.count / 3
            return Array(samples[..<length]) + Array(samples[middle..<(middle + length)])
                + Array(samples[(samples.count - length)...])
        }
        return AudioBuffer(sampleRate: audio.sampleRate, channels: channels)
    }
}
