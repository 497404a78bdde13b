import Foundation
import MusicCore
import MusicJobs

/// A job as the job API tells of it; the names of the reference's first releases are among its own.
struct JobDocument {
    let status: JobStatus
    let meanSeconds: Double?

    var json: JSONValue {
        let job = status.job
        let mean = JSONValue(optional: meanSeconds)
        return JSONValue([
            "id": .text(job.id), "job_id": .text(job.id), "task_id": .text(job.id),
            "kind": .text(job.request.kind.rawValue),
            "status": .text(job.state.rawValue), "stage": JSONValue(optional: job.stage?.rawValue),
            "fraction": .number(job.state == .succeeded ? 1 : job.fraction),
            "seconds_left": JSONValue(optional: job.secondsLeft),
            "queue_position": status.position.map { JSONValue($0) } ?? .null,
            "eta_seconds": JSONValue(optional: status.secondsUntilStart), "avg_job_seconds": mean,
            "attempts": JSONValue(job.attempts), "batch": JSONValue(optional: job.batch),
            "created_at": time(job.created), "started_at": time(job.started), "finished_at": time(job.finished),
            "request": .object(job.request.document),
            "notices": .list((job.result?.notices ?? job.request.notices).map { .text(PublicText.withoutPaths($0)) }),
            "error": job.error.map(Self.error) ?? .null, "result": job.result.map(Self.result) ?? .null,
            "events": .text("/v1/jobs/\(job.id)/events"),
        ])
    }

    private func time(_ date: Date?) -> JSONValue { JSONValue(optional: date.map(\.timeIntervalSince1970)) }

    /// An error without anything of the server's inside.
    static func error(_ error: MusicError) -> JSONValue {
        JSONValue([
            "code": .text(error.code.rawValue), "message": .text(PublicText.of(error)),
            "field": JSONValue(optional: error.field), "expected": JSONValue(optional: error.expected),
        ])
    }

    /// A result, whose songs have addresses.
    static func result(_ result: JobResult) -> JSONValue {
        let paths = result.songs.map { JSONValue.text(address($0.handle)) }
        return JSONValue([
            "songs": .list(
                result.songs.map { song in
                    JSONValue([
                        "handle": .text(song.handle), "url": .text(address(song.handle)), "seed": JSONValue(song.seed),
                        "duration": JSONValue(optional: song.duration), "sample_rate": JSONValue(song.sampleRate),
                        "parameters": .object(song.parameters),
                    ])
                }),
            "audio_paths": .list(paths), "first_audio_path": paths.first ?? .null,
            "second_audio_path": paths.count > 1 ? paths[1] : .null,
            "seed_value": .text(result.songs.map { String($0.seed) }.joined(separator: ",")),
            "description": result.description ?? .null,
            "document": result.songs.isEmpty ? result.document : .null,
            "seconds": .object(result.seconds.mapValues { .number($0) }),
            "dit_model": JSONValue(optional: result.model),
        ])
    }

    static func address(_ handle: String) -> String { "/v1/audio/\(handle)" }
}
