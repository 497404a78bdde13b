import MLX
import ModelSupport
import MusicCore
import Oobleck

/// What songs are made with, and latents to waveforms.
extension Pipeline {
    /// The sampler of a request, whose transformer has the request's adapters.
    func sampler(_ request: ACEStepRequest) async throws -> Sampler {
        let adapted = try await transformer(for: request)
        return Sampler(
            transformer: adapted.transformer, scheduler: model.scheduler, dtype: model.dtype, base: adapted.base)
    }

    func plan(_ part: SongPart, _ sampler: Sampler) throws -> SamplingPlan {
        try sampler.plan(
            part.request, part.task, conditions: part.conditions, nullCondition: try model.nullCondition)
    }

    /// What all songs of a request for text alone share in diffusion.
    package func plan(_ request: ACEStepRequest, _ condition: MLXArray) throws -> (Sampler, SamplingPlan) {
        let adapted = try adaptedTransformer(request)
        let sampler = Sampler(
            transformer: adapted.transformer, scheduler: model.scheduler, dtype: model.dtype, base: adapted.base)
        let part = SongPart(request: request, task: TaskPreparation.text(request, model), conditions: [condition])
        return (sampler, try plan(part, sampler))
    }

    /// Latents to waveforms at their final level; each tile takes a turn.
    func decode(
        _ latents: [MLXArray], _ parts: [SongPart], _ details: MusicDetails, _ report: (MusicEvent) -> Void
    ) async throws -> [AudioBuffer] {
        let autoencoder = try await network { try model.autoencoder }
        let rate = autoencoder.configuration.samplingRate
        let tile = tile
        let total = latents.reduce(0) { $0 + autoencoder.tileCount(frames: $1.dim(1), tile: tile) }
        let owners = parts.flatMap { part in part.request.seeds.map { _ in part } }
        var made: [AudioBuffer] = []
        var done = 0
        for (part, song) in zip(owners, latents) {
            let samples = autoencoder.sampleCount(frames: song.dim(1))
            var decoding = try job.target.withDevice { try autoencoder.decoding(song[0], tile: tile) }
            while let tile = decoding.isFinished ? nil : try await job.step({ try decoding.next() }) {
                if details.contains(.audio) {
                    let audio = AudioBuffer(sampleRate: rate, channels: tile.channels)
                    report(.audio(AudioChunk(song: made.count, start: tile.start, total: samples, audio: audio)))
                }
                done += 1
                report(.progress(.decode, completed: done, total: total))
            }
            try check(decoding.audio, part.request)
            made.append(Self.leveled(decoding.audio, part))
        }
        return made
    }

    /// Refuses what is no music.
    ///
    /// Noise and endings belong to songs from text; of others the source decides.
    ///
    /// - Throws: ``MusicError`` with code `numericalFailure` that says what was found.
    private func check(_ audio: AudioBuffer, _ request: ACEStepRequest) throws {
        try NumericGuard.checkAudible(audio, at: "decoding")
        guard expectsMusic, request.checksAudio else { return }
        var kinds: AudioFault.Kinds = request.removesDCOffset ? [] : .offset
        if [.text2music, .cover].contains(request.task), !request.flowEdit { kinds.insert(.noise) }
        if request.task == .text2music, !request.flowEdit { kinds.insert(.deadTail) }
        guard let fault = audio.fault(kinds) else { return }
        throw MusicError(
            .numericalFailure, "The song is refused after decoding: \(fault.description)",
            advice: "use another seed or other words", field: "check_audio",
            suggestion: .set(field: "check_audio", to: "false"))
    }

    private static func leveled(_ audio: AudioBuffer, _ part: SongPart) -> AudioBuffer {
        // The source keeps its level, and what is made beside it the one that it was made at.
        let request = part.request
        if let kept = part.task.kept {
            return kept.joined(with: audio).faded(in: request.fadeIn, out: request.fadeOut)
        }
        let centred = request.removesDCOffset ? audio.withoutDCOffset() : audio
        let leveled =
            request.normalization == .peak ? centred.withPeakRule(level: request.normalizationLevel) : centred
        return leveled.faded(in: request.fadeIn, out: request.fadeOut)
    }
}
