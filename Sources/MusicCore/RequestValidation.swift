/// The limits of a request's common fields, the same for every model family; a family may be narrower.
public enum RequestLimits {
    /// Length of a song in seconds.
    public static let duration: ClosedRange<Double> = 0.2...600
    /// Number of denoising steps.
    public static let steps: ClosedRange<Int> = 1...200
    /// Strength of classifier-free guidance.
    public static let guidanceScale: ClosedRange<Double> = 0...100
    /// Songs of one request.
    public static let batchSize: ClosedRange<Int> = 1...8
    /// Lowest and highest peak of finished audio in dB of full scale.
    public static let normalizationLevel: ClosedRange<Double> = -60...0
    /// Longest source audio in seconds.
    public static let sourceDuration = 600.0
    /// Longest reference audio in seconds.
    public static let referenceDuration = 3600.0
}

extension MusicRequest {
    /// Checks the common fields.
    ///
    /// - Returns: what the user should know though it stops nothing.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field, its value and what it must be.
    public func validate() throws -> [String] {
        if let duration, !(RequestLimits.duration.contains(duration)) {
            throw MusicError.invalidField(
                "duration", .number(duration), "The field duration is \(duration.plainText) seconds",
                expected: "\(RequestLimits.duration.lowerBound.plainText) to "
                    + "\(RequestLimits.duration.upperBound.plainText) seconds", verb: "use")
        }
        try Self.fields.check(self)
        var notices: [String] = []
        guard !prompt.contains("\0") else {
            throw MusicError(
                .invalidRequest, "The field caption contains a NUL character", advice: "give plain text in UTF-8")
        }
        if prompt.allSatisfy(\.isWhitespace) {
            notices.append("The caption is empty: the model chooses the style")
        }
        guard seeds.count <= batchSize else {
            throw MusicError(
                .invalidRequest, "There are \(seeds.count) seeds for \(batchSize) song\(batchSize == 1 ? "" : "s")",
                advice: "give one seed per song, or set batch_size to \(seeds.count)")
        }
        return notices
    }
}
