import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace extract`: the tracks of a song as files of their own.
struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Take the tracks of a song apart, one file for each.",
        discussion: """
            Example: vivace extract song.wav --tracks vocals,drums,bass --model base -o stems/
            It needs a model that was trained for the task extract, which is run once for each track.
            """)

    @Argument(help: "An audio file of up to 600 seconds.")
    var file: String

    @OptionGroup(title: "Tracks") var fields: FieldOptions<StemGroup>

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder for the files; it is made if need be.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("Kind of the files: wav, flac, mp3, opus or ogg.", valueName: "format"))
    var format: String = "flac"

    @Option(help: "What the song is like; it helps the model.")
    var prompt: String = ""

    @Option(help: ArgumentHelp("A base model: folder, hub id or short name.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Computation") var computation: ComputationOptions

    @Flag(help: "Print one JSON document: model, seed, file of each track.")
    var json = false

    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        var given = try fields.given()
        guard case .list(let names)? = given.removeValue(forKey: "track_classes"), !names.isEmpty else {
            throw MusicError(
                .invalidRequest, "no track was named", advice: "name tracks, as in --tracks vocals,drums")
        }
        let tracks = names.map { $0.plainText.lowercased().replacing(" ", with: "_").replacing("-", with: "_") }
        guard Set(tracks).count == tracks.count else {
            throw MusicError(.invalidRequest, "--tracks names a track twice", advice: "name each track once")
        }
        var request = MusicRequest(prompt: prompt, task: "extract", source: AudioInput(path: file))
        try request.read(given)
        request = request.withSeeds(from: engine.seeds)
        let found = try await engine.find(model)
        try PathArgument.check(file, "the name of the audio file")
        try PathArgument.check(output, "--output")
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        var orders: [GenerationOrder] = []
        for track in tracks {
            var request = request
            request.options["track_name"] = .text(track)
            var plan = try OutputPlan(.file(folder.appendingPathComponent("\(track).\(format.lowercased())")))
            plan.makesFolder = true
            plan.replacesFile = false
            let order = GenerationOrder(
                model: model, loadOptions: try computation.loadOptions(), request: request, output: plan)
            try await GenerationSession(engine, order).check()
            orders.append(order)
        }
        let job = StemJob(engine: engine, found: found, orders: orders, tracks: tracks, isQuiet: verbosity.quiet)
        let report = try await verbosity.timing("tracks") { try await withInterruption { try await job.run() } }
        if json {
            Terminal.output(try Terminal.json(of: report))
        } else {
            for track in tracks { Terminal.output(report.files[track] ?? "") }
        }
    }
}

/// One run of `vivace extract`.
private struct StemJob: Sendable {
    let engine: Engine
    let found: Engine.Found
    /// One for each track.
    let orders: [GenerationOrder]
    let tracks: [String]
    let isQuiet: Bool

    struct Report: Encodable, Sendable {
        var model = ""
        var seed: UInt64 = 0
        var files: [String: String] = [:]
    }

    /// - Throws: ``MusicError`` or `CancellationError`; the tracks that were finished before stay.
    func run() async throws -> Report {
        let progress = ProgressReporter(isQuiet: isQuiet)
        defer { progress.clear() }
        var report = Report()
        for (index, order) in orders.enumerated() {
            progress.note("\(tracks[index]) (\(index + 1) of \(tracks.count))")
            let result = try await GenerationSession(engine, order).result { event in
                // What is said of the request is the same for every track.
                if case .resolved = event { return }
                if case .notice = event, index > 0 { return }
                progress.show(event, of: found)
            }
            report.model = result.model ?? ""
            report.seed = result.songs[0].seed
            report.files[tracks[index]] = result.songs[0].path
        }
        return report
    }
}
