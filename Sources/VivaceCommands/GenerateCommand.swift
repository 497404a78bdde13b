import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicEngine

/// `vivace generate`: a prompt in, songs out.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make music from a prompt and lyrics.",
        discussion: """
            Example: vivace generate "warm lo-fi hip hop, mellow keys" --duration 30 --bpm 84 --seed 7 -o song.flac
            With audio: vivace generate "bossa nova" --task cover --source song.wav -o cover.flac
                        vivace generate "guitar solo" --task repaint --source song.wav --region 10-20 -o new.flac
            Options that are left out are decided by the model; the values used are shown and stored in the file.
            """)

    @Argument(help: "What to make: style, instruments, mood.")
    var prompt: String?

    @OptionGroup(title: "Music") var music: FieldOptions<MusicGroup>
    @OptionGroup(title: "Sampling") var sampling: FieldOptions<SamplingGroup>
    @OptionGroup(title: "Guidance and solver") var guidance: FieldOptions<GuidanceGroup>
    @OptionGroup(title: "Task") var task: FieldOptions<TaskGroup>
    @OptionGroup(title: "Planning") var planning: FieldOptions<PlanningGroup>
    @OptionGroup(title: "Planning") var planner: PlannerOptions
    @OptionGroup(title: "More of the model families") var other: FieldOptions<OtherGroup>
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions
    @OptionGroup(title: "Output") var level: FieldOptions<OutputGroup>
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Takes") var takes: BestOfOptions
    @OptionGroup(title: "Listening") var streaming: StreamingOptions
    @OptionGroup var reference: ReferenceOptions

    func run() async throws {
        let environment = try CommandEnvironment.required()
        do {
            try await generate(environment)
        } catch let fault {
            let error = CommandFields.worded(
                fault, given: (try? given()) ?? [:], of: environment.engine.families)
            if output.json { Terminal.output(try Terminal.json(of: GenerationResult(failure: error))) }
            throw error
        }
    }

    private func generate(_ environment: CommandEnvironment) async throws {
        let engine = environment.engine
        var given = try given()
        let notices = try reference.apply(to: &given)
        let base = try GenerationBase(model, given: given, prompt: prompt, families: engine.families)
        let found = try await engine.find(base.modelName)
        let content = try base.content(for: found, seeds: engine.seeds)

        let loadOptions = try computation.loadOptions()
        var choice = PlannerChoice(
            wish: planner.wish(base.given, documentThinks: content.thinking), name: planner.lm ?? content.languageModel,
            options: content.planning,
            tier: try engine.tier(of: found.family, named: planner.memory.tierName, within: loadOptions.maxMemory),
            isAskedFor: content.thinking == true && base.given["thinking"] == nil,
            asksForParts: planner.asksForParts(base.given))
        // A song that is made again has its plan already.
        if model.from != nil, base.given["thinking"] == nil { choice.wish = .never }
        choice.options.maxDuration = Int(choice.tier.duration)

        let isAudio = content.request.output == .audio
        let plan =
            isAudio
            ? try output.plan(usualFormat: content.audioFormat).keeping(found.family.keptSource(of: content.request))
            : nil
        var order = GenerationOrder(
            model: base.modelName, loadOptions: loadOptions, request: content.request,
            planning: choice, output: plan, latents: try output.latentsFile(isAudio: isAudio),
            notices: notices + content.notices + emptyLyrics(base.given) + output.notices(isAudio: isAudio))
        order.bestOf = takes.order
        let session = GenerationSession(engine, order)
        try await session.check()
        let playback = try streaming.playback(content.request, of: found.family, plan: plan)
        if playback != nil { order.details = .audio }
        let run = GenerationRun(
            engine: engine, order: order, found: found, isQuiet: output.quiet, isVerbose: output.verbose,
            playback: playback)
        let report = try await withInterruption { try await run.report() }
        if output.json {
            Terminal.output(try Terminal.json(of: report))
        } else {
            for file in report.files { Terminal.output(file) }
        }
    }

    /// What is to be said of lyrics that were given and hold no word.
    private func emptyLyrics(_ given: [String: JSONValue]) -> [String] {
        guard case .text(let lyrics)? = given["lyrics"], lyrics.allSatisfy(\.isWhitespace) else { return [] }
        return ["the lyrics are empty: the song is instrumental"]
    }

    /// The fields that options give.
    private func given() throws -> [String: JSONValue] {
        try [
            music.given(), sampling.given(), guidance.given(), task.given(), planning.given(), other.given(),
            level.given(),
        ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }
}
