/// A part of a generation.
///
/// The names are open: a family may have stages of its own.
public struct MusicStage: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The model is read.
    public static let load: MusicStage = "load"
    /// A language model plans the song.
    public static let plan: MusicStage = "plan"
    /// The source audio becomes what the model works on.
    public static let source: MusicStage = "source"
    /// The text becomes numbers.
    public static let encode: MusicStage = "encode"
    /// What the model attends to is computed.
    public static let condition: MusicStage = "condition"
    /// Noise becomes music, step by step.
    public static let diffuse: MusicStage = "diffuse"
    /// Finished songs are looked back at: when their lyrics are sung, and how well they are followed.
    public static let align: MusicStage = "align"
    /// The waveform is computed.
    public static let decode: MusicStage = "decode"
    /// Files are written.
    public static let write: MusicStage = "write"

    /// The usual stages in the order in which they run.
    public static let usual: [MusicStage] = [
        .load, .plan, .source, .encode, .condition, .diffuse, .align, .decode, .write,
    ]
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
    ///
    /// `fraction` is how much of the whole job is done, 0 to 1; it never falls.
    case progress(MusicStage, completed: Int, total: Int, fraction: Double = 0)
    /// What a step predicts of the finished latents; asked for by ``MusicDetails/previews``.
    case preview(LatentsPreview)
    /// The next samples of a song; asked for by ``MusicDetails/audio``.
    case audio(AudioChunk)
    /// The songs are ready.
    case finished(MusicResult)
}

/// Events that cost memory or time and are therefore reported on demand.
public struct MusicDetails: OptionSet, Sendable, Codable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// ``MusicEvent/preview(_:)`` after every denoising step.
    public static let previews = MusicDetails(rawValue: 1)
    /// ``MusicEvent/audio(_:)`` after every decoded tile.
    public static let audio = MusicDetails(rawValue: 2)
}

/// The latents that a song will have, as a denoising step foresees them.
public struct LatentsPreview: Sendable, Equatable, Codable {
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
public struct AudioChunk: Sendable, Equatable, Codable {
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
