/// The values that the planner was trained on.
package enum PlanValues {
    /// Beats per minute.
    package static let bpm = 30...300

    /// Whole seconds.
    package static let duration = 10...600

    package static let timesignatures = ["2", "3", "4", "6"]

    /// Seven notes with five accidentals in two modes: 70 keys.
    package static let keyscales = ["A", "B", "C", "D", "E", "F", "G"].flatMap { note in
        ["", "#", "b", "\u{266F}", "\u{266D}"].flatMap { accidental in
            ["major", "minor"].map { mode in "\(note)\(accidental) \(mode)" }
        }
    }

    /// ISO 639 codes, and `unknown` at the end.
    package static let languages = [
        "ar", "az", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr", "ht",
        "hu", "id", "is", "it", "ja", "ko", "la", "lt", "ms", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sa",
        "sk", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "yue", "zh", "unknown",
    ]

    /// The codebook's size; a vocabulary may have tokens for more codes, which mean nothing.
    package static let codeCount = 64_000

    /// The most tokens of a caption before its line is ended.
    package static let captionLimit = 512
}
