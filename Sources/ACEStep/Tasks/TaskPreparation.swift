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

    package init(
        context: TaskContext, withoutSource: TaskContext? = nil, clean: MLXArray? = nil, kept: KeptSource? = nil
    ) {
        self.context = context
        self.withoutSource = withoutSource
        self.clean = clean
        self.kept = kept
    }
}

/// Turns a resolved request into what the transformer works from.
@MLXActor
struct TaskPreparation {
    private let model: ACEStepModel
    private let job: ArrayJob
    private let tile: Int?
    private let report: (MusicEvent) -> Void

    /// - Parameters:
    ///   - model: what is run.
    ///   - job: whose turns are taken.
    ///   - tile: latent frames that a tile of the autoencoder contributes; `nil` takes its own choice.
    ///   - report: takes the progress.
    init(_ model: ACEStepModel, _ job: ArrayJob, tile: Int?, report: @escaping (MusicEvent) -> Void) {
        self.model = model
        self.job = job
        self.tile = tile
        self.report = report
    }

    /// - Parameters:
    ///   - request: resolved, with the audio codes of its songs if they follow such.
    ///   - window: where the source is made anew; `nil` for tasks that know no regions.
    ///   - autoencoder: encodes source audio.
    /// - Throws: ``MusicError``, or `CancellationError`.
    func prepare(
        _ request: ACEStepRequest, window: RepaintWindow?, autoencoder: () async throws -> Oobleck
    ) async throws -> PreparedTask {
        if let text = request.audioCodes {
            return try await job.step {
                let hints = try model.audioCodec.hints(AudioCodeText.codes(in: text))
                return Self.prepared(request, model, source: hints, clean: hints, mask: Self.ones(hints.dim(1)))
            }
        }
        guard request.task.needsSource || request.flowEdit, let input = request.source else {
            return job.target.withDevice { Self.text(request, model) }
        }
        let extended = try SourceAudio.checked(input, role: "source")
            .extended(leading: window?.leading ?? 0, trailing: window?.trailing ?? 0)
        let source = SourceAudio(try await autoencoder(), job, tile: tile)
        let latents = try await source.latents(extended.audio) { done, total in
            report(.progress(.source, completed: done, total: total))
        }
        return try await job.step {
            switch request.task {
            case .cover:
                return Self.prepared(
                    request, model, source: try model.audioCodec.roundTrip(latents), clean: latents,
                    mask: Self.ones(latents.dim(1)))
            case .repaint, .lego:
                return region(request, window, extended, latents)
            case .text2music:
                // A flow edit's song has no source to listen to but the music that it begins from.
                let frames = latents.dim(1)
                return Self.prepared(
                    request, model, source: model.silence.repeated(frames), clean: latents, mask: Self.ones(frames))
            default:
                return Self.prepared(
                    request, model, source: latents, clean: latents, mask: Self.ones(latents.dim(1)))
            }
        }
    }

    /// What a song from text alone begins from.
    static func text(_ request: ACEStepRequest, _ model: ACEStepModel) -> PreparedTask {
        let frames = RequestResolver.frames(request.duration, rate: model.autoencoderConfiguration.latentRate)
        return prepared(request, model, source: model.silence.repeated(frames), clean: nil, mask: ones(frames))
    }

    /// Repaint and lego, which work on parts of the source.
    private func region(
        _ request: ACEStepRequest, _ window: RepaintWindow?, _ extended: ExtendedAudio, _ latents: MLXArray
    ) -> PreparedTask {
        let frames = latents.dim(1)
        let mask = window?.mask(frames: frames, rate: model.autoencoderConfiguration.latentRate)
        let column = mask.map { MLXArray($0, [1, frames, 1]) } ?? Self.ones(frames)
        guard request.task == .repaint else {
            return Self.prepared(request, model, source: latents, clean: latents, mask: column)
        }
        let source = MLX.where(column .> 0.5, model.silence.repeated(frames), latents)
        // Where everything is made anew there is nothing to keep.
        let regions = request.keepsSource ? window?.regions ?? [] : []
        let kept = regions.isEmpty ? nil : KeptSource(extended: extended, regions: regions)
        return Self.prepared(request, model, source: source, clean: latents, mask: column, kept: kept)
    }

    private static func prepared(
        _ request: ACEStepRequest, _ model: ACEStepModel, source: MLXArray, clean: MLXArray?, mask: MLXArray,
        kept: KeptSource? = nil
    ) -> PreparedTask {
        let wide = broadcast(mask, to: source.shape)
        let switches = clean != nil && request.coverStrength < 1 && request.coverRule == .switch
        let silence = model.silence.repeated(source.dim(1))
        return PreparedTask(
            context: TaskContext(source: source, mask: wide),
            withoutSource: switches ? TaskContext(source: silence, mask: wide) : nil, clean: clean, kept: kept)
    }

    private static func ones(_ frames: Int) -> MLXArray { MLXArray.ones([1, frames, 1]) }
}
