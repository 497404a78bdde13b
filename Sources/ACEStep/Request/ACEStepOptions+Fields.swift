import Foundation
public import MusicCore

/// The limits of ACE-Step's own fields.
public enum ACEStepLimits {
    /// Lengths in seconds at which models were trained; others work and are pointed out.
    public static let trainedDuration: ClosedRange<Double> = 10...600
    /// Largest shift of the noise schedule; the smallest is above 0.
    public static let largestShift = 1000.0
    /// Beats per minute.
    public static let bpm: ClosedRange<Int> = 30...300
    /// Prompt length in characters beyond which models tend to overlook words.
    public static let promptLength = 512
    /// Lyrics length in characters beyond which models tend to overlook words.
    public static let lyricsLength = 4096
    /// Longest instruction in characters.
    public static let instructionLength = 1000
    /// Strengths and fractions.
    public static let unit: ClosedRange<Double> = 0...1
    /// Parts of a song that are repainted at once.
    public static let regions = 32
    /// Longest key or language in characters.
    public static let nameLength = 64
    /// Beats per bar.
    public static let timeSignatures = ["2", "3", "4", "6"]
    /// Whether a text says nothing: it is one of ``MusicCore/FieldDescription/openTexts`` in any case.
    static func isOpen(_ text: String) -> Bool {
        FieldDescription.openTexts.contains(
            .text(text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()))
    }
}

extension ACEStepOptions {
    /// The table of fields, under the names of the reference's `GenerationParams` where it has them.
    public static let fields = FieldTable<ACEStepOptions>(
        musicFields + textFields + taskFields + flowEditFields + samplingFields + guidanceFields + qualityFields
            + numericalFields + fadeFields + afterSongFields)

    private static let musicFields: [Field<ACEStepOptions>] = [
        Field(
            "genres", \.genres, .list(.text), aliases: ["tags", "genre"], flags: ["genres", "tags"],
            placeholder: "names", help: "Genres, with commas between; they are put behind the caption.", group: .music),
        each(
            "lyrics", \.lyrics, \.lyricsOfSongs, .longText, flags: ["lyrics"], placeholder: "text",
            help: "Words to sing, with section tags such as [Verse]; give it once for each song to have words for "
                + "each.", group: .music
        ).alwaysWritten().replacing("instrumental"),
        Field(
            "instrumental", \.instrumental, .flag, aliases: ["is_instrumental", "make_instrumental"],
            flags: ["instrumental"], help: "No vocals.", group: .music
        ).alwaysWritten().replacing("lyrics").excluding("lyrics"),
        each(
            "vocal_language", \.vocalLanguage, \.vocalLanguages, .text, aliases: ["language", "lang"],
            flags: ["language", "vocal-language"], placeholder: "code",
            help: "Language code of the lyrics, or give it once for each song (default: en).", group: .music),
        Field(
            "bpm", \.bpm, .integer(ACEStepLimits.bpm), aliases: ["tempo"], flags: ["bpm", "tempo"],
            help: "Beats per minute, \(ACEStepLimits.bpm.lowerBound) to \(ACEStepLimits.bpm.upperBound).",
            group: .music
        ).open([0, -1] + FieldDescription.openTexts).openFromZeroDown(),
        text(
            "keyscale", \.keyScale, aliases: ["key", "key_scale", "keyScale"], flags: ["key", "keyscale"],
            placeholder: "key", help: "Key and scale, such as \"F# minor\".", group: .music),
        text(
            "timesignature", \.timeSignature, aliases: ["time_signature", "timeSignature", "meter", "metre"],
            flags: ["time-signature", "timesignature"], placeholder: "metre",
            help: "Metre: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.", group: .music),
    ]

    private static let taskFields: [Field<ACEStepOptions>] = [
        text(
            "instruction", \.instruction, flags: ["instruction"], placeholder: "text",
            help: "The task's sentence in the prompt, in place of the usual one.", group: .task),
        each(
            "audio_codes", \.audioCodes, \.audioCodesOfSongs, .data, aliases: ["audio_code_string"],
            flags: ["audio-codes"], placeholder: "codes",
            help: "Codes to follow, such as <|audio_code_123|><|audio_code_456|>, or give them once for each song; "
                + "@FILE reads them from a file.", group: .task),
        Field(
            "track_name", .text, aliases: ["track"], flags: ["track"], placeholder: "name",
            help: "Track to make (lego) or to take out (extract): \(Track.names).", group: .task,
            read: { options, json in
                if !json.plainText.isEmpty { options.tracks = [try Track(named: json.plainText)] }
            }
        ).replacing("track_classes").excluding("track_classes"),
        Field(
            "track_classes", .list(.text), aliases: ["tracks", "complete_track_classes"], flags: ["tracks"],
            placeholder: "names", help: "Tracks, with commas between: \(Track.names).", group: .task,
            read: { options, json in
                let names = [String](json: json) ?? []
                if !names.isEmpty { options.tracks = try names.map { try Track(named: $0) } }
            }, value: { $0.tracks.json }
        ).replacing("track_name"),
        Field(
            "regions", .custom(expected: "parts of a song as [[10, 20], [44, -1]], or as 10-20, 44- or -5-0"),
            aliases: ["region"], flags: ["region"], placeholder: "start-end",
            help: "Part to repaint, in seconds: 10-20, or 44- up to the end; -5-0 and 60-75 extend the song before its "
                + "beginning and beyond its end. Give it once for each part.", group: .task,
            read: { $0.regions = try Self.regions($1) }, value: { $0.regions.json }
        ).repeatable().replacing("repainting_start", "repainting_end")
            .excluding("repainting_start", "repainting_end"),
        Field(
            "repainting_start", .number(-600...600), flags: ["repainting-start"], placeholder: "seconds",
            help: "Start of the part to repaint, in seconds (default: 0).", group: .task,
            read: { options, json in
                let start = json.numberValue ?? 0
                if options.regions.isEmpty {
                    if start != 0 { options.regions = [RepaintRegion(start: start)] }
                } else {
                    options.regions[0].start = start
                }
            }
        ).replacing("regions"),
        Field(
            "repainting_end", .number(-1...600), flags: ["repainting-end"], placeholder: "seconds",
            help: "End of the part to repaint; -1 is the end of the source (default).", group: .task,
            read: { options, json in
                let end = (json.numberValue ?? -1) < 0 ? nil : json.numberValue
                if options.regions.isEmpty {
                    if let end { options.regions = [RepaintRegion(start: 0, end: end)] }
                } else {
                    options.regions[0].end = end
                }
            }
        ).replacing("regions"),
        Field(
            "keep_source", \.keepsSource, .flag, flags: ["keep-source"],
            help: "Outside the repainted parts keep the source sample by sample (default), or make it again too.",
            group: .task),
        Field(
            "audio_cover_strength", \.coverStrength, .number(ACEStepLimits.unit), aliases: ["cover_strength"],
            flags: ["cover-strength", "audio-cover-strength"], placeholder: "strength",
            help: "How much of the source a cover follows, 0 to 1 (default: 1).", group: .task),
        Field(
            "cover_rule", \.coverRule, .choice(CoverRule.allCases.map(\.rawValue)), flags: ["cover-rule"],
            placeholder: "rule",
            help: "What a cover strength below 1 means: switch follows the source for that part of the steps, blend "
                + "mixes in every step as Diffusers does (default: switch).", group: .task),
        Field(
            "cover_noise_strength", \.coverNoiseStrength, .number(ACEStepLimits.unit),
            flags: ["cover-noise-strength"], placeholder: "strength",
            help: "How near to the source's sound a cover starts, 0 to 1 (default: 0, from noise).", group: .task),
    ]

    private static let samplingFields: [Field<ACEStepOptions>] = [
        Field(
            "shift", \.shift, .number(-1e9...1e9), flags: ["shift"],
            help: "Shift of the noise schedule, above 0 (default: the model's; 3 for turbo).", group: .sampling
        ).replacing("timesteps"),
        Field(
            "timesteps", .list(.number(-1e9...1e9)), flags: ["timesteps"],
            placeholder: "list",
            help: "The noise schedule itself, as falling values in (0, 1] with commas between; a final 0 is implied.",
            group: .sampling,
            read: { options, json in
                let times = [Double](json: json) ?? []
                // Zeros at its end are implied.
                let rising = times.reversed().drop { $0 == 0 }
                guard times.isEmpty || !rising.isEmpty else {
                    throw MusicError.invalidField(
                        "timesteps", json, "The field timesteps has zeros alone",
                        expected: "falling values, the first of them above 0")
                }
                options.timesteps = times.isEmpty ? nil : rising.reversed()
            }, value: { $0.timesteps.json }),
        Field(
            "latent_shift", \.latentShift, .number(-100...100), flags: ["latent-shift"],
            help: "Added to the final latents (default: 0).", group: .sampling),
        Field(
            "latent_rescale", \.latentRescale, .number(-100...100), flags: ["latent-rescale"],
            help: "Factor on the final latents (default: 1).", group: .sampling),
    ]

    private static let guidanceFields: [Field<ACEStepOptions>] = [
        Field(
            "use_adg", .flag, flags: ["adg", "use-adg"],
            help: "Angle-based guidance (ADG) in place of APG; base and SFT models only.", group: .guidance,
            read: { $0.guidanceMethod = $1 == true ? .adg : .apg }, value: { .flag($0.guidanceMethod == .adg) }),
        // The name under which recipes of earlier versions have it.
        Field(
            "guidance_method", .choice(GuidanceMethod.allCases.map(\.rawValue)),
            read: { $0.guidanceMethod = GuidanceMethod(json: $1) ?? $0.guidanceMethod }),
        Field(
            "cfg_interval_start", \.guidanceStart, .number(ACEStepLimits.unit), flags: ["cfg-interval-start"],
            placeholder: "time",
            help: "Lowest flow time at which guidance applies, 0 to 1; steps go from 1 (noise) to 0 (default: 0).",
            group: .guidance),
        Field(
            "cfg_interval_end", \.guidanceEnd, .number(ACEStepLimits.unit), flags: ["cfg-interval-end"],
            placeholder: "time", help: "Highest flow time at which guidance applies, 0 to 1 (default: 1).",
            group: .guidance),
        Field(
            "infer_method", \.solver, .choice(Solver.allCases.map(\.rawValue)),
            aliases: ["solver", "sampler", "sampler_name"], flags: ["solver", "infer-method"], placeholder: "solver",
            help: "ode (Euler), sde, heun or dpmpp_2m; the last two are of second order and help base models at few "
                + "steps (default: ode).", group: .guidance
        ).alsoSpelled(["euler": "ode", "dpm++_2m": "dpmpp_2m", "dpmpp-2m": "dpmpp_2m"]),
        Field(
            "snap_timesteps", \.snapsTimesteps, .flag, flags: ["snap-timesteps"],
            help: "Move the flow times to those at which turbo models were trained.", group: .guidance),
    ]

    private static func regions(_ json: JSONValue) throws -> [RepaintRegion] {
        var items: [JSONValue]
        switch json {
        case .list(let list): items = list
        default: items = [json]
        }
        // One region as [10, 20].
        if !items.isEmpty, items.allSatisfy({ $0.numberValue != nil }) { items = [json] }
        return try items.map { item in
            guard let region = RepaintRegion(json: item) else {
                throw MusicError(
                    .invalidRequest, "The field regions holds \(item.described), which is not a part of a song",
                    advice: "give start and end in seconds, as in 10-20, 44- or -5-0, or [[10, 20], [44, -1]]")
            }
            return region
        }
    }
}
