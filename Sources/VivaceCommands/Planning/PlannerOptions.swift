import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// Which language model plans.
struct PlannerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with "
                + "the model, else the largest installed one that the memory suits).", valueName: "model"))
    var lm: String?

    @OptionGroup var memory: TierOptions

    /// How much a language model is wanted: `--thinking`, `--lm` and the parts ask for it, `--no-thinking` alone rules
    /// it out, and otherwise it is used where there is one.
    ///
    /// - Parameters:
    ///   - given: the fields that options give.
    ///   - documentThinks: what a document says.
    func wish(_ given: [String: JSONValue], documentThinks: Bool?) -> PlanningWish {
        let asksForPart = asksForParts(given)
        if given["thinking"] == false, !asksForPart, lm == nil { return .never }
        if given["thinking"] == true || asksForPart || lm != nil { return .required }
        return documentThinks == false ? .never : .ifThere
    }

    /// Whether options ask for parts of a plan by name.
    func asksForParts(_ given: [String: JSONValue]) -> Bool {
        ["use_cot_metas", "use_cot_caption", "use_cot_lyrics", "use_cot_language"].contains { given[$0] == true }
    }
}

/// What the machine's memory is taken for.
struct TierOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take the machine's memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.",
            valueName: "gigabytes"))
    var memoryTier: String?

    /// The tier that the user names, here or in the environment.
    var tierName: String? {
        if let memoryTier { return memoryTier }
        let name = ProcessInfo.processInfo.environment[MemoryTier.variable]
        return name?.isEmpty == false ? name : nil
    }
}
