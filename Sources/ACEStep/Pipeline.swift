import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3

/// The way from a request to songs.
@MLXActor
package final class Pipeline {
    private let model: ACEStepModel
    private let target: ComputeTarget

    package init(model: ACEStepModel, target: ComputeTarget) {
        self.model = model
        self.target = target
    }

    /// Makes the songs of a resolved request.
    ///
    /// Songs are made one after another, so that each is what it would be alone.
    ///
    /// - Parameters:
    ///   - request: resolved, with a seed for every song.
    ///   - guidanceInterval: flow times at which guidance applies.
    ///   - report: takes the events but the first and the last.
    /// - Throws: ``MusicError``, or `CancellationError` at the next step or tile after the task was cancelled.
    package func generate(
        _ request: MusicRequest, guidanceInterval: ClosedRange<Float> = 0...1,
        report: @escaping (MusicEvent) -> Void
    ) throws -> MusicResult {
        try target.withDevice {
            var clock = StageClock(report: report)
            let prompt = try clock.run(.encode) { try encode(request, report) }
            let condition = try clock.run(.condition) { try encodeCondition(prompt) }
            let latents = try clock.run(.diffuse) { try diffuse(request, condition, guidanceInterval, report) }
            let audio = try clock.run(.decode) { try decode(latents, request.normalization, report) }
            let songs = zip(request.seeds, zip(latents, audio)).map { seed, made in
                Song(
                    audio: made.1, seed: seed, latents: made.0.asArray(Float.self),
                    latentShape: Array(made.0.shape.dropFirst()))
            }
            return MusicResult(songs: songs, request: request, seconds: clock.seconds)
        }
    }

    // MARK: Stages

    /// Text to the text encoder's states, and lyrics to its embeddings.
    private func encode(_ request: MusicRequest, _ report: (MusicEvent) -> Void) throws -> EncodedPrompt {
        let text = PromptText(request, instruction: Text2Music.instruction)
        let (tokens, notices) = try PromptTokens.encode(text, model.tokenizer, model.textEncoder.configuration)
        notices.forEach { report(.notice($0)) }
        return try encode(tokens)
    }

    /// Tokens to the text encoder's states and embeddings.
    func encode(_ tokens: PromptTokens) throws -> EncodedPrompt {
        try evaluating("text encoding") {
            let encoded = EncodedPrompt(
                text: model.textEncoder.hiddenStates(tokens.textArray),
                lyrics: model.textEncoder.embeddings(tokens.lyricsArray))
            eval(encoded.text, encoded.lyrics)
            return encoded
        }
    }

    /// Text, lyrics and the timbre of silence to the sequence that the transformer attends to.
    func encodeCondition(_ prompt: EncodedPrompt) throws -> MLXArray {
        try evaluating("condition encoding") {
            let reference = model.silence.prefix(Self.referenceFrames(model.autoencoder.configuration)).asType(
                model.dtype)
            let states = model.conditionEncoder(
                text: prompt.text, lyrics: prompt.lyrics, references: reference, owners: [0]
            ).states
            eval(states)
            return states
        }
    }

    /// Noise to latents, `[1, T, channels]` for each song.
    private func diffuse(
        _ request: MusicRequest, _ condition: MLXArray, _ guidanceInterval: ClosedRange<Float>,
        _ report: (MusicEvent) -> Void
    ) throws -> [MLXArray] {
        let channels = model.configuration.transformer.acousticChannels
        let (sampler, plan) = try plan(request, condition, guidanceInterval)
        let frames = plan.frames
        let total = plan.schedule.count * request.seeds.count
        return try request.seeds.enumerated().map { index, seed in
            var generator = TorchGenerator(seed: seed)
            let noise = MLXArray(generator.randn(frames * channels), [1, frames, channels])
            return try sampler.sample(noise: noise, plan: plan) { done in
                report(.progress(.diffuse, completed: index * plan.schedule.count + done, total: total))
            }
        }
    }

    /// What all songs of a request share in diffusion.
    func plan(
        _ request: MusicRequest, _ condition: MLXArray, _ guidanceInterval: ClosedRange<Float> = 0...1
    ) throws -> (Sampler, Sampler.Plan) {
        let frames = RequestResolver.frames(request.duration, rate: model.autoencoder.configuration.latentRate)
        let sampler = Sampler(transformer: model.transformer, scheduler: model.scheduler, dtype: model.dtype)
        let plan = try sampler.plan(
            schedule: RequestResolver.schedule(request),
            context: Text2Music.context(frames: frames, silence: model.silence, dtype: model.dtype),
            condition: condition, nullCondition: model.conditionEncoder.nullCondition,
            guidance: AdaptiveProjectedGuidance(
                scale: Float(request.guidanceScale ?? 1), interval: guidanceInterval))
        return (sampler, plan)
    }

    /// Latents to waveforms at their final level.
    private func decode(
        _ latents: [MLXArray], _ normalization: MusicRequest.Normalization, _ report: (MusicEvent) -> Void
    ) throws -> [AudioBuffer] {
        try latents.enumerated().map { index, song in
            let audio = try model.autoencoder.decode(song[0]) { done, tiles in
                report(.progress(.decode, completed: index * tiles + done, total: latents.count * tiles))
            }
            try NumericGuard.checkAudible(audio, at: "decoding")
            return normalization == .peak ? audio.withPeakRule() : audio
        }
    }

    /// Latent frames of the reference audio that gives the timbre: 30 seconds.
    static nonisolated func referenceFrames(_ autoencoder: OobleckConfiguration) -> Int {
        Int((30 * autoencoder.latentRate).rounded(.up))
    }
}

/// What the text encoder makes of a prompt.
struct EncodedPrompt {
    /// States of the text, `[1, tokens, width]`.
    let text: MLXArray
    /// Embeddings of the lyrics, `[1, tokens, width]`.
    let lyrics: MLXArray
}
