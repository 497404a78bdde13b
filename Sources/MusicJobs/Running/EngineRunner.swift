import AudioFile
public import Foundation
import Mixing
import MusicCore
public import MusicEngine

/// Does the work of jobs in this process.
public actor EngineRunner: JobRunner {
    private let engine: Engine
    /// What ``load(_:)`` keeps.
    private var music: ModelLease<any MusicBackend>?
    private var planner: ModelLease<any MusicPlanner>?
    private var loaded: [LoadedModel] = []
    private var isEnding = false
    private var jobs = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []

    public init(_ engine: Engine) { self.engine = engine }

    public func run(
        _ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunOutcome {
        guard !isEnding else {
            throw MusicError(.cancelled, "The work is ending", advice: "try again in a moment")
        }
        jobs += 1
        defer { leave() }
        do {
            let outcome = try await withinMemory(task, report)
            try Task.checkCancellation()
            return outcome
        } catch is CancellationError {
            throw MusicError(.cancelled, "The work was cancelled")
        }
    }

    /// Does the work, and again with less memory where there is too little, step by step, before it is refused.
    private func withinMemory(
        _ task: RunTask, _ report: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunOutcome {
        var task = task
        var steps = MemoryStep.allCases[...]
        var said: [String] = []
        while true {
            do {
                var outcome = try await RunWork(engine, task, report: report).outcome()
                outcome.notices = said + outcome.notices
                return outcome
            } catch let error as MusicError where error.code == .outOfMemory {
                var isLess = false
                while !isLess, let step = steps.popFirst() {
                    if step == .idleModels {
                        await letGo()
                        isLess = true
                    } else {
                        isLess = step.apply(to: &task.request.loadOptions, machine: engine.memory())
                    }
                    guard isLess else { continue }
                    let words = "there is too little memory: " + step.words
                    said.append(words)
                    report(.notice(words))
                }
                guard isLess else { throw error }
            }
        }
    }

    /// Lets go of the models that are kept ahead of jobs, and of those that nobody works with.
    private func letGo() async {
        await music?.release()
        await planner?.release()
        (music, planner, loaded) = (nil, nil, [])
        await engine.pool.releaseIdle()
    }

    private func leave() {
        jobs -= 1
        guard jobs == 0 else { return }
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    public func inspect(_ file: URL) async throws -> AudioSummary { try await Self.summary(of: file) }

    @concurrent private static func summary(of file: URL) async throws -> AudioSummary { try AudioSummary(file: file) }

    public func load(_ order: LoadOrder) async throws -> [LoadedModel] {
        let found = try await engine.find(order.model)
        let lease = try await engine.model(found, options: order.options)
        var models = [LoadedModel(found.name, .music, info: lease.model.info)]
        var chosen: ModelLease<any MusicPlanner>?
        if order.loadsLanguageModel {
            let choice = PlannerChoice(
                wish: .required, name: order.languageModel,
                tier: try engine.tier(of: found.family, named: nil, within: order.options.maxMemory))
            let planner = try await engine.planner(choice, for: found, options: order.options)
            chosen = planner.lease
            if chosen != nil { models.append(LoadedModel(planner.name, .planning)) }
        }
        await music?.release()
        await planner?.release()
        (music, planner, loaded) = (lease, chosen, models)
        return models
    }

    public func loadedModels() -> [LoadedModel] { loaded }

    public func shutDown() async {
        isEnding = true
        guard jobs > 0 else { return }
        await withCheckedContinuation { waiters.append($0) }
    }
}

/// One attempt at a job, on an engine.
private struct RunWork: Sendable {
    let engine: Engine
    let task: RunTask
    let orders: JobOrders
    let report: @Sendable (RunEvent) -> Void

    init(_ engine: Engine, _ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void) {
        self.engine = engine
        self.task = task
        self.report = report
        orders = JobOrders(engine, task.request, seed: task.seed)
    }

    func outcome() async throws -> RunOutcome {
        switch task.request.kind {
        case .generate: try await songs()
        case .create: try await described("Created a song's description")
        case .format: try await described("Formatted caption and lyrics")
        case .understand: try await described("Understood audio")
        case .codes: try await codes()
        case .mix: try await mix()
        }
    }

    // MARK: Songs

    private func songs() async throws -> RunOutcome {
        let found = try await orders.find()
        var description: DescriptionResult?
        if let prelude = task.request.prelude {
            report(.stage(.plan))
            let order = try await orders.description(prelude.kind, prelude.document)
            description = DescriptionResult(try await engine.describe(order), status: "Described the song")
            try Task.checkCancellation()
        }
        var order = try orders.generation(
            found, description: description, folder: URL(fileURLWithPath: task.folder, isDirectory: true))
        order.inputNames = task.names
        let parts =
            task.request.givesParts == true
            ? URL(fileURLWithPath: task.folder).appendingPathComponent(AudioPart.folder) : nil
        if let parts {
            order.details.insert(.audio)
            try JobsFolder.make(parts)
        }
        var notices = description?.notices ?? []
        let result = try await GenerationSession(engine, order).result { event in
            switch event {
            case .started(let stage): report(.stage(stage))
            case .progress(let stage, let completed, let total, let fraction):
                report(.progress(stage, completed: completed, total: total, fraction: fraction))
            case .notice(let text):
                notices.append(text)
                report(.notice(text))
            case .audio(let chunk): if let parts { report(.part(try write(chunk, into: parts))) }
            case .resolved, .preview, .finished: break
            }
        }
        return try outcome(of: result, order, found.family, description, notices)
    }

    private func write(_ chunk: AudioChunk, into folder: URL) throws -> AudioPart {
        let rate = chunk.audio.sampleRate
        let name = "\(chunk.song)-\(chunk.start).wav"
        let writer = try AudioFileWriter(
            folder.appendingPathComponent(name), sampleRate: rate, channelCount: chunk.audio.channels.count)
        try writer.append(chunk.audio.channels)
        try writer.finish()
        let seconds = { (count: Int) in Double(count) / Double(rate) }
        return AudioPart(
            song: chunk.song, start: seconds(chunk.start), seconds: seconds(chunk.audio.channels[0].count),
            total: seconds(chunk.total), name: name)
    }

    private func outcome(
        of result: MusicResult, _ order: GenerationOrder, _ family: any MusicFamily, _ description: DescriptionResult?,
        _ notices: [String]
    ) throws -> RunOutcome {
        var generation = GenerationResult(result, order, family: family)
        var files: [RunOutcome.File] = []
        for (index, song) in result.songs.enumerated() {
            guard let path = song.path else { throw MusicError(.internal, "a song was made without a file") }
            let name = URL(fileURLWithPath: path).lastPathComponent
            let request = result.request(ofSong: index)
            generation.audios[index].path = name
            // The times are in the document and in the song's tags.
            generation.audios[index].lyricsPath = nil
            files.append(
                .init(
                    name: name, seed: song.seed, duration: song.audio.duration, sampleRate: song.audio.sampleRate,
                    channels: song.audio.channels.count, caption: request.prompt,
                    lyrics: request.options["lyrics"]?.plainText ?? "",
                    parameters: generation.audios[index].parameters))
        }
        var outcome = RunOutcome(document: try JSONValue(encoding: generation))
        outcome.files = files
        outcome.description = try description.map { try JSONValue(encoding: $0) }
        outcome.notices = notices
        outcome.seconds = Dictionary(uniqueKeysWithValues: result.seconds.map { ($0.key.rawValue, $0.value) })
        outcome.model = result.model
        outcome.info = result.info
        outcome.soundSeconds = files.reduce(0) { $0 + $1.duration }
        return outcome
    }

    // MARK: Words and codes

    private func described(_ status: String) async throws -> RunOutcome {
        report(.stage(.plan))
        let order = try await orders.description(task.request.kind, task.request.document)
        let result = DescriptionResult(try await engine.describe(order), status: status)
        task.request.notices.forEach { report(.notice($0)) }
        result.notices.forEach { report(.notice($0)) }
        var outcome = RunOutcome(document: try JSONValue(encoding: result))
        outcome.notices = task.request.notices + result.notices
        outcome.model = order.model
        return outcome
    }

    private func mix() async throws -> RunOutcome {
        report(.stage(MixWork.stage))
        let document = try MixDocument(task.request.document)
        let target = try orders.mixFile(in: URL(fileURLWithPath: task.folder, isDirectory: true))
        let title = task.request.title ?? "Mix"
        let (recipe, mix) = try await MixWork.make(
            document, title: title, names: document.songs.map { task.names[$0] ?? $0 }, to: target.url,
            bitDepth: target.bitDepth
        ) { [report] completed, total in
            report(
                .progress(
                    MixWork.stage, completed: completed, total: total,
                    fraction: Double(completed) / Double(total)))
        }
        var outcome = RunOutcome(document: .object(recipe.parameters))
        outcome.files = [
            .init(
                name: target.url.lastPathComponent, seed: 0, duration: mix.duration, sampleRate: mix.sampleRate,
                channels: 2, caption: recipe.cues.map(\.title).joined(separator: ", "), lyrics: "",
                parameters: recipe.parameters)
        ]
        outcome.notices = task.request.notices + mix.joins.compactMap(\.notice)
        return outcome
    }

    private func codes() async throws -> RunOutcome {
        let file = try orders.codesFile()
        report(.stage(.source))
        let found = try await orders.find()
        let codes = try await engine.audioCodes(of: file, by: found, options: task.request.loadOptions)
        var outcome = RunOutcome(
            document: .object([
                "codes": .list(codes.map { .integer(Int64($0)) }), "audio_codes": .text(AudioCodeText.text(codes)),
            ]))
        outcome.model = found.name
        return outcome
    }
}

extension JSONValue {
    /// What a value is in JSON.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    }
}
