import AudioFile
import Foundation
public import MusicCore

/// The one way from an order to songs: checks, loads, reads inputs, plans, generates, and writes files with recipes.
///
/// Command line, library and server all call it.
public struct GenerationSession: Sendable {
    let engine: Engine
    private let order: GenerationOrder

    public init(_ engine: Engine, _ order: GenerationOrder) {
        self.engine = engine
        self.order = order
    }

    /// Checks what can be checked before a model is read: the request's fields, that its files can be read, and that
    /// the result can be written where it is to go.
    ///
    /// - Throws: ``MusicError``.
    public func check() async throws {
        let found = try await engine.find(order.model)
        try check(found)
    }

    private func check(_ found: Engine.Found) throws {
        _ = try found.family.validate(order.request)
        try order.bestOf?.validate(order.request, found.family.fields)
        if order.planning.wish != .never { try order.planning.options.validate() }
        _ = try found.family.adapters(of: order.request, for: found.location)
        try AudioInputs.check(order.request)
        if order.request.noise != nil {
            // The values decide whether the noise is one.
            _ = try found.family.validate(try LatentsFile.readingNoise(of: order.request))
        }
        if order.request.output == .latents, order.output != nil {
            throw MusicError(
                .invalidRequest, "No audio is made of latents alone", advice: "ask for no audio file, or for the audio",
                field: "output_type", value: "latent", expected: "audio")
        }
        try order.output?.checkWritable()
        if let latents = order.latents {
            try LatentsFile.checkFormat(latents)
            try OutputPlan.checkTarget(latents)
        }
    }

    /// Makes the songs. Ending the iteration or cancelling its task stops the work within one step.
    ///
    /// - Returns: events, ending with `finished`, whose songs have the paths of their files. The stream throws
    ///   ``MusicError``; no half-written file is left behind.
    public func events() -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { try await run($0) }
    }

    /// The outcome, without the events on the way.
    ///
    /// - Parameter report: takes them nevertheless.
    /// - Throws: ``MusicError``.
    public func result(report: (MusicEvent) throws -> Void = { _ in }) async throws -> MusicResult {
        var result: MusicResult?
        for try await event in events() {
            try report(event)
            if case .finished(let value) = event { result = value }
        }
        try Task.checkCancellation()
        guard let result else { throw MusicError(.internal, "the generation ended without a result") }
        return result
    }

    private func run(_ report: @escaping @Sendable (MusicEvent) -> Void) async throws {
        let found = try await engine.find(order.model)
        try check(found)
        let clock = ContinuousClock()
        report(.started(.load))
        let loadStart = clock.now
        let lease = try await engine.model(found, options: order.loadOptions)
        let backend = try order.onStepEnd.map { try lease.model.calling($0) } ?? lease.model
        let reason = backend.reasonAgainstPlan(of: order.request, isAskedFor: order.planning.asksForParts)
        var choice = order.planning
        var notices = order.notices
        if let reason {
            if choice.wish == .required || choice.isAskedFor { notices.append("no plan is made: \(reason)") }
            choice.wish = .never
        }
        var planner = ChosenPlanner()
        if choice.wish != .never, choice.options.isNeeded {
            planner = try await engine.planner(choice, for: found, options: order.loadOptions)
        }
        let loadSeconds = (clock.now - loadStart) / .seconds(1)
        await announce(found, backend, notices, planner, report)

        let origin =
            order.output == nil
            ? Recipe.Origin() : try Recipe.Origin(order.request, found.location, names: order.inputNames)
        let request = try AudioInputs.read(
            try LatentsFile.readingNoise(of: order.request), sampleRate: backend.info.sampleRate,
            channels: backend.info.channelCount)
        let (options, planning) = (choice.options, planner.lease?.model)
        func make(_ request: MusicRequest, _ report: (MusicEvent) -> Void) async throws -> MusicResult {
            try await made(request, backend, planning, options, report)
        }
        var result: MusicResult
        if let best = order.bestOf {
            result = try await takes(best, request, report, make)
        } else {
            result = try await make(request.withSeeds(from: engine.seeds), report)
            measure(&result)
        }
        result.model = found.name
        result.info = backend.info
        result.seconds[.load] = loadSeconds
        try write(&result, found.family, origin, report)
        await lease.release()
        await planner.lease?.release()
        report(.finished(result))
    }

    /// The songs of a request, whose events are reported with the fraction of the whole.
    private func made(
        _ request: MusicRequest, _ backend: any MusicBackend, _ planner: (any MusicPlanner)?,
        _ options: PlanningOptions, _ report: (MusicEvent) -> Void
    ) async throws -> MusicResult {
        let events =
            planner.map { backend.generate(request, planner: $0, options: options, details: order.details) }
            ?? backend.generate(request, details: order.details)
        var progress = SessionProgress(request, isPlanned: planner != nil)
        var made: MusicResult?
        for try await event in events {
            if case .finished(let result) = event {
                made = result
            } else {
                report(progress.completed(event))
            }
        }
        try Task.checkCancellation()
        guard let made else { throw MusicError(.internal, "the generation ended without a result") }
        return made
    }

    /// What the user should know before the work.
    private func announce(
        _ found: Engine.Found, _ backend: any MusicBackend, _ notices: [String], _ planner: ChosenPlanner,
        _ report: (MusicEvent) -> Void
    ) async {
        if order.model == nil, await engine.isBuiltin(found) {
            report(
                .notice(
                    "no real model is installed: using the small built-in one, which plays simple synthesizer "
                        + "music"))
        } else {
            if order.model == nil { report(.notice("no model was named: using \(found.name)")) }
            if let notice = backend.info.notice { report(.notice(notice)) }
        }
        backend.info.measures.forEach { report(.notice($0)) }
        notices.forEach { report(.notice($0)) }
        if order.replacesInput {
            report(.notice("the song takes the place of the file that it is made from: its recipe can't be repeated"))
        }
        order.planning.tier.notices(order.request).forEach { report(.notice($0)) }
        if let notice = planner.notice { report(.notice(notice)) }
    }

    /// Adds what is measured in the sound of songs that are scored.
    func measure(_ result: inout MusicResult) {
        for index in result.songs.indices where result.songs[index].scores != nil {
            let audio = result.songs[index].audio
            guard audio.frameCount > 0 else { continue }
            let options = result.request(ofSong: index).options
            var measures = AudioMeasures(
                audio, bpm: options["bpm"].flatMap { Int(json: $0) }, key: options["keyscale"]?.plainText)
            measures.loudness = AudioLevels(audio).loudness
            result.songs[index].scores?.measures = measures
        }
    }

    private func write(
        _ result: inout MusicResult, _ family: any MusicFamily, _ origin: Recipe.Origin,
        _ report: (MusicEvent) -> Void
    ) throws {
        guard order.output != nil || order.latents != nil else { return }
        let clock = ContinuousClock()
        let start = clock.now
        report(.started(.write))
        if let plan = order.output {
            try plan.prepareFolder()
            for index in result.songs.indices {
                try Task.checkCancellation()
                var tags = try Recipe(result, song: index, origin: origin).tags()
                result.songs[index].lyrics?.add(to: &tags, in: plan.format)
                let file = try plan.write(
                    song: index, of: result, family,
                    options: WriteOptions(format: plan.format, bitDepth: plan.bitDepth, tags: tags))
                result.songs[index].path = file.relativePath
                if let lyrics = result.songs[index].lyrics {
                    let name = file.deletingPathExtension().appendingPathExtension("lrc")
                    result.songs[index].lyricsPath = try lyrics.write(
                        to: name, replacing: result.songs.count == 1 && plan.replacesFile
                    ).relativePath
                }
            }
        }
        if let latents = order.latents {
            for index in result.songs.indices {
                guard let values = result.songs[index].latents else {
                    throw MusicError(.unsupported, "Models of the family \(family.name) have no latents to save")
                }
                var file = latents
                if result.songs.count == 1 {
                    try LatentsFile.write(values.values, shape: values.shape, to: file)
                } else {
                    file = try LatentsFile.write(values.values, shape: values.shape, numbering: file, song: index)
                }
                result.songs[index].latentsPath = file.relativePath
                // Where there is no audio, the latents are what was made.
                if result.request.output == .latents { result.songs[index].path = file.relativePath }
            }
        }
        result.seconds[.write] = (clock.now - start) / .seconds(1)
    }
}
