import Foundation

/// The limits of a request's fields, the same for every model family.
///
/// The command line, the server and the families check requests by these; a family may be narrower.
public enum RequestLimits {
    /// Length of a song in seconds.
    public static let duration: ClosedRange<Double> = 0.2...600
    /// Lengths in seconds at which models were trained; others work and are pointed out.
    public static let trainedDuration: ClosedRange<Double> = 10...600
    /// Number of denoising steps.
    public static let steps: ClosedRange<Int> = 1...200
    /// Strength of classifier-free guidance.
    public static let guidanceScale: ClosedRange<Double> = 0...100
    /// Largest shift of the noise schedule; the smallest is above 0.
    public static let largestShift = 1000.0
    /// Beats per minute.
    public static let bpm: ClosedRange<Int> = 30...300
    /// Songs of one request.
    public static let batchSize: ClosedRange<Int> = 1...8
    /// Prompt length in characters beyond which models tend to overlook words.
    public static let promptLength = 512
    /// Lyrics length in characters beyond which models tend to overlook words.
    public static let lyricsLength = 4096
    /// Lowest and highest peak of finished audio in dB of full scale.
    public static let normalizationLevel: ClosedRange<Double> = -60...0
    /// Strengths and fractions.
    public static let unit: ClosedRange<Double> = 0...1
    /// Parts of a song that are repainted at once.
    public static let regions = 32
    /// Longest source audio in seconds.
    public static let sourceDuration = 600.0
    /// Longest reference audio in seconds; 30 seconds of it are listened to.
    public static let referenceDuration = 3600.0
    /// Longest key or language in characters.
    public static let nameLength = 64
    /// Beats per bar.
    public static let timeSignatures = ["2", "3", "4", "6"]
}

extension MusicRequest {
    /// Checks every field that does not depend on the model.
    ///
    /// - Returns: what the user should know though it stops nothing.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field, its value and what is allowed.
    public func validate() throws -> [String] {
        var notices: [String] = []
        try checkText(&notices)
        try checkMusic(&notices)
        try checkSampling(&notices)
        try checkGuidance()
        try checkTask(&notices)
        try Self.require("normalization_db", normalizationLevel, in: RequestLimits.normalizationLevel)
        try Self.require("batch_size", batchSize, in: RequestLimits.batchSize)
        guard seeds.count <= batchSize else {
            throw MusicError(
                .invalidRequest, "There are \(seeds.count) seeds for \(batchSize) song\(batchSize == 1 ? "" : "s")",
                advice: "give one seed per song, or set batch_size to \(seeds.count)")
        }
        return notices
    }

    /// Beats per bar in the form that models know: `4/4` becomes `4`, `6/8` becomes `6`.
    ///
    /// - Returns: one of ``RequestLimits/timeSignatures``, or `nil` if the text is none of the forms understood.
    public static func normalizedTimeSignature(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let beats = parts.first, RequestLimits.timeSignatures.contains(beats) else { return nil }
        switch parts.count {
        case 1: return beats
        case 2: return parts[1] == (beats == "6" ? "8" : "4") ? beats : nil
        default: return nil
        }
    }

    private func checkText(_ notices: inout [String]) throws {
        for (name, text) in [("caption", prompt), ("lyrics", lyrics)] where text.contains("\0") {
            throw MusicError(
                .invalidRequest, "The field \(name) contains a NUL character",
                advice: "give plain text in UTF-8")
        }
        if prompt.allSatisfy(\.isWhitespace) {
            notices.append("The caption is empty: the model chooses the style")
        }
        if prompt.count > RequestLimits.promptLength {
            notices.append(
                "The caption has \(prompt.count) characters; beyond "
                    + "\(RequestLimits.promptLength) words may be overlooked"
            )
        }
        if lyrics.count > RequestLimits.lyricsLength {
            notices.append(
                "The lyrics have \(lyrics.count) characters; beyond "
                    + "\(RequestLimits.lyricsLength) words may be overlooked"
            )
        }
        if instrumental && !lyrics.allSatisfy(\.isWhitespace) {
            notices.append("The song is instrumental: the lyrics are not used")
        }
        try Self.requireName("vocal_language", vocalLanguage)
    }

    private func checkMusic(_ notices: inout [String]) throws {
        if let duration {
            try Self.require("duration", duration, in: RequestLimits.duration, unit: " seconds")
            if !RequestLimits.trainedDuration.contains(duration) {
                notices.append(
                    "A duration of \(Self.text(duration)) seconds is outside the range in which models were trained "
                        + "(\(Self.text(RequestLimits.trainedDuration.lowerBound)) to "
                        + "\(Self.text(RequestLimits.trainedDuration.upperBound)))")
            }
        }
        if let bpm { try Self.require("bpm", bpm, in: RequestLimits.bpm) }
        if let keyScale { try Self.requireKey(keyScale) }
        if let timeSignature, !timeSignature.allSatisfy(\.isWhitespace),
            Self.normalizedTimeSignature(timeSignature) == nil
        {
            throw MusicError(
                .invalidRequest, "The time signature '\(timeSignature)' is not known",
                advice: "use one of \(RequestLimits.timeSignatures.joined(separator: ", ")), or 2/4, 3/4, 4/4, 6/8")
        }
    }

    private func checkSampling(_ notices: inout [String]) throws {
        if let steps { try Self.require("inference_steps", steps, in: RequestLimits.steps) }
        if let shift {
            guard shift.isFinite, shift > 0, shift <= RequestLimits.largestShift else {
                throw MusicError(
                    .invalidRequest, "The field shift is \(Self.text(shift))",
                    advice: "use a number above 0, at most \(Self.text(RequestLimits.largestShift)); 1 to 3 is usual")
            }
        }
        if let guidanceScale {
            try Self.require("guidance_scale", guidanceScale, in: RequestLimits.guidanceScale)
        }
        guard let timesteps else { return }
        guard RequestLimits.steps.contains(timesteps.count) else {
            throw MusicError(
                .invalidRequest, "The field timesteps has \(timesteps.count) values",
                advice: "give \(RequestLimits.steps.lowerBound) to \(RequestLimits.steps.upperBound) of them")
        }
        for (index, time) in timesteps.enumerated() {
            guard time > 0, time <= 1 else {
                throw MusicError(
                    .invalidRequest, "Value \(index + 1) of timesteps is \(Self.text(time))",
                    advice: "use numbers above 0 and at most 1; the final 0 is implied")
            }
            // Compared as the model sees them, in single precision.
            guard index == 0 || Float(time) < Float(timesteps[index - 1]) else {
                throw MusicError(
                    .invalidRequest,
                    "Value \(index + 1) of timesteps, \(Self.text(time)), is not below the one before it",
                    advice: "order the numbers from high to low")
            }
        }
        if steps.map({ $0 != timesteps.count }) ?? false {
            notices.append("The number of steps is not used: timesteps has \(timesteps.count) values")
        }
    }

    static func require<Value: Comparable & LosslessStringConvertible>(
        _ field: String, _ value: Value, in range: ClosedRange<Value>, unit: String = ""
    ) throws {
        // A NaN is in no range.
        guard range.contains(value) else {
            throw MusicError(
                .invalidRequest, "The field \(field) is \(text(value))\(unit)",
                advice: "use \(text(range.lowerBound)) to \(text(range.upperBound))\(unit)")
        }
    }

    private static func requireName(_ field: String, _ value: String) throws {
        guard value.count <= RequestLimits.nameLength, !value.contains(where: { $0.isNewline || $0 == "\0" }) else {
            throw MusicError(
                .invalidRequest, "The field \(field) is longer than \(RequestLimits.nameLength) characters or a line",
                advice: "use a short name on one line")
        }
    }

    /// A tonic with an optional accidental, then an optional mode: `C`, `F# minor`, `B♭ Major`, `Am`, `D dorian`.
    private static func requireKey(_ text: String) throws {
        let name = text.trimmingCharacters(in: .whitespaces)
        let modes = "maj|major|m|min|minor|ionian|dorian|phrygian|lydian|mixolydian|aeolian|locrian"
        let isKey = (try? Regex("(?i:[A-G](#|b|♯|♭)?([ -]?(\(modes)))?)").wholeMatch(in: name)) ?? nil
        guard name.isEmpty || name == "N/A" || isKey != nil else {
            throw MusicError(
                .invalidRequest, "The field keyscale is '\(text.prefix(RequestLimits.nameLength))'",
                advice: "use a note from A to G, # or b if need be, and major or minor, as in 'F# minor'")
        }
    }

    /// A number without a superfluous `.0`.
    static func text(_ value: some LosslessStringConvertible) -> String {
        let text = String(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
