import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicManager

/// `vivace extract`: the tracks of a song as files of their own.
struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Take the tracks of a song apart, one file for each.",
        discussion: """
            Example: vivace extract song.wav --tracks vocals,drums,bass --model base -o stems/
            It needs a base model: the task extract is run once for each track.
            """)

    @Argument(help: "An audio file of up to 600 seconds.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Tracks to take out, with commas between: \(Track.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "names"))
    var tracks: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder for the files; it is made if need be.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("Kind of the files: wav, flac, mp3, opus or ogg.", valueName: "format"))
    var format: String = "flac"

    @Option(help: "What the song is like; it helps the model.")
    var prompt: String = ""

    @Option(parsing: .unconditional, help: "Seed, the same for all tracks (default: drawn).")
    var seed: UInt64?

    @Option(parsing: .unconditional, help: "Number of denoising steps (default: the model's).")
    var steps: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Guidance strength (default: the model's).", valueName: "scale"))
    var guidanceScale: Double?

    @Option(help: ArgumentHelp("A base model: folder, hub id or short name.", valueName: "model"))
    var model: String?

    @OptionGroup(title: "Computation") var computation: ComputationOptions

    @Flag(help: "Print one JSON document: model, seed, file of each track.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show errors only.")
    var quiet = false

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        var request = MusicRequest(
            prompt: prompt, steps: steps, guidanceScale: guidanceScale,
            seeds: [seed ?? UInt64(UInt32.random(in: .min ... .max))])
        request.task = .extract
        request.source = AudioInput(path: file)
        let tracks = try TrackList.parse(tracks)
        guard Set(tracks).count == tracks.count else {
            throw MusicError(.invalidRequest, "--tracks names a track twice", advice: "name each track once")
        }
        _ = try request.validate()
        let ending = format.lowercased()
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        _ = try OutputPlan(output: "stem.\(ending)", bitDepth: nil)
        try AudioInputs.check(request)

        let job = StemJob(
            request: request, tracks: tracks, folder: folder, ending: ending, modelName: model, isQuiet: quiet)
        let options = try computation.loadOptions()
        let manager = environment.manager
        let report = try await withInterruption {
            let (backend, name) = try await manager.modelOrDefault(job.modelName, options: options)
            return try await job.run(on: backend, name: name)
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.output(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            for track in tracks { Terminal.output(report.files[track.rawValue] ?? "") }
        }
    }
}

/// One run of `vivace extract`.
private struct StemJob: Sendable {
    let request: MusicRequest
    let tracks: [Track]
    let folder: URL
    let ending: String
    let modelName: String?
    let isQuiet: Bool

    struct Report: Encodable, Sendable {
        var model: String
        var seed: UInt64
        var files: [String: String] = [:]
    }

    /// - Throws: ``MusicError`` or `CancellationError`; the tracks that were finished before stay.
    func run(on backend: any MusicBackend, name: String) async throws -> Report {
        let progress = ProgressReporter(isQuiet: isQuiet)
        defer { progress.clear() }
        if let notice = backend.info.notice { progress.note("note: \(notice)") }
        var request = try AudioInputs.read(request, sampleRate: backend.info.sampleRate)
        // What can't be done is refused before a folder is made.
        for notice in try backend.resolve(request).notices { progress.note("note: \(notice)") }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) can't be made", advice: "choose another with --output")
        }
        var report = Report(model: name, seed: request.seeds[0])
        for (index, track) in tracks.enumerated() {
            request.tracks = [track]
            progress.note("\(track.rawValue) (\(index + 1) of \(tracks.count))")
            var result: MusicResult?
            for try await event in backend.generate(request) {
                switch event {
                case .started(let stage): progress.started(stage)
                case .progress(let stage, let done, let total):
                    progress.progressed(stage, completed: done, total: total)
                case .finished(let value): result = value
                case .resolved, .notice, .preview, .audio: break
                }
            }
            try Task.checkCancellation()
            guard let song = result?.songs.first, let made = result?.request else {
                throw MusicError(.internal, "the generation ended without a result")
            }
            let file = folder.appendingPathComponent("\(track.rawValue).\(ending)")
            let recipe = Recipe(model: name, info: backend.info, request: made, seed: song.seed)
            try AudioFile.write(song.audio, to: file, options: WriteOptions(tags: try recipe.tags()))
            report.files[track.rawValue] = file.relativePath
        }
        return report
    }
}
