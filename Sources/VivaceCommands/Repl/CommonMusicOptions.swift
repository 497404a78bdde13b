import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// The options that `vivace t2m` and `vivace repl` have in common; each has a variable of the environment, by
/// `abstractmusic`'s names, that counts where the option is left out.
struct CommonMusicOptions: ParsableArguments {
    @Option(name: [.customLong("engine"), .customLong("backend")], help: "Who makes the music (default: acestep).")
    var engine: String?

    @Option(
        name: [.customLong("model-id"), .customLong("model")],
        help: ArgumentHelp("A folder, a hub id or a short name (see: vivace models list).", valueName: "model"))
    var model: String?

    @Flag(inversion: .prefixedNo, help: "Download models that are not here.")
    var download = false

    @Option(help: ArgumentHelp("Where to compute: auto, cpu or gpu.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("Number format: auto, f32 or bf16.", valueName: "format"))
    var dtype: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Denoising steps.", valueName: "count"))
    var steps: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Length in seconds (default: 10).", valueName: "seconds"))
    var duration: String?

    @Option(help: ArgumentHelp("Kind of the file: wav, mp3, flac, opus, ogg (default: wav).", valueName: "format"))
    var format: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Beats per minute.", valueName: "number"))
    var bpm: String?

    @Option(name: [.customLong("keyscale"), .customLong("key")], help: "Key, such as 'A minor'.")
    var keyscale: String?

    @Option(help: ArgumentHelp("Beats of a bar, such as 4 or 6/8.", valueName: "metre"))
    var timesignature: String?

    @Option(
        name: [.customLong("vocal-language"), .customLong("language")],
        help: ArgumentHelp("Language code of the lyrics.", valueName: "code"))
    var vocalLanguage: String?

    @Flag(inversion: .prefixedNo, help: "Have the language model rewrite the prompt.")
    var enhancePrompt: Bool?

    @Flag(inversion: .prefixedNo, help: "Ask for songs of 45 s and more in parts (default).")
    var structurePrompt: Bool?

    @Option(
        help: ArgumentHelp(
            "Who plans: deterministic (nobody), auto (the language model, if there is one), required or off.",
            valueName: "planner"))
    var textPlanner: String?

    @Option(help: ArgumentHelp("auto, prompt (as it is) or plan (planned first).", valueName: "mode"))
    var compositionMode: String?

    @Flag(inversion: .prefixedNo, help: "Have the language model write lyrics that are missing.")
    var autoLyrics: Bool?

    @Flag(inversion: .prefixedNo, help: "Without words.")
    var instrumental: Bool?

    @Flag(inversion: .prefixedNo, help: "Show what is asked for before it is made.")
    var printPlan: Bool?

    @Option(parsing: .unconditional, help: ArgumentHelp("How closely the text is followed.", valueName: "scale"))
    var guidanceScale: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Shift of the timesteps.", valueName: "number"))
    var shift: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Repeats a song.", valueName: "number"))
    var seed: String?

    @Option(help: ArgumentHelp("What the language model is to stay away from.", valueName: "text"))
    var negative: String?

    @Option(help: ArgumentHelp("Words that are added to the prompt; repeatable.", valueName: "words"))
    var style: [String] = []

    @Option(help: ArgumentHelp("Styles to stay away from; repeatable.", valueName: "words"))
    var negativeStyle: [String] = []

    @Flag(help: "Show seconds and memory.")
    var verbose = false

    /// - Parameters:
    ///   - families: whose fields there are.
    ///   - environment: variables.
    /// - Throws: ``MusicError`` `invalidRequest` that names the setting.
    func settings(
        _ families: [any MusicFamily], environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> MusicSettings {
        func variable(_ name: String) -> String? {
            environment["ABSTRACTMUSIC_" + name].flatMap { $0.isEmpty ? nil : $0 }
        }
        func flag(_ option: Bool?, _ name: String, _ usual: Bool) throws -> Bool {
            if let option { return option }
            guard let text = variable(name) else { return usual }
            guard let flag = ReplSettings.flag(text) else {
                throw Self.wrong("ABSTRACTMUSIC_\(name)", text, "on or off")
            }
            return flag
        }
        var settings = MusicSettings()
        settings.engine = engine ?? variable("BACKEND") ?? ""
        if !settings.engine.isEmpty { _ = try EngineName(settings.engine, families: families) }
        settings.model = model ?? variable("MODEL_ID")
        settings.downloads = download
        if let name = device ?? variable("DEVICE") {
            guard let device = LoadOptions.Device(named: name) else {
                throw Self.wrong("device", name, "auto, cpu, gpu, cuda or mps")
            }
            settings.device = device
        }
        if let name = dtype ?? variable("TORCH_DTYPE") {
            guard let precision = LoadOptions.Precision(named: name) else {
                throw Self.wrong("dtype", name, "auto, f32 or bf16")
            }
            settings.precision = precision
        }
        settings.format = (format ?? variable("FORMAT") ?? settings.format).lowercased()
        _ = try OutputPlan(.automatic, usualFormat: settings.format)
        let fields: [(String, String?)] = [
            ("inference_steps", steps), ("duration", duration ?? variable("DURATION_S")),
            ("bpm", bpm ?? variable("BPM")),
            ("keyscale", keyscale ?? variable("KEYSCALE")),
            ("timesignature", timesignature ?? variable("TIMESIGNATURE")),
            ("vocal_language", vocalLanguage ?? variable("VOCAL_LANGUAGE")), ("guidance_scale", guidanceScale),
            ("shift", shift ?? variable("ACESTEP_SHIFT")), ("seeds", seed),
        ]
        for (name, value) in fields {
            if let value { try settings.set(name, to: value, families) }
        }
        if try flag(instrumental, "INSTRUMENTAL", false) { settings.values["instrumental"] = .flag(true) }
        settings.enhancesPrompt = try flag(enhancePrompt, "ENHANCE_PROMPT", false)
        settings.structuresPrompt = try flag(structurePrompt, "STRUCTURE_PROMPT", true)
        settings.writesLyrics = try flag(autoLyrics, "AUTO_LYRICS", false)
        settings.printsPlan = try flag(printPlan, "PRINT_PLAN", false)
        settings.isVerbose = try verbose || flag(nil, "VERBOSE", false)
        if let name = compositionMode ?? variable("COMPOSITION_MODE") {
            let modes: [String: MusicSettings.TextPlanner] = [
                "auto": .auto, "prompt": .deterministic, "plan": .required,
            ]
            guard let planner = modes[name.lowercased()] else {
                throw Self.wrong("composition-mode", name, "auto, prompt or plan")
            }
            settings.planner = planner
        }
        if let name = textPlanner ?? variable("TEXT_PLANNER") {
            guard let planner = MusicSettings.TextPlanner(named: name) else {
                throw Self.wrong("text-planner", name, "deterministic, auto, required or off")
            }
            settings.planner = planner
        }
        settings.styles = Self.words(style)
        settings.negativeStyles = Self.words(negativeStyle)
        settings.negative = negative
        return settings
    }

    private static func words(_ options: [String]) -> [String] {
        options.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    private static func wrong(_ name: String, _ value: String, _ expected: String) -> MusicError {
        MusicError(
            .invalidRequest, "\(name) is \(value.prefix(60))", advice: "use \(expected)", field: name, value: value,
            expected: expected)
    }
}
