import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace codes`: the 5 Hz codes of a song.
struct CodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes", abstract: "Print the audio codes of a song.",
        discussion: """
            The codes hold melody and structure, five a second: vivace generate "brass band" --audio-codes "$(vivace
            codes song.wav)" plays the same song otherwise.
            """)

    @Argument(help: "An audio file of up to 600 seconds.")
    var file: String

    @Option(help: ArgumentHelp("A folder, a hub id or a short name, as for 'vivace generate'.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Computation") var computation: ComputationOptions

    @Flag(help: "Print one JSON document: file, model, codes.")
    var json = false

    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        let options = try computation.loadOptions()
        try PathArgument.check(file, "the name of the audio file")
        try AudioInputs.checkSource(file)
        let (codes, name) = try await verbosity.timing("codes") {
            try await withInterruption { [file, model] in
                let found = try await engine.find(model)
                return (try await engine.audioCodes(of: file, by: found, options: options), found.name)
            }
        }
        guard json else {
            Terminal.output(AudioCodeText.text(codes))
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(file: file, model: name, codes: codes, audioCodes: AudioCodeText.text(codes))
        Terminal.output(String(decoding: try encoder.encode(document), as: UTF8.self))
    }

    private struct Document: Encodable {
        var file: String
        var model: String
        var codes: [Int]
        var audioCodes: String

        enum CodingKeys: String, CodingKey {
            case file, model, codes
            case audioCodes = "audio_codes"
        }
    }
}
