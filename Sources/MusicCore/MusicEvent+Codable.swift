extension MusicEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case event, request, notice, stage, completed, total, fraction, preview, audio, result
    }

    private enum Name: String, Codable {
        case resolved, notice, started, progress, preview, audio, finished
    }

    /// Reads an object whose `event` says what it is.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(Name.self, forKey: .event) {
        case .resolved: self = .resolved(try values.decode(MusicRequest.self, forKey: .request))
        case .notice: self = .notice(try values.decode(String.self, forKey: .notice))
        case .started: self = .started(try values.decode(MusicStage.self, forKey: .stage))
        case .progress:
            self = .progress(
                try values.decode(MusicStage.self, forKey: .stage),
                completed: try values.decode(Int.self, forKey: .completed),
                total: try values.decode(Int.self, forKey: .total),
                fraction: try values.decode(Double.self, forKey: .fraction))
        case .preview: self = .preview(try values.decode(LatentsPreview.self, forKey: .preview))
        case .audio: self = .audio(try values.decode(AudioChunk.self, forKey: .audio))
        case .finished: self = .finished(try values.decode(MusicResult.self, forKey: .result))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .resolved(let request):
            try values.encode(Name.resolved, forKey: .event)
            try values.encode(request, forKey: .request)
        case .notice(let notice):
            try values.encode(Name.notice, forKey: .event)
            try values.encode(notice, forKey: .notice)
        case .started(let stage):
            try values.encode(Name.started, forKey: .event)
            try values.encode(stage, forKey: .stage)
        case .progress(let stage, let completed, let total, let fraction):
            try values.encode(Name.progress, forKey: .event)
            try values.encode(stage, forKey: .stage)
            try values.encode(completed, forKey: .completed)
            try values.encode(total, forKey: .total)
            try values.encode(fraction, forKey: .fraction)
        case .preview(let preview):
            try values.encode(Name.preview, forKey: .event)
            try values.encode(preview, forKey: .preview)
        case .audio(let chunk):
            try values.encode(Name.audio, forKey: .event)
            try values.encode(chunk, forKey: .audio)
        case .finished(let result):
            try values.encode(Name.finished, forKey: .event)
            try values.encode(result, forKey: .result)
        }
    }
}
