import AudioFile
import Foundation
import MusicCore
import MusicManager

/// One run of `vivace generate`: load, generate, write, report.
struct GenerationJob: Sendable {
    let manager: MusicManager
    let modelName: String?
    let loadOptions: LoadOptions
    let request: MusicRequest
    let plan: OutputPlan
    let latents: URL?
    let isQuiet: Bool
    let isVerbose: Bool
    /// Takes the samples as they are decoded.
    var playback: Playback?
    /// What is to be said before the work.
    var notices: [String] = []

    /// - Throws: ``MusicError`` or `CancellationError`; no half-written file is left behind.
    func run() async throws -> GenerationReport {
        let progress = ProgressReporter(isQuiet: isQuiet)
        defer { progress.clear() }
        let clock = ContinuousClock()

        progress.started(.load)
        let loadStart = clock.now
        let (backend, name) = try await manager.modelOrDefault(modelName, options: loadOptions)
        let loadSeconds = (clock.now - loadStart) / .seconds(1)
        var notices: [String] = []
        defer { playback?.abandon() }
        func notice(_ text: String) {
            notices.append(text)
            progress.note("note: \(text)")
        }
        if modelName == nil { notice("no --model was given: using \(name)") }
        if let text = backend.info.notice { notice(text) }

        self.notices.forEach(notice)
        var result: MusicResult?
        let request = try AudioInputs.read(request, sampleRate: backend.info.sampleRate)
        for try await event in backend.generate(request, details: playback == nil ? [] : .audio) {
            switch event {
            case .resolved(let resolved):
                progress.note("\(name): " + resolved.summaryLines.joined(separator: ", "))
            case .notice(let text):
                notice(text)
            case .started(let stage):
                progress.started(stage)
            case .progress(let stage, let completed, let total):
                progress.progressed(stage, completed: completed, total: total)
            case .preview:
                break
            case .audio(let chunk):
                try playback?.take(chunk)
            case .finished(let value):
                result = value
            }
        }
        try Task.checkCancellation()
        guard var result else {
            throw MusicError(.internal, "the generation ended without a result")
        }

        progress.started(.write)
        let writeStart = clock.now
        let files = plan.files(seeds: result.songs.map(\.seed))
        for (song, file) in zip(result.songs, files) {
            try Task.checkCancellation()
            let recipe = Recipe(model: name, info: backend.info, request: result.request, seed: song.seed)
            try AudioFile.write(
                song.audio, to: file,
                options: WriteOptions(format: plan.format, bitDepth: plan.bitDepth, tags: try recipe.tags()))
        }
        if let latents {
            for (song, file) in zip(result.songs, OutputPlan.numbered(latents, count: result.songs.count)) {
                try LatentsFile.write(song.latents, shape: song.latentShape, to: file)
            }
        }
        try playback?.finish(files)
        result.seconds[.load] = loadSeconds
        result.seconds[.write] = (clock.now - writeStart) / .seconds(1)

        let report = GenerationReport(
            files: files.map(\.relativePath), model: name, info: backend.info, result: result, notices: notices)
        if isVerbose { report.verboseLines.forEach(progress.note) }
        return report
    }
}
