/// A line of a chain of thought, in the order in which the planner writes them.
package enum PlanField: String, Sendable, CaseIterable, Codable {
    case bpm, caption, duration, genres, keyscale, language, timesignature
}

/// What a chain of thought says about a song; `nil` is what it doesn't say.
package struct PlanMetadata: Sendable, Equatable {
    /// Beats per minute.
    package var bpm: Int?
    package var caption: String?
    /// Whole seconds.
    package var duration: Int?
    package var genres: String?
    /// Such as `F# minor`.
    package var keyscale: String?
    /// An ISO 639 code of ``PlanValues/languages``, or `unknown`.
    package var language: String?
    /// The beats of a bar (`4`), or a fraction (`6/8`).
    package var timesignature: String?

    package init(
        bpm: Int? = nil, caption: String? = nil, duration: Int? = nil, genres: String? = nil, keyscale: String? = nil,
        language: String? = nil, timesignature: String? = nil
    ) {
        self.bpm = bpm
        self.caption = caption
        self.duration = duration
        self.genres = genres
        self.keyscale = keyscale
        self.language = language
        self.timesignature = timesignature
    }

    /// The value of a field as it is written.
    package subscript(field: PlanField) -> String? {
        switch field {
        case .bpm: bpm.map(String.init)
        case .caption: caption
        case .duration: duration.map(String.init)
        case .genres: genres
        case .keyscale: keyscale
        case .language: language
        case .timesignature: timesignature
        }
    }

    /// The fields that are known, as they are written: what ``PlanAutomaton/Options/userValues`` takes.
    package var values: [PlanField: String] {
        var values: [PlanField: String] = [:]
        for field in PlanField.allCases { values[field] = self[field] }
        return values
    }

    /// Whether nothing is left to plan but words: tempo, key, meter and duration are known.
    ///
    /// The planner then writes no chain of thought of its own.
    package var isComplete: Bool { bpm != nil && keyscale != nil && timesignature != nil && duration != nil }
}
