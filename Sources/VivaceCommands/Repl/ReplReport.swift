import Foundation
import ModelHub
import MusicCore
import MusicEngine

/// What the conversation shows of itself.
enum ReplReport {
    private static func value(_ session: MusicSession, _ name: String) -> String? {
        session.settings.values[name].flatMap { $0 == .null ? nil : ReplSettings.shown($0) }
    }

    private static func engine(_ session: MusicSession) -> String {
        session.settings.engine.isEmpty ? "acestep" : session.settings.engine
    }

    private static func model(_ session: MusicSession) async throws -> String {
        if let model = session.settings.model { return model }
        return "default (\(try await session.engine.defaultName()))"
    }

    static func status(_ session: MusicSession) async throws {
        let settings = session.settings
        let family = try session.family()
        ReplTable.say("engine", engine(session))
        ReplTable.say("model", try await model(session))
        ReplTable.say("provider", "\(family.name) (local, max \(Int(RequestLimits.sourceDuration))s)")
        ReplTable.say("duration", value(session, "duration").map { $0 + "s" }, unset: "auto")
        ReplTable.say("steps", value(session, "inference_steps"), unset: "auto")
        ReplTable.say("seed", value(session, "seeds"), unset: "random")
        ReplTable.say("format", settings.format)
        ReplTable.say("style", settings.styles.isEmpty ? nil : settings.styles.joined(separator: ", "))
        ReplTable.say(
            "negative_style", settings.negativeStyles.isEmpty ? nil : settings.negativeStyles.joined(separator: ", "))
        ReplTable.say("download", settings.downloads ? "on" : "off")
    }

    static func parameters(_ session: MusicSession) async throws {
        let settings = session.settings
        func onOff(_ flag: Bool) -> String { flag ? "on" : "off" }
        func field(_ name: String, _ unset: String = "auto") -> String { value(session, name) ?? unset }
        var lines: [(String, String)] = [
            ("engine", engine(session)), ("model", try await model(session)), ("prompt", settings.prompt ?? "none"),
            ("format", settings.format), ("device", settings.device.rawValue), ("dtype", settings.precision.rawValue),
            ("download", onOff(settings.downloads)), ("duration", field("duration")), ("bpm", field("bpm")),
            ("keyscale", field("keyscale")), ("timesignature", field("timesignature")),
            ("style", settings.styles.isEmpty ? "none" : settings.styles.joined(separator: ", ")),
            (
                "negative_style",
                settings.negativeStyles.isEmpty ? "none" : settings.negativeStyles.joined(separator: ", ")
            ), ("vocal_language", field("vocal_language")), ("enhance_prompt", onOff(settings.enhancesPrompt)),
            ("structure_prompt", onOff(settings.structuresPrompt)), ("text_planner", settings.planner.rawValue),
            ("auto_lyrics", onOff(settings.writesLyrics)), ("instrumental", field("instrumental", "off")),
            ("print_plan", onOff(settings.printsPlan)), ("steps", field("inference_steps")),
            ("seed", field("seeds", "random")), ("guidance", field("guidance_scale")), ("shift", field("shift")),
            ("verbose", onOff(settings.isVerbose)), ("lyrics", field("lyrics", "none")),
            ("negative", settings.negative ?? "none"), ("out", settings.folder), ("prefix", settings.prefix),
        ]
        let shown: Set<String> = [
            "duration", "bpm", "keyscale", "timesignature", "vocal_language", "instrumental", "inference_steps",
            "seeds", "guidance_scale", "shift", "lyrics",
        ]
        // Whatever else has been set.
        for (name, value) in settings.values.sorted(by: { $0.key < $1.key })
        where !shown.contains(name) && value != .null { lines.append((name, ReplSettings.shown(value))) }
        let width = lines.map(\.0.count).max() ?? 0
        for (name, value) in lines {
            let padding = String(repeating: " ", count: width - name.count)
            Terminal.output(PlainText.shown("\(padding)\(name): \(value)"))
        }
    }

    static func engines(_ session: MusicSession) async throws {
        let current = try session.family().name
        let usual = try await session.engine.defaultName()
        Terminal.output("  ENGINE        DEFAULT MODEL     PROVIDER  WHERE  MAX")
        for family in session.families {
            let name = family.name.padding(toLength: 12, withPad: " ", startingAt: 0)
            let model = usual.padding(toLength: 16, withPad: " ", startingAt: 0)
            let mark = family.name == current ? "*" : " "
            Terminal.output("\(mark) \(name)  \(model)  vivace    local  \(Int(RequestLimits.sourceDuration))s")
        }
    }

    static func models(_ session: MusicSession, task: String) async throws {
        var inventory = try ModelsSupport.locator().inventory()
        if !task.isEmpty {
            inventory.models = inventory.models.filter { model in
                let words = [model.name, model.summary ?? ""].joined(separator: " ").lowercased()
                return words.contains(task.lowercased())
            }
        }
        guard !inventory.models.isEmpty else { return Terminal.output("No models found.") }
        ModelsListCommand.table(inventory.models).forEach { Terminal.output($0) }
    }

    /// Takes the fields of a document into the settings.
    static func take(_ document: [String: JSONValue], into session: MusicSession) throws {
        var settings = session.settings
        settings.values = [:]
        var flat = document
        for name in ["params", "config"] {
            if case .object(let inner)? = flat.removeValue(forKey: name) { flat.merge(inner) { own, _ in own } }
        }
        for (name, value) in flat.sorted(by: { $0.key < $1.key }) where value != .null {
            switch name {
            case "caption", "prompt": settings.prompt = value.plainText
            case "model": settings.model = value.plainText
            case "audio_format": settings.format = value.plainText
            case "lm_negative_prompt": settings.negative = value.plainText
            default:
                if let field = MusicSettings.field(name, session.families) {
                    settings.values[field.name] = try field.normalized(value)
                } else {
                    Terminal.note("note: \(name) is none of the settings here, and is left out")
                }
            }
        }
        settings.styles = []
        settings.negativeStyles = []
        session.settings = settings
    }
}
