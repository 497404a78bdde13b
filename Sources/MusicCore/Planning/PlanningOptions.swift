/// How a language model draws its tokens; the fields of the reference's `lm_*` parameters.
public struct PlannerSampling: Sendable, Equatable, Codable {
    /// 0 takes the likeliest token.
    public var temperature = 0.85
    /// Strength of guidance while audio codes are written; 1 turns it off.
    public var guidanceScale = 2.0
    /// Number of likeliest tokens to draw from; 0 is all.
    public var topK = 0
    /// Probability to draw from; 0 and 1 are all.
    public var topP = 0.9
    /// Above 1 makes tokens less likely that came before.
    public var repetitionPenalty = 1.0
    /// What guidance leads away from.
    public var negativePrompt = PlannerSampling.noInput
    /// Whether the output is held to the expected form.
    public var isConstrained = true

    /// What the models were trained on where the user says nothing.
    public static let noInput = "NO USER INPUT"

    public init() {}
}

/// What a language model is to do before a song is made.
public struct PlanningOptions: Sendable, Equatable, Codable {
    /// Whether it writes the audio codes that the song follows.
    public var writesCodes = true
    /// Whether it fills in tempo, key, metre and length.
    public var fillsMetadata = true
    /// Whether the song is made from its caption instead of the user's.
    public var rewritesCaption = true
    /// Whether it lays out the lyrics anew.
    public var rewritesLyrics = false
    /// Whether it names the lyrics' language.
    public var detectsLanguage = true
    public var sampling = PlannerSampling()
    /// Most songs whose codes are written at once.
    public var chunkSize = 8
    /// Longest song that is planned where the user gives no length, in whole seconds from 10 to 600.
    public var maxDuration = 600
    /// Whether the codes of several songs are written side by side, with one reading of the weights.
    public var writesSongsTogether = true

    public init() {}

    /// Whether there is anything for it to do.
    public var isNeeded: Bool {
        writesCodes || fillsMetadata || rewritesCaption || rewritesLyrics || detectsLanguage
    }

    /// Most songs whose codes are written side by side; 1 if they are written one after another.
    public var songsAtOnce: Int { writesSongsTogether ? chunkSize : 1 }

    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field and what it must be.
    public func validate() throws {
        try Self.fields.check(self)
        _ = try FieldKind.integer(10...600).normalized(maxDuration.json, field: "max_duration")
    }

    /// The fields under which documents and command lines have them.
    public static let fields = FieldTable<PlanningOptions>(
        [
            Field(
                "thinking", \.writesCodes, .flag, aliases: ["think", "generate_audio_codes"], flags: ["thinking"],
                help: "Plan with a language model: what is left open, and audio codes that the song follows (default: "
                    + "if one is installed and the memory suits it).", group: .planning),
            Field(
                "use_cot_metas", \.fillsMetadata, .flag, flags: ["use-cot-metas"],
                help: "Let it fill in tempo, key, metre and length (default).", group: .planning),
            Field(
                "use_cot_caption", \.rewritesCaption, .flag, flags: ["use-cot-caption"],
                help: "Let it rewrite the caption (default).", group: .planning),
            Field(
                "use_cot_lyrics", \.rewritesLyrics, .flag, flags: ["use-cot-lyrics"],
                help: "Let it lay out the lyrics anew (default: no).", group: .planning),
            Field(
                "use_cot_language", \.detectsLanguage, .flag, flags: ["use-cot-language"],
                help: "Let it name the lyrics' language (default).", group: .planning),
            Field(
                "lm_batch_chunk_size", .integer(0...64), flags: ["lm-batch-chunk-size"], placeholder: "songs",
                help: "Most songs whose audio codes are written side by side (default: 8; 0 is 8 too).",
                group: .planning,
                read: { options, json in options.chunkSize = Int(json: json).flatMap { $0 > 0 ? $0 : nil } ?? 8 },
                value: { $0.chunkSize.json }),
            Field(
                "allow_lm_batch", \.writesSongsTogether, .flag, flags: ["allow-lm-batch"],
                help: "Write the audio codes of several songs side by side (default).", group: .planning),
            Field(
                "constrained_decoding_debug", .flag,
                read: { _, json in
                    guard json == true else { return }
                    throw MusicError(
                        .unsupported, "The field constrained_decoding_debug is true, and there is no such report",
                        advice: "leave the field out")
                }),
        ] + PlannerSampling.fields.fields.map { $0.within(\PlanningOptions.sampling) })
}

extension PlannerSampling {
    /// The fields under which documents and command lines have them.
    public static let fields = FieldTable<PlannerSampling>([
        Field(
            "lm_temperature", \.temperature, .number(0...2), aliases: ["temperature"], flags: ["lm-temperature"],
            placeholder: "temperature",
            help: "Temperature of the language model, 0 to 2 (default: 0.85).", group: .planning),
        Field(
            "lm_cfg_scale", \.guidanceScale, .number(0...100), flags: ["lm-cfg-scale"], placeholder: "scale",
            help: "Guidance of the audio codes; 1 turns it off (default: 2).", group: .planning),
        Field(
            "lm_top_k", \.topK, .integer(0...1_000_000), aliases: ["top_k"], flags: ["lm-top-k"], placeholder: "count",
            help: "Draw from this many likeliest tokens; 0 is all (default: 0).", group: .planning),
        Field(
            "lm_top_p", \.topP, .number(0...1), aliases: ["top_p"], flags: ["lm-top-p"], placeholder: "probability",
            help: "Draw from the likeliest tokens of this probability (default: 0.9).", group: .planning),
        Field(
            "lm_repetition_penalty", \.repetitionPenalty, .number(0.1...10), aliases: ["repetition_penalty"],
            flags: ["lm-repetition-penalty"], placeholder: "factor",
            help: "Above 1, tokens that came before are less likely (default: 1).",
            group: .planning),
        Field(
            "lm_negative_prompt", \.negativePrompt, .text, flags: ["lm-negative-prompt"], placeholder: "text",
            help: "What guidance of the audio codes leads away from.", group: .planning),
        Field(
            "use_constrained_decoding", \.isConstrained, .flag, aliases: ["constrained_decoding"],
            flags: ["use-constrained-decoding"], help: "Hold the output to the form of a plan (default).",
            group: .planning),
    ])

    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field and what it must be.
    public func validate() throws { try Self.fields.check(self) }
}
