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
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        let (request, modelName) = try request()
        _ = try request.validate()
        var plan = try OutputPlan(output: output.output, bitDepth: output.bitDepth)
        try AudioInputs.check(request)
        if request.task == .repaint, request.keepsSource, let source = request.source {
            plan.bitDepth = plan.bitDepth ?? AudioInputs.bitDepth(of: source, in: plan.format)
        }
        try plan.checkWritable(saveLatents: output.saveLatents.map { URL(fileURLWithPath: $0) })

        let job = GenerationJob(
            manager: environment.manager, modelName: modelName,
            loadOptions: try computation.loadOptions(), request: request, plan: plan,
            latents: output.saveLatents.map { URL(fileURLWithPath: $0) }, isQuiet: output.quiet,
            isVerbose: output.verbose)
        let report = try await withInterruption { try await job.run() }
        if output.json {
            Terminal.output(try report.json())
        } else {
            for file in report.files { Terminal.output(file) }
        }
    }

    /// The request that the options make, on top of the recipe of `--from` if there is one.
    private func request() throws -> (MusicRequest, model: String?) {
        var request = MusicRequest(prompt: "", vocalLanguage: "en")
        var modelName = model.model
        if let from = model.from {
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
        return (request, modelName)
    }
}
