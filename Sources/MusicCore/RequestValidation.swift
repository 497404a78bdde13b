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
    /// What is said of a request without a caption.
    public static let emptyCaption = "The caption is empty: the model chooses the style"

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
        guard !(prompts + [prompt]).contains(where: { $0.contains("\0") }) else {
            throw MusicError(
                .invalidRequest, "The field caption contains a NUL character", advice: "give plain text in UTF-8")
        }
        try noise?.check(songs: batchSize)
        if (prompts.isEmpty ? [prompt] : prompts).contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            notices.append(Self.emptyCaption)
        }
        guard seeds.count <= batchSize else {
            throw MusicError(
                .invalidRequest, "There are \(seeds.count) seeds for \(batchSize) song\(batchSize == 1 ? "" : "s")",
                advice: "give one seed per song, or set batch_size to \(seeds.count)")
        }
        return notices
    }
}

extension MusicRequest {
    /// How many values each field holds that has one for each song, by name.
    private func songCounts(_ fields: [FieldDescription]) -> [(name: String, count: Int)] {
        var counts: [(name: String, count: Int)] = prompts.isEmpty ? [] : [("caption", prompts.count)]
        for field in fields {
            guard case .each = field.kind else { continue }
            for name in [field.name] + field.aliases {
                if case .list(let items)? = options[name] { counts.append((name, items.count)) }
            }
        }
        return counts
    }

    /// Whether fields have a value for each song.
    ///
    /// - Parameter fields: those of the family.
    public func hasValuesOfSongs(_ fields: [FieldDescription]) -> Bool { !songCounts(fields).isEmpty }

    /// Makes as many songs as there are values for single songs.
    ///
    /// - Parameter fields: those of the family.
    /// - Returns: whether there are such values.
    public mutating func countSongs(_ fields: [FieldDescription]) -> Bool {
        guard let most = songCounts(fields).map(\.count).max() else { return false }
        batchSize = most
        return true
    }

    /// Makes sure that fields with a value for each song have as many values as there are songs.
    ///
    /// - Parameter fields: those of the family.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names both fields that don't go together.
    public func checkSongCounts(_ fields: [FieldDescription]) throws {
        let counts = songCounts(fields)
        guard let first = counts.first else { return }
        func values(_ count: Int) -> String { "\(count) value\(count == 1 ? "" : "s")" }
        if let other = counts.first(where: { $0.count != first.count }) {
            throw MusicError(
                .invalidRequest,
                "The field \(first.name) has \(values(first.count)), and the field \(other.name) has "
                    + values(other.count),
                advice: "give both one value for each song, or one for all songs", field: other.name,
                value: String(other.count), expected: values(first.count))
        }
        let limits = RequestLimits.batchSize
        guard limits.contains(first.count) else {
            throw MusicError(
                .invalidRequest, "The field \(first.name) has \(values(first.count)), one for each song",
                advice: "give \(limits.lowerBound) to \(limits.upperBound)", field: first.name,
                value: String(first.count), expected: "\(limits.lowerBound) to \(limits.upperBound) values")
        }
        guard first.count == batchSize else {
            throw MusicError(
                .invalidRequest,
                "The field \(first.name) has \(values(first.count)), and batch_size is \(batchSize)",
                advice: "give one value for each song, or set batch_size to \(first.count)", field: first.name,
                value: String(first.count), expected: values(batchSize))
        }
    }
}
