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

    func run() async throws {
        let loadOptions = try computation.loadOptions()
        let status = file ?? (codes == nil ? "an example" : "audio codes")
        _ = try await options.show(status: "Understood \(status)") {
            try options.order(try question(), model: model, loadOptions)
        }
    }

    private func question() throws -> DescriptionOrder.Question {
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
