import Foundation
import MLX
import ModelSupport
import MusicCore

/// A waveform on its way to latents, a tile at a time.
@MLXActor
public struct OobleckEncoding {
    /// Number of tiles.
    public var count: Int { tiles.count }
    /// Number of tiles that are done.
    public var completed: Int { encoded.count }
    public var isFinished: Bool { completed == count }

    private let configuration: OobleckConfiguration
    private let steps: [LayerStep]
    private let dtype: DType
    private let audio: AudioBuffer
    private let frames: Int
    private let tiles: [OobleckTiling.Tile]
    /// Means and scales of each tile, `[frames, 2 * latent channels]`, float32.
    private var encoded: [MLXArray] = []

    init(_ oobleck: Oobleck, _ audio: AudioBuffer, tile: Int) throws {
        configuration = oobleck.configuration
        self.audio = audio
        guard audio.sampleRate == configuration.samplingRate, audio.channels.count == configuration.audioChannels else {
            throw MusicError(
                .internal,
                "The autoencoder takes \(configuration.audioChannels) channels at \(configuration.samplingRate) Hz, "
                    + "not \(audio.channels.count) at \(audio.sampleRate)")
        }
        guard configuration.hasEncoder else {
            throw MusicError(
                .unsupported,
                "The autoencoder's encoder gives \(configuration.encoderHiddenSize) channels, not twice the "
                    + "\(configuration.decoderInputChannels) of its latents",
                advice: "use a checkpoint whose autoencoder can encode")
        }
        frames = oobleck.frameCount(samples: audio.frameCount)
        guard frames > 0 else {
            throw MusicError(
                .invalidRequest,
                "The audio is \(String(format: "%.3f", audio.duration)) seconds long, which is too short to be encoded",
                advice: "give at least \(Double(configuration.hopLength) / Double(audio.sampleRate)) seconds")
        }
        tiles = OobleckTiling.tiles(length: frames, core: tile, context: oobleck.tiling.encoderContext)
        steps = oobleck.network.encoder.steps
        dtype = oobleck.dtype
    }

    /// Encodes the next tile.
    ///
    /// - Returns: whether there was one.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network. The
    ///   tile can be asked for again then.
    public mutating func next() throws -> Bool {
        guard !isFinished else { return false }
        let part = tiles[completed]
        let hop = configuration.hopLength
        // The last window takes what is left beyond the last whole frame.
        let end = part.window.upperBound == frames ? audio.frameCount : part.window.upperBound * hop
        let window = (part.window.lowerBound * hop)..<end
        let interleaved = window.flatMap { index in audio.channels.map { $0[index] } }
        let first = part.core.lowerBound - part.window.lowerBound
        let input = MLXArray(interleaved, [1, window.count, audio.channels.count]).asType(dtype)
        encoded.append(
            try Oobleck.run(
                steps, on: input, keeping: first..<(first + part.core.count),
                at: "encoding, tile \(completed + 1) of \(count)"))
        return true
    }

    /// Mean and standard deviation of what is encoded by now, float32, each `[frames, latent channels]`; a tile has to
    /// be done.
    public var latents: (mean: MLXArray, std: MLXArray) {
        let parts = concatenated(encoded, axis: 0).split(parts: 2, axis: -1)
        // softplus, plus the floor that keeps the standard deviation positive
        return (parts[0], logAddExp(parts[1], MLXArray(Float(0))) + 1e-4)
    }
}

extension Oobleck {
    /// Begins to turn a waveform into latents.
    ///
    /// - Parameters:
    ///   - audio: at the network's sampling rate and with its number of channels.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    /// - Throws: ``MusicError`` if the audio doesn't fit the network, or the network has no encoder.
    public func encoding(_ audio: AudioBuffer, tile: Int? = nil) throws -> OobleckEncoding {
        try OobleckEncoding(self, audio, tile: tile ?? defaultTile)
    }

    /// Turns a waveform into the mean and standard deviation of its latents, tile by tile without a pause.
    ///
    /// - Parameters:
    ///   - audio: at the network's sampling rate and with its number of channels.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Returns: mean and standard deviation, float32, each `[frames, latent channels]`.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network.
    public func encode(
        _ audio: AudioBuffer, tile: Int? = nil,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> (mean: MLXArray, std: MLXArray) {
        var encoding = try encoding(audio, tile: tile)
        while try encoding.next() { progress(encoding.completed, encoding.count) }
        return encoding.latents
    }
}
