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

    /// Where the song goes, which is checked before the description is made; `nil` if none is wanted.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` or `unwritableOutput`.
    func plan() throws -> OutputPlan? {
        if !generate, output != nil {
            throw MusicError(.invalidRequest, "--output belongs to --generate", advice: "add --generate")
        }
        guard generate else { return nil }
        try PathArgument.check(output, "--output")
        let plan = try OutputPlan(OutputPlan.Place(path: output))
        try plan.checkWritable()
        return plan
    }
}

/// Asks for a description, and makes its song if that is wanted.
struct DescribedSong {
    let engine: Engine
    let found: Engine.Found
    let options: DescriptionOptions
    /// Where the song goes; `nil` if none is wanted.
    let output: OutputPlan?

    /// - Parameters:
    ///   - order: what is asked; its seed, drawn if there is none, is the song's too.
    ///   - status: a sentence for people.
    ///   - caption: that of the song if the description has none.
    ///   - duration: of the song in seconds, instead of the described one.
    /// - Throws: ``MusicError`` or `CancellationError`.
    func answer(_ order: DescriptionOrder, status: String, caption: String, duration: Double?) async throws {
        var order = order
        let seed = order.seed ?? engine.seeds.draw()
        order.seed = seed
        let description = try await options.show(order, status: status)
        guard let output else { return }
        var content = try description.document(for: found.family).content(for: found.family, seeds: engine.seeds)
        if content.request.prompt.isEmpty { content.request.prompt = caption }
        content.request.duration = duration ?? content.request.duration
        content.request.seeds = [seed]
        let tier = try engine.tier(of: found.family, named: order.tier, within: order.loadOptions.maxMemory)
        var planning = content.planning
        planning.maxDuration = Int(tier.duration)
        try PlannerSampling.fields.read(try options.sampling.given(), into: &planning.sampling)
        let song = GenerationOrder(
            model: order.model, loadOptions: order.loadOptions, request: content.request,
            planning: PlannerChoice(wish: .ifThere, name: order.languageModel, options: planning, tier: tier),
            output: output, notices: content.notices)
        let run = GenerationRun(
            engine: engine, order: song, found: found, isQuiet: options.verbosity.quiet,
            isVerbose: options.verbosity.verbose)
        let report = try await withInterruption { try await run.report() }
        // Standard output holds the description's document alone.
        report.files.forEach(options.json ? Terminal.note : Terminal.output)
    }
}
