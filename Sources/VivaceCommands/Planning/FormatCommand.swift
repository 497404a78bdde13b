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
            What is said of the music is kept.
            """)

    @Argument(help: "The caption.")
    var caption: String = ""

    @OptionGroup(title: "Music") var music: FieldOptions<KnownGroup>

    @Option(help: ArgumentHelp("The model whose language model is used.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Language model") var options: DescriptionOptions
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws {
        let given = try music.given()
        let lyrics = given["lyrics"]?.plainText ?? ""
        guard !caption.allSatisfy(\.isWhitespace) || !lyrics.allSatisfy(\.isWhitespace) else {
            throw MusicError(
                .invalidRequest, "there is nothing to format", advice: "give a caption, or lyrics with --lyrics-file")
        }
        // The same checks as those of a generation.
        var request = MusicRequest(prompt: caption)
        try request.read(given)
        let engine = try CommandEnvironment.required().engine
        _ = try (try await engine.find(model)).family.validate(request)
        let loadOptions = try computation.loadOptions()
        _ = try await options.show(status: "Formatted caption and lyrics") {
            try options.order(
                .draft(caption: caption, lyrics: lyrics, known: try Self.known(given)), model: model, loadOptions)
        }
    }

    /// What was said of the song, as a language model has it.
    private static func known(_ given: [String: JSONValue]) throws -> SongMetadata {
        var object: [String: JSONValue] = [:]
        for (name, own) in KnownGroup.names { object[own] = given[name] }
        if let duration = given["duration"]?.numberValue { object["duration"] = .integer(Int64(duration)) }
        if object["language"] == "unknown" { object["language"] = nil }
        return try JSONDecoder().decode(SongMetadata.self, from: JSONEncoder().encode(object))
    }
}
