import Crypto
import Foundation
public import MusicCore

/// The outcome of a generation, with the names of ACE-Step's `GenerationResult`.
public struct GenerationResult: Sendable, Encodable {
    /// One song.
    public struct Audio: Sendable, Encodable {
        /// Where it was written; empty if it was not.
        public var path: String
        /// The samples; not part of the JSON.
        public var audio: AudioBuffer?
        /// See ``GenerationResult/key(of:)``.
        public var key: String
        /// Samples per second.
        public var sampleRate: Int
        /// What made it, its seed included.
        public var parameters: [String: JSONValue]
        /// Why it was made by a second try, and what that took; `nil` for a song that was made as it was asked for.
        public var fallback: Song.Fallback?
        /// When its lyrics are sung; `nil` where nobody asked.
        public var lyrics: TimedLyrics?
        /// Where that was written; `nil` if it was not.
        public var lyricsPath: String?
        /// How well it does what it was asked to; `nil` where nobody asked.
        public var scores: SongScores?

        private enum CodingKeys: String, CodingKey {
            case path, key, fallback, scores
            case lyrics = "lrc"
            case lyricsPath = "lrc_path"
            case sampleRate = "sample_rate"
            case parameters = "params"
        }
    }

    /// What there is beside the songs.
    public struct ExtraOutputs: Sendable, Encodable {
        /// What the language model planned; `nil` without one.
        public var lmMetadata: [String: JSONValue]?
        /// The final latents of each song; `nil` where a family has none. In JSON their shape, and the path of the file
        /// that they were written to.
        public var latents: [Latents?]
        /// Which frames of each song's latents were made, and which kept from its source, likewise.
        public var masks: [LatentMask?]
        /// Paths of the files of the latents, `nil` for those that were not written.
        private var latentsPaths: [String?]
        /// What was asked for, before anything was filled in; `nil` where that isn't known.
        public var requestedParameters: [String: JSONValue]?
        /// Seconds by stage, under the reference's names.
        public var timeCosts: [String: Double]
        /// The seeds, with a comma and a blank between.
        public var seedValue: String

        init(
            _ songs: [Song], lmMetadata: [String: JSONValue]?, requestedParameters: [String: JSONValue]?,
            timeCosts: [String: Double]
        ) {
            latents = songs.map(\.latents)
            masks = songs.map(\.mask)
            latentsPaths = songs.map(\.latentsPath)
            self.lmMetadata = lmMetadata
            self.requestedParameters = requestedParameters
            self.timeCosts = timeCosts
            seedValue = songs.map { String($0.seed) }.joined(separator: ", ")
        }

        /// Latents as JSON has them.
        private struct Summary: Encodable {
            var shape: [Int]
            var path: String?
        }

        private enum CodingKeys: String, CodingKey {
            case latents, masks
            case lmMetadata = "lm_metadata"
            case requestedParameters = "requested_params"
            case timeCosts = "time_costs"
            case seedValue = "seed_value"
        }

        /// Writes `null` where nothing was planned.
        public func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            let summaries = zip(latents, latentsPaths).map { latents, path in
                latents.map { Summary(shape: $0.shape, path: path) }
            }
            try values.encode(summaries, forKey: .latents)
            try values.encode(masks, forKey: .masks)
            try values.encode(lmMetadata, forKey: .lmMetadata)
            try values.encodeIfPresent(requestedParameters, forKey: .requestedParameters)
            try values.encode(timeCosts, forKey: .timeCosts)
            try values.encode(seedValue, forKey: .seedValue)
        }
    }

    public var audios: [Audio] = []
    /// `nil` after a failure.
    public var extraOutputs: ExtraOutputs?
    /// All takes of which the songs are the best; empty without takes.
    public var takes: [Take] = []
    public var statusMessage: String
    public var success: Bool
    /// What went wrong; `nil` after success.
    public var error: String?

    /// After success.
    ///
    /// - Parameters:
    ///   - result: of a session or a backend.
    ///   - order: what was asked for; `nil` where that isn't known.
    ///   - family: of the model.
    public init(_ result: MusicResult, _ order: GenerationOrder? = nil, family: any MusicFamily) {
        audios = result.songs.enumerated().map { index, song in
            let parameters = family.parameters(of: result.request(ofSong: index), plan: result.plan)
            return Audio(
                path: song.path ?? "", audio: song.audio, key: Self.key(of: parameters),
                sampleRate: song.audio.sampleRate, parameters: parameters, fallback: song.fallback,
                lyrics: song.lyrics, lyricsPath: song.lyricsPath, scores: song.scores)
        }
        extraOutputs = ExtraOutputs(
            result.songs, lmMetadata: result.plan.map(\.metadata.object),
            requestedParameters: order?.requestedParameters(of: family), timeCosts: Self.timeCosts(result))
        let fallbacks = result.songs.filter { $0.fallback != nil }.count
        statusMessage =
            "Made \(result.songs.count) song\(result.songs.count == 1 ? "" : "s")"
            + (fallbacks == 0 ? "" : ", \(fallbacks) by FALLBACK to another solver and seed")
        success = true
        takes = result.takes
    }

    /// After a failure.
    public init(failure: any Error) {
        let text = (failure as? MusicError)?.description ?? "\(failure)"
        statusMessage = "Error: \(text)"
        success = false
        error = text
    }

    private enum CodingKeys: String, CodingKey {
        case audios
        case extraOutputs = "extra_outputs"
        case takes
        case statusMessage = "status_message"
        case success, error
    }

    /// Writes an empty object for the extra outputs of a failure, and `null` for no error.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(audios, forKey: .audios)
        if let extraOutputs {
            try values.encode(extraOutputs, forKey: .extraOutputs)
        } else {
            try values.encode([String: String](), forKey: .extraOutputs)
        }
        if !takes.isEmpty { try values.encode(takes, forKey: .takes) }
        try values.encode(statusMessage, forKey: .statusMessage)
        try values.encode(success, forKey: .success)
        try values.encode(error, forKey: .error)
    }

    /// A name for what parameters make: the same for the same parameters, on every machine.
    ///
    /// It is the beginning of the SHA-256 of the parameters as JSON with sorted names, in the form of a UUID.
    public static func key(of parameters: [String: JSONValue]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and texts always have a JSON form once they are checked; what has none shares the key of nothing.
        let json = (try? encoder.encode(parameters)) ?? Data()
        let digits = Array(SHA256.hash(data: json).hexadecimal)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    private static func timeCosts(_ result: MusicResult) -> [String: Double] {
        func seconds(_ stages: MusicStage...) -> Double { stages.reduce(0) { $0 + (result.seconds[$1] ?? 0) } }
        let encoder = seconds(.source, .encode, .condition)
        let diffusion = seconds(.diffuse)
        let decoding = seconds(.decode)
        let steps = Double(max(1, (result.request.steps ?? 1) * result.songs.count))
        let total = encoder + diffusion + decoding
        var costs = [
            "dit_encoder_time_cost": encoder, "dit_diffusion_time_cost": diffusion,
            "dit_diffusion_per_step_time_cost": diffusion / steps, "dit_vae_decode_time_cost": decoding,
            "dit_offload_time_cost": 0, "dit_total_time_cost": total, "pipeline_total_time": total,
        ]
        if let plan = result.plan {
            let planning = plan.reasoningSeconds + plan.codesSeconds
            costs["lm_phase1_time"] = plan.reasoningSeconds
            costs["lm_phase2_time"] = plan.codesSeconds
            costs["lm_total_time"] = planning
            costs["pipeline_total_time"] = total + planning
        }
        return costs
    }
}
