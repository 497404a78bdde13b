import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicEngine

/// `vivace info`: what is known of a sound file and of what made it.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what is in an audio file and what made it.")

    @Argument(help: "An audio file.")
    var file: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let url = try PathArgument.url(file, "the name of the audio file")
        let info = try AudioFile.info(url)
        let mix = MixRecipe(file: url)
        let recipe = info.tags.recipe == nil || mix != nil ? nil : try Recipe(file: url)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Document(
                file: file, format: info.container, encoding: info.encoding, sampleRate: info.sampleRate,
                channels: info.channelCount, duration: info.duration, recipe: recipe, mix: mix)
            Terminal.output(String(decoding: try encoder.encode(document), as: UTF8.self))
            return
        }
        let seconds = info.duration.map { String(format: ", %.3f s", $0) } ?? ""
        Terminal.output(
            "\(file): \(info.container), \(info.encoding), \(info.sampleRate) Hz, "
                + (info.channelCount == 1 ? "1 channel" : "\(info.channelCount) channels") + seconds)
        if let mix { return show(mix) }
        guard let recipe else {
            Terminal.output("made by: unknown (no recipe in its tags)")
            return
        }
        Terminal.output(
            PlainText.shown(
                "made by: Vivace \(recipe.vivace), model \(recipe.model) (\(recipe.variant), \(recipe.precision), "
                    + "\(recipe.device))"))
        let families = CommandEnvironment.current?.engine.families ?? []
        let family = families.first { recipe.variant.hasPrefix($0.name + " ") }
        for line in family?.summary(of: recipe.request) ?? recipe.request.summary {
            Terminal.output("  \(PlainText.shown(line))")
        }
        Terminal.output("repeat it: vivace generate --from \(Self.quoted(file))")
    }

    private func show(_ mix: MixRecipe) {
        Terminal.output(PlainText.shown("made by: Vivace \(mix.vivace), a mix of \(mix.cues.count) songs"))
        for cue in mix.cues {
            let facts = [cue.bpm.map { "\($0.plainText) BPM" }, cue.key].compactMap { $0 }.joined(separator: ", ")
            Terminal.output(
                PlainText.shown(
                    String(format: "  %02d:%05.2f  ", Int(cue.start) / 60, cue.start - Double(Int(cue.start) / 60 * 60))
                        + cue.title + (facts.isEmpty ? "" : " (\(facts))")))
        }
    }

    /// A file's name as a shell takes it.
    private static func quoted(_ file: String) -> String {
        let isPlain = !file.isEmpty && file.allSatisfy { $0.isLetter || $0.isNumber || "_./-+,@%".contains($0) }
        return isPlain ? file : "'\(file.replacing("'", with: "'\\''"))'"
    }

    private struct Document: Encodable {
        var file: String
        var format: String
        var encoding: String
        var sampleRate: Int
        var channels: Int
        var duration: Double?
        var recipe: Recipe?
        var mix: MixRecipe?

        enum CodingKeys: String, CodingKey {
            case file, format, encoding
            case sampleRate = "sample_rate"
            case channels, duration, recipe, mix
        }
    }
}
