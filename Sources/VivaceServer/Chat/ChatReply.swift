import Foundation
import MusicCore
import MusicJobs

/// A finished job in the form of chat completions.
struct ChatReply: Sendable {
    let id: String
    let created: Int
    let model: String

    init(model: String, now: Date) {
        id = "chatcmpl-" + String((0..<16).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        created = Int(now.timeIntervalSince1970)
        self.model = "acestep/\(model)"
    }

    /// Songs as data URLs.
    static func audio(of result: JobResult, in library: SongLibrary) async throws -> JSONValue {
        var parts: [JSONValue] = []
        for song in result.songs {
            let file = try await library.file(of: song.handle)
            let type = AudioRoute.type(of: file.pathExtension)
            let data = try Data(contentsOf: file).base64EncodedString()
            parts.append(
                JSONValue([
                    "type": "audio_url", "audio_url": JSONValue(["url": .text("data:\(type);base64,\(data)")]),
                ]))
        }
        return .list(parts)
    }

    /// What is said of the songs.
    static func content(of job: Job) -> String {
        let parameters = job.result?.songs.first?.parameters ?? [:]
        var lines: [String] = []
        func add(_ title: String, _ name: String, _ unit: String = "") {
            guard let value = parameters[name], value != .null, !value.plainText.isEmpty else { return }
            lines.append("**\(title):** \(value.plainText)\(unit)")
        }
        add("Caption", "caption")
        add("BPM", "bpm")
        if let duration = job.result?.songs.first?.duration { lines.append("**Duration:** \(duration.plainText)s") }
        add("Key", "keyscale")
        add("Time Signature", "timesignature")
        guard !lines.isEmpty else { return "Music generated successfully." }
        var text = "## Metadata\n" + lines.joined(separator: "\n")
        if let lyrics = parameters["lyrics"]?.saying { text += "\n\n## Lyrics\n\(lyrics)" }
        for notice in job.result?.notices ?? [] where notice.hasPrefix("the model ") {
            text += "\n\nNote: \(PublicText.withoutPaths(notice))"
        }
        return text
    }

    /// The whole answer.
    func completion(_ job: Job, audio: JSONValue) -> [(String, JSONValue)] {
        let codes = job.result?.songs.first?.parameters["audio_codes"]?.saying
        return [
            ("id", .text(id)), ("object", "chat.completion"), ("created", JSONValue(created)), ("model", .text(model)),
            (
                "choices",
                .list([
                    JSONValue([
                        "index": .integer(0), "finish_reason": "stop",
                        "message": JSONValue([
                            "role": "assistant", "content": .text(Self.content(of: job)), "audio": audio,
                            "audio_codes": JSONValue(optional: codes),
                        ]),
                    ])
                ])
            ),
            (
                "usage",
                JSONValue(["prompt_tokens": .integer(0), "completion_tokens": .integer(0), "total_tokens": .integer(0)])
            ),
            ("system_fingerprint", .null),
        ]
    }

    /// A piece of a stream.
    func chunk(_ delta: KeyValuePairs<String, JSONValue>, finish: String? = nil) throws -> String {
        let chunk = JSONValue([
            "id": .text(id), "object": "chat.completion.chunk", "created": JSONValue(created), "model": .text(model),
            "choices": .list([
                JSONValue([
                    "index": .integer(0), "delta": JSONValue(delta), "finish_reason": JSONValue(optional: finish),
                ])
            ]),
        ])
        return "data: \(Reply.json(chunk))\n\n"
    }
}
