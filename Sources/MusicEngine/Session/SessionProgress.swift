import MusicCore

/// How far a session's job is, as its events tell it.
struct SessionProgress {
    private var progress: JobProgress
    private let isPlanned: Bool
    private var fraction = 0.0

    /// - Parameters:
    ///   - request: what is known of the job before it begins.
    ///   - isPlanned: whether a language model plans first.
    init(_ request: MusicRequest, isPlanned: Bool) {
        self.isPlanned = isPlanned
        progress = Self.progress(request, isPlanned)
    }

    /// The event with the fraction of the whole job, which never falls.
    mutating func completed(_ event: MusicEvent) -> MusicEvent {
        switch event {
        case .resolved(let request):
            // Now steps and length are known.
            progress = Self.progress(request, isPlanned)
            return event
        case .started(let stage):
            fraction = max(fraction, progress.start(stage))
            return event
        case .progress(let stage, let completed, let total, _):
            fraction = max(fraction, progress.update(stage, completed: completed, total: total))
            return .progress(stage, completed: completed, total: total, fraction: fraction)
        default: return event
        }
    }

    private static func progress(_ request: MusicRequest, _ isPlanned: Bool) -> JobProgress {
        // A tile of the decoder is about ten seconds of sound.
        let tiles = Int(((request.duration ?? 60) / 10).rounded(.up))
        return JobProgress(
            JobProgress.stages(
                planning: isPlanned ? .tokens(nil) : .none, songs: request.batchSize, steps: request.steps ?? 8,
                tiles: tiles, sourceTiles: request.source == nil ? 0 : tiles))
    }
}
