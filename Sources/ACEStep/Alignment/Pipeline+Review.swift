import MLX
import ModelSupport
import MusicCore
import Oobleck
import Tokenizers

/// What is found out of a finished song.
struct SongReview {
    var lyrics: TimedLyrics?
    var scores: SongScores?
}

extension Pipeline {
    /// The seed of the noise through which finished latents are looked at.
    private static let reviewSeed: UInt64 = 42

    /// Looks back at finished songs where a request asks for it: when their lyrics are sung, and how well they are
    /// followed.
    ///
    /// - Parameters:
    ///   - latents: of each song, before the request's factor and shift, `[1, T, channels]`, float32.
    ///   - parts: what the songs were made from.
    ///   - report: takes progress, and what can't be found out.
    func review(
        _ latents: [MLXArray], _ parts: [SongPart], _ report: (MusicEvent) -> Void
    ) async throws -> [SongReview] {
        let owners = parts.flatMap { part in part.request.seeds.map { _ in part } }
        var notices: [[String]] = []
        var reviews: [SongReview] = []
        for (part, song) in zip(owners, latents) {
            let (review, found) = try await review(song, part)
            reviews.append(review)
            notices.append(found)
            report(.progress(.align, completed: reviews.count, total: latents.count))
        }
        SongNotices.joined(notices).forEach { report(.notice($0)) }
        return reviews
    }

    /// Looks back at one song.
    ///
    /// - Returns: what was found, and what the user should know.
    private func review(_ latents: MLXArray, _ part: SongPart) async throws -> (SongReview, notices: [String]) {
        let request = part.request
        var review = SongReview(scores: request.findsScores ? SongScores() : nil)
        guard request.findsLyricTimes || request.findsScores else { return (review, []) }
        let all = part.tokens.first?.lyrics ?? []
        guard !request.isWordless, !all.isEmpty else {
            return (review, request.findsLyricTimes ? ["There are no times of lyrics: the song has no lyrics"] : [])
        }
        let tokens = LyricTokens(all, language: request.vocalLanguage, model.tokenizer)
        guard !tokens.ids.isEmpty else {
            return (review, ["There are no times of lyrics: the lyrics have no tokens"])
        }
        let sizes = model.configuration.transformer
        let heads = AlignmentHeads(
            configured: sizes.alignmentHeads, layers: sizes.stack.layers, headCount: sizes.stack.heads)
        let notices = [heads.notice].compactMap { $0 }
        guard !heads.isEmpty, let condition = part.conditions.first else { return (review, notices) }
        let transformer = try await network { try model.transformer }
        let finished = try await job.step {
            try attention(
                latents, part, condition, transformer, heads, tokens, time: 1 / Float(max(1, request.steps ?? 8)))
        }
        if request.findsLyricTimes {
            let consensus = try await job.step { try finished.consensus() }
            let length = Double(latents.dim(1)) / model.autoencoderConfiguration.latentRate
            // As in the reference, patches divide the length that was asked for, where one was.
            let asked = request.task == .text2music && request.audioCodes == nil ? request.duration : nil
            review.lyrics = timed(tokens.ids, consensus, length: length, divided: asked ?? length)
        }
        if request.findsScores {
            let noise = try await job.step {
                try attention(latents, part, condition, transformer, heads, tokens, time: 1)
            }
            let areSung = LyricTokens.areSung(tokens.ids.map { model.tokenizer.decode([$0]) })
            review.scores?.lmScore = try await job.step {
                LyricAlignment.score(energy: try noise.energy(), areSung: areSung).value
            }
            review.scores?.ditScore = try await job.step {
                LyricAlignment.score(energy: try finished.energy(), areSung: areSung).value
            }
        }
        return (review, notices)
    }

    /// Times of tokens, words and lines.
    private func timed(
        _ ids: [Int32], _ consensus: [Float], length: Double, divided: Double
    ) -> TimedLyrics {
        let tokenizer = model.tokenizer
        let times = LyricAlignment.times(
            consensus: consensus, texts: LyricTokens.texts(ids, tokenizer), duration: divided)
        return TimedLyrics(tokens: times, duration: length) { tokenizer.decode(Array(ids[$0])) }
    }

    /// What the chosen heads pay to the lyrics in one pass over latents with noise.
    ///
    /// - Parameter time: flow time, above 0; 1 is noise alone.
    private func attention(
        _ latents: MLXArray, _ part: SongPart, _ condition: MLXArray, _ transformer: DiffusionTransformer,
        _ heads: AlignmentHeads, _ tokens: LyricTokens, time: Float
    ) throws -> AttentionStack {
        try evaluating("lyric alignment") {
            var generator = TorchGenerator(seed: Self.reviewSeed)
            let noise = MLXArray(generator.randn(latents.size), latents.shape)
            let noisy = time * noise + (1 - time) * latents
            let weights = try transformer.attention(
                noisy.asType(model.dtype), context: part.task.context.latents.asType(model.dtype),
                modulation: transformer.modulation(times: [time * model.scheduler.timeFactor])[0],
                condition: condition.asType(model.dtype), heads: heads,
                positions: tokens.offset..<(tokens.offset + tokens.ids.count)
            ) { layer in
                try Task.checkCancellation()
                eval(layer)
            }
            eval(weights)
            return AttentionStack(weights)
        }
    }

    /// When the lyrics of a request are sung in a song that was made from it.
    ///
    /// - Parameters:
    ///   - audio: the song; its samples are read already.
    ///   - request: resolved, of one song.
    ///   - report: takes progress and notices.
    /// - Throws: ``MusicError`` with code `invalidRequest` if nothing is sung, `unsupported` if the model has no heads
    ///   that tell; `CancellationError`.
    func lyricTimes(
        of audio: AudioInput, _ request: ResolvedRequest, _ report: @escaping (MusicEvent) -> Void
    ) async throws -> TimedLyrics {
        let samples = try SourceAudio.checked(audio, role: "song's")
        let parts = try await self.parts(of: request, report)
        guard let part = parts.first, parts.count == 1 else {
            throw MusicError(.invalidRequest, "Times are found for one song at a time", advice: "give one song")
        }
        let latents = try await SourceAudio(try await network { try model.autoencoder }, job, tile: tile)
            .latents(samples)
        let fitting = try await job.step { Self.fitting(latents, frames: part.task.context.frames) }
        let (review, notices) = try await review(fitting, part)
        guard let lyrics = review.lyrics else {
            throw MusicError(
                part.request.isWordless ? .invalidRequest : .unsupported,
                notices.first ?? "There are no times of lyrics",
                advice: part.request.isWordless ? "give a song with lyrics" : "use another model")
        }
        notices.forEach { report(.notice($0)) }
        return lyrics
    }

    /// Latents with a number of frames: cut, or with zeros at the end.
    private static func fitting(_ latents: MLXArray, frames: Int) -> MLXArray {
        let missing = frames - latents.dim(1)
        let fitted =
            missing > 0 ? padded(latents, widths: [0, [0, missing], 0]) : latents[0..., 0..<frames]
        eval(fitted)
        return fitted
    }
}
