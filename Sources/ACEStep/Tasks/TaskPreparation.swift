import MLX
import ModelSupport
import MusicCore
import Oobleck

/// What all songs of a request begin from.
package struct PreparedTask {
    /// Source latents and mask.
    package let context: TaskContext
    /// What takes their place for the steps that don't follow the source; `nil` if all do.
    package let withoutSource: TaskContext?
    /// The latents that a cover may start near to, `[1, T, channels]`, float32; `nil` without source or codes.
    package let clean: MLXArray?
    /// How kept samples and made ones are joined; `nil` if the song is all made.
    package let kept: KeptSource?
}

/// Turns a resolved request into what the transformer works from.
@MLXActor
package struct TaskPreparation {
    private let model: ACEStepModel
    private let report: (MusicEvent) -> Void

    package init(_ model: ACEStepModel, report: @escaping (MusicEvent) -> Void = { _ in }) {
        self.model = model
        self.report = report
    }

    /// - Throws: ``MusicError``, or `CancellationError`.
    package func prepare(_ request: ACEStepRequest) throws -> PreparedTask {
        if let text = request.audioCodes {
            let hints = try model.audioCodec.hints(AudioCodeText.codes(in: text))
            return prepared(request, source: hints, clean: hints, mask: ones(hints.dim(1)))
        }
        guard request.task.needsSource, let input = request.source else {
            let rate = model.autoencoderConfiguration.latentRate
            let frames = RequestResolver.frames(request.duration, rate: rate)
            return prepared(request, source: model.silence.repeated(frames), clean: nil, mask: ones(frames))
        }
        let audio = try SourceAudio.checked(input, role: "source")
        switch request.task {
        case .cover:
            let latents = try encode(audio)
            return prepared(
                request, source: try model.audioCodec.roundTrip(latents), clean: latents, mask: ones(latents.dim(1)))
        case .repaint, .lego:
            return try region(request, audio)
        default:
            let latents = try encode(audio)
            return prepared(request, source: latents, clean: latents, mask: ones(latents.dim(1)))
        }
    }

    /// Repaint and lego, which work on parts of the source.
    private func region(_ request: ACEStepRequest, _ audio: AudioBuffer) throws -> PreparedTask {
        let window = try RepaintWindow(request.regions, duration: audio.duration)
        let extended = audio.extended(leading: window.leading, trailing: window.trailing)
        let latents = try encode(extended.audio)
        let frames = latents.dim(1)
        let mask = window.mask(frames: frames, rate: model.autoencoderConfiguration.latentRate)
        let column = MLXArray(mask, [1, frames, 1])
        guard request.task == .repaint else {
            return prepared(request, source: latents, clean: latents, mask: column)
        }
        let source = MLX.where(column .> 0.5, model.silence.repeated(frames), latents)
        // Where everything is made anew there is nothing to keep.
        let keeps = request.keepsSource && !request.regions.isEmpty
        let kept = keeps ? KeptSource(extended: extended, regions: window.regions) : nil
        return prepared(request, source: source, clean: latents, mask: column, kept: kept)
    }

    private func encode(_ audio: AudioBuffer) throws -> MLXArray {
        try SourceAudio(try model.autoencoder).latents(audio) { done, total in
            report(.progress(.source, completed: done, total: total))
        }
    }

    private func prepared(
        _ request: ACEStepRequest, source: MLXArray, clean: MLXArray?, mask: MLXArray, kept: KeptSource? = nil
    ) -> PreparedTask {
        let wide = broadcast(mask, to: source.shape)
        let switches = clean != nil && request.coverStrength < 1 && request.coverRule == .switch
        let silence = model.silence.repeated(source.dim(1))
        return PreparedTask(
            context: TaskContext(source: source, mask: wide),
            withoutSource: switches ? TaskContext(source: silence, mask: wide) : nil, clean: clean, kept: kept)
    }

    private func ones(_ frames: Int) -> MLXArray { MLXArray.ones([1, frames, 1]) }
}
