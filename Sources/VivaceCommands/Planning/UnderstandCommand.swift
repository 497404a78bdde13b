import ArgumentParser
import Foundation
import MusicCore
import MusicManager

/// What all commands that ask a language model for words have in common.
struct DescriptionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with "
                + "the model, else the largest installed one that the memory suits).", valueName: "model"))
    var lm: String?

    @OptionGroup var sampling: PlannerSamplingOptions

    @Option(parsing: .unconditional, help: "Seed; drawn if left out.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Take the machine's memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.",
            valueName: "gigabytes"))
    var memoryTier: String?

    @Flag(help: "Print one JSON document with the fields of the reference's result.")
    var json = false

    /// How the language model is sampled; the likeliest tokens are not preferred unless asked for.
    func samplingChoice() throws -> PlannerSampling {
        var sampling = PlannerSampling()
        sampling.topP = 0
        try self.sampling.apply(to: &sampling)
        return sampling
    }

    func drawnSeed() -> UInt64 { seed ?? UInt64(UInt32.random(in: .min ... .max)) }

    /// The language model, loaded.
    func planner(
        for model: String?, _ loadOptions: LoadOptions, _ environment: CommandEnvironment
    ) async throws -> any MusicPlanner {
        let choice = PlannerChoice(
            wish: .required, name: lm, options: PlanningOptions(),
            tier: try PlannerChoice.tier(memoryTier, memory: environment.machine.memory), loadOptions: loadOptions)
        return try await choice.require(for: model, environment).planner
    }
}

/// `vivace understand`: a song in words.
struct UnderstandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understand", abstract: "Describe a song: caption, tempo, key, metre, language, lyrics.",
        discussion: """
            Example: vivace understand song.wav
                     vivace understand --codes "$(vivace codes song.wav)"
            Without a song, it makes an example up.
            """)

    @Argument(help: "An audio file of up to 600 seconds.")
    var file: String?

    @Option(help: ArgumentHelp("Audio codes instead of a file, as 'vivace codes' prints them.", valueName: "codes"))
    var codes: String?

    @Option(
        help: ArgumentHelp(
            "The model that turns audio into codes, as for 'vivace generate'.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        let loadOptions = try computation.loadOptions()
        let sampling = try options.samplingChoice()
        let seed = options.drawnSeed()
        let status = file ?? (codes == nil ? "an example" : "audio codes")
        _ = try await DescriptionResult.show(json: options.json, status: "Understood \(status)") {
            if file != nil, codes != nil {
                throw MusicError(
                    .invalidRequest, "a file and --codes exclude each other", advice: "leave one of them out")
            }
            if let codes, codes.allSatisfy(\.isWhitespace) {
                throw MusicError(
                    .invalidRequest, "--codes is empty",
                    advice: "give codes as 'vivace codes' prints them, or leave the option out for an example")
            }
            let given = try AudioCodeText.toUnderstand(codes ?? "")
            let input = try file.map { path in
                var request = MusicRequest(prompt: "")
                request.task = .cover
                request.source = AudioInput(path: path)
                try AudioInputs.check(request)
                return AudioInput(path: path)
            }
            return try await withInterruption { [model, options] in
                var codes = given
                if let input {
                    let (backend, _) = try await environment.manager.modelOrDefault(model, options: loadOptions)
                    codes = try await backend.audioCodes(
                        of: try AudioInputs.read(
                            input, sampleRate: backend.info.sampleRate, limit: RequestLimits.sourceDuration))
                }
                let planner = try await options.planner(for: model, loadOptions, environment)
                return try await planner.understand(codes: codes, sampling: sampling, seed: seed)
            }
        }
    }
}
