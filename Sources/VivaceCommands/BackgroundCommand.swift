import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicEngine

/// `vivace bgm`: background music, to a voice or out of a song.
struct BackgroundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bgm", abstract: "Make background music to a voice, or take it out of a song.",
        discussion: """
            Example: vivace bgm vocals.wav --prompt "acoustic pop" --bpm 96 --model base -o song.flac
                     vivace bgm song.wav --of-song --model base -o karaoke.flac
            The first makes music to a recording of a voice (the task complete); the second adds up the tracks of \
            a song but the voices (the task extract, which is run once for each). Both need a model that was \
            trained for that.
            """)

    @Argument(help: "An audio file of up to 600 seconds: a voice, or with --of-song a whole song.")
    var file: String

    @Flag(help: "The file is a whole song, of which the voices are left out.")
    var ofSong = false

    @OptionGroup(title: "Music") var music: FieldOptions<MusicGroup>
    @OptionGroup(title: "Tracks") var fields: FieldOptions<StemGroup>
    @OptionGroup(title: "Computation") var computation: ComputationOptions

    @Option(help: ArgumentHelp("A base model: folder, hub id or short name.", valueName: "model"))
    var model: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "File to write, or a folder; its extension chooses the format: wav, flac, mp3, opus, ogg (default: "
                + "song-SEED.flac).", valueName: "file"))
    var output: String?

    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        let found = try await engine.find(model)
        var given = try music.given().merging(try fields.given()) { own, _ in own }
        var tracks = [String](json: given.removeValue(forKey: "track_classes") ?? .null) ?? []
        var request = MusicRequest(task: ofSong ? "extract" : "vocal2bgm", source: AudioInput(path: file))
        try request.read(given)
        try PathArgument.check(file, "the name of the audio file")
        try PathArgument.check(output, "--output")
        let plan = try OutputPlan(OutputPlan.Place(path: output))
        var order = GenerationOrder(
            model: model, loadOptions: try computation.loadOptions(), request: request, output: plan)
        guard ofSong else {
            if !tracks.isEmpty { order.request.options["track_classes"] = tracks.json }
            try await GenerationSession(engine, order).check()
            let run = GenerationRun(
                engine: engine, order: order, found: found, isQuiet: verbosity.quiet, isVerbose: verbosity.verbose)
            let report = try await withInterruption { try await run.report() }
            report.files.forEach(Terminal.output)
            return
        }
        if tracks.isEmpty { tracks = found.family.accompanimentTracks }
        guard !tracks.isEmpty else {
            throw MusicError(.unsupported, "Models of the family \(found.family.name) take no tracks out of songs")
        }
        order.request = order.request.withSeeds(from: engine.seeds)
        try await write(TrackMix(engine, order, tracks: tracks), of: tracks, plan, order, found)
    }

    private func write(
        _ mix: TrackMix, of tracks: [String], _ plan: OutputPlan, _ order: GenerationOrder, _ found: Engine.Found
    ) async throws {
        try await mix.check()
        try plan.checkWritable()
        let file = try await verbosity.timing("tracks") {
            try await makeFile(mix, of: tracks, plan, order, found)
        }
        Terminal.output(file)
    }

    private func makeFile(
        _ mix: TrackMix, of tracks: [String], _ plan: OutputPlan, _ order: GenerationOrder, _ found: Engine.Found
    ) async throws -> String {
        try await withInterruption { [quiet = verbosity.quiet] in
            let progress = ProgressReporter(isQuiet: quiet)
            defer { progress.clear() }
            var last = -1
            let audio = try await mix.make { track, index, event in
                if index != last { progress.note("\(track) (\(index + 1) of \(tracks.count))") }
                last = index
                // What is said of the request is the same for every track.
                if case .resolved = event { return }
                if case .notice = event, index > 0 { return }
                progress.show(event, of: found)
            }
            var tags = AudioTags()
            tags.title = order.request.prompt.isEmpty ? nil : String(order.request.prompt.prefix(120))
            tags.software = "Vivace \(Release.version)"
            return try plan.write(audio, named: "bgm-\(order.request.seeds[0])", tags: tags)
        }
    }
}
