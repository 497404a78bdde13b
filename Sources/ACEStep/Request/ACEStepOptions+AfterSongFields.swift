import MusicCore

extension ACEStepLimits {
    /// Sensitivity of scores.
    public static let scoreScale: ClosedRange<Double> = 0.01...1
}

// What is found out of finished songs, under the names that clients of the reference send.

extension ACEStepOptions {
    static let afterSongFields: [Field<ACEStepOptions>] = [
        Field(
            "get_lrc", \.findsLyricTimes, .flag, aliases: ["auto_lrc"], flags: ["lrc"],
            help: "Find out when each line is sung, and write it beside the song (.lrc) and into its tags.",
            group: .output),
        Field(
            "get_scores", \.findsScores, .flag, aliases: ["auto_score"], flags: ["score"],
            help: "Score how well the song follows its lyrics, its text (with a language model) and what was asked.",
            group: .output),
        Field(
            "score_scale", \.scoreScale, .number(ACEStepLimits.scoreScale), flags: ["score-scale"],
            placeholder: "scale",
            help: "Sensitivity of the language model's scores, 0.01 to 1; lower is more sensitive (default: 0.5).",
            group: .output),
    ]
}
