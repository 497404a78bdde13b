/// A part of the source audio that is made anew, in seconds.
///
/// In JSON it is an array of start and end.
public struct RepaintRegion: Sendable, Codable, Equatable {
    /// Where it begins; below 0 the song is extended before its beginning.
    public var start: Double
    /// Where it ends; `nil` is the end of the source, and beyond that the song is extended.
    public var end: Double?

    public init(start: Double, end: Double? = nil) {
        self.start = start
        self.end = end
    }

    public init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        start = try values.decode(Double.self)
        end = try values.isAtEnd ? nil : values.decode(Double.self)
        if let end, end < 0 { self.end = nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(start)
        try values.encode(end ?? -1)
    }
}
