import MLX
import ModelSupport
import MusicCore

/// Latents on their way to a waveform, a tile at a time.
///
/// It can be held between two tiles for as long as one likes. The samples so far belong to it; the network's
/// intermediate results live within a tile.
@MLXActor
public struct OobleckDecoding {
    /// The samples that a tile gives.
    public struct Tile: Sendable, Equatable {
        /// How many samples came before.
        public let start: Int
        /// Samples of each channel.
        public let channels: [[Float]]
    }

    /// Number of tiles.
    public var count: Int { tiles.count }
    /// Number of tiles that are done.
    public private(set) var completed = 0
    public var isFinished: Bool { completed == count }
    /// What is decoded by now: samples as the network gives them, without any level rule.
    public var audio: AudioBuffer { AudioBuffer(sampleRate: configuration.samplingRate, channels: channels) }

    private let configuration: OobleckConfiguration
    private let steps: [LayerStep]
    private let input: MLXArray
    private let tiles: [OobleckTiling.Tile]
    private let total: Int
    private var channels: [[Float]]

    init(_ oobleck: Oobleck, _ latents: MLXArray, tile: Int) throws {
        configuration = oobleck.configuration
        let frames = latents.dim(0)
        total = oobleck.sampleCount(frames: frames)
        guard total > 0 else {
            throw MusicError(.invalidRequest, "\(frames) latent frames are too few to decode")
        }
        tiles = OobleckTiling.tiles(length: frames, core: tile, context: oobleck.tiling.decoderContext)
        steps = oobleck.network.decoder.steps
        input = latents.asType(oobleck.dtype)
        channels = Array(repeating: [], count: configuration.audioChannels)
        for channel in channels.indices { channels[channel].reserveCapacity(total) }
    }

    /// Decodes the next tile.
    ///
    /// - Returns: its samples; `nil` if all tiles are done.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network. The
    ///   tile can be asked for again then.
    public mutating func next() throws -> Tile? {
        guard !isFinished else { return nil }
        let part = tiles[completed]
        let hop = configuration.hopLength
        let first = (part.core.lowerBound - part.window.lowerBound) * hop
        let end = completed == count - 1 ? total : part.core.upperBound * hop
        let made = try Oobleck.run(
            steps, on: input[part.window].expandedDimensions(axis: 0),
            keeping: first..<(first + end - part.core.lowerBound * hop),
            at: "decoding, tile \(completed + 1) of \(count)")
        let interleaved = made.asArray(Float.self)
        let start = channels[0].count
        for channel in channels.indices {
            for index in stride(from: channel, to: interleaved.count, by: channels.count) {
                channels[channel].append(interleaved[index])
            }
        }
        completed += 1
        return Tile(start: start, channels: channels.map { Array($0[start...]) })
    }
}

extension Oobleck {
    /// Number of tiles that latent frames are decoded in.
    ///
    /// - Parameters:
    ///   - frames: in all.
    ///   - tile: latent frames that each tile contributes; ``defaultTile`` unless told otherwise.
    public nonisolated func tileCount(frames: Int, tile: Int? = nil) -> Int {
        let tile = tile ?? defaultTile
        return (frames + tile - 1) / tile
    }

    /// Begins to turn latents into a waveform.
    ///
    /// - Parameters:
    ///   - latents: `[frames, latent channels]`.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    /// - Throws: ``MusicError`` with code `invalidRequest` if there are too few frames.
    public func decoding(_ latents: MLXArray, tile: Int? = nil) throws -> OobleckDecoding {
        try OobleckDecoding(self, latents, tile: tile ?? defaultTile)
    }

    /// Turns latents into a waveform, tile by tile without a pause.
    ///
    /// - Parameters:
    ///   - latents: `[frames, latent channels]`.
    ///   - tile: latent frames that each tile contributes; the result does not depend on it.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Returns: samples as the network gives them, without any level rule.
    /// - Throws: ``MusicError``, or `CancellationError` if the task is cancelled, at the next step of the network.
    public func decode(
        _ latents: MLXArray, tile: Int? = nil, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> AudioBuffer {
        var decoding = try decoding(latents, tile: tile)
        while try decoding.next() != nil { progress(decoding.completed, decoding.count) }
        return decoding.audio
    }
}
