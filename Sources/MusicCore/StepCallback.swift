/// What a denoising step has made of a song, for whoever wants to look at it or to change it.
public struct DenoisedStep: Sendable, Equatable {
    /// Index of the song in its batch, from 0.
    public var song: Int
    /// Index of the step, from 0.
    public var step: Int
    /// Number of steps of the song.
    public var count: Int
    /// The flow time that the step began at, from 1 for noise to 0 for music.
    public var timestep: Double
    /// The latents after the step, shape (frames, channels).
    public var latents: Latents

    public init(song: Int, step: Int, count: Int, timestep: Double, latents: Latents) {
        self.song = song
        self.step = step
        self.count = count
        self.timestep = timestep
        self.latents = latents
    }
}

/// How a song goes on after a step.
public enum StepDecision: Sendable, Equatable {
    case goOn
    /// The next step begins from other latents, finite and of the same shape.
    case replace(Latents)
    /// The song has no more steps: what there is by now is decoded.
    case finish
    /// Likewise, from other latents.
    case finishWith(Latents)
}

/// Is called after each denoising step of each song, and decides how the song goes on.
///
/// The song waits for it; others that are being made go on meanwhile. What it throws ends the generation.
public typealias StepCallback = @Sendable (DenoisedStep) async throws -> StepDecision
