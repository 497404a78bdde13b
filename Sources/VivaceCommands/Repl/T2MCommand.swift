import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace t2m`: a song of a prompt, by `abstractmusic`'s command.
struct T2MCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "t2m", abstract: "Make a song of a prompt, by the options of abstractmusic.",
        discussion: """
            Example: vivace t2m "uplifting synthwave" --duration 20 --out song.wav
            'vivace generate' has all that there is; docs/repl.md lists what the options here are called there.
            """)

    @Argument(help: "What to make.")
    var prompt: String

    @Option(help: ArgumentHelp("Words to sing.", valueName: "text"))
    var lyrics: String?

    @Option(name: [.customLong("out"), .customShort("o"), .customLong("output")], help: "File to write.")
    var out: String?

    @OptionGroup(title: "Music") var common: CommonMusicOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        var settings = try common.settings(engine.families)
        if let lyrics { settings.values["lyrics"] = .text(lyrics) }
        let session = MusicSession(engine, settings)
        let target = try out.map { try PathArgument.url($0, "--out") }
        let files = try await session.render(
            prompt, to: target ?? URL(fileURLWithPath: "out." + (settings.format == "wav32" ? "wav" : settings.format)))
        for file in files { Terminal.output(file.relativePath) }
    }
}
