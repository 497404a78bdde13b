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

    @Argument(help: "What is wanted, in any words; without any, the model makes something up.")
    var query: String?

    @Flag(help: "Without words to sing.")
    var instrumental = false

    @Option(
        name: [.customLong("language"), .customLong("vocal-language")],
        help: ArgumentHelp("Language code of the lyrics (default: the model's choice).", valueName: "code"))
    var language: String?

    @OptionGroup var song: DescribedSongOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Length of the song in seconds, instead of the planned one, with --generate.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("A folder, a hub id or a short name, as for 'vivace generate'.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws { try await options.reporting(create) }

    private func create() async throws {
        let engine = try CommandEnvironment.required().engine
        if !song.generate, duration != nil {
            throw MusicError(.invalidRequest, "--duration belongs to --generate", advice: "add --generate")
        }
        let document = try options.document()
        let query = query ?? document.query ?? document.caption ?? ""
        guard self.query != nil || options.request != nil else {
            throw MusicError(
                .invalidRequest, "nothing is said of the song",
                advice: "say what is wanted, as in: vivace create \"a slow blues\"; \"\" leaves it to the model")
        }
        let loadOptions = try computation.loadOptions()
        let plan = try song.plan()
        let found = try await engine.find(model ?? document.model)
        // The same checks as those of a generation.
        _ = try found.family.validate(MusicRequest(prompt: query, duration: duration))
        let language = language ?? document.known["vocal_language"]?.plainText
        let order = try options.order(
            .query(query, instrumental: instrumental || document.instrumental == true, language: language), document,
            model: model, loadOptions)
        try await DescribedSong(engine: engine, found: found, options: options, output: plan)
            .answer(order, status: "Created a song's description", caption: query, duration: duration)
    }
}
