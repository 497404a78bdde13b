import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// The commands of the conversation: those of `abstractmusic`, and what there is beside them.
enum ReplTable {
    static let entries: [ReplEntry] = core + songs + words + ReplSettings.entries + session

    /// The value of a setting, as it is said.
    static func say(_ name: String, _ value: String?, unset: String = "none") {
        Terminal.output(PlainText.shown("\(name): \(value ?? unset)"))
    }

    private static let core: [ReplEntry] = [
        ReplEntry("help", [], "[COMMAND]", "Show the commands, or one of them.", .core) { repl, argument in
            try repl.showHelp(argument)
        },
        ReplEntry("quit", ["exit", "q"], "", "Leave; Ctrl-D does too.", .core) { repl, _ in repl.quit() },
        ReplEntry("status", [], "", "Show engine, model, length, steps, seed and format.", .core) { repl, _ in
            try await ReplReport.status(repl.session)
        },
        ReplEntry("params", ["parameters"], "", "Show all settings.", .core) { repl, _ in
            try await ReplReport.parameters(repl.session)
        },
        ReplEntry("engines", ["backends"], "", "List the engines; * marks the one in use.", .core) { repl, _ in
            try await ReplReport.engines(repl.session)
        },
        ReplEntry("engine", ["backend"], "[NAME]", "Choose who makes the music.", .core) { repl, argument in
            let session = repl.session
            let current = session.settings.engine.isEmpty ? "acestep" : session.settings.engine
            guard !argument.isEmpty else {
                let model = session.settings.model
                let usual = try await session.engine.defaultName()
                return say("engine", "\(current) (model=\(model ?? usual))" + (model == nil ? " [default]" : ""))
            }
            let before = try session.family().name
            let chosen = try EngineName(argument, families: session.families)
            session.settings.engine = argument
            if chosen.family != before, session.settings.model != nil {
                session.settings.model = nil
                Terminal.output("the model was another engine's: it is the default one now")
            }
            await session.letGo()
            say("engine", argument)
        },
        ReplEntry("models", [], "[TASK]", "List models, and which of them are here.", .core) { repl, argument in
            try await ReplReport.models(repl.session, task: argument)
        },
        ReplEntry("model", [], "[NAME|default]", "Choose a model.", .core) { repl, argument in
            let session = repl.session
            guard !argument.isEmpty else {
                let usual = try await session.engine.defaultName()
                return say("model", session.settings.model ?? "default (\(usual))")
            }
            await session.letGo()
            if Repl.clearWords.contains(argument.lowercased()) {
                session.settings.model = nil
                return say("model", "default (\(try await session.engine.defaultName()))")
            }
            if !session.settings.downloads { _ = try await session.engine.find(argument) }
            session.settings.model = argument
            say("model", argument)
        },
    ]

    private static let songs: [ReplEntry] = [
        ReplEntry("generate", ["gen"], "[PROMPT]", "Make a song of a prompt, or of the one that is set.", .song) {
            repl, argument in
            try await render(repl, argument)
        },
        ReplEntry("run", [], "", "Make a song of the prompt that is set.", .song) { repl, _ in
            try await render(repl, "")
        },
        ReplEntry("again", [], "", "Make the last song's request again, with another seed.", .song) { repl, _ in
            let last = try last(repl)
            try await repl.render(last.prompt, changes: last.document.merging(["seeds": .null]) { $1 })
        },
        ReplEntry("variation", [], "[AMOUNT]", "Make a song near the last one; 0 is the same, 1 another.", .song) {
            repl, argument in
            let last = try last(repl)
            guard MusicSettings.field("retake_variance", repl.session.families) != nil else {
                throw MusicError(
                    .unsupported, "The engine makes no variations", advice: "use /again for another song")
            }
            var changes = last.document
            var one = repl.session.settings
            try one.set("retake_variance", to: argument.isEmpty ? "0.2" : argument, repl.session.families)
            changes["retake_variance"] = one.values["retake_variance"]
            changes["seeds"] = .list(last.seeds.map { JSONValue($0) })
            try await repl.render(last.prompt, changes: changes)
        },
        ReplEntry("last", [], "", "Show the files of the last song.", .song) { repl, _ in
            for file in try last(repl).files { Terminal.output(file.relativePath) }
        },
        ReplEntry("play", [], "[FILE]", "Play a file, or the last song; Ctrl-C stops.", .song) { repl, argument in
            for file in try files(repl, argument) { try await repl.session.play(file) }
        },
        ReplEntry("open", [], "[FILE|on|off]", "Open a file, or each new song, with the system's program.", .song) {
            repl, argument in
            if let flag = ReplSettings.flag(argument) {
                repl.session.settings.opens = flag
                return say("open", flag ? "on" : "off")
            }
            for file in try files(repl, argument) { try repl.session.open(file) }
        },
        ReplEntry("info", [], "[FILE]", "Show what made a file, or the last song.", .song) { repl, argument in
            for file in try files(repl, argument) { try InfoCommand.parse([file.path]).run() }
        },
        ReplEntry("cancel", [], "", "How a song is stopped.", .song) { _, _ in
            Terminal.output("Ctrl-C stops the song that is being made, and nothing of it is left.")
        },
        ReplEntry("queue", [], "", "What waits.", .song) { _, _ in
            Terminal.output("nothing waits: songs are made one at a time, as you ask for them")
        },
    ]

    private static let words: [ReplEntry] = [
        ReplEntry("sample", ["create"], "QUERY", "Have the language model plan a song of a few words.", .words) {
            repl, argument in
            let values = repl.session.settings.values
            let song = try await repl.session.described(
                .query(
                    argument, instrumental: values["instrumental"] == true,
                    language: values["vocal_language"]?.plainText))
            take(song, repl.session, keepsCaption: false)
        },
        ReplEntry("format_lyrics", ["format_input"], "", "Have the language model lay out prompt and lyrics.", .words) {
            repl, _ in
            let settings = repl.session.settings
            let song = try await repl.session.described(
                .draft(
                    caption: settings.prompt ?? "", lyrics: settings.values["lyrics"]?.plainText ?? "",
                    known: SongMetadata()))
            take(song, repl.session, keepsCaption: song.metadata.caption?.isEmpty != false)
        },
        ReplEntry("analyse", ["analyze", "understand"], "FILE", "Say what a file sounds like.", .words) {
            repl, argument in
            guard !argument.isEmpty else { throw usage("/analyse FILE") }
            let song = try await repl.session.described(.file(path(argument)))
            DescriptionResult(song, status: "Understood \(argument)").lines.forEach { Terminal.output($0) }
        },
    ]

    private static let session: [ReplEntry] = [
        ReplEntry("save", [], "FILE.json", "Write the settings as a request.", .session) { repl, argument in
            guard !argument.isEmpty else { throw usage("/save FILE.json") }
            let settings = repl.session.settings
            var document = settings.document(settings.prompt ?? "")
            document["model"] = settings.model.map { .text($0) }
            document["audio_format"] = .text(settings.format)
            let text = try Terminal.json(of: document)
            do {
                try (text + "\n").write(toFile: path(argument), atomically: true, encoding: .utf8)
            } catch {
                throw MusicError(
                    .unwritableOutput, "\(argument) can't be written: \(error.localizedDescription)",
                    advice: "choose another place")
            }
            say("saved", argument)
        },
        ReplEntry("load", [], "FILE.json", "Take settings from a request.", .session) { repl, argument in
            guard !argument.isEmpty else { throw usage("/load FILE.json") }
            let document = try RequestDocument(
                json: Data(try TextInput.read(path(argument), what: "request").utf8))
            let family = try repl.session.family()
            // It is checked before anything is changed.
            _ = try document.content(for: family)
            try ReplReport.take(document.object, into: repl.session)
            say("loaded", argument)
        },
        ReplEntry("reset", [], "", "Take all settings back.", .session) { repl, _ in
            await repl.session.letGo()
            let old = repl.session.settings
            repl.session.settings = MusicSettings()
            repl.session.settings.folder = old.folder
            repl.session.settings.prefix = old.prefix
            Terminal.output("all settings are as at the beginning")
        },
    ]

    // MARK: Parts

    static func usage(_ text: String) -> MusicError {
        MusicError(.invalidRequest, "Something is missing", advice: "usage: \(text)")
    }

    /// A path as a person writes it.
    static func path(_ text: String) -> String {
        let text = text.trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        return (text as NSString).expandingTildeInPath
    }

    private static func render(_ repl: Repl, _ argument: String) async throws {
        guard let prompt = argument.isEmpty ? repl.session.settings.prompt : argument else {
            throw usage("/generate PROMPT, or set one by /prompt TEXT")
        }
        try await repl.render(prompt)
    }

    private static func last(
        _ repl: Repl
    ) throws -> (prompt: String, document: [String: JSONValue], files: [URL], seeds: [UInt64]) {
        guard let last = repl.session.last else {
            throw MusicError(.invalidRequest, "No song has been made yet", advice: "type what you want to hear")
        }
        return last
    }

    private static func files(_ repl: Repl, _ argument: String) throws -> [URL] {
        guard !argument.isEmpty, argument != "last" else { return try last(repl).files }
        let file = path(argument)
        guard FileManager.default.fileExists(atPath: file) else {
            throw MusicError(.unreadableInput, "\(argument) does not exist", advice: "check the path")
        }
        return [URL(fileURLWithPath: file)]
    }

    /// Takes what a language model has said into the settings.
    private static func take(_ song: SongDescription, _ session: MusicSession, keepsCaption: Bool) {
        DescriptionResult(song, status: "").lines.forEach { Terminal.output($0) }
        let facts = song.metadata
        if !keepsCaption, let caption = facts.caption { session.settings.prompt = caption }
        session.settings.values["lyrics"] = song.instrumental ? nil : .text(song.lyrics)
        session.settings.values["instrumental"] = song.instrumental ? .flag(true) : nil
        for (name, value) in [
            ("bpm", facts.bpm.map { JSONValue.integer(Int64($0)) }), ("keyscale", facts.keyScale.map { .text($0) }),
            ("timesignature", facts.timeSignature.map { .text($0) }),
            ("vocal_language", facts.language.map { .text($0) }),
        ] {
            if let value { session.settings.values[name] = value }
        }
        Terminal.output("taken over; /run makes the song")
    }
}
