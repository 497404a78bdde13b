import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3

/// Text, lyrics and timbre to what the transformer attends to.
extension Pipeline {
    /// The texts of each part as tokens: for the task, and for the text alone if a cover's strength asks for it.
    func prompts(_ request: ResolvedRequest, _ report: (MusicEvent) -> Void) throws -> [[PromptTokens]] {
        var notices: [[String]] = []
        let prompts = try request.parts.map { part in
            var own: [String] = []
            let tokens = try Self.texts(part).map { part, instruction in
                let text = PromptText(part, instruction: instruction)
                let isWithoutLyrics = part.usesNullLyrics && part.isWordless
                let (tokens, found) = try PromptTokens.encode(
                    text, model.tokenizer, model.textEncoderConfiguration, textLimit: part.maxTextLength,
                    lyricsLimit: isWithoutLyrics ? nil : part.maxLyricLength)
                if own.isEmpty { own = found }
                return tokens
            }
            notices.append(own)
            return tokens
        }
        SongNotices.joined(notices).forEach { report(.notice($0)) }
        return prompts
    }

    /// The texts of a part with their sentences: for the task, and what takes its place on the way or goes beside it.
    private static func texts(_ part: ACEStepRequest) -> [(ACEStepRequest, instruction: String)] {
        guard part.flowEdit else { return instructions(part).map { (part, $0) } }
        let sentence = TaskInstruction.sentence(for: part)
        return [(part, sentence), (part.ofFlowEditSource, sentence)]
    }

    private static func instructions(_ request: ACEStepRequest) -> [String] {
        let own = TaskInstruction.sentence(for: request)
        let hasSource = (request.task.needsSource && request.source != nil) || request.audioCodes != nil
        // Diffusers mixes for covers alone; the switch is for everything with a source.
        let isCover = request.task == .cover || request.audioCodes != nil
        guard request.coverStrength < 1, hasSource, request.coverRule == .switch || isCover else { return [own] }
        return [own, TaskInstruction.text2music]
    }

    /// Prompts through the text encoder, each once.
    func encode(_ prompts: [[PromptTokens]]) async throws -> [PromptTokens: EncodedPrompt] {
        let encoder = try await network { try model.textEncoder }
        var encoded: [PromptTokens: EncodedPrompt] = [:]
        for tokens in prompts.joined() where encoded[tokens] == nil {
            encoded[tokens] = try await job.step { try Self.encode(tokens, encoder) }
        }
        return encoded
    }

    /// Tokens to the text encoder's states and embeddings.
    package func encode(_ tokens: PromptTokens) throws -> EncodedPrompt {
        try Self.encode(tokens, try model.textEncoder)
    }

    private static func encode(_ tokens: PromptTokens, _ encoder: Qwen3) throws -> EncodedPrompt {
        try evaluating("text encoding") {
            let encoded = EncodedPrompt(
                text: encoder.hiddenStates(tokens.textArray), lyrics: tokens.lyricsArray.map { encoder.embeddings($0) })
            eval([encoded.text] + [encoded.lyrics].compactMap { $0 })
            return encoded
        }
    }

    /// The latents that give the timbre: of the reference audio; `nil` without.
    func timbre(_ request: ACEStepRequest) async throws -> MLXArray? {
        guard let reference = request.reference else { return nil }
        let audio = try SourceAudio.checked(reference, role: "reference")
        return try await SourceAudio(try await network { try model.autoencoder }, job, tile: tile)
            .latents(ReferenceAudio.excerpts(of: audio))
    }

    /// Encoded prompts to the sequences that the transformer attends to.
    func encodeConditions(
        _ prompts: [PromptTokens: EncodedPrompt], timbre: MLXArray?
    ) async throws -> [PromptTokens: MLXArray] {
        let encoder = try await network { try model.conditionEncoder }
        var states: [PromptTokens: MLXArray] = [:]
        for (tokens, prompt) in prompts {
            states[tokens] = try await job.step { try encodeCondition(prompt, timbre: timbre, encoder) }
        }
        return states
    }

    /// Text, lyrics and the timbre of silence to the sequence that the transformer attends to.
    package func encodeCondition(_ prompt: EncodedPrompt) throws -> MLXArray {
        try encodeCondition(prompt, timbre: nil, try model.conditionEncoder)
    }

    private func encodeCondition(
        _ prompt: EncodedPrompt, timbre: MLXArray?, _ encoder: ConditionEncoder
    ) throws -> MLXArray {
        try evaluating("condition encoding") {
            let silence = model.silence.prefix(Self.referenceFrames(model.autoencoderConfiguration))
            let states = encoder(
                text: prompt.text, lyrics: prompt.lyrics, references: (timbre ?? silence).asType(model.dtype),
                owners: [0]
            ).states
            eval(states)
            return states
        }
    }

    /// Latent frames of the reference audio that gives the timbre: 30 seconds.
    package static nonisolated func referenceFrames(_ autoencoder: OobleckConfiguration) -> Int {
        Int((30 * autoencoder.latentRate).rounded(.up))
    }
}

/// What the text encoder makes of a prompt.
package struct EncodedPrompt {
    /// States of the text, `[1, tokens, width]`.
    let text: MLXArray
    /// Embeddings of the lyrics, `[1, tokens, width]`; `nil` if the song has none to attend to.
    let lyrics: MLXArray?
}
