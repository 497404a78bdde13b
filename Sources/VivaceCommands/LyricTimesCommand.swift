import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace lrc`: when the lyrics of a song are sung.
struct LyricTimesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lrc", abstract: "Find out when each line of a song is sung.",
        discussion: """
            Example: vivace lrc song.flac -o song.lrc
                     vivace lrc song.mp3 --format srt > song.srt
            What the song was made from is read from the recipe in its tags; of another song, give the lyrics.
            """)

    @Argument(help: "An audio file of up to 600 seconds.")
    var file: String

    @Option(
        help: ArgumentHelp("lrc, srt, vtt or json (default: that of the output file, or lrc).", valueName: "format"))
    var format: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to write, .lrc, .srt, .vtt or .json (default: standard output).", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("A UTF-8 text file with the lyrics; - reads standard input.", valueName: "file"))
    var lyricsFile: String?

    @Option(help: ArgumentHelp("Language code of the lyrics.", valueName: "code"))
    var language: String?

    @Option(help: ArgumentHelp("A folder, a hub id or a short name, as for 'vivace generate'.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Computation") var computation: ComputationOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        try PathArgument.check(file, "the name of the audio file")
        let target = try output.map { try PathArgument.url($0, "--output") }
        if let target { try OutputPlan.checkTarget(target) }
        let format = try chosenFormat(target)
        var given: [String: JSONValue] = [:]
        if let lyricsFile { given["lyrics"] = .text(try TextInput.read(lyricsFile, what: "lyrics")) }
        if let language { given["vocal_language"] = .text(language) }
        let order = LyricTimesOrder(
            file: file, model: model, loadOptions: try computation.loadOptions(), given: given)
        let (lyrics, _, notices) = try await verbosity.timing("lrc") {
            try await withInterruption { try await engine.lyricTimes(order) }
        }
        notices.forEach(verbosity.note)
        let text = try lyrics.text(as: format)
        if let target {
            try lyrics.write(to: target, replacing: true)
            Terminal.output(target.relativePath)
        } else {
            Terminal.output(String(text.drop { $0 == "\n" }.reversed().drop { $0 == "\n" }.reversed()))
        }
    }

    /// - Throws: ``MusicError`` `invalidRequest` for a kind that there isn't, or two that differ.
    private func chosenFormat(_ target: URL?) throws -> TimedLyricsFormat {
        let kinds = TimedLyricsFormat.allCases.map(\.rawValue).joined(separator: ", ")
        var named: TimedLyricsFormat?
        if let format {
            named = TimedLyricsFormat(rawValue: format.lowercased())
            guard named != nil else {
                throw MusicError(
                    .invalidRequest, "--format is \"\(format.prefix(40))\"", advice: "use one of \(kinds)")
            }
        }
        guard let target else { return named ?? .lrc }
        guard let own = TimedLyricsFormat(fileAt: target) else {
            throw MusicError(
                .invalidRequest, "--output names \(target.lastPathComponent), which is no file of timed lyrics",
                advice: "let its name end in .lrc, .srt, .vtt or .json")
        }
        guard named == nil || named == own else {
            throw MusicError(
                .invalidRequest, "--format is \(named?.rawValue ?? ""), and --output names a .\(own.rawValue) file",
                advice: "leave one of them out")
        }
        return own
    }
}
