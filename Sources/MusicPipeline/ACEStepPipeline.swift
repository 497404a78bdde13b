import ACEStep
import AudioFile
import Foundation
import ModelHub
public import MusicCore
public import MusicManager

/// ACE-Step 1.5 in a program: a loaded model that turns parameters into songs.
///
/// ```swift
/// let pipeline = try await ACEStepPipeline(model: "ACE-Step/Ace-Step1.5")
/// for try await event in pipeline.generate(GenerationParams(caption: "calm piano")) {
///     if case .finished(let result) = event { try pipeline.write(result, to: folder) }
/// }
/// ```
public final class ACEStepPipeline: Sendable {
    /// What was loaded.
    public var info: ModelInfo { backend.info }
    private let backend: any MusicBackend
    private let manager: MusicManager
    private let options: LoadOptions
    /// Name of the language model; `nil` if there is none.
    private let languageModel: String?

    /// Whether there is a language model to plan songs.
    public var hasLanguageModel: Bool { languageModel != nil }

    /// Loads a model; one that is not on this machine is an error, not a download.
    ///
    /// - Parameters:
    ///   - model: a folder, a hub id such as `ACE-Step/Ace-Step1.5`, or a short name such as `turbo`.
    ///   - languageModel: plans the songs, likewise, such as `lm-1.7b`; `nil` takes the one that comes with the model
    ///     if there is one, and loads it when it is first needed.
    ///   - options: number format, device, threads.
    /// - Throws: ``MusicCore/MusicError`` `modelNotFound`, `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    public init(model: String, languageModel: String? = nil, options: LoadOptions = LoadOptions()) async throws {
        let locator = try ModelLocator(
            catalog: ModelCatalog([.aceStep]),
            builtin: {
                throw MusicError(
                    .modelNotFound, "The built-in model belongs to the command-line program",
                    advice: "give the folder of a checkpoint")
            })
        let manager = MusicManager(
            families: [ACEStepBackend.family], planners: [ACEStepPlanner.family],
            locate: { try await locator.resolve($0, offline: true).location }, defaultModel: { model })
        backend = try await manager.model(model, options: options)
        if let languageModel { _ = try await manager.planner(languageModel, options: options) }
        let comesWithOne = await manager.holdsPlanner(try await manager.location(of: model))
        self.languageModel = languageModel ?? (comesWithOne ? model : nil)
        self.manager = manager
        self.options = options
    }

    /// The language model, loaded; `nil` if there is none.
    func planner() async throws -> (any MusicPlanner)? {
        guard let languageModel else { return nil }
        return try await manager.planner(languageModel, options: options)
    }

    /// Makes songs from parameters in the reference's form; the files that they name are read first.
    ///
    /// With `thinking` or one of `use_cot_*`, the language model plans songs of the task text2music. Without a language
    /// model they are made from what the parameters say, and a notice tells so.
    ///
    /// - Parameters:
    ///   - params: what to make.
    ///   - config: how many songs, and from which seeds.
    ///   - details: events to report beside progress: previews of the latents, samples as they are decoded.
    /// - Returns: events, ending with `finished`. The stream throws ``MusicCore/MusicError``; ending the iteration or
    ///   cancelling its task stops the work within one step.
    public func generate(
        _ params: GenerationParams, config: GenerationConfig = GenerationConfig(), details: MusicDetails = []
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        events { [self] report in
            let (made, notices) = try params.request(config)
            let request = try Self.loaded(made, backend)
            notices.forEach { report(.notice($0)) }
            let planning = try params.planning(config)
            guard planning.isNeeded, PlannedGeneration.reasonAgainst(request) == nil else {
                return backend.generate(request, details: details)
            }
            guard let planner = try await planner() else {
                report(.notice("no language model plans: none comes with the model, and none was named"))
                return backend.generate(request, details: details)
            }
            return PlannedGeneration(planner: planner, backend: backend, options: planning)
                .generate(request, details: details)
        }
    }

    /// Makes songs from a request in the library's own form; audio without samples is read from its path.
    public func generate(
        _ request: MusicRequest, details: MusicDetails = []
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        events { [backend] _ in backend.generate(try Self.loaded(request, backend), details: details) }
    }

    /// The whole outcome of a generation, without the events on the way.
    ///
    /// - Throws: ``MusicCore/MusicError``.
    public func result(
        of params: GenerationParams, config: GenerationConfig = GenerationConfig()
    ) async throws -> GenerationResult {
        for try await event in generate(params, config: config) {
            if case .finished(let result) = event { return GenerationResult(result) }
        }
        throw MusicError(.cancelled, "The generation was cancelled")
    }

    /// The audio codes of a file, five a second.
    ///
    /// - Throws: ``MusicCore/MusicError``.
    public func audioCodes(of file: URL) async throws -> [Int] {
        let audio = try Self.samples(AudioInput(path: file.path), backend, limit: RequestLimits.sourceDuration)
        return try await backend.audioCodes(of: audio)
    }

    /// Writes the songs of a result into a folder, each under its key.
    ///
    /// - Parameters:
    ///   - result: of a generation.
    ///   - folder: it exists.
    ///   - format: extension: `flac`, `wav`, `mp3`, `opus` or `ogg`.
    /// - Returns: the result with the songs' paths.
    /// - Throws: ``MusicCore/MusicError`` `unwritableOutput`.
    @discardableResult
    public func write(_ result: MusicResult, to folder: URL, format: String = "flac") throws -> GenerationResult {
        var written = GenerationResult(result)
        for (index, song) in result.songs.enumerated() {
            let file = folder.appendingPathComponent("\(written.audios[index].key).\(format)")
            try AudioFile.write(song.audio, to: file, options: WriteOptions())
            written.audios[index].path = file.path
        }
        return written
    }

    private func events(
        _ prepare:
            @escaping @Sendable (_ report: (MusicEvent) -> Void) async throws -> AsyncThrowingStream<
                MusicEvent, any Error
            >
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    for try await event in try await prepare({ continuation.yield($0) }) { continuation.yield(event) }
                    try Task.checkCancellation()
                    continuation.finish()
                } catch is CancellationError {
                    continuation.finish(throwing: MusicError(.cancelled, "The generation was cancelled"))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private static func loaded(_ request: MusicRequest, _ backend: any MusicBackend) throws -> MusicRequest {
        var loaded = request
        if request.task.needsSource, let source = request.source {
            loaded.source = try samples(source, backend, limit: RequestLimits.sourceDuration)
        }
        if let reference = request.reference {
            loaded.reference = try samples(reference, backend, limit: RequestLimits.referenceDuration)
        }
        return loaded
    }

    /// The input with its samples at the model's rate, stereo; samples that are there already are kept.
    private static func samples(
        _ input: AudioInput, _ backend: any MusicBackend, limit: Double
    ) throws -> AudioInput {
        let rate = backend.info.sampleRate
        guard let audio = input.audio else {
            let options = ReadOptions(sampleRate: rate, layout: .stereo, maximumDuration: limit)
            return AudioInput(path: input.path, audio: try AudioFile.read(URL(fileURLWithPath: input.path), options))
        }
        var resampled = try Resampler.resample(audio, to: rate)
        if resampled.channels.count == 1 { resampled.channels.append(resampled.channels[0]) }
        resampled.channels = Array(resampled.channels.prefix(2))
        return AudioInput(path: input.path, audio: resampled)
    }
}
