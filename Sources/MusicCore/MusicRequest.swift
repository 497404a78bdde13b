import Foundation

/// What to make: the part of a request that every model family understands.
///
/// A `nil` field means "the model decides"; ``MusicBackend/resolve(_:)`` fills it in, so that the values which are
/// used can be shown and stored with the song.
public struct MusicRequest: Sendable, Codable, Equatable {
    /// Free text: style, instruments, mood.
    public var prompt: String
    /// Words to sing, with section tags such as `[Verse]`; empty for none.
    public var lyrics: String
    /// No vocals, whatever the lyrics say.
    public var instrumental: Bool
    /// Language code of the lyrics (`en`, `ja`, ...), `unknown` if undetermined.
    public var vocalLanguage: String
    /// Length in seconds.
    public var duration: Double?
    /// Beats per minute.
    public var bpm: Int?
    /// Key and scale, such as `F# minor`.
    public var keyScale: String?
    /// Beats per bar: `2`, `3`, `4` or `6`; the forms `4/4` and `6/8` are understood too.
    public var timeSignature: String?
    /// Number of denoising steps.
    public var steps: Int?
    /// Shift of the noise schedule, above 0.
    public var shift: Double?
    /// Strength of classifier-free guidance; 1 turns it off.
    public var guidanceScale: Double?
    /// The noise schedule itself, from high to low in (0, 1], in place of `steps` and `shift`.
    public var timesteps: [Double]?
    /// One seed per song; songs without one draw theirs at random.
    public var seeds: [UInt64]
    /// How many songs to make, 1 to 8.
    public var batchSize: Int
    /// How the finished audio's level is set.
    public var normalization: Normalization

    /// Level rules for finished audio.
    public enum Normalization: String, Sendable, Codable, CaseIterable {
        /// Divide by the peak where it exceeds full scale, then bring the peak to -1 dBFS.
        case peak
        /// Leave the decoder's samples as they are.
        case none
    }

    public init(
        prompt: String, lyrics: String = "", instrumental: Bool = false, vocalLanguage: String = "unknown",
        duration: Double? = nil, bpm: Int? = nil, keyScale: String? = nil, timeSignature: String? = nil,
        steps: Int? = nil, shift: Double? = nil, guidanceScale: Double? = nil, timesteps: [Double]? = nil,
        seeds: [UInt64] = [], batchSize: Int = 1, normalization: Normalization = .peak
    ) {
        self.prompt = prompt
        self.lyrics = lyrics
        self.instrumental = instrumental
        self.vocalLanguage = vocalLanguage
        self.duration = duration
        self.bpm = bpm
        self.keyScale = keyScale
        self.timeSignature = timeSignature
        self.steps = steps
        self.shift = shift
        self.guidanceScale = guidanceScale
        self.timesteps = timesteps
        self.seeds = seeds
        self.batchSize = batchSize
        self.normalization = normalization
    }

    private enum CodingKeys: String, CodingKey {
        case prompt = "caption"
        case lyrics, instrumental
        case vocalLanguage = "vocal_language"
        case duration, bpm
        case keyScale = "keyscale"
        case timeSignature = "timesignature"
        case steps = "inference_steps"
        case shift
        case guidanceScale = "guidance_scale"
        case timesteps, seeds
        case batchSize = "batch_size"
        case normalization
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        prompt = try values.decodeIfPresent(String.self, forKey: .prompt) ?? ""
        lyrics = try values.decodeIfPresent(String.self, forKey: .lyrics) ?? ""
        instrumental = try values.decodeIfPresent(Bool.self, forKey: .instrumental) ?? false
        vocalLanguage = try values.decodeIfPresent(String.self, forKey: .vocalLanguage) ?? "unknown"
        duration = try values.decodeIfPresent(Double.self, forKey: .duration)
        bpm = try values.decodeIfPresent(Int.self, forKey: .bpm)
        keyScale = try values.decodeIfPresent(String.self, forKey: .keyScale)
        timeSignature = try values.decodeIfPresent(String.self, forKey: .timeSignature)
        steps = try values.decodeIfPresent(Int.self, forKey: .steps)
        shift = try values.decodeIfPresent(Double.self, forKey: .shift)
        guidanceScale = try values.decodeIfPresent(Double.self, forKey: .guidanceScale)
        timesteps = try values.decodeIfPresent([Double].self, forKey: .timesteps)
        seeds = try values.decodeIfPresent([UInt64].self, forKey: .seeds) ?? []
        batchSize = try values.decodeIfPresent(Int.self, forKey: .batchSize) ?? 1
        normalization = try values.decodeIfPresent(Normalization.self, forKey: .normalization) ?? .peak
    }
}
