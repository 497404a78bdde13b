import MLX
import ModelSupport
import MusicCore
import Oobleck

/// Audio on its way to latents.
@MLXActor
package struct SourceAudio {
    private let autoencoder: Oobleck
    private let job: ArrayJob
    private let tile: Int?

    /// - Parameters:
    ///   - autoencoder: encodes.
    ///   - job: whose turns are taken.
    ///   - tile: latent frames that each tile contributes; `nil` takes the autoencoder's own choice.
    package init(_ autoencoder: Oobleck, _ job: ArrayJob, tile: Int? = nil) {
        self.autoencoder = autoencoder
        self.job = job
        self.tile = tile
    }

    /// The mean of a waveform's latents, `[1, frames, channels]`, float32; each tile takes a turn.
    ///
    /// - Parameters:
    ///   - audio: at the autoencoder's sample rate and with its channels; samples beyond full scale are limited.
    ///   - progress: called after each tile with the number of finished tiles and of all.
    /// - Throws: ``MusicError``, or `CancellationError`.
    package func latents(
        _ audio: AudioBuffer, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> MLXArray {
        let limited = AudioBuffer(
            sampleRate: audio.sampleRate,
            channels: audio.channels.map { channel in channel.map { min(1, max(-1, $0)) } })
        var encoding = try autoencoder.encoding(limited, tile: tile)
        while !encoding.isFinished {
            _ = try await job.step { try encoding.next() }
            progress(encoding.completed, encoding.count)
        }
        return try job.target.withDevice {
            try evaluating("encoding") {
                let latents = encoding.latents.mean.expandedDimensions(axis: 0)
                eval(latents)
                return latents
            }
        }
    }

    /// Makes sure of samples that can be worked with.
    ///
    /// - Parameters:
    ///   - input: of a request.
    ///   - role: what it is to the request: `source`.
    /// - Throws: ``MusicError`` with code `invalidRequest` or `unreadableInput`.
    package nonisolated static func checked(_ input: AudioInput, role: String) throws -> AudioBuffer {
        let name = input.path.isEmpty ? "the \(role) audio" : "the \(role) audio \(input.path)"
        guard let audio = input.audio else {
            throw MusicError(
                .invalidRequest, "\(name) was not read", advice: "set the samples of the request's \(role) audio")
        }
        guard audio.frameCount > 0 else {
            throw MusicError(.unreadableInput, "\(name) holds no samples", advice: "choose another file")
        }
        let peak = audio.peak
        guard peak.isFinite else {
            throw MusicError(
                .unreadableInput, "\(name) holds samples that are no numbers", advice: "choose another file")
        }
        guard peak >= NumericGuard.silence else {
            throw MusicError(.unreadableInput, "\(name) is silent", advice: "choose another file")
        }
        return audio
    }
}
