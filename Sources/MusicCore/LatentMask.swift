/// Which frames of a song's latents were made, and which were kept from its source.
public struct LatentMask: Sendable, Equatable, Codable {
    /// Number of latent frames.
    public let frames: Int
    /// The parts that were made, in rising order: from a frame up to the one before which it ends. In JSON each is a
    /// list of these two.
    public let made: [Range<Int>]

    /// - Parameter values: one for each frame, 1 where it was made and 0 where it was kept.
    public init(_ values: [Float]) {
        var made: [Range<Int>] = []
        for (frame, value) in values.enumerated() where value != 0 {
            if let last = made.last, last.upperBound == frame {
                made[made.count - 1] = last.lowerBound..<frame + 1
            } else {
                made.append(frame..<frame + 1)
            }
        }
        frames = values.count
        self.made = made
    }

    /// One value for each frame, as the model is given them: 1 where it was made and 0 where it was kept.
    public var values: [Float] {
        var values = [Float](repeating: 0, count: frames)
        for part in made { values.replaceSubrange(part, with: repeatElement(1, count: part.count)) }
        return values
    }
}
