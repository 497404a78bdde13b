import AudioFile
import Foundation
import Testing

/// `vivace repl` and `vivace t2m`, with the built-in model.
@Suite struct ReplTests {
    /// A conversation through a pipe.
    private func talk(_ lines: [String], in folder: URL, _ options: String = "") throws -> Vivace.Outcome {
        let input = folder.appendingPathComponent("lines.txt")
        try (lines.joined(separator: "\n") + "\n").write(to: input, atomically: true, encoding: .utf8)
        return try ShellRun.run("\"$vivace\" repl \(options) < lines.txt", in: folder)
    }

    private func songs(_ folder: TemporaryFolder, _ ending: String = "wav") -> [String] {
        folder.names.filter { $0.hasSuffix("." + ending) }
    }

    @Test func aLineIsASong() throws {
        let folder = try TemporaryFolder()
        let outcome = try talk(
            ["", "/model builtin", "/seed 7", "/bpm 112", "calm piano", "/last", "/again", "quit", "never said"],
            in: folder.url, "--prefix tune --duration 10")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Generating with acestep (model=builtin, 10s)..."))
        let files = songs(folder)
        #expect(files.count == 2)
        #expect(files.allSatisfy { $0.wholeMatch(of: /tune-\d{8}-\d{6}-00\d\.wav/) != nil }, "\(files)")
        #expect(try AudioFile.info(folder[files[0]]).duration == 10)
        #expect(!outcome.output.contains("never said"))
        // The second song has another seed.
        let recipes = try files.map { try AudioFile.readTags(folder[$0]).recipe ?? "" }
        #expect(recipes[0].contains("\"seeds\":[7]") && !recipes[1].contains("\"seeds\":[7]"))
        #expect(recipes.allSatisfy { $0.contains("\"bpm\":112") })
    }

    @Test(arguments: [
        ("/bpm abc", "ERROR: The field bpm is the text \"abc\"; give a whole number from 30 to 300"),
        ("/bpm 1000", "ERROR: The field bpm"), ("/duration x", "ERROR: The field duration"),
        ("/duratoin 3", "did you mean /duration?"), ("/wobble", "ERROR: There is no command /wobble"),
        ("!ls", "ERROR: Commands of the shell are not run here"), ("/engine musicgen", "ERROR: MusicGen is not"),
        ("/engine elevenlabs", "service on the internet"), ("/engine x", "ERROR: There is no engine x"),
        ("/model nothing-like-it", "ERROR:"), ("/format exe", "usage: /format"),
        ("/source /nowhere.wav", "does not exist"),
        ("/load nothing.json", "ERROR:"), ("/play nothing.wav", "does not exist"),
        ("/last", "No song has been made yet"),
        ("/set wobble 3", "ERROR: There is no field wobble"), ("/set stepz 3", "did you mean"), ("/repaint 3", "usage"),
        ("/out nowhere", "is no folder"), ("/prefix a/b", "A prefix has no slash"), ("/text_planner x", "usage"),
        ("/instrumental perhaps", "ERROR: The field instrumental"), ("/generate", "usage: /generate"),
    ])
    func mistakesEndNothing(line: String, words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try talk([line, "/prefix after"], in: folder.url)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.hasSuffix("prefix: after\n"))
    }

    @Test func settingsAreShownSetAndTakenBack() throws {
        let folder = try TemporaryFolder()
        let outcome = try talk(
            [
                "/bpm", "/bpm 90", "/tempo", "/bpm clear", "/duration", "/style jazz, funk", "/style", "/style none",
                "/lyrics <<X", "[Verse]", "la la", "X", "/lyrics", "/lyrics clear", "/guidance-scale 2", "/key Am",
                "/set steps 4", "/get inference_steps", "/print-plan on", "/text-planner required",
                "/composition-mode", "/instrumental on", "/prompt a song", "/prompt clear", "/seeds 3,4", "/status",
                "/engines", "/engine", "/model",
            ], in: folder.url)
        let lines = outcome.output.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(
            Array(lines.prefix(22)) == [
                "bpm: auto", "bpm: 90", "bpm: 90", "bpm: auto", "duration: 10", "style: jazz, funk",
                "style: jazz, funk", "style: none", "lyrics: [Verse] / la la", "lyrics: [Verse] / la la",
                "lyrics cleared", "guidance: 2", "keyscale: Am", "inference_steps: 4", "inference_steps: 4",
                "print_plan: on", "text_planner: required", "composition_mode: plan", "instrumental: on",
                "prompt: a song", "prompt cleared", "seeds: 3,4",
            ], "\(lines)")
        #expect(lines.contains("engine: acestep") && lines.contains("seed: 3,4") && lines.contains("duration: 10s"))
        #expect(lines.contains { $0.hasPrefix("* ace-step") })
        #expect(lines.contains { $0.hasPrefix("engine: acestep (model=") && $0.hasSuffix(" [default]") })
    }

    @Test func settingsAreSavedAndLoaded() throws {
        let folder = try TemporaryFolder()
        let outcome = try talk(
            [
                "/prompt deep house", "/bpm 122", "/duration 12", "/format flac", "/save s.json", "/reset", "/bpm",
                "/load s.json", "/bpm", "/prompt", "/format",
            ], in: folder.url)
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.output.hasSuffix("bpm: auto\nloaded: s.json\nbpm: 122\nprompt: deep house\nformat: flac\n"))
        // What it saves is a request.
        let made = try Vivace.run(
            ["generate", "--request", "s.json", "--model", "builtin", "-o", "x.flac", "-q"], in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test func theHelpNamesEveryCommand() throws {
        let folder = try TemporaryFolder()
        let outcome = try talk(["help"], in: folder.url)
        let named = [
            "help", "quit", "generate", "run", "prompt", "status", "params", "engines", "engine", "models", "model",
            "format", "composition_mode", "device", "dtype", "download", "verbose", "duration", "shift", "bpm", "steps",
            "seed", "guidance", "keyscale", "timesignature", "language", "negative", "lyrics", "style",
            "negative_style", "enhance_prompt", "structure_prompt", "auto_lyrics", "instrumental", "print_plan",
            "text_planner", "out", "prefix", "task", "source", "reference", "strength", "repaint", "track", "think",
            "batch", "seeds", "codes", "format_lyrics", "sample", "analyse", "load", "save", "last", "again",
            "variation", "cancel", "queue", "set", "get", "reset", "play", "info",
        ]
        for name in named {
            #expect(outcome.output.contains("  /\(name) ") || outcome.output.contains("  /\(name)\n"), "\(name)")
        }
    }

    @Test func t2mIsOneSong() throws {
        let folder = try TemporaryFolder()
        let outcome = try Vivace.run(
            [
                "--backend", "acestep", "--duration", "10", "t2m", "uplifting synthwave", "--model-id", "builtin",
                "--out",
                "a.wav", "--seed", "5", "--style", "retro", "--bpm", "110",
            ], in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "a.wav\n")
        let recipe = try #require(try AudioFile.readTags(folder["a.wav"]).recipe)
        #expect(recipe.contains("uplifting synthwave, retro") && recipe.contains("\"shift\":3"))
        // Without a name it is called as there, and variables count where options are left out.
        let other = try Vivace.run(
            ["t2m", "x", "--model", "builtin"], in: folder.url,
            environment: ["ABSTRACTMUSIC_FORMAT": "flac", "ABSTRACTMUSIC_DURATION_S": "11"])
        #expect(other.output == "out.flac\n", "\(other.errors)")
        #expect(try AudioFile.info(folder["out.flac"]).duration == 11)
        let wrong = try Vivace.run(["t2m", "x", "--engine", "musicgen"], in: folder.url)
        #expect(wrong.status == 1 && wrong.errors.contains("MusicGen"))
    }

    #if os(Linux)
        /// Keys of a person: completion, history, Ctrl-C at the prompt and in a song, Ctrl-D.
        @Test(.enabled(if: PseudoTerminal.isThere)) func atATerminal() throws {
            let folder = try TemporaryFolder()
            let terminal = try PseudoTerminal(["repl", "--model", "builtin", "--duration", "600"], in: folder.url)
            try terminal.wait(for: "music> ")
            terminal.type("/dur\t")
            try terminal.wait(for: "ation ")
            terminal.type("600\n")
            try terminal.wait(for: "duration: 600")
            try terminal.wait(for: "music> ")
            terminal.type("half a line")
            try terminal.wait(for: "half a line")
            terminal.type("\u{3}")
            try terminal.wait(for: "^C")
            try terminal.wait(for: "music> ")
            terminal.type("a long calm piece\n")
            try terminal.wait(for: "denoising")
            terminal.type("\u{3}")
            try terminal.wait(for: "stopped")
            try terminal.wait(for: "music> ")
            #expect(folder.names == ["state"])
            // The line before comes back by the arrow key, and is stopped again.
            terminal.type("\u{1B}[A")
            try terminal.wait(for: "a long calm piece")
            terminal.type("\n")
            try terminal.wait(for: "Generating")
            terminal.type("\u{3}")
            try terminal.wait(for: "stopped")
            try terminal.wait(for: "music> ")
            terminal.type("/duration 10\n")
            try terminal.wait(for: "music> ")
            terminal.type("été\n")
            try terminal.wait(for: "Saved: ")
            try terminal.wait(for: "music> ")
            terminal.type("\u{4}")
            #expect(terminal.end() == 0)
            #expect(folder.names.filter { $0.hasSuffix(".wav") }.count == 1)
            let history = try String(contentsOf: folder["state/vivace/repl_history"], encoding: .utf8)
            #expect(history.contains("été") && history.contains("/duration\\040600"))
        }
    #endif
}
