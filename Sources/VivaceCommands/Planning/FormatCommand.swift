import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace format`: a better caption, and lyrics laid out for singing.
struct FormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format", abstract: "Rewrite a caption, and lay out lyrics.",
        discussion: """
            Example: vivace format "sad piano" --lyrics-file draft.txt --bpm 70
                     vivace format "sad piano" --lyrics-file draft.txt --generate -o sad.flac
            What is said of the music is kept.
            """)

    @Argument(help: "The caption.")
    var caption: String = ""

    @OptionGroup(title: "Music") var music: FieldOptions<KnownGroup>

    @OptionGroup var song: DescribedSongOptions

    @Option(help: ArgumentHelp("The model whose language model is used.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws { try await options.reporting(format) }

    private func format() async throws {
        let engine = try CommandEnvironment.required().engine
        var document = try options.document()
        let given = try music.given()
        document.known.merge(given.filter { $0.key != "lyrics" }) { _, option in option }
        let caption = caption.isEmpty ? document.caption ?? "" : caption
        let lyrics = given["lyrics"]?.plainText ?? document.lyrics ?? ""
        guard !caption.allSatisfy(\.isWhitespace) || !lyrics.allSatisfy(\.isWhitespace) else {
            throw MusicError(
                .invalidRequest, "there is nothing to format", advice: "give a caption, or lyrics with --lyrics-file")
        }
        let loadOptions = try computation.loadOptions()
        let plan = try song.plan()
        let found = try await engine.find(model ?? document.model)
        // The same checks as those of a generation.
        var request = MusicRequest(prompt: caption)
        try request.read(document.known.filter { $0.value != .null })
        _ = try found.family.validate(request)
        let order = try options.order(
            .draft(caption: caption, lyrics: lyrics, known: try document.metadata(for: found.family)), document,
            model: model, loadOptions)
        try await DescribedSong(engine: engine, found: found, options: options, output: plan)
            .answer(order, status: "Formatted caption and lyrics", caption: caption, duration: request.duration)
    }
}
