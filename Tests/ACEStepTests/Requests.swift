import ACEStep
import MusicCore
import Testing

extension ACEStepRequest {
    /// A request in one expression; what is left out has its default.
    init(
        prompt: String = "", lyrics: String = "", instrumental: Bool = false, vocalLanguage: String? = nil,
        duration: Double? = nil, bpm: Int? = nil, keyScale: String? = nil, timeSignature: String? = nil,
        steps: Int? = nil, shift: Double? = nil, guidanceScale: Double? = nil, timesteps: [Double]? = nil,
        seeds: [UInt64] = [], batchSize: Int = 1, normalization: MusicRequest.Normalization = .peak
    ) {
        self.init(prompt: prompt) { request in
            request.lyrics = lyrics
            request.instrumental = instrumental
            request.vocalLanguage = vocalLanguage
            request.duration = duration
            request.bpm = bpm
            request.keyScale = keyScale
            request.timeSignature = timeSignature
            request.steps = steps
            request.shift = shift
            request.guidanceScale = guidanceScale
            request.timesteps = timesteps
            request.seeds = seeds
            request.batchSize = batchSize
            request.normalization = normalization
        }
    }
}

extension MusicTask {
    /// The tasks that ACE-Step knows.
    static let known: [MusicTask] = [.text2music, .cover, .repaint, .lego, .extract, .complete]
}

extension Song {
    /// The values of the final latents, which every song of ACE-Step has.
    var latentValues: [Float] {
        get throws { try #require(latents).values }
    }
}
