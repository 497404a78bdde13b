import AudioFile
import Foundation
import ModelHub
import MusicCore
import MusicManager

/// One run of `vivace generate`: load, generate, write, report.
struct GenerationJob: Sendable {
    let environment: CommandEnvironment
    let modelName: String?
    let loadOptions: LoadOptions
    let request: MusicRequest
    let plan: OutputPlan
    let latents: URL?
    let isQuiet: Bool
    let isVerbose: Bool
    /// Which language model plans the songs.
    let planning: PlannerChoice
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
        let (backend, name) = try await environment.manager.modelOrDefault(modelName, options: loadOptions)
        let planner = planning.wish == .never ? nil : try await planning.load(for: name, environment)
        let loadSeconds = (clock.now - loadStart) / .seconds(1)
        var notices: [String] = []
        defer { playback?.abandon() }
        func notice(_ text: String) {
            notices.append(text)
            progress.note("note: \(text)")
        }
        if modelName == nil, name == ModelRegistry.builtinName {
            notice("no real model is installed: using the small built-in one, which plays simple synthesizer music")
        } else {
            if modelName == nil { notice("no --model was given: using \(name)") }
            if let text = backend.info.notice { notice(text) }
        }

        self.notices.forEach(notice)
        planning.tier.notices(request).forEach(notice)
        if let text = planner?.notice { notice(text) }
        var request = request
        if planner?.planner == nil, let language = planning.options.fallbackLanguage {
            request.vocalLanguage = language
        }
        var result: MusicResult?
        request = try AudioInputs.read(request, sampleRate: backend.info.sampleRate)
        let details: MusicDetails = playback == nil ? [] : .audio
        let events =
            planner?.planner.map { planner in
                PlannedGeneration(planner: planner, backend: backend, options: planning.options)
                    .generate(request, details: details)
            } ?? backend.generate(request, details: details)
        for try await event in events {
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
            var request = result.request
            if let codes = song.audioCodes { request.audioCodes = codes }
            let recipe = Recipe(model: name, info: backend.info, request: request, seed: song.seed)
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
