import Foundation
public import MusicCore

/// Some tracks of a song as one piece of audio: each is taken out of it by a run of the model, and they are added up at
/// the levels that they have in the song.
public struct TrackMix: Sendable {
    private let engine: Engine
    private let orders: [GenerationOrder]
    private let tracks: [String]

    /// - Parameters:
    ///   - engine: finds and loads the model.
    ///   - order: its request has the song as source; task and tracks are set here, and nothing is written.
    ///   - tracks: names of the tracks, of those that the model's family knows.
    public init(_ engine: Engine, _ order: GenerationOrder, tracks: [String]) {
        self.engine = engine
        self.tracks = tracks
        // All tracks begin from the same noise, as those of `vivace extract` do.
        let request = order.request.withSeeds(from: engine.seeds)
        orders = tracks.map { track in
            var order = order
            order.request = request
            order.request.task = "extract"
            order.request.options["track_classes"] = nil
            order.request.options["track_name"] = .text(track)
            order.request.normalization = .none
            order.output = nil
            order.latents = nil
            return order
        }
    }

    /// Checks the request of every track; see ``GenerationSession/check()``.
    ///
    /// - Throws: ``MusicError``.
    public func check() async throws {
        for order in orders { try await GenerationSession(engine, order).check() }
    }

    /// Makes the mix.
    ///
    /// - Parameter report: takes the events of each track, with the track's name and number from 0.
    /// - Returns: the mix, divided by its peak where that is beyond full scale.
    /// - Throws: ``MusicError`` or `CancellationError`.
    public func make(
        report: (_ track: String, _ index: Int, MusicEvent) throws -> Void = { _, _, _ in }
    ) async throws -> AudioBuffer {
        var mix: AudioBuffer?
        for (index, order) in orders.enumerated() {
            let result = try await GenerationSession(engine, order).result { try report(tracks[index], index, $0) }
            let audio = result.songs[0].audio
            mix = mix.map { $0.adding(audio) } ?? audio
        }
        guard let mix else {
            throw MusicError(.invalidRequest, "No track is named", advice: "name the tracks to mix")
        }
        return mix.withinFullScale()
    }
}

extension AudioBuffer {
    /// The sum, sample by sample; what one of both lacks at its end counts as silence.
    func adding(_ other: AudioBuffer) -> AudioBuffer {
        var sum = self
        for channel in sum.channels.indices where channel < other.channels.count {
            let added = other.channels[channel]
            let missing = added.count - sum.channels[channel].count
            if missing > 0 { sum.channels[channel] += [Float](repeating: 0, count: missing) }
            for frame in added.indices { sum.channels[channel][frame] += added[frame] }
        }
        return sum
    }

    /// Divided by the peak where that is above 1.
    func withinFullScale() -> AudioBuffer {
        let peak = channels.joined().reduce(Float(0)) { max($0, abs($1)) }
        guard peak > 1 else { return self }
        var audio = self
        audio.channels = channels.map { $0.map { $0 / peak } }
        return audio
    }
}
