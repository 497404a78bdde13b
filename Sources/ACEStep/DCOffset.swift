import MusicCore

extension AudioBuffer {
    /// The audio with each channel's mean brought to 0; the sum is in float64.
    package func withoutDCOffset() -> AudioBuffer {
        AudioBuffer(
            sampleRate: sampleRate,
            channels: channels.map { channel in
                guard !channel.isEmpty else { return channel }
                let mean = Float(channel.reduce(0.0) { $0 + Double($1) } / Double(channel.count))
                return channel.map { $0 - mean }
            })
    }
}
