import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicManager

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

    @OptionGroup(title: "Music") var music: MusicOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Guidance and solver") var guidance: GuidanceOptions
    @OptionGroup(title: "Task") var task: TaskOptions
    @OptionGroup(title: "Planning") var planner: PlannerOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Listening") var streaming: StreamingOptions

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        do {
            try await generate(environment)
        } catch {
            if output.json { Terminal.output(try GenerationReport.json(of: GenerationResult(failure: error))) }
            throw error
        }
    }

    private func generate(_ environment: CommandEnvironment) async throws {
        var (request, modelName, notices, format, document) = try request()
        _ = try request.validate()
        let loadOptions = try computation.loadOptions()
        var planning = PlannerChoice(
            wish: planner.wish(document?.params.thinking), name: planner.lm,
            options: try document.map { try $0.params.planning($0.config) } ?? PlanningOptions(),
            tier: try PlannerChoice.tier(planner.memoryTier, memory: environment.machine.memory),
            loadOptions: loadOptions, isAskedFor: document?.params.thinking == true)
        try planner.apply(to: &planning.options)
        // A song that is made again has its plan already.
        if model.from != nil, planner.thinking == nil { planning.wish = .never }
        if let reason = PlannedGeneration.reasonAgainst(request) {
            if planning.wish == .required { notices.append("no plan is made: \(reason)") }
            planning.wish = .never
        }
        planning.options.maxDuration = Int(planning.tier.duration)
        if planning.wish != .never, music.language == nil, document == nil, model.from == nil {
            planning.options.fallbackLanguage = request.vocalLanguage
            request.vocalLanguage = "unknown"
        }
        var plan = try OutputPlan(output: output.output, bitDepth: output.bitDepth, usualFormat: format)
        try AudioInputs.check(request)
        if request.task == .repaint, request.keepsSource, let source = request.source {
            plan.bitDepth = plan.bitDepth ?? AudioInputs.bitDepth(of: source, in: plan.format)
        }
        let playback = try streaming.playback(request, plan: plan)
        try plan.checkWritable(saveLatents: output.saveLatents.map { URL(fileURLWithPath: $0) })

        let job = GenerationJob(
            environment: environment, modelName: modelName, loadOptions: loadOptions, request: request, plan: plan,
            latents: output.saveLatents.map { URL(fileURLWithPath: $0) }, isQuiet: output.quiet,
            isVerbose: output.verbose, planning: planning, playback: playback, notices: notices)
        let report = try await withInterruption { try await job.run() }
        if output.json {
            Terminal.output(try report.json())
        } else {
            for file in report.files { Terminal.output(file) }
        }
    }

    /// The request that the options make, on top of the document of `--request` or the recipe of `--from`.
    ///
    /// - Returns: also the model's name, what is to be said of the document, the audio format that it asks for, and the
    ///   document itself.
    private func request() throws -> (
        MusicRequest, model: String?, notices: [String], format: String?, document: GenerationDocument?
    ) {
        var request = MusicRequest(prompt: "", vocalLanguage: "en")
        var modelName = model.model
        var notices: [String] = []
        var format: String?
        var document: GenerationDocument?
        if model.from != nil, model.request != nil {
            throw MusicError(
                .invalidRequest, "--from and --request exclude each other", advice: "leave one of them out")
        }
        if let file = model.request {
            let text = try TextInput.read(file, what: "request")
            let read = try GenerationDocument(json: Data(text.utf8))
            (request, notices) = try read.request()
            format = read.config.audioFormat
            document = read
        } else if let from = model.from {
            let recipe = try Recipe(file: URL(fileURLWithPath: from))
            request = recipe.request
            modelName = modelName ?? recipe.model
        } else if prompt == nil, task.task ?? .text2music == .text2music {
            throw MusicError(
                .invalidRequest, "no prompt was given",
                advice: "say what to make, as in: vivace generate \"calm piano\", or repeat a song with --from FILE")
        }
        if let prompt { request.prompt = prompt }
        try music.apply(to: &request)
        try sampling.apply(to: &request)
        guidance.apply(to: &request)
        try task.apply(to: &request)
        if let normalize = output.normalize { request.normalization = normalize }
        return (request, modelName, notices, format, document)
    }
}
