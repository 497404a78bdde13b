import ArgumentParser
import MusicCore
import MusicEngine

/// Several takes of a song, of which the best are kept.
struct BestOfOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Make this many takes, score them, and keep the best: \(BestOf.limits.lowerBound) to "
                + "\(BestOf.limits.upperBound).", valueName: "count"))
    var bestOf: Int?

    @Option(help: ArgumentHelp("How many of the takes are kept (default: 1).", valueName: "count"))
    var keep: Int?

    @Flag(help: "Keep all takes, the best first.")
    var keepAll = false

    func validate() throws {
        if bestOf == nil, keep != nil || keepAll { throw ValidationError("--keep and --keep-all need --best-of") }
        if keep != nil, keepAll { throw ValidationError("--keep and --keep-all exclude each other") }
    }

    /// What is asked for; `nil` without takes.
    var order: BestOf? { bestOf.map { BestOf(takes: $0, keep: keepAll ? $0 : keep ?? 1) } }
}
