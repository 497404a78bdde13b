public import Foundation

/// A model that turns text into music.
///
/// ```swift
/// let manager = MusicManager(backend: "builtin")
/// let wav = try await manager.t2m("calm piano", duration: 10)
/// ```
/// The model is loaded when it is first needed and kept; ``load()`` does so at once.
public final class MusicManager: Sendable {
    private let engine: Engine
    private let backend: String?
    private let languageModel: String?
    private let options: LoadOptions

    /// - Parameters:
    ///   - backend: a folder, a hub id such as `ACE-Step/Ace-Step1.5`, or a short name such as `turbo` or `builtin`;
    ///     `nil` takes the best one that is installed.
    ///   - languageModel: plans the songs, likewise, such as `lm-1.7b`; `nil` takes the one that comes with the model
    ///     if there is one.
    ///   - options: number format, device, threads, memory.
    ///   - downloads: whether a model that is not on this machine is downloaded on first use; otherwise that is an error.
    public convenience init(
        backend: String? = nil, languageModel: String? = nil, options: LoadOptions = LoadOptions(),
        downloads: Bool = false
    ) {
        self.init(
            engine: .standard(downloads: downloads), backend: backend, languageModel: languageModel, options: options)
    }

    /// Likewise, on an engine that is there already; managers that share one share its models.
    public init(
        engine: Engine, backend: String? = nil, languageModel: String? = nil, options: LoadOptions = LoadOptions()
    ) {
        self.engine = engine
        self.backend = backend
        self.languageModel = languageModel
        self.options = options
    }

    /// Loads the model, if it isn't yet.
    ///
    /// - Returns: what was loaded.
    /// - Throws: ``MusicError`` `modelNotFound`, `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    @discardableResult
    public func load() async throws -> ModelInfo {
        let lease = try await engine.model(try await engine.find(backend), options: options)
        return lease.model.info
    }

    /// What the model can do.
    ///
    /// - Throws: likewise.
    public func capabilities() async throws -> Capabilities {
        let lease = try await engine.model(try await engine.find(backend), options: options)
        return lease.model.capabilities
    }

    /// Lets go of all models that are not in use.
    public func unload() async { await engine.pool.releaseIdle() }

    // MARK: Songs

    /// Text to music.
    ///
    /// - Parameters:
    ///   - prompt: style, instruments, mood.
    ///   - lyrics: words to sing, with section tags such as `[Verse]`; empty for none.
    ///   - duration: seconds, 0.2 to 600; `nil` leaves the length to the model.
    ///   - seed: repeats a song; `nil` draws one.
    /// - Returns: a WAV file, 16 bits, at the model's sample rate, with its recipe in the tags.
    /// - Throws: ``MusicError``.
    public func t2m(
        _ prompt: String, lyrics: String = "", duration: Double? = nil, seed: UInt64? = nil
    ) async throws -> Data {
        var request = MusicRequest(prompt: prompt, duration: duration, seeds: seed.map { [$0] } ?? [])
        if !lyrics.isEmpty { request.options["lyrics"] = .text(lyrics) }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-\(UUID().uuidString).wav")
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try OutputPlan(.file(file))
        _ = try await session(GenerationOrder(request: request, output: output)).result()
        return try Data(contentsOf: file)
    }

    /// Makes songs from parameters in the reference's form, and writes them into a folder, each under its key and with
    /// its recipe.
    ///
    /// - Parameters:
    ///   - params: what to make.
    ///   - config: how many songs, from which seeds, in which audio format.
    ///   - saveDir: it is made if need be; `nil` keeps the songs in memory alone.
    /// - Returns: the songs, or in `error` why there are none.
    public func generateMusic(
        _ params: GenerationParams, _ config: GenerationConfig = GenerationConfig(), saveDir: URL? = nil
    ) async -> GenerationResult {
        do {
            let order = try await order(params, config, saveDir: saveDir)
            return GenerationResult(
                try await session(order).result(), order, family: try await engine.find(backend).family)
        } catch is CancellationError {
            return GenerationResult(failure: MusicError(.cancelled, "The generation was cancelled"))
        } catch {
            return GenerationResult(failure: error)
        }
    }

    /// Makes songs from parameters in the reference's form; the files that they name are read first.
    ///
    /// With `thinking` or one of `use_cot_*`, which are the defaults, the language model plans the songs if there is
    /// one. The built-in model's plans only if it is named as the manager's language model.
    ///
    /// - Parameters:
    ///   - params: what to make.
    ///   - config: how many songs, and from which seeds.
    ///   - saveDir: where they are written; it is made if need be.
    ///   - details: events to report beside progress: previews of the latents, samples as they are decoded.
    ///   - onStepEnd: is called after each denoising step; it may change the latents, or end a song early.
    /// - Returns: events, ending with `finished`. The stream throws ``MusicError``; ending the iteration or cancelling
    ///   its task stops the work within one step.
    public func generate(
        _ params: GenerationParams, config: GenerationConfig = GenerationConfig(), saveDir: URL? = nil,
        details: MusicDetails = [], onStepEnd: StepCallback? = nil
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { [self] report in
            var order = try await order(params, config, saveDir: saveDir)
            (order.details, order.onStepEnd) = (details, onStepEnd)
            for try await event in session(order).events() { report(event) }
        }
    }

    /// Makes songs from a request in the library's own form, without a plan; audio without samples is read from its
    /// path.
    ///
    /// - Returns: likewise.
    public func generate(
        _ request: MusicRequest, details: MusicDetails = [], onStepEnd: StepCallback? = nil
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        var order = GenerationOrder(request: request, details: details)
        order.onStepEnd = onStepEnd
        return session(order).events()
    }

    /// The audio codes of a file, five a second.
    ///
    /// - Throws: ``MusicError``.
    public func audioCodes(of file: URL) async throws -> [Int] {
        try await engine.audioCodes(of: file.path, by: try await engine.find(backend), options: options)
    }

    // MARK: Orders

    private func session(_ order: GenerationOrder) -> GenerationSession {
        var order = order
        order.model = backend
        order.loadOptions = options
        return GenerationSession(engine, order)
    }

    private func order(
        _ params: GenerationParams, _ config: GenerationConfig, saveDir: URL?
    ) async throws -> GenerationOrder {
        let content = try params.content(config, seeds: engine.seeds)
        let output = try saveDir.map { try OutputPlan(.keyed(folder: $0), usualFormat: config.audioFormat) }
        let planning = try await planning(content.planning)
        return GenerationOrder(
            request: content.request, planning: planning, output: output, notices: content.notices)
    }

    /// The language model that was named has to plan; the one that comes with the model does if there is one.
    private func planning(_ options: PlanningOptions) async throws -> PlannerChoice {
        guard options.isNeeded else { return .never }
        let found = try await engine.find(backend)
        let comesWithOne = await !engine.isBuiltin(found) && engine.holdsPlanner(found.location)
        return PlannerChoice(
            wish: languageModel == nil ? .ifThere : .required,
            name: languageModel ?? (comesWithOne ? found.name : nil), options: options,
            tier: try engine.tier(of: found.family, named: nil, within: self.options.maxMemory))
    }

    // MARK: Words

    func describe(
        _ question: DescriptionOrder.Question, _ sampling: DescriptionSampling, status: String
    ) async -> DescriptionResult {
        do {
            let order = DescriptionOrder(
                question, model: backend, languageModel: languageModel, loadOptions: options,
                sampling: sampling.sampling, seed: sampling.seed)
            return DescriptionResult(try await engine.describe(order), status: status)
        } catch is CancellationError {
            return DescriptionResult(failure: MusicError(.cancelled, "The description was cancelled"))
        } catch let error as MusicError where error.code == .modelNotFound {
            return .withoutLanguageModel
        } catch {
            return DescriptionResult(failure: error)
        }
    }
}
