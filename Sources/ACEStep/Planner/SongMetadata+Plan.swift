import MusicCore

extension SongMetadata {
    init(_ plan: PlanMetadata) {
        func known(_ text: String?) -> String? {
            text.map(\.withoutControls).flatMap { $0.trimmed.isEmpty || $0 == "N/A" ? nil : $0 }
        }
        self.init(
            bpm: plan.bpm, caption: known(plan.caption), duration: plan.duration, genres: known(plan.genres),
            keyScale: known(plan.keyscale), language: known(plan.language), timeSignature: known(plan.timesignature))
    }

    /// Without values that a plan can't have: what a model writes that is not held to the form.
    var plausible: SongMetadata {
        SongMetadata(
            bpm: bpm.flatMap { PlanValues.bpm.contains($0) ? $0 : nil }, caption: caption,
            duration: duration.flatMap { PlanValues.duration.contains($0) ? $0 : nil }, genres: genres,
            keyScale: keyScale.flatMap { PlanValues.keyscales.contains($0) ? $0 : nil },
            language: language.flatMap { PlanValues.languages.contains($0) ? $0 : nil },
            timeSignature: timeSignature.flatMap { PlanValues.timesignatures.contains($0) ? $0 : nil })
    }

    /// Without texts that say nothing, and lengths below a second.
    var stated: SongMetadata {
        func stated(_ text: String?) -> String? {
            text.flatMap { $0.trimmed.isEmpty || $0.trimmed.lowercased() == "n/a" ? nil : $0.trimmed }
        }
        return SongMetadata(
            bpm: bpm, caption: stated(caption), duration: duration.flatMap { $0 >= 1 ? $0 : nil },
            genres: stated(genres), keyScale: stated(keyScale), language: stated(language),
            timeSignature: stated(timeSignature))
    }

    /// As the planner's grammar has it.
    var plan: PlanMetadata {
        PlanMetadata(
            bpm: bpm, caption: caption, duration: duration, genres: genres, keyscale: keyScale, language: language,
            timesignature: timeSignature)
    }

    /// Without the fields that another has.
    func without(_ other: SongMetadata) -> SongMetadata {
        SongMetadata(
            bpm: other.bpm == nil ? bpm : nil, caption: other.caption == nil ? caption : nil,
            duration: other.duration == nil ? duration : nil, genres: other.genres == nil ? genres : nil,
            keyScale: other.keyScale == nil ? keyScale : nil, language: other.language == nil ? language : nil,
            timeSignature: other.timeSignature == nil ? timeSignature : nil)
    }

    /// With what is open taken from another.
    func completed(by other: SongMetadata) -> SongMetadata {
        SongMetadata(
            bpm: bpm ?? other.bpm, caption: caption ?? other.caption, duration: duration ?? other.duration,
            genres: genres ?? other.genres, keyScale: keyScale ?? other.keyScale, language: language ?? other.language,
            timeSignature: timeSignature ?? other.timeSignature)
    }
}
