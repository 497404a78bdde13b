import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

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

    func run() async throws { try await options.reporting(understand) }

    private func understand() async throws {
        try PathArgument.check(file, "the name of the audio file")
        let document = try options.document()
        // An option takes the place of what the document names.
        let isNamed = file != nil || codes != nil
        let file = isNamed ? file : document.file
        let codes = isNamed ? codes : document.audioCodes
        let order = try options.order(
            try question(file, codes), document, model: model, try computation.loadOptions())
        let status = file ?? (codes == nil ? "an example" : "audio codes")
        _ = try await options.show(order, status: "Understood \(status)")
    }

    private func question(_ file: String?, _ codes: String?) throws -> DescriptionOrder.Question {
        if file != nil, codes != nil {
            throw MusicError(
                .invalidRequest, "a file and --codes exclude each other", advice: "leave one of them out")
        }
        if let codes, codes.allSatisfy(\.isWhitespace) {
            throw MusicError(
                .invalidRequest, "--codes is empty",
                advice: "give codes as 'vivace codes' prints them, or leave the option out for an example")
        }
        return try file.map { .file($0) } ?? .codes(AudioCodeText.toUnderstand(codes ?? ""))
    }
}
