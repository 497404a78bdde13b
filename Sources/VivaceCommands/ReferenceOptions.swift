import ArgumentParser
import MusicCore

/// Parameters of the reference's `GenerationParams` and `GenerationConfig` that have no meaning of their own on a command
/// line, under their names, so that what works there works here.
struct ReferenceOptions: ParsableArguments {
    @Flag(
        name: .customLong("use-random-seed"), inversion: .prefixedNo,
        help: ArgumentHelp("Draw all seeds, whatever is given.", visibility: .hidden))
    var usesRandomSeed: Bool?

    @Flag(
        name: .customLong("constrained-decoding-debug"), inversion: .prefixedNo,
        help: ArgumentHelp("There is no such report.", visibility: .hidden))
    var constrainedDecodingDebug: Bool?

    // What a plan found in an earlier run. As in the reference, it is no input.

    @Option(name: .customLong("cot-bpm"), parsing: .unconditional, help: .hidden) var cotBpm: String?
    @Option(name: .customLong("cot-keyscale"), parsing: .unconditional, help: .hidden) var cotKeyscale: String?
    @Option(name: .customLong("cot-timesignature"), parsing: .unconditional, help: .hidden)
    var cotTimesignature: String?
    @Option(name: .customLong("cot-duration"), parsing: .unconditional, help: .hidden) var cotDuration: String?
    @Option(name: .customLong("cot-vocal-language"), parsing: .unconditional, help: .hidden)
    var cotVocalLanguage: String?
    @Option(name: .customLong("cot-caption"), parsing: .unconditional, help: .hidden) var cotCaption: String?
    @Option(name: .customLong("cot-lyrics"), parsing: .unconditional, help: .hidden) var cotLyrics: String?

    /// Applies what has a meaning to the fields that options give.
    ///
    /// - Returns: what the user should know.
    /// - Throws: ``MusicError`` with code `unsupported`.
    func apply(to given: inout [String: JSONValue]) throws -> [String] {
        if let constrainedDecodingDebug { given["constrained_decoding_debug"] = .flag(constrainedDecodingDebug) }
        var notices: [String] = []
        if usesRandomSeed == true, given["seeds"] != nil {
            given["seeds"] = nil
            notices.append("--use-random-seed is given: the seeds that are given are not used")
        }
        let found: [(String, String?)] = [
            ("bpm", cotBpm), ("keyscale", cotKeyscale), ("timesignature", cotTimesignature),
            ("duration", cotDuration), ("vocal-language", cotVocalLanguage), ("caption", cotCaption),
            ("lyrics", cotLyrics),
        ]
        for (name, value) in found where value != nil {
            notices.append(
                "--cot-\(name) is what a plan found, and is not used; --\(name) says what the song is to have")
        }
        return notices
    }
}
