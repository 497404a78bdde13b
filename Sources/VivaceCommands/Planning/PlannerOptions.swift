import ArgumentParser
import MusicCore

/// How a language model draws its tokens.
struct PlannerSamplingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "Temperature of the language model, 0 to 2 (default: 0.85).")
    var lmTemperature: Double?

    @Option(parsing: .unconditional, help: "Draw from this many likeliest tokens; 0 is all (default: 0).")
    var lmTopK: Int?

    @Option(parsing: .unconditional, help: "Draw from the likeliest tokens of this probability (default: 0.9).")
    var lmTopP: Double?

    @Option(parsing: .unconditional, help: "Above 1, tokens that came before are less likely (default: 1).")
    var lmRepetitionPenalty: Double?

    @Flag(inversion: .prefixedNo, help: "Hold the output to the form of a plan (default).")
    var useConstrainedDecoding: Bool?

    func apply(to sampling: inout PlannerSampling) throws {
        if let lmTemperature { sampling.temperature = lmTemperature }
        if let lmTopK { sampling.topK = lmTopK }
        if let lmTopP { sampling.topP = lmTopP }
        if let lmRepetitionPenalty { sampling.repetitionPenalty = lmRepetitionPenalty }
        if let useConstrainedDecoding { sampling.isConstrained = useConstrainedDecoding }
        try sampling.validate()
    }
}

/// What a language model plans before a song is made.
struct PlannerOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Plan with a language model: what is left open, and audio codes that the song follows (default: if one is "
                + "installed and the memory suits it)."))
    var thinking: Bool?

    @Option(
        help: ArgumentHelp(
            "The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with "
                + "the model, else the largest installed one that the memory suits).", valueName: "model"))
    var lm: String?

    @Flag(inversion: .prefixedNo, help: "Let it fill in tempo, key, metre and length (default).")
    var useCotMetas: Bool?

    @Flag(inversion: .prefixedNo, help: "Let it rewrite the caption (default).")
    var useCotCaption: Bool?

    @Flag(inversion: .prefixedNo, help: "Let it lay out the lyrics anew (default: no).")
    var useCotLyrics: Bool?

    @Flag(inversion: .prefixedNo, help: "Let it name the lyrics' language (default).")
    var useCotLanguage: Bool?

    @Option(parsing: .unconditional, help: "Guidance of the audio codes; 1 turns it off (default: 2).")
    var lmCfgScale: Double?

    @Option(help: ArgumentHelp("What guidance leads away from.", valueName: "text"))
    var lmNegativePrompt: String?

    @Option(parsing: .unconditional, help: "Most songs whose audio codes are written at once (default: 8).")
    var lmBatchChunkSize: Int?

    @Flag(inversion: .prefixedNo, help: "Write the audio codes of several songs at once (default).")
    var allowLmBatch: Bool?

    @OptionGroup var sampling: PlannerSamplingOptions

    @Option(
        help: ArgumentHelp(
            "Take the machine's memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.",
            valueName: "gigabytes"))
    var memoryTier: String?

    /// Whether an option says that a language model is wanted, whatever `--thinking` says.
    private var asksForPart: Bool {
        [useCotMetas, useCotCaption, useCotLyrics, useCotLanguage].contains(true)
    }

    func apply(to options: inout PlanningOptions) throws {
        if let thinking { options.writesCodes = thinking }
        if let useCotMetas { options.fillsMetadata = useCotMetas }
        if let useCotCaption { options.rewritesCaption = useCotCaption }
        if let useCotLyrics { options.rewritesLyrics = useCotLyrics }
        if let useCotLanguage { options.detectsLanguage = useCotLanguage }
        if let lmCfgScale { options.sampling.guidanceScale = lmCfgScale }
        if let lmNegativePrompt { options.sampling.negativePrompt = lmNegativePrompt }
        if let lmBatchChunkSize { options.chunkSize = lmBatchChunkSize }
        if allowLmBatch == false { options.chunkSize = 1 }
        try sampling.apply(to: &options.sampling)
        try options.validate()
    }

    /// How much a language model is wanted: `--thinking`, `--lm` and the parts ask for it, `--no-thinking` alone rules
    /// it out, and otherwise it is used where there is one.
    func wish(_ documentThinks: Bool?) -> PlannerWish {
        if thinking == false, !asksForPart, lm == nil { return .never }
        if thinking == true || asksForPart || lm != nil { return .required }
        return documentThinks == false ? .never : .ifThere
    }
}

/// How much a language model is wanted.
enum PlannerWish: Sendable {
    case never, ifThere, required
}
