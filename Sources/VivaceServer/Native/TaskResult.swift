import Foundation
import MusicCore
import MusicJobs

/// A job as `/query_result` tells of it.
struct TaskResult {
    private let status: JobStatus
    private let now: Date

    init(_ status: JobStatus, now: Date) {
        self.status = status
        self.now = now
    }

    private var job: Job { status.job }

    /// One item of the answer: `result` is the text of a JSON list with one element for each song.
    func item() throws -> JSONValue {
        JSONValue([
            "task_id": .text(job.id), "result": .text(Reply.json(JSONValue.list(elements))),
            "status": JSONValue(number),
            "progress_text": .text(progressText), "error": JSONValue(optional: errorText),
            "state": .text(job.state.rawValue),
            "progress": .number(job.state == .succeeded ? 1 : job.fraction),
            "queue_position": status.position.map { JSONValue($0) } ?? .null,
            "eta_seconds": JSONValue(optional: status.secondsUntilStart ?? job.secondsLeft),
        ])
    }

    /// The item for an id that there isn't, or that is somebody else's.
    static func unknown(_ id: String, now: Date) throws -> JSONValue {
        let text = "Task not found or expired"
        let element = JSONValue([
            "file": "", "wave": "", "status": .integer(2), "create_time": JSONValue(Int(now.timeIntervalSince1970)),
            "env": "development", "progress": .number(0), "stage": "failed", "error": .text(text),
            "error_code": "notFound", "metas": .object([:]),
        ])
        return JSONValue([
            "task_id": .text(String(id.prefix(200))), "result": .text(Reply.json(JSONValue.list([element]))),
            "status": .integer(2), "progress_text": .text(text), "error": .text(text), "state": "failed",
        ])
    }

    /// 0 for what goes on, 1 for success, 2 for the rest.
    private var number: Int {
        switch job.state {
        case .queued, .running: 0
        case .succeeded: 1
        case .failed, .cancelled: 2
        }
    }

    private var errorText: String? {
        switch job.state {
        case .cancelled: "Cancelled by user"
        case .failed: job.error.map(PublicText.of) ?? "The job failed"
        default: nil
        }
    }

    private var stage: String {
        switch job.state {
        case .queued: "queued"
        case .running: job.stage?.rawValue ?? "running"
        case .succeeded, .failed, .cancelled: job.state.rawValue
        }
    }

    private var progressText: String {
        switch job.state {
        case .queued: status.position.map { "queued, at place \($0)" } ?? "queued"
        case .running: "\(stage), \(Int((job.fraction * 100).rounded())) %"
        default: errorText ?? stage
        }
    }

    private var elements: [JSONValue] {
        guard job.state == .succeeded, let result = job.result else { return [.object(base(file: ""))] }
        switch job.request.kind {
        case .codes: return [codes(result)]
        case .understand: return [analysis(result)]
        case .create, .format: return [description(result)]
        case .generate, .mix: return result.songs.map { song($0, result) }
        }
    }

    private func base(file: String) -> [String: JSONValue] {
        var element: [String: JSONValue] = [
            "file": .text(file), "url": .text(file), "wave": "", "status": JSONValue(number),
            "create_time": JSONValue(Int(job.created.timeIntervalSince1970)), "env": "development",
            "progress": .number(job.state == .succeeded ? 1 : job.state == .running ? job.fraction : 0),
            "stage": .text(stage), "metas": .object([:]),
        ]
        if let errorText {
            element["error"] = .text(errorText)
            element["error_code"] = .text(
                job.state == .cancelled ? "cancelled" : job.error?.code.rawValue ?? "internal")
        }
        return element
    }

    // MARK: Songs

    private func song(_ song: JobResult.JobSong, _ result: JobResult) -> JSONValue {
        let asked = job.request.document
        let own = song.parameters
        let file =
            "/v1/audio?path="
            + (song.handle.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "_.-"))) ?? song.handle)
        let caption = own["caption"]?.saying ?? asked["caption"]?.plainText ?? ""
        let lyrics = own["lyrics"]?.plainText ?? asked["lyrics"]?.plainText ?? ""
        var element = base(file: file)
        element.merge(
            [
                "prompt": .text(caption), "lyrics": .text(lyrics),
                "metas": metas(own, duration: song.duration, caption: asked["caption"], lyrics: asked["lyrics"]),
                "generation_info": .text(information(result)),
                "seed_value": .text(result.songs.map { String($0.seed) }.joined(separator: ",")),
                "lm_model": JSONValue(optional: job.request.planning.languageModel),
                "dit_model": JSONValue(optional: result.model), "seed": JSONValue(song.seed),
                "audio_id": .text(song.handle), "duration": JSONValue(optional: song.duration),
                "sample_rate": JSONValue(song.sampleRate), "resolved": .object(own),
                "notices": .list(result.notices.map { .text(PublicText.withoutPaths($0)) }),
                "audio_codes": own["audio_codes"] ?? "",
            ]) { $1 }
        let audios = result.document["audios"].items
        if let index = result.songs.firstIndex(of: song), audios.indices.contains(index) {
            // What was asked for by get_lrc and get_scores.
            let (times, scores) = (audios[index]["lrc"], audios[index]["scores"])
            if times != .null { (element["lrc"], element["lrc_timestamps"]) = (times["lrc_text"], times) }
            if scores != .null { element["scores"] = scores }
        }
        return .object(element)
    }

    private func metas(
        _ own: [String: JSONValue], duration: Double?, caption: JSONValue?, lyrics: JSONValue?
    ) -> JSONValue {
        func known(_ name: String) -> JSONValue {
            guard let value = own[name], value != .null, value != "" else { return "N/A" }
            return value
        }
        let genres = own["genres"].map { $0.isList ? $0.items.map(\.plainText).joined(separator: ", ") : $0.plainText }
        return JSONValue([
            "bpm": known("bpm"), "duration": duration.map { .number($0) } ?? known("duration"),
            "genres": .text(genres.flatMap { $0.isEmpty ? nil : $0 } ?? "N/A"),
            "keyscale": .text(known("keyscale").plainText),
            "timesignature": .text(known("timesignature").plainText), "prompt": .text(caption?.plainText ?? ""),
            "lyrics": .text(lyrics?.plainText ?? ""),
        ])
    }

    /// What took how long, as a list in Markdown.
    private func information(_ result: JobResult) -> String {
        let stages = result.seconds.sorted { $0.key < $1.key }
            .map { "- \($0.key): \((($0.value * 100).rounded() / 100).plainText) s" }
        return (["**Time**"] + stages).joined(separator: "\n")
    }

    // MARK: Words and codes

    private func codes(_ result: JobResult) -> JSONValue {
        JSONValue([
            "file": "", "url": "", "status_message": "Audio Codes Extraction Success",
            "audio_codes": result.document["audio_codes"],
            "audio_paths": .list([]), "raw_audio_paths": .list([]), "first_audio_path": .null, "metas": .object([:]),
        ])
    }

    private func analysis(_ result: JobResult) -> JSONValue {
        let words = DescriptionWords(result.document)
        return JSONValue([
            "status_message": "Full Hardware Analysis Success", "bpm": words.bpm, "keyscale": words.keyscale,
            "timesignature": words.timesignature, "duration": words.duration, "genre": words.genres,
            "genres": words.genres, "prompt": words.caption, "caption": words.caption, "lyrics": words.lyrics,
            "language": words.language, "metas": words.metas, "audio_codes": job.request.document["audio_codes"] ?? "",
            "audio_paths": .list([]),
        ])
    }

    private func description(_ result: JobResult) -> JSONValue {
        let words = DescriptionWords(result.document)
        var element = base(file: "")
        element.merge([
            "prompt": words.caption, "lyrics": words.lyrics, "metas": words.metas,
            "dit_model": "None (Analysis Only)", "lm_model": JSONValue(optional: job.request.planning.languageModel),
            "seed_value": "", "generation_info": "",
        ]) { $1 }
        return .object(element)
    }
}

/// A song in words, in the types that clients expect.
struct DescriptionWords {
    private let document: JSONValue

    /// - Parameter document: of a `DescriptionResult`.
    init(_ document: JSONValue) { self.document = document }

    private func text(_ name: String) -> JSONValue { .text(document[name].plainText) }

    var caption: JSONValue { text("caption") }
    var lyrics: JSONValue { text("lyrics") }
    var keyscale: JSONValue { text("keyscale") }
    var timesignature: JSONValue { text("timesignature") }
    var language: JSONValue { document["language"].saying.map { .text($0) } ?? "unknown" }
    var genres: JSONValue { text("genres") }
    var bpm: JSONValue { document["bpm"] }
    var duration: JSONValue { document["duration"] }

    var metas: JSONValue {
        func known(_ value: JSONValue) -> JSONValue { value == .null || value == "" ? "N/A" : value }
        return JSONValue([
            "bpm": known(bpm), "duration": known(duration), "genres": known(genres), "keyscale": known(keyscale),
            "timesignature": known(timesignature), "prompt": caption, "lyrics": lyrics,
        ])
    }

    /// All of it, with both spellings of the names that clients have in two.
    var all: JSONValue {
        JSONValue([
            "caption": caption, "lyrics": lyrics, "bpm": bpm, "duration": duration, "keyscale": keyscale,
            "key_scale": keyscale, "timesignature": timesignature, "time_signature": timesignature,
            "vocal_language": language, "language": language, "instrumental": document["instrumental"],
        ])
    }
}
