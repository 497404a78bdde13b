import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace create`: a song's description out of a few words, and the song too if asked.
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make caption, lyrics, tempo and key out of a few words.",
        discussion: """
            Example: vivace create "a soft Bengali love song for a quiet evening"
                     vivace create "driving techno for a night ride" --instrumental --generate -o ride.flac
            """)

    @Argument(help: "What is wanted, in any words.")
    var query: String

    @Flag(help: "Without words to sing.")
    var instrumental = false

    @Option(
        name: [.customLong("language"), .customLong("vocal-language")],
        help: ArgumentHelp("Language code of the lyrics (default: the model's choice).", valueName: "code"))
    var language: String?

    @Flag(help: "Make the song as well.")
    var generate = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to write with --generate (default: song-SEED.flac).", valueName: "file"))
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length of the song in seconds, instead of the planned one.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("A folder, a hub id or a short name, as for 'vivace generate'.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        if !generate, output != nil || duration != nil {
            throw MusicError(
                .invalidRequest, "--output and --duration belong to --generate", advice: "add --generate")
        }
        let loadOptions = try computation.loadOptions()
        let seed = options.seed ?? engine.seeds.draw()
        let plan = try OutputPlan(output.map { .file(URL(fileURLWithPath: $0)) } ?? .automatic)
        if generate { try plan.checkWritable() }
        let found = try await engine.find(model)
        var probe = MusicRequest(prompt: query, duration: duration)
        if let language { try probe.read(["vocal_language": .text(language)]) }
        _ = try found.family.validate(probe)
        let tier = try engine.tier(of: found.family, named: options.memory.tierName, within: loadOptions.maxMemory)
        let description = try await options.show(status: "Created a song's description") {
            var order = try options.order(
                .query(query, instrumental: instrumental, language: language), model: model, loadOptions)
            order.seed = seed
            return order
        }
        guard generate else { return }
        var content = try description.document(for: found.family).content(for: found.family, seeds: engine.seeds)
        if content.request.prompt.isEmpty { content.request.prompt = query }
        content.request.duration = duration ?? content.request.duration
        content.request.seeds = [seed]
        var planning = content.planning
        planning.maxDuration = Int(tier.duration)
        _ = try PlannerSampling.fields.read(try options.sampling.given(), into: &planning.sampling)
        let order = GenerationOrder(
            model: model, loadOptions: loadOptions, request: content.request,
            planning: PlannerChoice(wish: .ifThere, name: options.lm, options: planning, tier: tier), output: plan)
        let run = GenerationRun(engine: engine, order: order, found: found, isQuiet: false)
        let report = try await withInterruption { try await run.report() }
        // Standard output holds the description's document alone.
        report.files.forEach(options.json ? Terminal.note : Terminal.output)
    }
}
