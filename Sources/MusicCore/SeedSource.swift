/// Where seeds come from that nobody gave.
public struct SeedSource: Sendable {
    private let next: @Sendable () -> UInt64

    /// - Parameter next: gives a seed that differs from the last.
    public init(next: @escaping @Sendable () -> UInt64) { self.next = next }

    /// Seeds below 2³² from the system's generator: the range in which the reference draws them, and all that a
    /// Mersenne Twister's seed keeps.
    public static let system = SeedSource { UInt64(UInt32.random(in: .min ... .max)) }

    public func draw() -> UInt64 { next() }
}

extension MusicRequest {
    /// The request with a seed for every song.
    public func withSeeds(from source: SeedSource = .system) -> MusicRequest {
        var request = self
        while request.seeds.count < request.batchSize { request.seeds.append(source.draw()) }
        return request
    }
}
