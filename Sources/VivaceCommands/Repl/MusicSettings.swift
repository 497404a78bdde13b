import Foundation
import MusicCore
import MusicEngine

/// What songs of a conversation are to be like: what `vivace t2m` takes as options and `vivace repl` as commands.
struct MusicSettings {
    var engine = ""
    /// `nil` for the default one.
    var model: String?
    var prompt: String?
    /// The fields of the request that were set, under their JSON names.
    var values: [String: JSONValue] = ["duration": 10, "shift": 3]
    var styles: [String] = []
    var negative: String?
    var negativeStyles: [String] = []
    /// Extension of the files.
    var format = "wav"
    var device = LoadOptions.Device.auto
    var precision = LoadOptions.Precision.auto
    var downloads = false
    var isVerbose = false
    /// Whether a language model rewrites the prompt first.
    var enhancesPrompt = false
    /// Whether long songs are asked for in parts.
    var structuresPrompt = true
    /// Whether a language model writes the lyrics that are missing.
    var writesLyrics = false
    var printsPlan = false
    var planner = TextPlanner.auto
    var folder = "."
    var prefix = "music"
    /// Opens each song with the program of the system.
    var opens = false

    /// Who plans.
    enum TextPlanner: String, CaseIterable {
        /// Nobody: the prompt is taken as it is.
        case deterministic
        /// The language model, if one is there.
        case auto
        /// The language model, or there is no song.
        case required
        case off

        /// The names of `abstractmusic`.
        init?(named name: String) {
            switch name.lowercased() {
            case "deterministic", "fallback", "local": self = .deterministic
            case "auto", "provider": self = .auto
            case "required": self = .required
            case "off", "none", "raw": self = .off
            default: return nil
            }
        }

        var wish: PlanningWish {
            switch self {
            case .deterministic, .off: .never
            case .auto: .ifThere
            case .required: .required
            }
        }
    }

    /// Seconds from which a song is asked for in parts.
    private static let structureLength = 45.0

    /// The caption: prompt, styles, and the parts of a long song.
    func caption(_ prompt: String) -> String {
        var parts = [prompt] + styles
        let seconds = values["duration"]?.numberValue ?? 60
        let isSung = !(values["lyrics"]?.plainText ?? "").allSatisfy(\.isWhitespace)
        if structuresPrompt, planner != .off, seconds >= Self.structureLength, !isSung {
            parts.append("with an intro, a theme, a contrasting middle part and an outro")
        }
        return parts.joined(separator: ", ")
    }

    /// The request as a document.
    func document(_ prompt: String) -> [String: JSONValue] {
        var document = values
        document["caption"] = .text(caption(prompt))
        let unwanted = [negative].compactMap { $0 } + negativeStyles
        if !unwanted.isEmpty { document["lm_negative_prompt"] = .text(unwanted.joined(separator: ", ")) }
        return document
    }

    /// The field that a name means: of JSON, an alias of it, or an option's.
    static func field(_ name: String, _ families: [any MusicFamily]) -> FieldDescription? {
        let plain = name.lowercased().replacing("-", with: "_")
        let fields = CommandFields.all(of: families)
        return fields.first { $0.name.lowercased() == plain }
            ?? fields.first { ($0.aliases + $0.flags).contains { $0.lowercased().replacing("-", with: "_") == plain } }
    }

    /// Sets a field to what a text says.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` that names the field.
    mutating func set(_ name: String, to text: String, _ families: [any MusicFamily]) throws {
        guard let field = Self.field(name, families) else {
            let names = CommandFields.all(of: families).flatMap { [$0.name] + $0.aliases + $0.flags }
            let near = NearestName.suggestion(for: name, among: names)
            throw MusicError(
                .invalidRequest, "There is no field \(name.prefix(60))",
                advice: near.map { "did you mean \($0)?" } ?? "see /params", field: name)
        }
        values[field.name] = try field.normalized(.text(text))
    }
}
