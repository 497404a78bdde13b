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
    private let isFrugal: Bool

    /// - Parameters:
    ///   - model: what to run.
    ///   - target: where.
    ///   - isFrugal: lets go of each network when its stage is over.
    package init(model: ACEStepModel, target: ComputeTarget, isFrugal: Bool = false) {
        self.model = model
        self.target = target
        self.isFrugal = isFrugal
    }

    /// Makes the songs of a resolved request.
    ///
    /// Songs are made one after another, so that each is what it would be alone.
    ///
    /// - Parameters:
    ///   - request: resolved, with a seed for every song.
    ///   - details: which events to report beside progress.
    ///   - report: takes the events but the first and the last.
    /// - Throws: ``MusicError``, or `CancellationError` at the next step or tile after the task was cancelled.
    package func generate(
        _ request: ACEStepRequest, details: MusicDetails = [], report: @escaping (MusicEvent) -> Void
    ) throws -> MusicResult {
        try target.withDevice {
            var clock = StageClock(report: report)
            let preparation = TaskPreparation(model, report: report)
            let task =
                request.source == nil && request.audioCodes == nil
                ? try preparation.prepare(request) : try clock.run(.source) { try preparation.prepare(request) }
            let prompts = try clock.run(.encode) { try encode(request, report) }
            let conditions = try clock.run(.condition) {
                let timbre = try timbre(request)
                return try prompts.map { try encodeCondition($0, timbre: timbre) }
            }
            if isFrugal { model.release(.audioCodec, .textEncoder, .conditionEncoder, .autoencoder) }
            let latents = try clock.run(.diffuse) { try diffuse(request, task, conditions, details, report) }
            if isFrugal { model.release(.transformer) }
            let audio = try clock.run(.decode) { try decode(latents, request, task, details, report) }
            if isFrugal { model.release(.autoencoder) }
            let songs = zip(request.seeds, zip(latents, audio)).map { seed, made in
                Song(
                    audio: made.1, seed: seed,
                    latents: Latents(values: made.0.asArray(Float.self), shape: Array(made.0.shape.dropFirst())))
            }
            return MusicResult(songs: songs, request: request.neutral, seconds: clock.seconds)
        }
    }

    /// The codes of audio.
    ///
    /// - Throws: ``MusicError``, or `CancellationError`.
    package func codes(_ input: AudioInput) throws -> [Int] {
        try target.withDevice {
            let codec = try model.audioCodec
            let audio = try SourceAudio.checked(input, role: "source")
            return try codec.codes(try SourceAudio(try model.autoencoder).latents(audio))
        }
    }

    // MARK: Stages

    /// Text to the text encoder's states, and lyrics to its embeddings: for the task, and for the text alone if a
    /// cover's strength asks for it.
    private func encode(_ request: ACEStepRequest, _ report: (MusicEvent) -> Void) throws -> [EncodedPrompt] {
        var instructions = [TaskInstruction.sentence(for: request)]
        let hasSource = (request.task.needsSource && request.source != nil) || request.audioCodes != nil
        // Diffusers mixes for covers alone; the switch is for everything with a source.
        let isCover = request.task == .cover || request.audioCodes != nil
        if request.coverStrength < 1, hasSource, request.coverRule == .switch || isCover {
            instructions.append(TaskInstruction.text2music)
        }
        return try instructions.enumerated().map { index, instruction in
            let text = PromptText(request, instruction: instruction)
            let (tokens, notices) = try PromptTokens.encode(text, model.tokenizer, model.textEncoderConfiguration)
            if index == 0 { notices.forEach { report(.notice($0)) } }
            return try encode(tokens)
        }
    }

    /// Tokens to the text encoder's states and embeddings.
    func encode(_ tokens: PromptTokens) throws -> EncodedPrompt {
        try evaluating("text encoding") {
            let encoded = EncodedPrompt(
                text: try model.textEncoder.hiddenStates(tokens.textArray),
                lyrics: try model.textEncoder.embeddings(tokens.lyricsArray))
            eval(encoded.text, encoded.lyrics)
            return encoded
        }
    }

    /// The latents that give the timbre: of the reference audio, or of silence.
    private func timbre(_ request: ACEStepRequest) throws -> MLXArray? {
        guard let reference = request.reference else { return nil }
        let audio = try SourceAudio.checked(reference, role: "reference")
        return try SourceAudio(try model.autoencoder).latents(ReferenceAudio.excerpts(of: audio))
    }

    /// Text, lyrics and timbre to the sequence that the transformer attends to.
    ///
    /// - Parameter timbre: latents of reference audio; `nil` takes those of silence.
    func encodeCondition(_ prompt: EncodedPrompt, timbre: MLXArray? = nil) throws -> MLXArray {
        try evaluating("condition encoding") {
            let silence = model.silence.prefix(Self.referenceFrames(model.autoencoderConfiguration))
            let states = try model.conditionEncoder(
                text: prompt.text, lyrics: prompt.lyrics, references: (timbre ?? silence).asType(model.dtype),
                owners: [0]
            ).states
            eval(states)
            return states
        }
    }

    /// Noise to latents, `[1, T, channels]` for each song.
    private func diffuse(
        _ request: ACEStepRequest, _ task: PreparedTask, _ conditions: [MLXArray], _ details: MusicDetails,
        _ report: @escaping (MusicEvent) -> Void
    ) throws -> [MLXArray] {
        let channels = model.configuration.transformer.acousticChannels
        let (sampler, plan) = try plan(request, task, conditions)
        let frames = plan.frames
        let total = plan.schedule.count * request.seeds.count
        return try request.seeds.enumerated().map { index, seed in
            var generator = TorchGenerator(seed: seed)
            func noise() -> MLXArray {
                MLXArray(generator.randn(frames * channels), [1, frames, channels])
            }
            var step = 0
            let latents = try sampler.sample(
                noise: noise(), plan: plan, freshNoise: noise,
                preview: !details.contains(.previews)
                    ? nil
                    : { music in
                        step += 1
                        report(
                            .preview(
                                LatentsPreview(
                                    song: index, step: step, latents: music.asArray(Float.self),
                                    shape: [frames, channels])))
                    }
            ) { done in
                report(.progress(.diffuse, completed: index * plan.schedule.count + done, total: total))
            }
            guard request.latentRescale != 1 || request.latentShift != 0 else { return latents }
            return latents * Float(request.latentRescale) + Float(request.latentShift)
        }
    }

    /// What all songs of a request share in diffusion.
    private func plan(
        _ request: ACEStepRequest, _ task: PreparedTask, _ conditions: [MLXArray]
    ) throws -> (Sampler, SamplingPlan) {
        let sampler = Sampler(transformer: try model.transformer, scheduler: model.scheduler, dtype: model.dtype)
        var sampling = SamplingRequest(
            schedule: RequestResolver.schedule(request), context: task.context, condition: conditions[0])
        sampling.guidance = Guidance(
            scale: Float(request.guidanceScale ?? 1), method: request.guidanceMethod,
            interval: request.guidanceStart...request.guidanceEnd)
        sampling.solver = request.solver
        if conditions.count > 1 {
            sampling.withoutSource = (conditions[1], task.withoutSource)
            sampling.coverStrength = request.coverStrength
        }
        if request.coverNoiseStrength > 0, let clean = task.clean {
            sampling.start = (clean, request.coverNoiseStrength)
        }
        return (sampler, try sampler.plan(sampling, nullCondition: try model.nullCondition))
    }

    /// What all songs of a request for text alone share in diffusion.
    func plan(_ request: ACEStepRequest, _ condition: MLXArray) throws -> (Sampler, SamplingPlan) {
        try plan(request, try TaskPreparation(model).prepare(request), [condition])
    }

    /// Latents to waveforms at their final level.
    private func decode(
        _ latents: [MLXArray], _ request: ACEStepRequest, _ task: PreparedTask, _ details: MusicDetails,
        _ report: @escaping (MusicEvent) -> Void
    ) throws -> [AudioBuffer] {
        try latents.enumerated().map { index, song in
            let total = try model.autoencoder.sampleCount(frames: song.dim(1))
            let rate = model.autoencoderConfiguration.samplingRate
            let audio = try model.autoencoder.decode(
                song[0],
                reporting: { start, channels in
                    guard details.contains(.audio) else { return }
                    let part = AudioBuffer(sampleRate: rate, channels: channels)
                    report(.audio(AudioChunk(song: index, start: start, total: total, audio: part)))
                }
            ) { done, tiles in
                report(.progress(.decode, completed: index * tiles + done, total: latents.count * tiles))
            }
            try NumericGuard.checkAudible(audio, at: "decoding")
            // The source keeps its level, and what is made beside it the one that it was made at.
            if let kept = task.kept { return kept.joined(with: audio) }
            return request.normalization == .peak ? audio.withPeakRule(level: request.normalizationLevel) : audio
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
