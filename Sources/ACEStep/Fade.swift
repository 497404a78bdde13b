import MusicCore

extension AudioBuffer {
    /// The audio, coming in and going out along straight lines between silence and its level.
    ///
    /// - Parameters:
    ///   - fadeIn: seconds from the first sample, which is silent, to the first at full level; 0 for none.
    ///   - fadeOut: seconds to the last sample, which is silent; 0 for none.
    package func faded(in fadeIn: Double, out fadeOut: Double) -> AudioBuffer {
        func ramp(_ seconds: Double) -> [Float] {
            let count = min(Int(seconds * Double(sampleRate)), frameCount)
            return (0..<max(0, count)).map { count > 1 ? Float($0) / Float(count - 1) : 0 }
        }
        let (rising, falling) = (ramp(fadeIn), ramp(fadeOut))
        guard !rising.isEmpty || !falling.isEmpty else { return self }
        return AudioBuffer(
            sampleRate: sampleRate,
            channels: channels.map { channel in
                var channel = channel
                for (index, gain) in rising.enumerated() { channel[index] *= gain }
                for (index, gain) in falling.enumerated() { channel[channel.count - 1 - index] *= gain }
                return channel
            })
    }
}
