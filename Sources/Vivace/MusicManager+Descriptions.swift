/// How a language model draws its tokens for a description; the parameters of the reference's functions.
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

    var sampling: PlannerSampling {
        var sampling = PlannerSampling()
        sampling.temperature = temperature
        sampling.topK = topK ?? 0
        sampling.topP = topP ?? 0
        sampling.repetitionPenalty = repetitionPenalty
        sampling.isConstrained = useConstrainedDecoding
        return sampling
    }
}

/// Songs in words: what the language model makes of codes, of an idea, or of a draft.
///
/// As with the reference's functions of these names, what goes wrong is told by the result.
extension MusicManager {
    /// Describes the song that audio codes stand for.
    ///
    /// - Parameters:
    ///   - audioCodes: such as `<|audio_code_123|>...`, or numbers with commas between; blank makes an example up.
    ///   - sampling: how tokens are drawn.
    public func understandMusic(
        audioCodes: String, sampling: DescriptionSampling = DescriptionSampling()
    ) async -> UnderstandResult {
        do {
            let codes = try AudioCodeText.toUnderstand(audioCodes)
            return await describe(.codes(codes), sampling, status: "Understood the audio codes")
        } catch {
            return DescriptionResult(failure: error)
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
        await describe(
            .query(query, instrumental: instrumental, language: vocalLanguage), sampling,
            status: "Created a song's description")
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
        await describe(
            .draft(caption: caption, lyrics: lyrics, known: userMetadata), sampling,
            status: "Formatted caption and lyrics")
    }
}
