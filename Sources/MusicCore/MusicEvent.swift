import Foundation

/// The parts of a generation, in the order in which they run.
public enum MusicStage: String, Sendable, Codable, CaseIterable {
    case load, plan, encode, condition, diffuse, decode, write
}

/// What a running generation reports. The last event of a successful run is `finished`.
public enum MusicEvent: Sendable {
    /// The request with every field filled in, before any work.
    case resolved(MusicRequest)
    /// Something the user should know that does not stop the run.
    case notice(String)
    /// A stage began.
    case started(MusicStage)
    /// `completed` of `total` units of a stage are done: denoising steps, decoded tiles.
    case progress(MusicStage, completed: Int, total: Int)
    /// The songs are ready.
    case finished(MusicResult)
}

/// One finished song.
public struct Song: Sendable {
    public var audio: AudioBuffer
    /// The seed that its noise was drawn from.
    public var seed: UInt64
    /// Final latents, row-major with shape `latentShape` (frames, channels).
    public var latents: [Float]
    public var latentShape: [Int]

    public init(audio: AudioBuffer, seed: UInt64, latents: [Float], latentShape: [Int]) {
        self.audio = audio
        self.seed = seed
        self.latents = latents
        self.latentShape = latentShape
    }
}

/// The outcome of a generation.
public struct MusicResult: Sendable {
    public var songs: [Song]
    /// The resolved request; its `seeds` has one seed per song.
    public var request: MusicRequest
    /// Wall-clock seconds by stage.
    public var seconds: [MusicStage: Double]

    public init(songs: [Song], request: MusicRequest, seconds: [MusicStage: Double]) {
        self.songs = songs
        self.request = request
        self.seconds = seconds
    }
}
