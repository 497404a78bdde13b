/// Planar PCM audio in floating point, full scale at ±1.
public struct AudioBuffer: Sendable, Equatable, Codable {
    /// Samples per second and channel, in hertz.
    public var sampleRate: Int

    /// One array of samples per channel; all have the same length.
    public var channels: [[Float]]

    /// - Parameters:
    ///   - sampleRate: samples per second and channel, in hertz; above 0.
    ///   - channels: one array of samples per channel, all of one length.
    public init(sampleRate: Int, channels: [[Float]]) {
        precondition(sampleRate > 0, "a sample rate is above 0")
        precondition(channels.allSatisfy { $0.count == channels[0].count }, "channels have one length")
        self.sampleRate = sampleRate
        self.channels = channels
    }

    /// The number of samples in each channel.
    public var frameCount: Int { channels.first?.count ?? 0 }

    /// Length in seconds.
    public var duration: Double { Double(frameCount) / Double(sampleRate) }

    /// The largest magnitude of any sample; NaN if any sample is NaN.
    public var peak: Float {
        var peak: Float = 0
        for channel in channels {
            for sample in channel {
                if sample.isNaN { return .nan }
                peak = max(peak, abs(sample))
            }
        }
        return peak
    }

    private enum CodingKeys: String, CodingKey { case sampleRate, channels }

    /// - Throws: `DecodingError` if the rate is not above 0, or channels differ in length.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let rate = try values.decode(Int.self, forKey: .sampleRate)
        let channels = try values.decode([[Float]].self, forKey: .channels)
        guard rate > 0, channels.allSatisfy({ $0.count == channels[0].count }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .channels, in: values,
                debugDescription: "the sample rate must be above 0, and all channels of one length")
        }
        self.init(sampleRate: rate, channels: channels)
    }
}
