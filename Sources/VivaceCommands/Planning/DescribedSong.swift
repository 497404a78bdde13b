import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// The song that a description asks for, made along with it.
struct DescribedSongOptions: ParsableArguments {
    @Flag(help: "Make the song as well.")
    var generate = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File or folder to write with --generate (default: song-SEED.flac).", valueName: "file"))
    var output: String?

    /// Where the song goes, which is checked before the description is made.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` or `unwritableOutput`.
    func plan() throws -> OutputPlan {
        if !generate, output != nil {
            throw MusicError(.invalidRequest, "--output belongs to --generate", advice: "add --generate")
        }
        let plan = try OutputPlan(OutputPlan.Place(path: output))
        if generate { try plan.checkWritable() }
        return plan
    }
}

/// Makes the song of a description.
struct DescribedSong {
    let engine: Engine
    let found: Engine.Found
    let loadOptions: LoadOptions
    let options: DescriptionOptions
    /// Name of the model; `nil` if none was named.
    let model: String?
    let document: DescriptionDocument
    let output: OutputPlan

    /// - Parameters:
    ///   - description: what it is to be like.
    ///   - caption: its caption if the description has none.
    ///   - duration: in seconds, instead of the described one.
    ///   - seed: of the song.
    /// - Throws: ``MusicError`` or `CancellationError`.
    func make(
        _ description: DescriptionResult, caption: String, duration: Double? = nil, seed: UInt64
    ) async throws {
        var content = try description.document(for: found.family).content(for: found.family, seeds: engine.seeds)
        if content.request.prompt.isEmpty { content.request.prompt = caption }
        content.request.duration = duration ?? content.request.duration
        content.request.seeds = [seed]
        let tier = try engine.tier(
            of: found.family, named: options.memory.tierName, within: loadOptions.maxMemory)
        var planning = content.planning
        planning.maxDuration = Int(tier.duration)
        _ = try PlannerSampling.fields.read(try options.sampling.given(), into: &planning.sampling)
        let planner = options.lm ?? document.languageModel
        let order = GenerationOrder(
            model: model, loadOptions: loadOptions, request: content.request,
            planning: PlannerChoice(wish: .ifThere, name: planner, options: planning, tier: tier), output: output,
            notices: content.notices)
        let run = GenerationRun(engine: engine, order: order, found: found, isQuiet: false)
        let report = try await withInterruption { try await run.report() }
        // Standard output holds the description's document alone.
        report.files.forEach(options.json ? Terminal.note : Terminal.output)
    }
}
