import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3

/// The way from a request to songs.
///
/// Everything that computes for long is a step that waits for its turn on the array thread (`ArrayScheduler`): a
/// network that is loaded, a text that is encoded, a denoising step, a tile. Several generations therefore go on side
/// by side, and each song is what it would be alone.
@MLXActor
package final class Pipeline {
    package let model: ACEStepModel
    package let job: ArrayJob
    private let isFrugal: Bool

    /// - Parameters:
    ///   - model: what to run.
    ///   - target: where.
    ///   - isFrugal: lets go of each network when its stage is over.
    package init(model: ACEStepModel, target: ComputeTarget, isFrugal: Bool = false) {
        self.model = model
        job = ArrayJob(target)
        self.isFrugal = isFrugal
    }

    /// Makes the songs of a resolved request.
    ///
    /// Songs are made one after another, so that each is what it would be alone. Songs with audio codes of their own
    /// share what is the same for them: the encoded prompt.
    ///
    /// - Parameters:
    ///   - request: resolved.
    ///   - details: which events to report beside progress.
    ///   - report: takes the events but the first and the last, on the array thread.
    /// - Throws: ``MusicError``, or `CancellationError` at the next step or tile after the task was cancelled.
    package func generate(
        _ request: ResolvedRequest, details: MusicDetails = [], report: @escaping (MusicEvent) -> Void
    ) async throws -> MusicResult {
        let whole = request.request
        var clock = StageClock(report: report)
        let parts = try await parts(of: request, &clock, report)
        if isFrugal { model.release(.audioCodec, .textEncoder, .conditionEncoder, .autoencoder) }
        let latents = try await clock.run(.diffuse) { try await diffuse(parts, details, report) }
        if isFrugal { model.release(.transformer) }
        let audio = try await clock.run(.decode) { try await decode(latents, parts, details, report) }
        if isFrugal { model.release(.autoencoder) }
        let songs = whole.seeds.indices.map { index in
            var song = Song(
                audio: audio[index], seed: whole.seeds[index],
                latents: Latents(
                    values: latents[index].asArray(Float.self), shape: Array(latents[index].shape.dropFirst())))
            if request.hasOwnCodes, let codes = request.parts[index].audioCodes {
                song.options["audio_codes"] = .text(codes)
            }
            return song
        }
        return MusicResult(songs: songs, request: whole.neutral, seconds: clock.seconds)
    }

    /// One song of a request before its first denoising step, for whoever wants to take the steps himself: to hold the
    /// song, to show it, or to go two ways from one point.
    ///
    /// - Parameters:
    ///   - request: resolved.
    ///   - index: of the song.
    /// - Throws: ``MusicError``, or `CancellationError`.
    package func denoiser(_ request: ResolvedRequest, song index: Int = 0) async throws -> Denoiser {
        var clock = StageClock(report: { _ in })
        let parts = try await parts(of: request, &clock) { _ in }
        let songs = parts.flatMap { part in part.request.seeds.map { (part, $0) } }
        guard songs.indices.contains(index) else {
            throw MusicError(
                .invalidRequest, "There is no song \(index + 1) in a request of \(songs.count)",
                advice: "ask for one of its songs")
        }
        let sampler = try await self.sampler()
        return try await job.step {
            Denoiser(sampler, try plan(songs[index].0, sampler), seed: songs[index].1)
        }
    }

    /// The codes of audio.
    ///
    /// - Throws: ``MusicError``, or `CancellationError`.
    package func codes(_ input: AudioInput) async throws -> [Int] {
        let audio = try SourceAudio.checked(input, role: "source")
        let codec = try await job.step { try model.audioCodec }
        let latents = try await SourceAudio(try await network { try model.autoencoder }, job).latents(audio)
        return try await job.step { try codec.codes(latents) }
    }

    /// A network to hold on to while it is used; where it has been let go of, it is loaded in a turn of its own.
    func network<Network>(_ loaded: () throws -> Network) async throws -> Network {
        isFrugal ? try await job.step(loaded) : try loaded()
    }

    /// All that comes before denoising.
    private func parts(
        of request: ResolvedRequest, _ clock: inout StageClock, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> [SongPart] {
        let whole = request.request
        let needsSource = whole.source != nil || request.parts[0].audioCodes != nil
        let tasks =
            needsSource
            ? try await clock.run(.source) { try await prepare(request, report) } : try await prepare(request, report)
        let prompts = try self.prompts(request, report)
        let encoded = try await clock.run(.encode) { try await encode(prompts) }
        let states = try await clock.run(.condition) {
            try await encodeConditions(encoded, timbre: try await timbre(whole))
        }
        return zip(request.parts, zip(tasks, prompts)).map { request, made in
            SongPart(request: request, task: made.0, conditions: made.1.compactMap { states[$0] })
        }
    }

    /// What the songs of each part begin from.
    private func prepare(
        _ request: ResolvedRequest, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> [PreparedTask] {
        let preparation = TaskPreparation(model, job, report: report)
        var tasks: [PreparedTask] = []
        for part in request.parts {
            tasks.append(
                try await preparation.prepare(part, window: request.window) {
                    try await network { try model.autoencoder }
                })
        }
        return tasks
    }
}

/// The songs of a request that differ by their seeds alone, and what they are made from.
struct SongPart {
    let request: ACEStepRequest
    let task: PreparedTask
    /// `[1, S, condition width]` for the task, and for the text alone if the songs leave their source on the way.
    let conditions: [MLXArray]
}
