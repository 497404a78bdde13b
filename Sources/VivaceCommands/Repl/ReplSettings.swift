import Foundation
import MusicCore
import MusicEngine

/// The commands of the conversation that set something: without an argument each shows what is set.
enum ReplSettings {
    static let entries: [ReplEntry] =
        texts + numbers + files + flags + [
            ReplEntry("set", [], "FIELD VALUE", "Set any field of the request by its name.", .parameters) {
                repl, argument in
                let name = argument.prefix { !$0.isWhitespace }
                guard !name.isEmpty else { throw ReplTable.usage("/set FIELD VALUE") }
                try change(
                    repl, String(name), argument.dropFirst(name.count).trimmingCharacters(in: .whitespaces))
            },
            ReplEntry("get", [], "FIELD", "Show a field of the request.", .parameters) { repl, argument in
                guard !argument.isEmpty else { throw ReplTable.usage("/get FIELD") }
                try change(repl, argument, "")
            },
        ]

    /// Yes or no.
    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "on", "1", "true", "yes": true
        case "off", "0", "false", "no": false
        default: nil
        }
    }

    // MARK: Fields of the request

    /// A command for a field.
    private static func field(
        _ name: String, _ others: [String] = [], of json: String, _ argument: String, _ help: String,
        choices: [String] = [], unset: String = "auto"
    ) -> ReplEntry {
        ReplEntry(name, others, "[\(argument)|clear]", help, .parameters, choices: choices) { repl, argument in
            try change(repl, json, argument, name: name, unset: unset)
        }
    }

    /// Shows a field, sets it, or takes it back.
    private static func change(
        _ repl: Repl, _ json: String, _ argument: String, name: String? = nil, unset: String = "auto"
    ) throws {
        let session = repl.session
        let families = session.families
        guard let known = MusicSettings.field(json, families)?.name else {
            var settings = session.settings
            return try settings.set(json, to: argument, families)
        }
        if Repl.clearWords.contains(argument.lowercased()), flag(argument) == nil || !isFlag(known, families) {
            session.settings.values[known] = nil
        } else if !argument.isEmpty {
            try session.settings.set(known, to: argument, families)
        }
        let value = session.settings.values[known].flatMap { $0 == .null ? nil : $0 }
        ReplTable.say(name ?? known, value.map(shown), unset: unset)
    }

    private static func isFlag(_ name: String, _ families: [any MusicFamily]) -> Bool {
        MusicSettings.field(name, families)?.kind == .flag
    }

    /// A value on one line.
    static func shown(_ value: JSONValue) -> String {
        switch value {
        case .list(let items): items.map(shown).joined(separator: ", ")
        case .object: JSONText.write(value)
        case .flag(let flag): flag ? "on" : "off"
        default: value.plainText.replacing("\n", with: " / ")
        }
    }

    private static let numbers: [ReplEntry] = [
        field("duration", of: "duration", "SECONDS", "Length of the songs."),
        field("bpm", ["tempo"], of: "bpm", "NUMBER", "Beats per minute."),
        field("steps", ["inference_steps"], of: "inference_steps", "NUMBER", "Denoising steps."),
        field("seed", of: "seeds", "NUMBER", "Repeats a song.", unset: "random"),
        field("seeds", of: "seeds", "NUMBERS", "One for each song, with commas between.", unset: "random"),
        field("batch", ["batch_size"], of: "batch_size", "NUMBER", "Songs at once."),
        field("guidance", ["guidance_scale"], of: "guidance_scale", "NUMBER", "How closely the text is followed."),
        field("shift", of: "shift", "NUMBER", "Shift of the timesteps."),
        field("strength", ["cover_strength"], of: "audio_cover_strength", "0-1", "How much of the source is kept."),
        ReplEntry("repaint", [], "START END", "Set task and region of a repaint, in seconds.", .parameters) {
            repl, argument in
            let parts = argument.split { " ,-".contains($0) }.map(String.init)
            guard parts.count == 2 else { throw ReplTable.usage("/repaint START END") }
            try repl.session.settings.set("repainting_start", to: parts[0], repl.session.families)
            try repl.session.settings.set("repainting_end", to: parts[1], repl.session.families)
            try repl.session.settings.set("task_type", to: "repaint", repl.session.families)
            ReplTable.say("repaint", "\(parts[0]) to \(parts[1]) s of the source")
        },
    ]

    private static let texts: [ReplEntry] = [
        ReplEntry("prompt", [], "[TEXT|clear]", "What to make.", .core) { repl, argument in
            if ["clear", "none", "null", "off"].contains(argument.lowercased()) {
                repl.session.settings.prompt = nil
                return Terminal.output("prompt cleared")
            }
            if !argument.isEmpty { repl.session.settings.prompt = argument }
            ReplTable.say("prompt", repl.session.settings.prompt)
        },
        ReplEntry(
            "lyrics", [], "[TEXT|@FILE|<<END|clear]", "Words to sing; <<END takes lines up to one that says END.",
            .parameters
        ) { repl, argument in
            var text = argument.replacing("\\n", with: "\n")
            if argument.hasPrefix("<<") {
                let mark = argument.dropFirst(2).trimmingCharacters(in: .whitespaces)
                text = repl.text(until: mark.isEmpty ? "END" : mark)
            } else if argument.hasPrefix("@") {
                text = try TextInput.read(ReplTable.path(String(argument.dropFirst())))
            }
            if ["clear", "none", "null", "off"].contains(argument.lowercased()) {
                repl.session.settings.values["lyrics"] = nil
                return Terminal.output("lyrics cleared")
            }
            try change(repl, "lyrics", text, unset: "none")
        },
        field("keyscale", ["key"], of: "keyscale", "KEY", "Such as A minor."),
        field("timesignature", ["meter"], of: "timesignature", "METRE", "Such as 4 or 6/8."),
        field("language", ["vocal_language"], of: "vocal_language", "CODE", "Language of the words.", unset: "auto"),
        list("style", \.styles, "Words that are added to each prompt."),
        list("negative_style", \.negativeStyles, "Styles that the language model is to stay away from."),
        ReplEntry("negative", [], "[TEXT|clear]", "What the language model is to stay away from.", .parameters) {
            repl, argument in
            if !argument.isEmpty {
                repl.session.settings.negative = Repl.clearWords.contains(argument.lowercased()) ? nil : argument
            }
            ReplTable.say("negative", repl.session.settings.negative)
        },
        field(
            "task", ["task_type"], of: "task_type", "NAME", "What is done with the source.",
            choices: ["text2music", "cover", "repaint", "lego", "extract", "complete"], unset: "text2music"),
        field("track", ["track_name"], of: "track_name", "NAME", "The track of lego and extract.", unset: "none"),
        field("codes", ["audio_codes"], of: "audio_codes", "CODES", "Audio codes of the songs.", unset: "none"),
        choice(
            "format", ["wav", "mp3", "flac", "opus", "ogg", "wav32"], "Kind of the files.", { $0.format },
            { $0.format = $1 }),
        choice(
            "device", ["auto", "cpu", "gpu", "cuda", "mps"], "Where it is computed.", { $0.device.rawValue },
            { settings, name in settings.device = LoadOptions.Device(named: name) ?? settings.device }),
        choice(
            "dtype", ["auto", "f32", "bf16"], "Number format of the arithmetic.", { $0.precision.rawValue },
            { settings, name in settings.precision = LoadOptions.Precision(named: name) ?? settings.precision }),
        choice(
            "text_planner",
            ["deterministic", "fallback", "local", "auto", "provider", "required", "off", "none", "raw"],
            "Who plans: nobody, or the language model.", { $0.planner.rawValue },
            { settings, name in
                settings.planner = MusicSettings.TextPlanner(named: name) ?? settings.planner
            }),
        choice(
            "composition_mode", ["auto", "prompt", "plan"], "Whether songs are planned first.",
            { $0.planner == .auto ? "auto" : $0.planner == .required ? "plan" : "prompt" },
            { settings, name in
                settings.planner = ["auto": .auto, "prompt": .deterministic, "plan": .required][name] ?? .auto
            }),
    ]

    private static let files: [ReplEntry] = [
        file("source", ["src_audio"], of: "src_audio", "The audio that the task works on."),
        file("reference", ["reference_audio"], of: "reference_audio", "Audio whose sound is taken up."),
        ReplEntry("out", ["out_dir"], "[FOLDER]", "Folder for the songs.", .session) { repl, argument in
            if !argument.isEmpty {
                let folder = ReplTable.path(argument)
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                    throw MusicError(
                        .unwritableOutput, "\(argument) is no folder", advice: "make it first, or choose another")
                }
                repl.session.settings.folder = folder
            }
            ReplTable.say("out", repl.session.settings.folder)
        },
        ReplEntry("prefix", [], "[TEXT]", "Beginning of the files' names.", .session) { repl, argument in
            guard !argument.contains("/") else {
                throw MusicError(
                    .invalidRequest, "A prefix has no slash", advice: "choose the folder by /out", field: "prefix")
            }
            if !argument.isEmpty { repl.session.settings.prefix = argument }
            ReplTable.say("prefix", repl.session.settings.prefix)
        },
    ]

    private static let flags: [ReplEntry] = [
        field("instrumental", of: "instrumental", "on|off", "Without words.", choices: ["on", "off"], unset: "off"),
        field(
            "think", ["thinking"], of: "thinking", "on|off", "Whether audio codes are planned.", choices: ["on", "off"]),
        toggle("enhance_prompt", \.enhancesPrompt, "Have the language model rewrite the prompt."),
        toggle("structure_prompt", \.structuresPrompt, "Ask for songs of 45 s and more in parts."),
        toggle("auto_lyrics", \.writesLyrics, "Have the language model write lyrics that are missing."),
        toggle("print_plan", \.printsPlan, "Show what is asked for before it is made."),
        toggle("download", \.downloads, "Download models that are not here.", .session),
        toggle("verbose", \.isVerbose, "Show seconds and memory.", .session),
    ]

    // MARK: Kinds of settings

    private static func toggle(
        _ name: String, _ path: any WritableKeyPath<MusicSettings, Bool> & Sendable, _ help: String,
        _ group: ReplEntry.Group = .parameters
    ) -> ReplEntry {
        ReplEntry(name, [], "[on|off]", help, group, choices: ["on", "off"]) { repl, argument in
            if !argument.isEmpty {
                guard let flag = flag(argument) else { throw ReplTable.usage("/\(name) on or off") }
                repl.session.settings[keyPath: path] = flag
            }
            ReplTable.say(name, repl.session.settings[keyPath: path] ? "on" : "off")
        }
    }

    private static func list(
        _ name: String, _ path: any WritableKeyPath<MusicSettings, [String]> & Sendable, _ help: String
    ) -> ReplEntry {
        ReplEntry(name, [], "[WORDS, ...|clear]", help, .parameters) { repl, argument in
            if Repl.clearWords.contains(argument.lowercased()) {
                repl.session.settings[keyPath: path] = []
            } else if !argument.isEmpty {
                repl.session.settings[keyPath: path] = argument.split(separator: ",")
                    .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            }
            let words = repl.session.settings[keyPath: path]
            ReplTable.say(name, words.isEmpty ? nil : words.joined(separator: ", "))
        }
    }

    private static func choice(
        _ name: String, _ choices: [String], _ help: String, _ read: @escaping @Sendable (MusicSettings) -> String,
        _ write: @escaping @Sendable (inout MusicSettings, String) -> Void
    ) -> ReplEntry {
        ReplEntry(name, [], "[NAME]", help, .parameters, choices: choices) { repl, argument in
            if !argument.isEmpty {
                let plain = argument.lowercased()
                guard choices.contains(plain) else {
                    throw ReplTable.usage("/\(name) with one of \(choices.joined(separator: ", "))")
                }
                write(&repl.session.settings, plain)
                if name == "device" || name == "dtype" { await repl.session.letGo() }
            }
            ReplTable.say(name, read(repl.session.settings))
        }
    }

    private static func file(_ name: String, _ others: [String], of json: String, _ help: String) -> ReplEntry {
        ReplEntry(name, others, "[FILE|clear]", help, .parameters) { repl, argument in
            var argument = argument
            if argument == "last" { argument = repl.session.last?.files.first?.path ?? "" }
            if !argument.isEmpty, !Repl.clearWords.contains(argument.lowercased()) {
                let path = ReplTable.path(argument)
                guard FileManager.default.fileExists(atPath: path) else {
                    throw MusicError(.unreadableInput, "\(argument) does not exist", advice: "check the path")
                }
                argument = path
            }
            try change(repl, json, argument, name: name, unset: "none")
        }
    }
}
