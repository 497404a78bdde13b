import MusicCore

extension ACEStepLimits {
    /// Strengths of the wavelet correction.
    public static let correction: ClosedRange<Double> = -10...10
    /// Largest norm of a velocity in norms of its latents.
    public static let velocityNorm: ClosedRange<Double> = 0...1000
    /// Share of the velocity before.
    public static let velocityAverage: ClosedRange<Double> = 0...0.99
    /// Noises that a step of a flow edit takes the mean of.
    public static let flowEditDraws: ClosedRange<Int> = 1...16
    /// Seconds in which a song comes in or goes out.
    public static let fade: ClosedRange<Double> = 0...60
}

// Fields that refine how a song is made: all of them change nothing unless they are asked to.

extension ACEStepOptions {
    /// The correction that the options ask for; `nil` for none.
    package var waveletCorrection: WaveletCorrection? {
        correctsWavelets
            ? WaveletCorrection(
                mode: waveletMode, strength: waveletStrength, highStrength: waveletHighStrength, wavelet: wavelet)
            : nil
    }

    static let qualityFields: [Field<ACEStepOptions>] = [
        Field(
            "dcw_enabled", \.correctsWavelets, .flag, aliases: ["dcw"], flags: ["dcw", "dcw-enabled"],
            help: "Correct the bands of the latents after each step (DCW; default: off).", group: .guidance),
        Field(
            "dcw_mode", \.waveletMode, .choice(WaveletCorrectionMode.allCases.map(\.rawValue)), flags: ["dcw-mode"],
            placeholder: "mode",
            help: "What DCW corrects: low, high or double, which is both bands, or pix, the latents as they are "
                + "(default: double).", group: .guidance),
        Field(
            "dcw_scaler", \.waveletStrength, .number(ACEStepLimits.correction), flags: ["dcw-scaler"],
            placeholder: "strength",
            help: "Strength of DCW; in the mode double that of the low band (default: 0.05).", group: .guidance),
        Field(
            "dcw_high_scaler", \.waveletHighStrength, .number(ACEStepLimits.correction), flags: ["dcw-high-scaler"],
            placeholder: "strength", help: "Strength of DCW in the high band in the mode double (default: 0.02).",
            group: .guidance),
        Field(
            "dcw_wavelet", \.wavelet, .choice(Wavelet.allCases.map(\.rawValue)), flags: ["dcw-wavelet"],
            placeholder: "wavelet",
            help: "Wavelet of DCW: \(Wavelet.allCases.map(\.rawValue).joined(separator: ", ")) (default: haar).",
            group: .guidance
        ).alsoSpelled(["db1": "haar"]),
        Field(
            "velocity_norm_threshold", \.velocityNormThreshold, .number(ACEStepLimits.velocityNorm),
            flags: ["velocity-norm-threshold"], placeholder: "threshold",
            help: "Limit each step's velocity to this many times the size of the latents; 1.5 to 3 tames outliers "
                + "(default: 0, no limit).", group: .guidance),
        Field(
            "velocity_ema_factor", \.velocityAverage, .number(ACEStepLimits.velocityAverage),
            flags: ["velocity-ema-factor"], placeholder: "factor",
            help: "Share of the velocity before in each step's; 0.05 to 0.2 smooths the way (default: 0).",
            group: .guidance),
        Field(
            "retake_variance", \.retakeVariance, .number(ACEStepLimits.unit), flags: ["retake-variance"],
            placeholder: "variance",
            help: "How far a song goes from the one that its seed makes: 0 is that song, 0.1 to 0.3 a variation, 1 "
                + "another song (default: 0).", group: .sampling),
        Field(
            "retake_seed", .custom(expected: "whole numbers from 0 to 2^64 - 1, with commas between; -1 draws one"),
            aliases: ["retake_seeds"], flags: ["retake-seed"], placeholder: "seed",
            help: "Seed of the variation, or several with commas between, one per song; songs without one, and -1, "
                + "draw theirs.", group: .sampling,
            read: { options, json in
                let seeds = try RequestDocument.seeds(of: json, field: "retake_seed")
                let isDrawn = seeds.allSatisfy { $0 == nil }
                options.retakeSeeds = isDrawn ? [] : seeds.map { $0 ?? SeedSource.system.draw() }
            }, value: { $0.retakeSeeds.json }),
    ]

    static let flowEditFields: [Field<ACEStepOptions>] = [
        Field(
            "flow_edit_morph", \.flowEdit, .flag, flags: ["flow-edit", "flow-edit-morph"],
            help: "Carry the source from its own text to the caption and lyrics (text2music on base and SFT models).",
            group: .task),
        text(
            "flow_edit_source_caption", \.flowEditSourceCaption, flags: ["flow-edit-source-caption"],
            placeholder: "text", help: "What the source of a flow edit is like (default: the caption).", group: .task),
        text(
            "flow_edit_source_lyrics", \.flowEditSourceLyrics, .longText, flags: ["flow-edit-source-lyrics"],
            placeholder: "text", help: "What the source of a flow edit sings (default: the lyrics).", group: .task),
        Field(
            "flow_edit_n_min", \.flowEditStart, .number(ACEStepLimits.unit), flags: ["flow-edit-n-min"],
            placeholder: "share", help: "Share of the steps that a flow edit leaves out at first (default: 0).",
            group: .task),
        Field(
            "flow_edit_n_max", \.flowEditEnd, .number(ACEStepLimits.unit), flags: ["flow-edit-n-max"],
            placeholder: "share",
            help: "Share of the steps after which a flow edit follows the new text alone (default: 1).", group: .task),
        Field(
            "flow_edit_n_avg", \.flowEditDraws, .integer(ACEStepLimits.flowEditDraws), flags: ["flow-edit-n-avg"],
            help: "Noises of which each step of a flow edit takes the mean (default: 1).", group: .task),
    ]

    static let fadeFields: [Field<ACEStepOptions>] = [
        Field(
            "fade_in_duration", \.fadeIn, .number(ACEStepLimits.fade), aliases: ["fade_in"],
            flags: ["fade-in", "fade-in-duration"], placeholder: "seconds",
            help: "Seconds in which the song comes in, after its level is set (default: 0).", group: .output),
        Field(
            "fade_out_duration", \.fadeOut, .number(ACEStepLimits.fade), aliases: ["fade_out"],
            flags: ["fade-out", "fade-out-duration"], placeholder: "seconds",
            help: "Seconds in which the song goes out (default: 0).", group: .output),
    ]
}
