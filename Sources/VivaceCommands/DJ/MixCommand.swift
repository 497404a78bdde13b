import ArgumentParser
import AudioFile
import Foundation
import Mixing
import MusicCore
import MusicEngine

/// `vivace mix`: songs one after another as one.
struct MixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix", abstract: "Join songs to one, with crossfades, pauses, or beats that meet.",
        discussion: """
            Example: vivace mix one.flac two.flac three.flac --transition beat_match --beats 16 -o set.flac
            The file has chapters and a cue sheet in its tags. Beats are made to meet where tempi are at most 6 % apart; \
            other songs are crossfaded, and a note says so.
            """)

    @Argument(help: "The songs, in their order: 2 to 50 audio files.", completion: .file())
    var songs: [String]

    @OptionGroup var transitions: TransitionOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File to write: wav, flac, mp3, opus or ogg (default: mix.flac).", valueName: "file"))
    var output = "mix.flac"

    @Option(help: ArgumentHelp("Title of the whole.", valueName: "text"))
    var title = "Mix"

    @Option(help: ArgumentHelp("Also write the cue sheet to this file.", valueName: "file"))
    var cue: String?

    @Flag(help: "Print one JSON document: the mix, its songs and its transitions.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show errors only.")
    var quiet = false

    func run() async throws {
        let target = try PathArgument.url(output, "--output")
        let cueFile = try cue.map { try PathArgument.url($0, "--cue") }
        _ = try AudioFormat(fileAt: target)
        try OutputPlan.checkTarget(target)
        guard SongMix.limit.contains(songs.count) else {
            throw MusicError(
                .invalidRequest, "A mix of \(songs.count) \(songs.count == 1 ? "song" : "songs") can't be made",
                advice: "give 2 to 50 songs", field: "songs", value: String(songs.count), expected: "2 to 50 songs")
        }
        try cueFile.map(OutputPlan.checkTarget)
        for song in songs { try PathArgument.check(song, "the name of a song") }
        let document = MixDocument(songs, transitions: [try transitions.chosen()])
        let recipe = try await MixRun(isQuiet: quiet).make(document, title: title, to: target)
        if let cueFile {
            do {
                let text = recipe.cueSheet(file: target.lastPathComponent)
                try text.write(to: cueFile, atomically: true, encoding: .utf8)
            } catch {
                throw MusicError(
                    .unwritableOutput, "\(cueFile.path) can't be written: \(error.localizedDescription)",
                    advice: "choose another place")
            }
        }
        Terminal.output(json ? try Terminal.json(of: recipe) : output)
    }
}

/// How songs meet.
struct TransitionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("crossfade, silence or beat_match.", valueName: "style"))
    var transition = "crossfade"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length of a crossfade or a pause, 0 to 30 (default: 3).", valueName: "seconds"))
    var seconds: Double?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Length of a beat match, 4 to 64 (default: 8).", valueName: "count")
    )
    var beats: Int?

    /// - Throws: ``MusicError`` `invalidRequest`.
    func chosen() throws -> Transition { try Transition(named: transition, seconds: seconds, beats: beats) }
}

extension Transition {
    /// - Throws: ``MusicError`` `invalidRequest` for another style, or a length that it doesn't have.
    init(named name: String, seconds: Double?, beats: Int?) throws {
        let plain = name.lowercased().replacing("-", with: "_")
        guard let style = Style(rawValue: plain == "beatmatch" ? "beat_match" : plain) else {
            let names = Style.allCases.map(\.rawValue).joined(separator: ", ")
            throw MusicError(
                .invalidRequest, "There is no transition \(name.prefix(40))", advice: "use one of \(names)",
                field: "transition", value: name, expected: names)
        }
        self.init(style, seconds: seconds, beats: beats)
        try validate()
    }
}

/// Makes a mix and shows how far it is.
struct MixRun {
    let isQuiet: Bool

    /// - Throws: ``MusicError`` or `CancellationError`.
    func make(_ document: MixDocument, title: String, to target: URL) async throws -> MixRecipe {
        let progress = ProgressReporter(isQuiet: isQuiet)
        defer { progress.clear() }
        let (steps, feed) = AsyncStream<(Int, Int)>.makeStream()
        let work = Task {
            defer { feed.finish() }
            return try await withInterruption {
                try await MixWork.make(document, title: title, to: target) { feed.yield(($0, $1)) }
            }
        }
        progress.started(MixWork.stage)
        for await (completed, total) in steps {
            progress.progressed(MixWork.stage, completed: completed, total: total)
        }
        let (recipe, mix) = try await work.value
        for notice in mix.joins.compactMap(\.notice) { progress.note("note: \(notice)") }
        return recipe
    }
}
