import Foundation

/// The parts of a generation, in the order in which they run.
public enum MusicStage: String, Sendable, Codable, CaseIterable {
    case load, plan, source, encode, condition, diffuse, decode, write
}

/// What a running generation reports.
///
/// The last event of a successful run is `finished`.
public enum MusicEvent: Sendable {
    /// The request with every field filled in, before any work.
    case resolved(MusicRequest)
    /// Something the user should know that does not stop the run.
    case notice(String)
    /// A stage began.
    case started(MusicStage)
    /// `completed` of `total` units of a stage are done: denoising steps, decoded tiles.
    case progress(MusicStage, completed: Int, total: Int)
    /// What a step predicts of the finished latents; asked for by ``MusicDetails/previews``.
    case preview(LatentsPreview)
    /// The next samples of a song; asked for by ``MusicDetails/audio``.
    case audio(AudioChunk)
    /// The songs are ready.
    case finished(MusicResult)
}

/// Events that cost memory or time and are therefore reported on demand.
public struct MusicDetails: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// ``MusicEvent/preview(_:)`` after every denoising step.
    public static let previews = MusicDetails(rawValue: 1)
    /// ``MusicEvent/audio(_:)`` after every decoded tile.
    public static let audio = MusicDetails(rawValue: 2)
}

/// The latents that a song will have, as a denoising step foresees them.
public struct LatentsPreview: Sendable, Equatable {
    /// Index of the song in its batch.
    public var song: Int
    /// Number of the step, from 1.
    public var step: Int
    /// Row-major with shape `shape` (frames, channels).
    public var latents: [Float]
    public var shape: [Int]

    public init(song: Int, step: Int, latents: [Float], shape: [Int]) {
        self.song = song
        self.step = step
        self.latents = latents
        self.shape = shape
    }
}

/// A stretch of a song as the decoder gives it, before the level rule, which needs the whole song.
public struct AudioChunk: Sendable, Equatable {
    /// Index of the song in its batch.
    public var song: Int
    /// Where the chunk begins in the song, in samples.
    public var start: Int
    /// Samples of each channel that the whole song will have.
    public var total: Int
    public var audio: AudioBuffer

    public init(song: Int, start: Int, total: Int, audio: AudioBuffer) {
        self.song = song
        self.start = start
        self.total = total
        self.audio = audio
    }
}

/// One finished song.
public struct Song: Sendable {
    public var audio: AudioBuffer
    /// The seed that its noise was drawn from.
    public var seed: UInt64
    /// Final latents, row-major with shape `latentShape` (frames, channels).
    public var latents: [Float]
    public var latentShape: [Int]
    /// The audio codes that were planned for this song alone; `nil` if there are none.
    public var audioCodes: String?

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
    /// What a language model planned; `nil` without one.
    public var plan: Plan?

    public init(songs: [Song], request: MusicRequest, seconds: [MusicStage: Double]) {
        self.songs = songs
        self.request = request
        self.seconds = seconds
    }
}
