import ArgumentParser
import Foundation
import ModelHub
import MusicCore
import MusicEngine

/// `vivace repl`: a conversation that makes songs.
struct ReplCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl", abstract: "Make songs in a conversation: type what you want to hear.",
        discussion: """
            A line is a prompt, and its song is made at once; lines that begin with a slash are commands (/help). Ctrl-C \
            stops the song that is being made, Ctrl-D leaves.
            """, aliases: ["cli"])

    @OptionGroup(title: "Music") var common: CommonMusicOptions

    @Option(help: ArgumentHelp("Folder for the songs.", valueName: "folder"))
    var outDir = "."

    @Option(help: ArgumentHelp("Beginning of the files' names.", valueName: "text"))
    var prefix = "music"

    @Option(help: ArgumentHelp("The prompt to begin with.", valueName: "text"))
    var prompt: String?

    @Option(help: ArgumentHelp("Words to sing.", valueName: "text"))
    var lyrics: String?

    @Flag(help: "Open each song with the program of the system.")
    var open = false

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        var settings = try common.settings(engine.families)
        settings.folder = outDir
        settings.prefix = prefix
        settings.prompt = prompt
        settings.opens = open
        if let lyrics { settings.values["lyrics"] = .text(lyrics) }
        let session = MusicSession(engine, settings)
        let models = (try? ModelsSupport.locator().inventory().models.map(\.name)) ?? []
        let isTalk = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let lines: any LineReader =
            isTalk ? EditedLines(history: Self.history) { Repl.candidates($0, models: models) } : PlainLines()
        Interruption.keepProcess()
        await Repl(session, lines: lines).run()
        await session.letGo()
    }

    /// The file for what was typed.
    private static var history: URL? {
        let own = ProcessInfo.processInfo.environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let home = FileManager.default.homeDirectoryForCurrentUser
        let base = own.map { URL(fileURLWithPath: $0) } ?? home.appendingPathComponent(".local/state")
        return base.appendingPathComponent("vivace/repl_history")
    }
}
