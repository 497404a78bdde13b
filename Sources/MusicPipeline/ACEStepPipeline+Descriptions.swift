public import MusicCore
public import MusicManager

/// Songs in words: what the language model makes of codes, of an idea, or of a draft.
///
/// As with the reference's functions of these names, what goes wrong is told by the result.
extension ACEStepPipeline {
    /// How the language model draws its tokens.
    public struct DescriptionSampling: Sendable, Equatable {
        /// 0 takes the likeliest token; at most 2.
        public var temperature: Double
        /// Number of likeliest tokens to draw from; `nil` is all.
        public var topK: Int?
        /// Probability to draw from; `nil` is all.
        public var topP: Double?
        /// Above 1 makes tokens less likely that came before.
        public var repetitionPenalty: Double
        /// Whether the output is held to the expected form.
        public var useConstrainedDecoding: Bool
        /// Repeats a result; `nil` draws one.
        public var seed: UInt64?

        public init(
            temperature: Double = 0.85, topK: Int? = nil, topP: Double? = nil, repetitionPenalty: Double = 1,
            useConstrainedDecoding: Bool = true, seed: UInt64? = nil
        ) {
            self.temperature = temperature
            self.topK = topK
            self.topP = topP
            self.repetitionPenalty = repetitionPenalty
            self.useConstrainedDecoding = useConstrainedDecoding
            self.seed = seed
        }

        fileprivate var sampling: PlannerSampling {
            var sampling = PlannerSampling()
            sampling.temperature = temperature
            sampling.topK = topK ?? 0
            sampling.topP = topP ?? 0
            sampling.repetitionPenalty = repetitionPenalty
            sampling.isConstrained = useConstrainedDecoding
            return sampling
        }
    }

    /// Describes the song that audio codes stand for.
    ///
    /// - Parameters:
    ///   - audioCodes: such as `<|audio_code_123|>...`, or numbers with commas between; blank makes an example up.
    ///   - sampling: how tokens are drawn.
    public func understandMusic(
        audioCodes: String, sampling: DescriptionSampling = DescriptionSampling()
    ) async -> UnderstandResult {
        await description("Understood the audio codes", sampling) { planner, sampling, seed in
            try await planner.understand(
                codes: try AudioCodeText.toUnderstand(audioCodes), sampling: sampling, seed: seed)
        }
    }

    /// Makes caption, lyrics and the rest out of a few words.
    ///
    /// - Parameters:
    ///   - query: what is wanted; blank for anything.
    ///   - instrumental: without words to sing.
    ///   - vocalLanguage: language code of the lyrics; `nil` leaves it to the model.
    ///   - sampling: how tokens are drawn.
    public func createSample(
        query: String, instrumental: Bool = false, vocalLanguage: String? = nil,
        sampling: DescriptionSampling = DescriptionSampling()
    ) async -> CreateSampleResult {
        await description("Created a song's description", sampling) { planner, sampling, seed in
            try await planner.createSample(
                query: query, instrumental: instrumental, language: vocalLanguage, sampling: sampling, seed: seed)
        }
    }

    /// Rewrites a caption, and lays out lyrics.
    ///
    /// - Parameters:
    ///   - caption: a draft; blank for none.
    ///   - lyrics: a draft; blank for an instrumental.
    ///   - userMetadata: what is known and kept; numbers of 0 and less, and `unknown`, are nothing known.
    ///   - sampling: how tokens are drawn.
    public func formatSample(
        caption: String, lyrics: String, userMetadata: SongMetadata = SongMetadata(),
        sampling: DescriptionSampling = DescriptionSampling()
    ) async -> FormatSampleResult {
        await description("Formatted caption and lyrics", sampling) { planner, sampling, seed in
            var known = userMetadata
            known.bpm = known.bpm.flatMap { $0 > 0 ? $0 : nil }
            known.duration = known.duration.flatMap { $0 > 0 ? $0 : nil }
            known.language = known.language == "unknown" ? nil : known.language
            _ = try MusicRequest(
                prompt: caption, lyrics: lyrics, vocalLanguage: known.language ?? "unknown",
                duration: known.duration.map(Double.init), bpm: known.bpm, keyScale: known.keyScale,
                timeSignature: known.timeSignature
            ).validate()
            known.timeSignature = known.timeSignature.flatMap(MusicRequest.normalizedTimeSignature)
            return try await planner.formatSample(
                caption: caption, lyrics: lyrics, known: known, sampling: sampling, seed: seed)
        }
    }

    private func description(
        _ status: String, _ sampling: DescriptionSampling,
        _ ask: (any MusicPlanner, PlannerSampling, UInt64) async throws -> SongDescription
    ) async -> DescriptionResult {
        do {
            guard let planner = try await planner() else { return .withoutLanguageModel }
            let seed = sampling.seed ?? UInt64(UInt32.random(in: .min ... .max))
            return DescriptionResult(try await ask(planner, sampling.sampling, seed), status: status)
        } catch is CancellationError {
            return DescriptionResult(failure: MusicError(.cancelled, "The description was cancelled"))
        } catch {
            return DescriptionResult(failure: error)
        }
    }
}
