import ArgumentParser
import Foundation
import MusicCore
import MusicManager

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
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        if !generate, output != nil || duration != nil {
            throw MusicError(
                .invalidRequest, "--output and --duration belong to --generate", advice: "add --generate")
        }
        let loadOptions = try computation.loadOptions()
        let sampling = try options.samplingChoice()
        let seed = options.drawnSeed()
        let plan = try OutputPlan(output: output, bitDepth: nil)
        if generate { try plan.checkWritable(saveLatents: nil) }
        _ = try MusicRequest(prompt: query, vocalLanguage: language ?? "unknown", duration: duration).validate()
        let tier = try PlannerChoice.tier(options.memoryTier, memory: environment.machine.memory)
        var planning = PlanningOptions()
        planning.maxDuration = Int(tier.duration)
        try options.sampling.apply(to: &planning.sampling)
        let description = try await DescriptionResult.show(json: options.json, status: "Created a song's description") {
            try await withInterruption { [model, options, query, instrumental, language] in
                let planner = try await options.planner(for: model, loadOptions, environment)
                return try await planner.createSample(
                    query: query, instrumental: instrumental, language: language, sampling: sampling, seed: seed)
            }
        }
        guard generate else { return }
        let job = GenerationJob(
            environment: environment, modelName: model, loadOptions: loadOptions,
            request: request(description, seed: seed), plan: plan, latents: nil, isQuiet: false, isVerbose: false,
            planning: PlannerChoice(
                wish: .ifThere, name: options.lm, options: planning, tier: tier, loadOptions: loadOptions))
        let report = try await withInterruption { try await job.run() }
        // Standard output holds the description's document alone.
        report.files.forEach(options.json ? Terminal.note : Terminal.output)
    }

    private func request(_ description: SongDescription, seed: UInt64) -> MusicRequest {
        let metadata = description.metadata
        return MusicRequest(
            prompt: metadata.caption ?? query, lyrics: description.instrumental ? "" : description.lyrics,
            instrumental: description.instrumental, vocalLanguage: metadata.language ?? "unknown",
            duration: duration ?? metadata.duration.map(Double.init), bpm: metadata.bpm, keyScale: metadata.keyScale,
            timeSignature: metadata.timeSignature, seeds: [seed])
    }
}

/// `vivace format`: a better caption, and lyrics laid out for singing.
struct FormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format", abstract: "Rewrite a caption, and lay out lyrics.",
        discussion: "Example: vivace format \"sad piano\" --lyrics-file draft.txt --bpm 70")

    @Argument(help: "The caption.")
    var caption: String = ""

    @Option(help: ArgumentHelp("The lyrics.", valueName: "text"))
    var lyrics: String?

    @Option(help: ArgumentHelp("A UTF-8 text file with the lyrics; - reads standard input.", valueName: "file"))
    var lyricsFile: String?

    @Option(parsing: .unconditional, help: "Beats per minute that are kept, 30 to 300.")
    var bpm: Int?

    @Option(help: ArgumentHelp("Key and scale that are kept, such as \"F# minor\".", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("Metre that is kept: 2, 3, 4 or 6.", valueName: "metre"))
    var timeSignature: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Length in seconds that is kept.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("Language code that is kept.", valueName: "code"))
    var language: String?

    @Option(help: ArgumentHelp("The model whose language model is used.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        if lyrics != nil, lyricsFile != nil {
            throw MusicError(
                .invalidRequest, "--lyrics and --lyrics-file exclude each other", advice: "leave one of them out")
        }
        let text = try lyricsFile.map { try TextInput.read($0) } ?? lyrics ?? ""
        guard !caption.allSatisfy(\.isWhitespace) || !text.allSatisfy(\.isWhitespace) else {
            throw MusicError(
                .invalidRequest, "there is nothing to format", advice: "give a caption, or lyrics with --lyrics-file")
        }
        // The same checks as those of a generation.
        let request = MusicRequest(
            prompt: caption, lyrics: text, vocalLanguage: language ?? "unknown", duration: duration, bpm: bpm,
            keyScale: key, timeSignature: timeSignature)
        _ = try request.validate()
        let loadOptions = try computation.loadOptions()
        let sampling = try options.samplingChoice()
        let seed = options.drawnSeed()
        let known = SongMetadata(
            bpm: bpm, duration: duration.map { Int($0) }, keyScale: key,
            language: language == "unknown" ? nil : language,
            timeSignature: timeSignature.flatMap(MusicRequest.normalizedTimeSignature))
        _ = try await DescriptionResult.show(json: options.json, status: "Formatted caption and lyrics") {
            try await withInterruption { [model, options, caption] in
                let planner = try await options.planner(for: model, loadOptions, environment)
                return try await planner.formatSample(
                    caption: caption, lyrics: text, known: known, sampling: sampling, seed: seed)
            }
        }
    }
}
