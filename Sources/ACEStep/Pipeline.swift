import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3
import Synchronization

/// The way from a request to songs.
///
/// Everything that computes for long is a step that waits for its turn on the array thread (`ArrayScheduler`): a
/// network that is loaded, a text that is encoded, a denoising step, a tile. Several generations therefore go on side
/// by side, and each song is what it would be alone.
@MLXActor
package final class Pipeline {
    package let model: ACEStepModel
    package let job: ArrayJob
    /// Whether each network is let go of when its stage is over; it may become so where a song needs the room.
    var isFrugal: Bool
    /// What may be taken; `nil` where no cap was asked for.
    let budget: MemoryBudget?
    /// Whether the model is one of which music is to be expected.
    let expectsMusic: Bool
    private nonisolated let chosenTile: Mutex<Int?>
    /// Latent frames that a tile of the autoencoder contributes; `nil` takes its own choice.
    nonisolated var tile: Int? {
        get { chosenTile.withLock { $0 } }
        set { chosenTile.withLock { $0 = newValue } }
    }

    /// - Parameters:
    ///   - model: what to run.
    ///   - target: where.
    ///   - isFrugal: lets go of each network when its stage is over.
    ///   - tile: latent frames that a tile of the autoencoder contributes; `nil` takes its own choice.
    ///   - budget: what may be taken; `nil` where no cap was asked for.
    ///   - expectsMusic: whether songs that are no music are refused.
    package init(
        model: ACEStepModel, target: ComputeTarget, isFrugal: Bool = false, tile: Int? = nil,
        budget: MemoryBudget? = nil, expectsMusic: Bool = false
    ) {
        self.model = model
        self.expectsMusic = expectsMusic
        job = ArrayJob(target)
        self.isFrugal = isFrugal
        chosenTile = Mutex(tile)
        self.budget = budget
    }

    /// Makes the songs of a resolved request.
    ///
    /// Songs are made one after another, so that each is what it would be alone. Songs with audio codes of their own
    /// share what is the same for them: the encoded prompt.
    ///
    /// - Parameters:
    ///   - request: resolved.
    ///   - details: which events to report beside progress.
    ///   - onStepEnd: looks at each denoising step, and decides how its song goes on.
    ///   - report: takes the events but the first and the last, on the array thread.
    /// - Throws: ``MusicError``, or `CancellationError` at the next step or tile after the task was cancelled.
    package func generate(
        _ request: ResolvedRequest, details: MusicDetails = [], onStepEnd: StepCallback? = nil,
        report: @escaping (MusicEvent) -> Void
    ) async throws -> MusicResult {
        try checkNoise(request)
        try keepWithinBudget(request, report)
        try announceAdapters(request.request, report)
        let whole = request.request
        var clock = StageClock(report: report)
        let parts = try await parts(of: request, &clock, report)
        if isFrugal { model.release(.audioCodec, .textEncoder, .conditionEncoder, .autoencoder) }
        let listeners = StepListeners(details: details, onStepEnd: onStepEnd, report: report)
        let made = try await clock.run(.diffuse) { try await diffuse(parts, of: whole, listeners) }
        var reviews: [SongReview] = []
        if parts.contains(where: \.request.isReviewed) {
            reviews = try await clock.run(.align) { try await review(made.map(\.raw), parts, report) }
        }
        if isFrugal {
            model.release(.transformer)
            model.adapters.clear()
        }
        var audio: [AudioBuffer] = []
        if whole.output == .audio {
            audio = try await clock.run(.decode) { try await decode(made.map(\.latents), parts, details, report) }
            if isFrugal { model.release(.autoencoder) }
        }
        let silence = AudioBuffer(sampleRate: model.autoencoderConfiguration.samplingRate, channels: [])
        let songs = made.indices.map { index -> Song in
            var song = song(made[index], audio.isEmpty ? silence : audio[index], index, request)
            if reviews.indices.contains(index) {
                song.lyrics = reviews[index].lyrics
                song.scores = reviews[index].scores
            }
            return song
        }
        return MusicResult(songs: songs, request: whole.neutral, seconds: clock.seconds)
    }

    /// A finished song, with a request of its own where it has one.
    private func song(
        _ made: DiffusedSong, _ audio: AudioBuffer, _ index: Int, _ request: ResolvedRequest
    ) -> Song {
        var song = Song(
            audio: audio, seed: made.seed,
            latents: Latents(
                values: made.latents.asArray(Float.self), shape: Array(made.latents.shape.dropFirst())))
        let frames = made.latents.dim(1)
        song.mask = LatentMask(
            request.window?.mask(frames: frames, rate: model.autoencoderConfiguration.latentRate)
                ?? Array(repeating: 1, count: frames))
        song.fallback = made.fallback
        let retakes = request.request.retakeSeeds
        guard
            request.hasOwnTexts || made.fallback != nil || request.request.noise?.latents?.shape.count == 3
                || retakes.count > 1
        else { return song }
        var own = request.hasOwnTexts ? request.parts[index] : request.request
        own.noise = request.request.noise?.ofSong(index)
        if made.fallback != nil { own.solver = own.solver.alternative }
        own.seeds = [made.seed]
        own.retakeSeeds = retakes.indices.contains(index) ? [retakes[index]] : []
        own.batchSize = 1
        song.request = own.neutral
        return song
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
        try checkNoise(request)
        let songs = parts.flatMap { part in part.request.seeds.indices.map { (part, $0) } }
        guard songs.indices.contains(index) else {
            throw MusicError(
                .invalidRequest, "There is no song \(index + 1) in a request of \(songs.count)",
                advice: "ask for one of its songs")
        }
        let sampler = try await self.sampler(request.request)
        return try await job.step {
            let (part, song) = songs[index]
            return Denoiser(
                sampler, try plan(part, sampler), seed: part.request.seeds[song],
                noise: part.request.noise?.latents(ofSong: song)?.values,
                retakeSeed: part.request.retakeSeed(ofSong: song))
        }
    }

    /// The codes of audio.
    ///
    /// - Throws: ``MusicError``, or `CancellationError`.
    package func codes(_ input: AudioInput) async throws -> [Int] {
        let audio = try SourceAudio.checked(input, role: "source")
        let codec = try await job.step { try model.audioCodec }
        let latents = try await SourceAudio(try await network { try model.autoencoder }, job, tile: tile)
            .latents(audio)
        return try await job.step { try codec.codes(latents) }
    }

    /// A network to hold on to while it is used; where it has been let go of, it is loaded in a turn of its own.
    func network<Network>(_ loaded: () throws -> Network) async throws -> Network {
        isFrugal ? try await job.step(loaded) : try loaded()
    }

    /// All that comes before denoising, unmeasured.
    func parts(
        of request: ResolvedRequest, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> [SongPart] {
        var clock = StageClock(report: report)
        return try await parts(of: request, &clock, report)
    }

    /// All that comes before denoising.
    private func parts(
        of request: ResolvedRequest, _ clock: inout StageClock, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> [SongPart] {
        let whole = request.request
        let needsSource = whole.source != nil || request.parts.contains { $0.audioCodes != nil }
        let tasks =
            needsSource
            ? try await clock.run(.source) { try await prepare(request, report) } : try await prepare(request, report)
        let prompts = try self.prompts(request, report)
        let encoded = try await clock.run(.encode) { try await encode(prompts) }
        let states = try await clock.run(.condition) {
            try await encodeConditions(encoded, timbre: try await timbre(whole))
        }
        return zip(request.parts, zip(tasks, prompts)).map { request, made in
            SongPart(
                request: request, task: made.0, conditions: made.1.compactMap { states[$0] }, tokens: made.1)
        }
    }

    /// What the songs of each part begin from.
    private func prepare(
        _ request: ResolvedRequest, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> [PreparedTask] {
        let preparation = TaskPreparation(model, job, tile: tile, report: report)
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
    /// The texts that the conditions were made of.
    var tokens: [PromptTokens] = []
}
