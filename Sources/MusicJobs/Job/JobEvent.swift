public import MusicCore

/// What happens to a job.
///
/// In JSON it is an object whose `event` says what it is, under the names of the cases.
public enum JobEvent: Sendable, Equatable {
    /// It waits, at a place from 1; with the seconds until it is likely to begin.
    case queued(position: Int, eta: Double?)
    /// An attempt began, numbered from 1.
    case started(attempt: Int)
    /// A part of the work began.
    case stage(MusicStage)
    /// `completed` of `total` units of a stage are done; `fraction` of the whole job; `eta` seconds are left.
    case progress(MusicStage, completed: Int, total: Int, fraction: Double, eta: Double?)
    /// Something the user should know that does not stop the work.
    case notice(String)
    /// A stretch of a song can be heard, while the job runs.
    case part(AudioPart)
    /// A finished song has its file; `index` within the batch.
    case audio(index: Int, handle: String)
    /// It succeeded.
    case finished(JobResult)
    /// It failed, in the stage that ran.
    case failed(MusicError, stage: MusicStage?)
    /// Somebody cancelled it.
    case cancelled

    /// Whether it is the last of its job.
    public var isFinal: Bool {
        switch self {
        case .finished, .failed, .cancelled: true
        default: false
        }
    }

    /// The name that it has in JSON and in event streams.
    public var name: String {
        switch self {
        case .queued: "queued"
        case .started: "started"
        case .stage: "stage"
        case .progress: "progress"
        case .notice: "notice"
        case .part: "part"
        case .audio: "audio"
        case .finished: "finished"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}

/// An event with its number: numbers of a job rise, also beyond a restart of the process.
public struct NumberedEvent: Sendable, Equatable {
    public var number: Int
    public var job: String
    public var event: JobEvent

    public init(_ number: Int, job: String, _ event: JobEvent) {
        self.number = number
        self.job = job
        self.event = event
    }
}

extension JobEvent: Encodable {
    private enum CodingKeys: String, CodingKey {
        case event, position, eta, attempt, stage, completed, total, fraction, notice, index, handle, result, error
        case part
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .event)
        switch self {
        case .queued(let position, let eta):
            try values.encode(position, forKey: .position)
            try values.encode(eta, forKey: .eta)
        case .started(let attempt): try values.encode(attempt, forKey: .attempt)
        case .stage(let stage): try values.encode(stage, forKey: .stage)
        case .progress(let stage, let completed, let total, let fraction, let eta):
            try values.encode(stage, forKey: .stage)
            try values.encode(completed, forKey: .completed)
            try values.encode(total, forKey: .total)
            try values.encode(fraction, forKey: .fraction)
            try values.encode(eta, forKey: .eta)
        case .notice(let text): try values.encode(text, forKey: .notice)
        case .part(let part): try values.encode(part, forKey: .part)
        case .audio(let index, let handle):
            try values.encode(index, forKey: .index)
            try values.encode(handle, forKey: .handle)
        case .finished(let result): try values.encode(result, forKey: .result)
        case .failed(let error, let stage):
            try values.encode(error, forKey: .error)
            try values.encode(stage, forKey: .stage)
        case .cancelled: break
        }
    }
}
